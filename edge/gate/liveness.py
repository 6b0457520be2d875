"""Whether a face is a person's or a picture's: the port, the checks behind it, and what they come to.

Two kinds of check. Those that only raise a doubt (fine detail, colour: a print or a screen loses some of both) never refuse anybody: a
cheap camera would shut out its own workers. Those that are decisive (the optional network, an infrared or depth camera) refuse by
themselves. A doubt asks for the challenge (`edge.gate.challenge`) where the site wants one at risk. What ran stands in every event.
What each of them stops, and what it does not, stands with figures in docs/operations/recognition.md.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from statistics import median
from typing import Any, Final, Protocol

import cv2
import numpy as np

from edge.errors import ModelMissing
from edge.faces import Face, Image
from edge.gate.challenge import Ask, Challenge
from edge.gate.engines.weights import ANTI_SPOOF, read

__all__ = [
    "Ask",
    "Challenge",
    "Check",
    "Colour",
    "DepthCamera",
    "Liveness",
    "Network",
    "Sharpness",
    "Standing",
    "needs_challenge",
    "passive_checks",
]

WHEN: Final = ("always", "risk", "never")
"""When the challenge is asked, as the roster's policy says."""


class Standing(StrEnum):
    """What the passive checks of one attempt come to."""

    CLEAR = "clear"
    DOUBT = "doubt"
    PICTURE = "picture"


class Check(Protocol):
    """One way to look: at every good frame of a track, then at what was seen."""

    @property
    def name(self) -> str:
        """As it stands in the event."""

    def look(self, image: Image, face: Face) -> float:
        """One frame: 0 (surely a picture) to 1 (nothing speaks against a person)."""

    def judge(self, looks: Sequence[float]) -> Standing:
        """What the looks at one track come to."""


class Liveness:
    """The checks of one lane, as one: the worst of their verdicts stands. Without any, nobody is doubted and nothing is stopped."""

    def __init__(self, *each: Check) -> None:
        self._each = each
        self.checks = tuple(one.name for one in each)

    def also(self, check: Check) -> Liveness:
        """These, and one more."""
        return Liveness(*self._each, check)

    def look(self, image: Image, face: Face) -> tuple[float, ...]:
        """One frame, a number for each check."""
        return tuple(one.look(image, face) for one in self._each)

    def judge(self, looks: Sequence[tuple[float, ...]]) -> Standing:
        """A picture if any check says so, else a doubt if any has one."""
        said = [one.judge([row[index] for row in looks]) for index, one in enumerate(self._each)]
        return next((worst for worst in (Standing.PICTURE, Standing.DOUBT) if worst in said), Standing.CLEAR)


class Sharpness:
    """Fine detail in the face's crop: a picture of a picture has lost some. `least` is a Laplacian variance at 112 pixels. Doubts only."""

    name = "sharpness"

    def __init__(self, least: float = 45.0) -> None:
        self._least = least

    def look(self, image: Image, face: Face) -> float:
        """0.5 at the least sharpness allowed."""
        return face.quality.sharpness / (face.quality.sharpness + self._least)

    def judge(self, looks: Sequence[float]) -> Standing:
        """By the median, so that one blurred frame makes nobody suspect."""
        return Standing.CLEAR if looks and median(looks) >= 0.5 else Standing.DOUBT


class Colour:
    """How colourful the face is (mean saturation, 0 to 255): prints and screens are duller. A grey picture says nothing. Doubts only."""

    name = "colour"

    def __init__(self, least: float = 40.0) -> None:
        self._least = least

    def look(self, image: Image, face: Face) -> float:
        """0.5 at the least colour allowed; 1 for a grey picture."""
        x, y, width, height = (int(value) for value in face.box)
        crop = image[max(0, y) : max(0, y + height) : 4, max(0, x) : max(0, x + width) : 4]
        if crop.size == 0:
            return 1.0
        saturation = float(cv2.cvtColor(crop, cv2.COLOR_BGR2HSV)[..., 1].mean())
        return 1.0 if saturation < 4 else saturation / (saturation + self._least)

    def judge(self, looks: Sequence[float]) -> Standing:
        """By the median."""
        return Standing.CLEAR if looks and median(looks) >= 0.5 else Standing.DOUBT


class Network:
    """The optional network (MiniFASNet V1SE, 80 x 80, scale 4; Minivision, Apache-2.0), which no package carries: an operator puts the file

    into `models_dir`, and it is taken by its SHA-256 only. Decisive. About 8 ms a frame.
    """

    name = "minifasnet"
    _SIDE, _AROUND = 80, 4.0

    def __init__(self, graph: bytes, least: float = 0.1) -> None:
        self._net: Any = cv2.dnn.readNetFromONNX(np.frombuffer(graph, np.uint8))
        self._least = least

    @classmethod
    def load(cls, models_dir: Path | None) -> Network:
        """Raises `ModelMissing` where nobody installed it, `ModelAltered` where the bytes are others."""
        return cls(read(ANTI_SPOOF, models_dir))

    def look(self, image: Image, face: Face) -> float:
        """The chance that this is a live face, as the network has it."""
        blob = cv2.dnn.blobFromImage(_around(image, face, self._AROUND, self._SIDE).astype(np.float32))
        self._net.setInput(blob)
        out = np.asarray(self._net.forward(), np.float64)[0]
        shares = np.exp(out - out.max())
        return float(shares[1] / shares.sum())

    def judge(self, looks: Sequence[float]) -> Standing:
        """A picture where the mean is below the least; a doubt without a look."""
        if not looks:
            return Standing.DOUBT
        return Standing.CLEAR if sum(looks) / len(looks) >= self._least else Standing.PICTURE


class DepthCamera:
    """The verdict of an infrared or depth camera beside the lane's own. `sees` gives how sure it is of a living face now, 0 to 1, or None

    while it is silent. Decisive; a silent camera is a doubt, so that cutting its cable gains nobody anything.
    """

    name = "depth"

    def __init__(self, sees: Callable[[Face], float | None], least: float = 0.5) -> None:
        self._sees, self._least = sees, least

    def look(self, image: Image, face: Face) -> float:
        """What it says of this face; -1 while it says nothing."""
        said = self._sees(face)
        return -1.0 if said is None else said

    def judge(self, looks: Sequence[float]) -> Standing:
        """By the looks that it gave."""
        given = [look for look in looks if look >= 0]
        if not given:
            return Standing.DOUBT
        return Standing.CLEAR if median(given) >= self._least else Standing.PICTURE


def passive_checks(models_dir: Path | None = None) -> Liveness:
    """What a lane checks of itself: fine detail and colour, and the network where an operator installed it. Raises `ModelAltered`."""
    try:
        return Liveness(Sharpness(), Colour(), Network.load(models_dir))
    except ModelMissing:
        return Liveness(Sharpness(), Colour())


def needs_challenge(when: str, standing: Standing) -> bool:
    """Whether this attempt has to move as asked. `when` is the site's policy; a picture is refused as it is, and asked nothing."""
    if when == "never" or standing is Standing.PICTURE:
        return False
    return when == "always" or standing is Standing.DOUBT


def _around(image: Image, face: Face, scale: float, side: int) -> Image:
    """A crop `scale` times the face's box, moved into the picture where it would reach over the edge, as the network was trained."""
    x, y, width, height = face.box
    tall, wide = image.shape[:2]
    scale = min((tall - 1) / height, (wide - 1) / width, scale)
    left = min(max(x + width / 2 - width * scale / 2, 0), wide - 1 - width * scale)
    top = min(max(y + height / 2 - height * scale / 2, 0), tall - 1 - height * scale)
    crop = image[int(top) : int(top + height * scale) + 1, int(left) : int(left + width * scale) + 1]
    return np.asarray(cv2.resize(crop, (side, side)), np.uint8)
