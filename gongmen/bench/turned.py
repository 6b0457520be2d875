"""Whether a living person's turned head counts as the movement that the challenge asks for, as far as single pictures can tell.

People of GONGMEN_TEST_DATA/faces with pictures that look straight ahead and one that looks aside: the straight ones are enrolled, and
stand for what the challenge measures first; the turned one stands for the frame that would complete the movement. Which way a head looks
is told by MediaPipe's mesh, another network than the one whose five points the gate measures. Nobody in these pictures was asked to turn:
this is a part of the BPCER, of heads that were turned so far, and says nothing of who turns too late, too little or to the wrong side.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from edge.faces import Face, FaceEngine, Image
from edge.gate.challenge import TURNED, depth_place
from edge.gate.engines import load_engine
from edge.gate.eyes import Eyes
from edge.gate.gallery import Gallery
from edge.gate.proof import enough_turned
from edge.worn import enrolment_row
from gongmen.bench.conditions import CONDITIONS, Condition, track
from gongmen.bench.day_people import ENROLLED_WITH, main_face, photograph
from gongmen.bench.face_errors import wilson
from gongmen.bench.report import Report

FOLDERS: Final = ("faces/lfw/east_asian", "faces/asian_web", "faces/lfw/multi")
STRAIGHT: Final = 10.0
"""Degrees from which a picture no longer looks straight ahead."""
BANDS: Final = ((20.0, 25.0), (25.0, 30.0), (30.0, 35.0), (35.0, 90.0))
SEEN: Final = ("clean", "helmet", "dark", "blur", "helmet+blur")
_LEFT_EYE, _RIGHT_EYE = 33, 263


class Head(Eyes):
    """The mesh, asked for what the gate does not need of it."""

    def yaw(self, image: Image, face: Face) -> float:
        """How far the head is turned, in degrees; positive to the picture's right, as the nose goes."""
        mesh = self._mesh(image, face)
        away = mesh[_RIGHT_EYE] - mesh[_LEFT_EYE]
        return float(np.degrees(np.arctan2(away[2], away[0])))


@dataclass(frozen=True)
class Picture:
    """One picture of somebody. `place` is where the nose stands, `yaw` which way the head looks."""

    path: Path
    place: float
    yaw: float


@dataclass(frozen=True)
class Aside:
    """One picture of somebody who looks aside; `straight` is where this person's nose stands otherwise."""

    person: str
    path: Path
    yaw: float
    straight: float


@dataclass(frozen=True, eq=False)
class Shown:
    """That picture, with the face found in it."""

    of: Aside
    image: Image
    face: Face


@dataclass(frozen=True)
class Turned:
    """One turned head in one condition. `way` is how far the nose went from where it stands straight, the head's way counted positive, or

    None where no face was found; `own` the score against its own person, `others` against everybody else here.
    """

    yaw: float
    way: float | None
    own: float = -1.0
    others: tuple[float, ...] = ()

    @property
    def counts(self) -> bool:
        """Whether the movement is made."""
        return self.way is not None and self.way >= TURNED


def turned_rows(report: Report, data: Path) -> None:
    """A row for how far the head is turned, one for each condition, one for somebody else's head; a note where nothing can be measured."""
    head, engine = Head.load(data / "models"), load_engine("sface", None, 1)
    people = dict(_people(data, engine, head)) if head is not None else {}
    if not people:
        report.notes.append("turned head: not measured, the face mesh or the pictures are not here.")
        return
    enrolled = Gallery.build(engine.dim, {who: _rows(engine, straight) for who, (straight, _) in people.items()})
    enough = enough_turned(engine.scale)
    shown = [found for _, aside in people.values() for one in aside if (found := _shown(engine, one)) is not None]
    for name in SEEN:
        condition = next(one for one in CONDITIONS if one.name == name)
        seen = [_turned(engine, enrolled, one, condition) for one in shown]
        for least, most in BANDS if name == "clean" else ():
            turned_row(report, f"{least:.0f} to {most:.0f} degrees", [one for one in seen if least <= abs(one.yaw) < most], enough)
        turned_row(report, f"{BANDS[1][0]:.0f} degrees and more, {name}", [one for one in seen if abs(one.yaw) >= BANDS[1][0]], enough)
        if name == "clean":
            tries = [score >= enough for one in seen if one.counts for score in one.others]
            passed = {"apcer": float(np.mean(tries)), "apcer_95": wilson(sum(tries), len(tries)), "attacks": len(tries)}
            report.row(check="turned head", part="somebody else's for the picture's", **passed)
    report.notes.append(
        "turned head: live = pictures of people who look aside; counts = turned far enough; same = of those, shown to be the person "
        "enrolled; bpcer = not both, by this one frame. Nobody was asked to turn, and a challenge has some sixty frames: only a part "
        "of the BPCER."
    )


def _people(data: Path, engine: FaceEngine, head: Head) -> Iterator[tuple[str, tuple[list[Picture], list[Aside]]]]:
    """Everybody who is here both straight and turned: the straight pictures to enrol, and the turned ones."""
    for folder in FOLDERS:
        for person in sorted((data / folder).glob("*/")):
            pictures = [one for path in sorted(person.iterdir()) if (one := _picture(path, engine, head)) is not None]
            straight = [one for one in pictures if abs(one.yaw) < STRAIGHT]
            aside = [one for one in pictures if abs(one.yaw) >= BANDS[0][0]]
            if straight and aside:
                who, place = f"{folder}/{person.name}", float(np.median([one.place for one in straight[:ENROLLED_WITH]]))
                yield who, (straight[:ENROLLED_WITH], [Aside(who, one.path, one.yaw, place) for one in aside])


def _picture(path: Path, engine: FaceEngine, head: Head) -> Picture | None:
    if path.suffix.lower() not in (".jpg", ".jpeg", ".png"):
        return None
    image = photograph(path)
    face = main_face(engine, image)
    place = depth_place(face.landmarks) if face is not None else None
    return Picture(path, place, head.yaw(image, face)) if face is not None and place is not None else None


def _rows(engine: FaceEngine, straight: Sequence[Picture]) -> np.ndarray[Any, np.dtype[np.float32]]:
    found = ((image, main_face(engine, image)) for image in (photograph(one.path) for one in straight))
    return np.stack([enrolment_row(engine, image, face) for image, face in found if face is not None])


def _shown(engine: FaceEngine, one: Aside) -> Shown | None:
    image = photograph(one.path)
    face = main_face(engine, image)
    return Shown(one, image, face) if face is not None else None


def _turned(engine: FaceEngine, enrolled: Gallery, shown: Shown, condition: Condition) -> Turned:
    one, image = shown.of, shown.image
    face: Face | None = shown.face
    if condition.name != "clean":
        image = track(image, shown.face.landmarks, condition, one.path.stem, 1)[0]
        face = main_face(engine, image)
    place = depth_place(face.landmarks) if face is not None else None
    if face is None or place is None:
        return Turned(one.yaw, None)
    way = (place - one.straight) * float(np.sign(one.yaw))
    vector = engine.embed(image, face)
    scores: Mapping[str, float] = {other: enrolled.compare(other, vector) or 0.0 for other in enrolled.people}
    return Turned(one.yaw, way, scores[one.person], tuple(score for other, score in scores.items() if other != one.person))


def turned_row(report: Report, part: str, seen: Sequence[Turned], enough: float) -> None:
    """How many of these count as the movement, and how many of those are shown to be the person (a score of `enough`)."""
    counted = [one for one in seen if one.counts]
    same = sum(one.own >= enough for one in counted)
    if seen:
        report.row(
            check="turned head",
            part=part,
            bpcer=1 - same / len(seen),
            bpcer_95=wilson(len(seen) - same, len(seen)),
            live=len(seen),
            counts=f"{len(counted)}/{len(seen)}",
            same=f"{same}/{len(counted)}",
        )
