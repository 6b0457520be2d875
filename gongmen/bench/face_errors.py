"""What trials of faces come to: misses and false accepts, at thresholds set on these strangers or elsewhere, with 95 % intervals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

import numpy as np
import numpy.typing as npt

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
        "ci": drawn(done, lambda some: missed(some, 0.01)),
        "fnir_at_fpir_01pct": missed(done, 0.001),
        "rank1": float((own > other).mean()),
        "threshold": abs(limit),
        "fnir": float(1 - told.mean()),
        "fnir_95": wilson(int((~told).sum()), len(told)),
        "fpir": float(taken.mean()),
        "fpir_95": wilson(int(taken.sum()), len(taken)),
    }


def at_threshold(done: Trials, limit: float, margin: float) -> tuple[float, list[float]]:
    """The share of workers missed at the threshold of another, larger gallery, and its interval."""

    def share(some: Trials) -> float:
        own, other = some.own[~np.isnan(some.own)], some.best[~np.isnan(some.own)]
        return float(1 - ((own >= limit) & (own - other >= margin)).mean())

    return share(done), drawn(done, share)


def only(done: Trials, chosen: npt.NDArray[np.bool_ | np.intp]) -> Trials:
    """Some of the pictures, by mask or by place, against the same gallery."""
    return Trials(done.person[chosen], done.own[chosen], done.best[chosen], done.second[chosen], done.people)


def missed(done: Trials, fpir: float) -> float:
    """The share of workers missed where so many strangers pass: at most that share, so ties are the workers' loss."""
    mated = ~np.isnan(done.own)
    ordered = np.sort(done.best)[::-1]
    limit = ordered[int(fpir * len(ordered))]  # the first score that may not pass
    own = done.own[mated]
    return float(1 - ((own > limit) & (own > done.best[mated])).mean())


def drawn(done: Trials, share: Callable[[Trials], float]) -> list[float]:
    """The 95 % interval of a share, by drawing the people with replacement."""
    chance, people = np.random.default_rng(1), sorted(set(done.person))
    places = {person: np.flatnonzero(done.person == person) for person in people}
    found = []
    for _ in range(_DRAWS):
        chosen = np.concatenate([places[people[index]] for index in chance.integers(len(people), size=len(people))])
        if not np.isnan(done.own[chosen]).all():
            found.append(share(only(done, chosen)))
    return [round(float(np.quantile(found, part)), 4) for part in (0.025, 0.975)]


def wilson(hits: int, of: int) -> list[Any]:
    """The 95 % interval of a share (Wilson), low and high."""
    z, share = 1.96, hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    half = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    return [round(max(0.0, middle - half), 4), round(min(1.0, middle + half), 4)]
