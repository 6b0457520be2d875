"""Who comes to the gate on the bench's morning: workers by face or by card, strangers, the unconfirmed, and held-up photographs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from edge.faces import Face, FaceEngine, Image
from edge.reader.id_number import check_digit
from edge.worn import enrolment_row
from gongmen.bench.conditions import CONDITIONS, Condition, chance, track

ENROLLED_WITH: Final = 3
BORN: Final = date(1985, 3, 15)
WEATHER: Final = (("clean", 0.45), ("helmet", 0.35), ("blur", 0.10), ("dark", 0.05), ("helmet+blur", 0.05))
"""How the faces of the morning are seen, and how often."""
FRAMES: Final = 10
MORNING_S: Final = 3600.0
"""From 06:30 to 07:30; half of the people come in the middle twenty minutes."""
REACTS_S: Final = (0.6, 1.0, 3.0)
"""How soon a head is turned when the screen asks: at least, mostly, at most."""
UNMOVED: Final = 0.02
"""The share of people who cannot turn the head, or do not understand."""
_SPOOFED: Final = 10


class Kind(StrEnum):
    """Why somebody comes."""

    WORKER = "worker"
    STRANGER = "stranger"
    UNCONFIRMED = "unconfirmed"
    PRINT = "photograph of a worker"


@dataclass(frozen=True)
class Visitor:
    """Somebody at the gate. `person` is whose right they have (or show a picture of), `number` an ID number where they bring a card.

    `at_s` is when they join the lane's queue, in seconds of the morning, `reacts_s` from the screen's asking for a movement to the head's
    being turned; None for whoever never turns it.
    """

    kind: Kind
    person: str
    picture: Path | None
    condition: Condition
    number: str = ""
    at_s: float = 0.0
    reacts_s: float | None = None


@dataclass(frozen=True)
class Enrolled:
    """A confirmed worker; without pictures one who refused the face and comes with the card."""

    person: str
    number: str
    pictures: tuple[Path, ...] = ()


@dataclass(frozen=True)
class Morning:
    """The roster, and who walks up in which order."""

    roster: tuple[Enrolled, ...]
    unconfirmed: tuple[Enrolled, ...]
    visitors: tuple[Visitor, ...]


def morning(data: Path, workers: int, seed: int = 1) -> Morning:
    """The same people in the same order for the same data and seed. Raises `FileNotFoundError` without photographs."""
    draw = chance("day", seed)
    known = list(_photographed(data))
    if not known:
        raise FileNotFoundError(data / "faces")
    shuffled = draw.permutation(len(known))
    outside = max(2, workers // 60)
    pictures = [known[i] for i in shuffled]
    unconfirmed, faces = pictures[:outside], pictures[outside : outside + workers]
    prints = list(_prints(data))[: max(1, workers // 40)]
    faces = [one for _, one in prints] + faces[: workers - len(prints)]
    people = [_enrolled(n, faces[n] if n < len(faces) else ()) for n in range(workers)]
    waiting = [_enrolled(workers + n, shots) for n, shots in enumerate(unconfirmed)]
    visitors = [_worker(one, shots, draw) for one, shots in zip(people, [*faces, *[()] * (workers - len(faces))], strict=True)]
    visitors += [Visitor(Kind.UNCONFIRMED, one.person, shots[-1], _weather(draw)) for one, shots in zip(waiting, unconfirmed, strict=True)]
    strangers = sorted((data / "faces/lfw/strangers").glob("*/*.jpg"))
    chosen = draw.permutation(len(strangers))[: max(2, workers // 15)]
    visitors += [Visitor(Kind.STRANGER, "", strangers[i], _weather(draw)) for i in chosen]
    for (attacks, _), one in zip(prints, people, strict=False):
        visitors += [Visitor(Kind.PRINT, one.person, attack, CONDITIONS[0]) for attack in attacks]
    order = draw.permutation(len(visitors))
    arrivals = np.sort(draw.triangular(0.0, 0.5 * MORNING_S, 0.98 * MORNING_S, len(visitors)))
    come = [replace(visitors[i], at_s=float(at_s)) for i, at_s in zip(order, arrivals, strict=True)]
    return Morning(tuple(people), tuple(waiting), tuple(_reacting(one, chance("reacts", seed, n)) for n, one in enumerate(come)))


def _reacting(visitor: Visitor, draw: np.random.Generator) -> Visitor:
    """Nobody measured this: an assumption, which the report says."""
    moves = visitor.kind is not Kind.PRINT and draw.random() >= UNMOVED
    return replace(visitor, reacts_s=float(draw.triangular(*REACTS_S)) if moves else None)


def _photographed(data: Path) -> Iterator[tuple[Path, ...]]:
    """Everybody with three pictures or more."""
    for folder in ("faces/lfw/east_asian", "faces/asian_web", "faces/lfw/multi"):
        for person in sorted((data / folder).glob("*/")):
            pictures = sorted(path for path in person.iterdir() if path.suffix.lower() in (".jpg", ".jpeg", ".png"))
            if len(pictures) >= ENROLLED_WITH:
                yield tuple(pictures)


def _prints(data: Path) -> Iterator[tuple[tuple[Path, ...], tuple[Path, ...]]]:
    """People who are workers, and photographs of them that others hold up: (attacks, own pictures)."""
    for person in sorted((data / "spoof/nuaa/live").glob("*/")):
        own = sorted(person.iterdir())
        attacks = sorted((data / "spoof/nuaa/print" / person.name).glob("*"))
        if len(own) > ENROLLED_WITH and attacks:
            spread = [attacks[i] for i in np.linspace(0, len(attacks) - 1, min(_SPOOFED, len(attacks)), dtype=int)]
            step = max(1, len(own) // 4)
            yield tuple(spread), tuple(own[::step][: ENROLLED_WITH + 1])


def _enrolled(n: int, pictures: Sequence[Path]) -> Enrolled:
    seventeen = f"310199{BORN:%Y%m%d}{n:03d}" if n < 1000 else f"310199{BORN.replace(year=1986):%Y%m%d}{n % 1000:03d}"
    enough = tuple(pictures[: min(ENROLLED_WITH, len(pictures) - 1)])
    return Enrolled(f"person{n:05d}", seventeen + check_digit(seventeen), enough)


def _worker(one: Enrolled, pictures: Sequence[Path], draw: np.random.Generator) -> Visitor:
    if not one.pictures:
        return Visitor(Kind.WORKER, one.person, None, CONDITIONS[0], one.number)
    return Visitor(Kind.WORKER, one.person, pictures[-1], _weather(draw), one.number)


def _weather(draw: np.random.Generator) -> Condition:
    name = WEATHER[int(draw.choice(len(WEATHER), p=[share for _, share in WEATHER]))][0]
    return next(condition for condition in CONDITIONS if condition.name == name)


def photograph(path: Path) -> Image:
    """A picture from a file. Raises `FileNotFoundError`."""
    image = cv2.imread(str(path))
    if image is None:
        raise FileNotFoundError(path)
    return np.asarray(image, np.uint8)


def rows(engine: FaceEngine, pictures: Sequence[Path]) -> npt.NDArray[np.float32] | None:
    """The template of somebody's pictures as the kiosk takes it, n x dim; None where no face is found in any."""
    found = []
    for path in pictures:
        image = photograph(path)
        face = main_face(engine, image)
        if face is not None:
            found.append(enrolment_row(engine, image, face))
    return np.stack(found) if found else None


def main_face(engine: FaceEngine, image: Image) -> Face | None:
    """The face nearest to the middle: the one the picture is of."""
    height, width = image.shape[:2]

    def off_centre(face: Face) -> float:
        x, y, w, h = face.box
        return float(np.hypot(x + w / 2 - width / 2, y + h / 2 - height / 2)) - w

    return min(engine.detect(image), key=off_centre, default=None)


def walk_up(engine: FaceEngine, visitor: Visitor, empty: Image) -> list[Image]:
    """The frames in which the camera sees this visitor, on the empty site; only the empty site where there is no picture."""
    if visitor.picture is None:
        return [empty]
    image = photograph(visitor.picture)
    if image.shape[0] > 300:  # a whole frame of a camera already: the person in their own surroundings
        return _held_up(image, visitor)
    face = main_face(engine, image)
    if face is None or not np.isfinite(face.landmarks).all():
        return [_placed(image, empty, 0)]
    shots = track(image, face.landmarks, visitor.condition, visitor.person + visitor.picture.stem, FRAMES)
    return [_placed(shot, empty, number) for number, shot in enumerate(shots)]


def _held_up(image: Image, visitor: Visitor) -> list[Image]:
    draw = chance("held", visitor.picture)
    shots = []
    for _ in range(FRAMES):
        move = np.array([[1, 0, draw.uniform(-4, 4)], [0, 1, draw.uniform(-4, 4)]], np.float32)
        shifted = cv2.warpAffine(image, move, (image.shape[1], image.shape[0]), borderMode=cv2.BORDER_REPLICATE).astype(np.float32)
        noisy = shifted + draw.normal(scale=2.0, size=shifted.shape)
        shots.append(np.clip(noisy, 0, 255).astype(np.uint8))
    return shots


def _placed(image: Image, empty: Image, number: int) -> Image:
    """A portrait in the middle of the frame, as tall as it."""
    height = empty.shape[0]
    portrait = cv2.resize(image, (height, height), interpolation=cv2.INTER_CUBIC)
    frame = empty.copy()
    left = (frame.shape[1] - height) // 2 + (number % 3 - 1)
    frame[:, left : left + height] = portrait
    return frame
