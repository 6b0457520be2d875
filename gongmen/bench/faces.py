"""How well faces are told apart, in every condition of a site: our gate, each engine plain, and the two ways people usually do it.

Open-set identification of East Asian people: every picture is once a worker's (its person is enrolled with other pictures) and once a
stranger's (the person is taken out of the gallery); strangers are seen under the same condition. FNIR is the share of workers who are
not told, FPIR the share of strangers who are taken for somebody. `ci` is the 95 % interval of `fnir_at_fpir_1pct`, from 200 draws of
the people, thresholds set anew in each. Conditions are drawn (gongmen.bench.conditions), pictures come from GONGMEN_TEST_DATA.

"gate, 5000 people" has the misses of the same attempts at the threshold in use for so many people, "regulars of 5000" those of workers who
come daily where REGULARS of the people do (edge.gate.gallery), both with intervals by drawing people. No such gallery is at hand: what the
larger crowd adds is its threshold alone. "straight" and "turned" are the same misses by where the face looks.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

import numpy as np

from edge.faces import Scale, crowd_threshold, threshold
from edge.faces import Vector as Row
from edge.gate.engines import ENGINES, load_engine
from edge.gate.gallery import CENTRED_FROM, REGULAR
from edge.gate.recognition import TURNED
from gongmen.bench.conditions import CONDITIONS
from gongmen.bench.face_errors import Trials, Vector, at_threshold, figures, only
from gongmen.bench.face_library import NAME as LIBRARY
from gongmen.bench.face_tracks import FUSED, GATE_FRAMES, SLOW_FRAMES, Picture, described, fewer, photographs
from gongmen.bench.photographs import DATA
from gongmen.bench.report import Report

OPENCV_THRESHOLD: Final = 0.363
LIBRARY_TOLERANCE: Final = 0.6
LIBRARY_OWN: Final = "library"
ENROL: Final = (1, 3)
QUICK: Final = ("clean", "helmet", "dark", "blur", "helmet+blur")
SPLIT: Final = 5_000
"""The gallery whose misses are also told apart by whether the face looks at the camera."""
REGULARS: Final = {300: 200, 1_000: 300, 5_000: 800, 20_000: 1_500}
"""People enrolled -> those of them who came by this box in a fortnight."""


def run(as_json: bool = False, data: Path = DATA, *, people: int = 0, quick: bool = False) -> None:
    """Prints the report; ends with status 3 where there are no photographs."""
    files = photographs(data, people)
    if not files:
        print(f"没有照片 no photographs: {data / 'faces'} (GONGMEN_TEST_DATA)", file=sys.stderr)
        sys.exit(3)
    conditions = [one for one in CONDITIONS if not quick or one.name in QUICK]
    persons = len({person for person, _ in files})
    report = Report("faces: told apart", {"people": persons, "pictures": len(files), "conditions": len(conditions), "seeds": "file names"})
    for name in ("sface",) if quick else ("sface", "face_recognition", LIBRARY_OWN):
        pictures = described(name, files if name == "sface" else fewer(files), conditions)
        for condition in conditions:
            for images in ENROL:
                rows(report, name, pictures, condition.name, images)
    report.notes += NOTES
    report.finish(as_json)


NOTES: Final = (
    "fnir_at_fpir_…: the threshold is set on these very strangers; `fnir` and `fpir` are at the threshold in use, set elsewhere.",
    "With fewer than 1,000 strangers the threshold at FPIR 0.1 % is the highest score of any stranger.",
    "gate: the best score at any moment of the attempt counts, for worker and stranger alike, as it does at the lane.",
    "face_recognition and the library's own way take 0.2 s and more a face: they are measured on fewer people (`n`, `strangers`).",
)


def rows(report: Report, name: str, pictures: Sequence[Picture], condition: str, images: int) -> None:
    """One engine's rows in one condition, with so many pictures enrolled."""
    first = _alone(picture.seen[condition].single for picture in pictures)
    if name == LIBRARY_OWN:
        done = trials(pictures, first, images, by_distance=True)
        _row(report, (LIBRARY, condition, "baseline: default tolerance", images, 1), done, -LIBRARY_TOLERANCE)
        return
    scale, engine = load_engine(name, None, 1).scale, ENGINES[name]
    several = _alone(picture.seen[condition].fused for picture in pictures)
    single, fused = trials(pictures, first, images), trials(pictures, several, images)
    if name == "sface":
        _row(report, (engine, condition, "baseline: OpenCV's threshold", images, 1), single, OPENCV_THRESHOLD)
    _row(report, (engine, condition, "plain", images, 1), single, threshold(scale, single.people * images), scale.margin)
    frames = FUSED if name == "sface" else SLOW_FRAMES
    _row(report, (engine, condition, "fused", images, frames), fused, threshold(scale, fused.people * images), scale.margin)
    if name == "sface":
        _gate_rows(report, scale, pictures, condition, images)


def _gate_rows(report: Report, scale: Scale, pictures: Sequence[Picture], condition: str, images: int) -> None:
    looked, engine = [picture.seen[condition].attempt for picture in pictures], ENGINES["sface"]
    raw = trials(pictures, looked, images, enrolled="row")
    _row(report, (engine, condition, "gate, not centred", images, GATE_FRAMES), raw, threshold(scale, raw.people * images), scale.margin)
    limits = {f"gate, not centred, {size} people": (raw, threshold(scale, size * images)) for size in REGULARS}
    if raw.people >= CENTRED_FROM:
        done = trials(pictures, looked, images, enrolled="row", centred=True)
        _row(report, (engine, condition, "gate", images, GATE_FRAMES), done, crowd_threshold(scale, done.people), scale.margin)
        limits |= {f"gate, {size} people": (done, crowd_threshold(scale, size)) for size in REGULARS}
        shares = {size: (size + (REGULAR - 1) * often) / REGULAR for size, often in REGULARS.items()}
        limits |= {f"gate, regulars of {size}": (done, crowd_threshold(scale, share)) for size, share in shares.items()}
        turned = np.array([abs(picture.turn) >= TURNED for picture in pictures])
        parts = {name: only(done, part) for name, part in (("straight", ~turned), ("turned", turned))}
        several = {name: part for name, part in parts.items() if not np.isnan(part.own).all()}
        limits |= {f"gate, {SPLIT} people, {name}": (part, crowd_threshold(scale, SPLIT)) for name, part in several.items()}
    for method, (some, limit) in limits.items():
        fnir, interval = at_threshold(some, limit, scale.margin)
        cells = {"n": int((~np.isnan(some.own)).sum()), "threshold": limit, "fnir": fnir, "fnir_95": interval}
        report.row(engine=engine, condition=condition, method=method, enrol_images=images, frames=GATE_FRAMES, **cells)


def _alone(vectors: Iterable[Row | None]) -> list[list[Row]]:
    return [[] if one is None else [one] for one in vectors]


def trials(
    pictures: Sequence[Picture],
    probes: Sequence[Sequence[Row]],
    images: int,
    *,
    enrolled: str = "plain",
    by_distance: bool = False,
    centred: bool = False,
) -> Trials:
    """Every probe against everybody, each enrolled with the mean of so many pictures, never with the very one that is probed.

    A probe is several vectors where the gate looked several times: the best score of any counts. Scores are cosines, or -distances;
    `centred` takes the mean of the gallery off both sides, as the gate does, and the probe's own person is never part of that mean.
    """
    who = np.array([picture.person for picture in pictures])
    people = sorted(set(who))
    table = np.stack([np.asarray(getattr(picture, enrolled), np.float64) for picture in pictures])
    shots = {person: np.flatnonzero(who == person) for person in people}
    means = np.stack([_mean(table[shots[person][:images]], by_distance) for person in people])
    own, best, second = np.full(len(who), np.nan), np.full(len(who), -1.0), np.full(len(who), -1.0)
    for index, vectors in enumerate(probes):
        others = shots[who[index]][shots[who[index]] != index][:images]
        enough = len(others) == images
        if enough:
            own[index] = -1.0
        if not vectors:
            continue
        looked, crowd = np.stack([np.asarray(one, np.float64) for one in vectors]), np.delete(means, people.index(who[index]), axis=0)
        centre = crowd.mean(axis=0) if centred else np.zeros(crowd.shape[1])
        if enough:
            own[index] = _scores(_mean(table[others], by_distance)[None, :] - centre, looked - centre, by_distance).max()
        ordered = np.sort(_scores(crowd - centre, looked - centre, by_distance).max(axis=0))
        best[index], second[index] = ordered[-1], ordered[-2] if len(ordered) > 1 else -1.0
    return Trials(who, own, best, second, len(people))


def _mean(vectors: Vector, by_distance: bool) -> Vector:
    mean: Vector = vectors.mean(axis=0)
    return mean if by_distance else mean / np.linalg.norm(mean)


def _scores(means: Vector, looked: Vector, by_distance: bool) -> Vector:
    """Looks x people."""
    if by_distance:
        return np.asarray(-np.linalg.norm(means[None, :, :] - looked[:, None, :], axis=2), np.float64)
    lengths = np.linalg.norm(looked, axis=1)[:, None] * np.linalg.norm(means, axis=1)[None, :]
    return np.asarray(looked @ means.T / np.maximum(lengths, 1e-9), np.float64)


def _row(report: Report, what: tuple[str, str, str, int, int], done: Trials, limit: float, margin: float = 0.0) -> None:
    engine, condition, method, images, frames = what
    cells = figures(done, limit, margin)
    report.row(engine=engine, condition=condition, method=method, enrol_images=images, frames=frames, **cells)
