"""Faces as values, the port of a face engine, and the thresholds as data.

An engine finds faces in a picture and turns one into a unit vector; who it is, is the gallery's matter. Scores are cosines of unit
vectors: 1.0 is the same picture. A threshold follows from the number of comparisons that one attempt makes, so it rises with the
gallery: with `rows` templates and a false-accept rate f per pair, a stranger opens the gate with a chance of about rows x f.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log
from statistics import NormalDist
from typing import Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""Height x width x 3, blue-green-red."""
Vector = npt.NDArray[np.float32]
"""`dim` floats of length one."""

BOUND = 1e-3
"""The chance, at most, that a stranger opens the gate in one attempt."""


@dataclass(frozen=True)
class Quality:
    """How well a face can be told from this picture.

    `width_px` is the face's width in pixels. `sharpness` is the variance of the Laplacian of the grey crop at 112 x 112: half of LFW's
    pictures have 90 or more, a good camera gives some hundreds, a smeared face has less than 20. `brightness` is the crop's mean
    grey, 0 to 255. `turn` is the nose's way from the middle between the eyes, in eye distances: 0 looks straight, beyond 0.35 it is
    half a profile; negative to the picture's left.
    """

    width_px: float
    sharpness: float
    brightness: float
    turn: float

    def value(self) -> float:
        """All of it as one number, 0 (useless) to 1 (as good as it gets)."""
        size = _ramp(self.width_px, 30, 90)
        sharp = _ramp(self.sharpness, 15, 100)
        light = min(_ramp(self.brightness, 15, 60), _ramp(-self.brightness, -250, -215))
        straight = _ramp(-abs(self.turn), -0.55, -0.15)
        return float(min(size, light, straight) * (0.25 + 0.75 * sharp))

    def weight(self) -> float:
        """What this frame counts among others of the same track: the square of its sharpness, less where it is small, dark or turned.

        Only the ratio of two weights means anything. Measured: docs/adr/0014.
        """
        return float(max(1.0, self.sharpness) ** 2 * (0.1 + self.value()))


def _ramp(value: float, low: float, high: float) -> float:
    return min(1.0, max(0.0, (value - low) / (high - low)))


@dataclass(frozen=True, eq=False)
class Face:
    """One face in one picture. `box` is x, y, width, height in pixels of that picture (it may reach over the edge).

    `landmarks` is 5 x 2 float32, in the picture's pixels: the eye on the picture's left, the other eye, the nose, the corner of the
    mouth on the picture's left, the other corner; a row is NaN where the engine lacks that point. `score` is the detector's, 0 to 1.
    """

    box: tuple[float, float, float, float]
    landmarks: npt.NDArray[np.float32]
    score: float
    quality: Quality


@dataclass(frozen=True)
class Scale:
    """What an engine's scores mean: `points` are (score, false accepts per pair of different people), scores rising.

    `margin` is the lead over the second-best person that tells two look-alikes apart; `same` is the score above which two pictures
    a moment apart show one person. `crowd` are the points of a centred search (`edge.gate.gallery`), false accepts per enrolled person
    and attempt; empty where an engine has none and is never centred.
    """

    points: tuple[tuple[float, float], ...]
    margin: float
    same: float
    crowd: tuple[tuple[float, float], ...] = ()


class FaceEngine(Protocol):
    """Finds faces and describes them. One engine belongs to one thread."""

    @property
    def name(self) -> str:
        """Model and version, as it stands beside every template: vectors of different engines never compare."""

    @property
    def dim(self) -> int:
        """Length of a vector."""

    @property
    def scale(self) -> Scale:
        """What the scores mean."""

    def detect(self, image: Image) -> list[Face]:
        """The faces in a picture, largest first; empty where there are none."""

    def embed(self, image: Image, face: Face) -> Vector:
        """The unit vector of a face that `detect` found in this same picture."""


@runtime_checkable
class NearbyEngine(FaceEngine, Protocol):
    """An engine that looks around a face for clearly less than a look at the whole picture costs."""

    def detect_near(self, image: Image, face: Face) -> list[Face]:
        """The faces around where `face` was a moment ago, largest first, in pixels of the whole picture.

        Who stands further off is not seen. What is found is what `detect` would find, but for less than a step of one pixel changes.
        """


def threshold(scale: Scale, rows: int, bound: float = BOUND) -> float:
    """The score from which a match counts, for a gallery of `rows` templates, so that a stranger's chance stays below `bound`.

    Log-linear between the measured points, and along the outermost two beyond them; at least 1 row is assumed; at most 0.999.
    """
    wanted = log(bound / max(1, rows))
    scores = [score for score, _ in scale.points]
    rates = [log(rate) for _, rate in scale.points]
    index = next((i for i in range(1, len(rates)) if rates[i] <= wanted), len(rates) - 1)
    slope = (scores[index] - scores[index - 1]) / (rates[index] - rates[index - 1])
    return min(0.999, scores[index] + slope * (wanted - rates[index]))


def crowd_threshold(scale: Scale, people: float, bound: float = BOUND) -> float:
    """The score from which a match of a centred search among so many people counts, so that a stranger's chance stays below `bound`.

    Straight between the measured points over the normal quantile of the rate, and on beyond them: the scores of strangers fall off as a
    normal curve does, which is slower than it looks on fewer points and faster than a power. At most 0.999.
    """
    normal = NormalDist()
    wanted = -normal.inv_cdf(min(0.5, bound / max(1.0, people)))
    places = [(-normal.inv_cdf(rate), score) for score, rate in scale.crowd]
    index = next((i for i in range(1, len(places)) if places[i][0] >= wanted), len(places) - 1)
    (low, low_score), (high, high_score) = places[index - 1], places[index]
    return min(0.999, high_score + (high_score - low_score) / (high - low) * (wanted - high))


def false_accepts(scale: Scale, score: float) -> float:
    """The inverse of `threshold` for one pair: the rate of false accepts at this score, log-linear like it."""
    scores = [point for point, _ in scale.points]
    index = next((i for i in range(1, len(scores)) if scores[i] >= score), len(scores) - 1)
    (low, low_rate), (high, high_rate) = scale.points[index - 1], scale.points[index]
    slope = (log(high_rate) - log(low_rate)) / (high - low)
    return min(1.0, exp(log(high_rate) + slope * (score - high)))


def unit(vector: npt.NDArray[np.floating]) -> Vector:
    """The vector at length one, float32. Raises `ValueError` for a vector without length or with a number that is none."""
    flat = np.asarray(vector, np.float32).reshape(-1)
    length = float(np.linalg.norm(flat))
    if not np.isfinite(length) or length < 1e-6:
        raise ValueError("a vector without length")
    return np.asarray(flat / length, np.float32)


def fuse(vectors: Sequence[Vector], weights: Sequence[float]) -> Vector:
    """One unit vector from several of the same face, weighted (blurred frames count less). Raises `ValueError` without vectors."""
    if not vectors:
        raise ValueError("no vectors")
    mass = np.maximum(np.asarray(weights, np.float32), 1e-3)
    return unit((np.stack(vectors) * mass[:, None]).sum(axis=0))
