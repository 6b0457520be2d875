"""How well faces are told apart, in every condition of a site: our gate, each engine plain, and the two ways people usually do it.

Open-set identification of East Asian people: every picture is once a worker's (its person is enrolled with other pictures) and once a
stranger's (the person is taken out of the gallery); strangers are seen under the same condition. FNIR is the share of workers who are
not told, FPIR the share of strangers who are taken for somebody. `ci` is the 95 % interval of `fnir_at_fpir_1pct`, from 200 draws of
the people, thresholds set anew in each. Conditions are drawn (gongmen.bench.conditions), pictures come from GONGMEN_TEST_DATA.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from edge.faces import Scale, threshold
from edge.faces import Vector as Row
from edge.gate.engines import ENGINES, load_engine
from gongmen.bench.conditions import CONDITIONS
from gongmen.bench.face_tracks import FUSED, GATE_FRAMES, LIBRARY, Picture, described, photographs
from gongmen.bench.photographs import DATA
from gongmen.bench.report import Report

OPENCV_THRESHOLD: Final = 0.363
LIBRARY_TOLERANCE: Final = 0.6
ENROL: Final = (1, 3)
QUICK: Final = ("clean", "helmet", "dark", "blur", "helmet+blur")
_DRAWS: Final = 200
Vector = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Trials:
    """For each picture: whose it is, the score of its own person (NaN where too few other pictures are), the best other one, the next.

    A picture without a face scores -1. `people` is the size of the gallery.
    """

    person: npt.NDArray[np.str_]
    own: Vector
    best: Vector
    second: Vector
    people: int


def run(as_json: bool = False, data: Path = DATA, *, people: int = 0, quick: bool = False) -> None:
    """Prints the report; ends with status 3 where there are no photographs."""
    files = photographs(data, people)
    if not files:
        print(f"没有照片 no photographs: {data / 'faces'} (GONGMEN_TEST_DATA)", file=sys.stderr)
        sys.exit(3)
    conditions = [one for one in CONDITIONS if not quick or one.name in QUICK]
    persons = len({person for person, _ in files})
    report = Report("faces: told apart", {"people": persons, "pictures": len(files), "conditions": len(conditions), "seeds": "file names"})
    for name in ("sface",) if quick else ("sface", "face_recognition", "library"):
        pictures = described(name, files, conditions)
        for condition in conditions:
            for images in ENROL:
                _rows(report, name, pictures, condition.name, images)
    report.notes.append(
        "fnir_at_fpir_…: the threshold is set on these very strangers; `fnir` and `fpir` are at the threshold in use, set elsewhere."
    )
    report.notes.append("With fewer than 1,000 strangers the threshold at FPIR 0.1 % is the highest score of any stranger.")
    report.notes.append("gate: the best score at any moment of the attempt counts, for worker and stranger alike, as it does at the lane.")
    report.finish(as_json)


def _rows(report: Report, name: str, pictures: Sequence[Picture], condition: str, images: int) -> None:
    first = _alone(picture.seen[condition].single for picture in pictures)
    if name == "library":
        done = trials(pictures, first, images, by_distance=True)
        _row(report, (LIBRARY, condition, "baseline: default tolerance", images, 1), done, -LIBRARY_TOLERANCE)
        return
    scale, engine = load_engine(name, None, 1).scale, ENGINES[name]
    five = _alone(picture.seen[condition].fused for picture in pictures)
    single, fused = trials(pictures, first, images), trials(pictures, five, images)
    if name == "sface":
        _row(report, (engine, condition, "baseline: OpenCV's threshold", images, 1), single, OPENCV_THRESHOLD)
    _row(report, (engine, condition, "plain", images, 1), single, _limit(scale, single, images), scale.margin)
    _row(report, (engine, condition, "fused", images, FUSED), fused, _limit(scale, fused, images), scale.margin)
    if name == "sface":
        whole = [picture.seen[condition].attempt for picture in pictures]
        for method, frames, probes in (("gate, five frames", FUSED, five), ("gate", GATE_FRAMES, whole)):
            done = trials(pictures, probes, images, enrolled="row")
            _row(report, (engine, condition, method, images, frames), done, _limit(scale, done, images), scale.margin)


def _alone(vectors: Iterable[Row | None]) -> list[list[Row]]:
    return [[] if one is None else [one] for one in vectors]


def _limit(scale: Scale, done: Trials, images: int) -> float:
    return threshold(scale, done.people * images)


def trials(
    pictures: Sequence[Picture], probes: Sequence[Sequence[Row]], images: int, *, enrolled: str = "plain", by_distance: bool = False
) -> Trials:
    """Every probe against everybody, each enrolled with the mean of so many pictures, never with the very one that is probed.

    A probe is several vectors where the gate looked several times: the best score of any counts. Scores are cosines, or -distances.
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
        looked = np.stack([np.asarray(one, np.float64) for one in vectors])
        if enough:
            own[index] = _scores(_mean(table[others], by_distance)[None, :], looked, by_distance).max()
        scores = _scores(np.delete(means, people.index(who[index]), axis=0), looked, by_distance).max(axis=0)
        ordered = np.sort(scores)
        best[index], second[index] = ordered[-1], ordered[-2] if len(ordered) > 1 else -1.0
    return Trials(who, own, best, second, len(people))


def _mean(vectors: Vector, by_distance: bool) -> Vector:
    mean: Vector = vectors.mean(axis=0)
    return mean if by_distance else mean / np.linalg.norm(mean)


def _scores(means: Vector, looked: Vector, by_distance: bool) -> Vector:
    """Looks x people."""
    if by_distance:
        return np.asarray(-np.linalg.norm(means[None, :, :] - looked[:, None, :], axis=2), np.float64)
    return np.asarray(looked @ means.T, np.float64)


def _row(report: Report, what: tuple[str, str, str, int, int], done: Trials, limit: float, margin: float = 0.0) -> None:
    engine, condition, method, images, frames = what
    cells = figures(done, limit, margin)
    report.row(engine=engine, condition=condition, method=method, enrol_images=images, frames=frames, **cells)


def figures(done: Trials, limit: float, margin: float = 0.0) -> dict[str, Any]:
    """A row's cells: the errors at this threshold, and the misses at those that let one stranger in a hundred, or a thousand, pass."""
    mated = ~np.isnan(done.own)
    own, other = done.own[mated], done.best[mated]
    told = (own >= limit) & (own - other >= margin)
    taken = (done.best >= limit) & (done.best - done.second >= margin)
    return {
        "n": int(mated.sum()),
        "strangers": len(done.best),
        "fnir_at_fpir_1pct": missed(done, 0.01),
        "ci": drawn(done),
        "fnir_at_fpir_01pct": missed(done, 0.001),
        "rank1": float((own > other).mean()),
        "threshold": abs(limit),
        "fnir": float(1 - told.mean()),
        "fnir_95": wilson(int((~told).sum()), len(told)),
        "fpir": float(taken.mean()),
        "fpir_95": wilson(int(taken.sum()), len(taken)),
    }


def missed(done: Trials, fpir: float) -> float:
    """The share of workers missed where so many strangers pass: at most that share, so ties are the workers' loss."""
    mated = ~np.isnan(done.own)
    ordered = np.sort(done.best)[::-1]
    limit = ordered[int(fpir * len(ordered))]  # the first score that may not pass
    own = done.own[mated]
    return float(1 - ((own > limit) & (own > done.best[mated])).mean())


def drawn(done: Trials) -> list[float]:
    """The 95 % interval of the misses at FPIR 1 %, by drawing the people with replacement."""
    chance, people = np.random.default_rng(1), sorted(set(done.person))
    places = {person: np.flatnonzero(done.person == person) for person in people}
    found = []
    for _ in range(_DRAWS):
        chosen = np.concatenate([places[people[index]] for index in chance.integers(len(people), size=len(people))])
        if not np.isnan(done.own[chosen]).all():
            found.append(missed(Trials(done.person[chosen], done.own[chosen], done.best[chosen], done.second[chosen], done.people), 0.01))
    return [round(float(np.quantile(found, share)), 4) for share in (0.025, 0.975)]


def wilson(hits: int, of: int) -> list[Any]:
    """The 95 % interval of a share (Wilson), low and high."""
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return [round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)]
