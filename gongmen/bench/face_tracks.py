"""What the faces benchmark looks at: each picture once as an enrolment, and once per condition as a short track of frames.

Vectors only leave here, never pictures. Two processes share the work; the seeds hang on the file's name, so the order does not matter.
dlib takes 0.2 s a face, so its engines look at fewer people, pictures and frames (`fewer`, SLOW_FRAMES), and their rows say so.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from edge.faces import Face, FaceEngine, Image, Vector, fuse
from edge.gate.engines import load_engine
from edge.gate.tracking import Sample, Track
from edge.worn import enrolment_row
from gongmen.bench.conditions import CONDITIONS, Condition, track
from gongmen.bench.face_library import NAME as LIBRARY
from gongmen.bench.face_library import ReadmeLibrary

SETS: Final = ("lfw/east_asian", "asian_web")
ELSE: Final = "lfw/multi"
"""Whom to take where a folder holds no East Asian set."""
GATE_FRAMES: Final = 10
"""Two thirds of a second at 15 frames a second."""
FUSED: Final = 5
LARGEST: Final = 640
SLOW_FRAMES: Final = 3
SLOW_PEOPLE: Final = 10
SLOW_PICTURES: Final = 4
_TELL_S: Final = 20.0
_engine: FaceEngine | None = None


@dataclass
class Seen:
    """One condition of one picture. `single` is the first frame, `fused` five frames weighted; `attempt` what the gate's track held after

    each of its frames, from the second good one on. None and empty where no face was found.
    """

    single: Vector | None = None
    fused: Vector | None = None
    attempt: list[Vector] = field(default_factory=list)


@dataclass
class Picture:
    """One picture: `plain` its vector, `row` what the gate enrols. `turn` is how far it looks past the camera (`edge.faces.Quality`)."""

    person: str
    file: str
    plain: Vector
    row: Vector
    seen: dict[str, Seen] = field(default_factory=dict)
    turn: float = 0.0


def photographs(data: Path, people: int = 0) -> list[tuple[str, Path]]:
    """(person, file) of everyone in the sets, those with most pictures first where only so many are wanted; empty without a folder."""
    sets = [name for name in SETS if (data / "faces" / name).is_dir()] or [ELSE]
    found = [(_one_name(file.parent.name), file) for name in sets for file in sorted((data / "faces" / name).glob("*/*.jpg"))]
    if not people:
        return found
    count: dict[str, int] = {}
    for person, _ in found:
        count[person] = count.get(person, 0) + 1
    chosen = set(sorted(count, key=lambda person: (-count[person], person))[:people])
    return [one for one in found if one[0] in chosen]


def fewer(files: Sequence[tuple[str, Path]]) -> list[tuple[str, Path]]:
    """Some of them for an engine that takes long: those with most pictures, four of each."""
    of: dict[str, list[Path]] = {}
    for person, file in files:
        of.setdefault(person, []).append(file)
    chosen = sorted(of, key=lambda person: (-len(of[person]), person))[:SLOW_PEOPLE]
    return [(person, file) for person in sorted(chosen) for file in of[person][:SLOW_PICTURES]]


def _one_name(name: str) -> str:
    """LFW holds some people twice, family name first and last (Nan_Wang, Wang_Nan): the parts in order are one name for both."""
    return "-".join(sorted(re.split("[-_]", name.lower())))


def described(engine: str, files: Sequence[tuple[str, Path]], conditions: Iterable[Condition] = CONDITIONS) -> list[Picture]:
    """Every picture in which a face was found. `engine` is one of the settings' names, or `library` for face_recognition's own way.

    How far it is goes to stderr now and then.
    """
    wanted = tuple(conditions)
    tasks = [(person, str(file), wanted) for person, file in files]
    with ProcessPoolExecutor(min(2, len(os.sched_getaffinity(0))), initializer=_load, initargs=(engine,)) as pool:
        return [one for one in _told(engine, len(tasks), pool.map(_describe, tasks, chunksize=4)) if one is not None]


def _told(engine: str, count: int, done: Iterable[Picture | None]) -> Iterable[Picture | None]:
    began = said = time.monotonic()
    for number, one in enumerate(done, 1):
        if time.monotonic() - said >= _TELL_S or number == count:
            said = time.monotonic()
            print(f"{engine}: {number}/{count}, {said - began:.0f} s", file=sys.stderr, flush=True)
        yield one


def _load(engine: str) -> None:
    global _engine  # noqa: PLW0603 - one engine a process
    _engine = ReadmeLibrary() if engine == "library" else load_engine(engine, None, 1)


def _describe(task: tuple[str, str, tuple[Condition, ...]]) -> Picture | None:
    person, file, conditions = task
    engine, picture = _engine, _read(file)
    if engine is None or picture is None:
        return None
    face, marks = middle_face(engine, picture), _marks(picture)
    if face is None or marks is None:
        return None
    plain = engine.embed(picture, face)
    row = enrolment_row(engine, picture, face) if engine.name.startswith("sface") else plain
    seed = "/".join(Path(file).parts[-2:])
    seen = {one.name: look(engine, track(picture, marks, one, seed, wanted_frames(engine))) for one in conditions}
    return Picture(person, file, plain, row, seen, face.quality.turn)


def _read(file: str) -> Image | None:
    """A picture, at most as large as a gate's camera gives it; None where it is none."""
    image = cv2.imread(file)
    if image is None:
        return None
    shrunk = min(1.0, LARGEST / max(image.shape[:2]))
    return np.asarray(cv2.resize(image, None, fx=shrunk, fy=shrunk, interpolation=cv2.INTER_AREA) if shrunk < 1 else image, np.uint8)


def wanted_frames(engine: FaceEngine) -> int:
    """How many frames of a track this engine is shown."""
    if engine.name.startswith("sface"):
        return GATE_FRAMES
    return 1 if engine.name == LIBRARY else SLOW_FRAMES


def look(engine: FaceEngine, frames: Sequence[Image]) -> Seen:
    """A track as each method has it."""
    ours = engine.name.startswith("sface")
    found = [(image, face) for image in frames if (face := middle_face(engine, image)) is not None]
    known: dict[int, Vector] = {}

    def vector(index: int) -> Vector:
        if index not in known:
            known[index] = engine.embed(*found[index])
        return known[index]

    early = [index for index, (image, _) in enumerate(found) if any(image is one for one in frames[:FUSED])]
    single = vector(0) if found and found[0][0] is frames[0] else None
    fused = fuse([vector(index) for index in early], [found[index][1].quality.weight() for index in early]) if early else None
    if not ours:
        return Seen(single, fused)
    kept, attempt = Track(1, found[0][1], 0.0) if found else None, []
    for index, (_, face) in enumerate(found):
        if kept is not None and kept.wants(face.quality.weight()):
            kept.add(Sample(vector(index), face.quality.weight(), (), float(index)))
            attempt += [kept.fused()] if kept.good > 1 else []
    return Seen(single, fused, attempt)


def middle_face(engine: FaceEngine, image: Image) -> Face | None:
    """The face nearest the middle."""
    height, width = image.shape[:2]

    def off(face: Face) -> float:
        x, y, wide, tall = face.box
        return float(abs(x + wide / 2 - width / 2) + abs(y + tall / 2 - height / 2))

    return min(engine.detect(image), key=off, default=None)


_marker: list[FaceEngine] = []


def _marks(image: Image) -> Any:
    """The five points by which a condition is drawn: always YuNet's, so that every engine sees the same helmet."""
    if not _marker:
        _marker.append(load_engine("sface", None, 1))
    face = middle_face(_marker[0], image)
    return face.landmarks if face else None
