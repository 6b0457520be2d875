"""How well faces are told apart: both engines at the gate's own thresholds, beside the two ways in which people usually do it.

Open-set identification on photographs of East Asian people: every picture is once a worker's (its person is enrolled with other pictures)
and once a stranger's (the person is taken out of the gallery). FNIR is the share of workers who are not told, FPIR the share of strangers
who are taken for somebody; both with 95 % Wilson intervals. The pictures come from GONGMEN_TEST_DATA and are never copied.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from math import sqrt
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import numpy.typing as npt

from edge.faces import Face, FaceEngine, Image, threshold
from edge.gate.engines import ENGINES, load_engine
from gongmen.bench.photographs import DATA
from gongmen.bench.report import Report

SETS: Final = ("lfw/east_asian", "asian_web")
OPENCV_THRESHOLD: Final = 0.363
LIBRARY_TOLERANCE: Final = 0.6
Vector = npt.NDArray[np.float64]
Describe = Callable[[Image], Vector | None]


@dataclass(frozen=True)
class Trials:
    """For each picture: the score of its own person (NaN where there is no other picture), of the best other one, and of the next."""

    own: Vector
    best: Vector
    second: Vector
    rows: int


def run(as_json: bool = False, data: Path = DATA) -> None:
    """Prints the report; ends with status 3 where there are no photographs."""
    pictures = photographs(data)
    if not pictures:
        sys.exit(f"没有照片 no photographs: {data / 'faces'} (GONGMEN_TEST_DATA)")
    people = len({person for person, _ in pictures})
    report = Report("faces: told apart", {"people": people, "pictures": len(pictures), "condition": "clean"})
    for name in ENGINES:
        engine = load_engine(name, None, 1)
        _gate_rows(report, engine, described(pictures, partial(describe, engine)))
    _library_row(report, pictures)
    report.notes.append("fnir_at_fpir_1pct sets the threshold on these very pictures; the threshold in use comes from elsewhere.")
    report.notes.append("margin: the gate also wants a lead over the second-best person.")
    report.finish(as_json)


def photographs(data: Path) -> list[tuple[str, Path]]:
    """(person, file) of everyone in the sets; empty where the folder is not there."""
    return [(f"{name}/{_one_name(file.parent.name)}", file) for name in SETS for file in sorted((data / "faces" / name).glob("*/*.jpg"))]


def _one_name(name: str) -> str:
    """LFW holds some people twice, family name first and last (Nan_Wang, Wang_Nan): the parts in order are one name for both."""
    return "-".join(sorted(re.split("[-_]", name.lower())))


def described(pictures: Sequence[tuple[str, Path]], describe_one: Describe) -> list[tuple[str, Vector]]:
    """(person, vector) of every picture in which a face was found."""
    found = []
    for person, file in pictures:
        image = cv2.imread(str(file))
        vector = describe_one(np.asarray(image, np.uint8)) if image is not None else None
        if vector is not None:
            found.append((person, vector))
    return found


def describe(engine: FaceEngine, image: Image) -> Vector | None:
    """The face nearest the middle, as this engine has it; a picture without one is enlarged once."""
    for picture in (image, np.asarray(cv2.resize(image, None, fx=2, fy=2), np.uint8)):
        faces = engine.detect(picture)
        if faces:
            return np.asarray(engine.embed(picture, min(faces, key=lambda face: _off_centre(face, picture))), np.float64)
    return None


def _off_centre(face: Face, image: Image) -> float:
    x, y, width, height = face.box
    return float(abs(x + width / 2 - image.shape[1] / 2) + abs(y + height / 2 - image.shape[0] / 2))


def trials(found: Sequence[tuple[str, Vector]], images: int, by_distance: bool = False) -> Trials:
    """Every picture against everybody, each enrolled with the mean of up to so many other pictures. Scores are cosines, or -distances."""
    people = sorted({person for person, _ in found})
    shots = {person: [index for index, (who, _) in enumerate(found) if who == person] for person in people}
    table = np.stack([vector for _, vector in found])
    means = np.stack([_mean(table[shots[person][:images]], by_distance) for person in people])
    rows = sum(min(images, len(shots[person])) for person in people)
    scores = np.array([_scores(means, vector, by_distance) for vector in table])
    own = np.full(len(found), np.nan)
    for index, (person, vector) in enumerate(found):
        others = [other for other in shots[person] if other != index][:images]
        if others:
            own[index] = _scores(_mean(table[others], by_distance)[None, :], vector, by_distance)[0]
        scores[index, people.index(person)] = -np.inf
    ordered = np.sort(scores, axis=1)
    return Trials(own, ordered[:, -1], ordered[:, -2], rows)


def _mean(vectors: Vector, by_distance: bool) -> Vector:
    mean: Vector = vectors.mean(axis=0)
    return mean if by_distance else mean / np.linalg.norm(mean)


def _scores(means: Vector, vector: Vector, by_distance: bool) -> Vector:
    return -np.linalg.norm(means - vector, axis=1) if by_distance else means @ vector


def _gate_rows(report: Report, engine: FaceEngine, found: Sequence[tuple[str, Vector]]) -> None:
    for images in (1, 3):
        done = trials(found, images)
        method = f"gate, {images} image{'s' if images > 1 else ''}"
        report.row(engine=engine.name, method=method, **figures(done, threshold(engine.scale, done.rows), engine.scale.margin))
    if engine.name == ENGINES["sface"]:
        method = "baseline: OpenCV's threshold, 1 image"
        report.row(engine=engine.name, method=method, **figures(trials(found, 1), OPENCV_THRESHOLD))


def _library_row(report: Report, pictures: Sequence[tuple[str, Path]]) -> None:
    import face_recognition

    def describe_one(image: Image) -> Vector | None:
        found = face_recognition.face_encodings(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
        return np.asarray(found[0], np.float64) if found else None

    done = trials(described(pictures, describe_one), 1, by_distance=True)
    method = "baseline: default tolerance, 1 image"
    report.row(engine="face_recognition", method=method, **figures(done, -LIBRARY_TOLERANCE))


def figures(done: Trials, limit: float, margin: float = 0.0) -> dict[str, Any]:
    """A row's cells: the errors at this threshold, and the misses at the one that lets one stranger in a hundred pass."""
    mated = ~np.isnan(done.own)
    own, other = done.own[mated], done.best[mated]
    told = (own >= limit) & (own - other >= margin)
    taken = (done.best >= limit) & (done.best - done.second >= margin)
    one_in_hundred = float(np.quantile(done.best, 0.99))
    return {
        "condition": "clean",
        "frames": 1,
        "threshold": abs(limit),
        "fnir": float(1 - told.mean()),
        "fnir_95": wilson(int((~told).sum()), len(told)),
        "fpir": float(taken.mean()),
        "fpir_95": wilson(int(taken.sum()), len(taken)),
        "rank_1": float((own > other).mean()),
        "fnir_at_fpir_1pct": float(1 - ((own >= one_in_hundred) & (own > other)).mean()),
        "workers": int(mated.sum()),
        "strangers": len(done.best),
    }


def wilson(hits: int, of: int) -> list[Any]:
    """The 95 % interval of a share (Wilson), low and high."""
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return [round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)]
