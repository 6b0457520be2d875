"""The faces that a gate knows: one contiguous matrix, searched by one product.

A person stands in it once, as the unit mean of their templates. Measured with SFace over 326 enrolled people with three images each, 721
probes and 2,323 strangers (LFW): against the mean, misses at one false alarm in a thousand are 1.5 %; against the nearest of the
three rows 3.7 %.

**Centred.** The people of a site resemble each other, and their vectors share a direction that tells nobody apart. From CENTRED_FROM
people on, the mean of the gallery is taken off both sides before they are compared: the highest scores of strangers fall by .06, right
ones by .04 (docs/adr/0017). Strangers score the same around the mean of 20 people as around that of 100.

**Who comes here.** The chance that a stranger opens is the sum over the enrolled, and need not be the same for each. Whoever passed this
box lately (`regulars`) has REGULAR times the share of another, the sum stays below the bound, and among thousands the regulars of a
lane meet the threshold of some hundreds.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Self

import numpy as np
import numpy.typing as npt

from edge.faces import Scale, Vector, crowd_threshold, threshold, unit

CENTRED_FROM: Final = 30
REGULAR: Final = 20
"""How many times the share of the bound a regular has, compared with somebody who has not come lately."""
_crowd_threshold = lru_cache(maxsize=64)(crowd_threshold)
_threshold = lru_cache(maxsize=64)(threshold)


@dataclass(frozen=True)
class Match:
    """The nearest person to a face, and how near the nearest other one is (-1.0 where there is no other). Scores are cosines."""

    person: str
    score: float
    second: float

    @property
    def lead(self) -> float:
        """How far the best stands before the second."""
        return self.score - self.second


class Gallery:
    """Everyone whose face this gate knows. Never changed: a new roster makes a new gallery, swapped in at once."""

    def __init__(
        self,
        people: tuple[str, ...],
        means: npt.NDArray[np.float32],
        templates: int,
        *,
        centred: bool = False,
        regulars: Set[str] = frozenset(),
    ) -> None:
        self.people, self.templates = people, templates
        self._index = {person: row for row, person in enumerate(people)}
        self.centred = centred and len(people) >= CENTRED_FROM
        self._centre = np.asarray(means.mean(axis=0) if self.centred else np.zeros(means.shape[1]), np.float32)
        rows = means - self._centre
        self._lengths = np.maximum(np.linalg.norm(rows, axis=1), 1e-6).astype(np.float32)
        self._rows = np.ascontiguousarray(rows / self._lengths[:, None], np.float32)
        self.regulars = frozenset(self._index.keys() & regulars)

    @classmethod
    def build(
        cls, dim: int, templates: Mapping[str, npt.NDArray[np.float32]], *, centred: bool = False, regulars: Set[str] = frozenset()
    ) -> Self:
        """From each person's n x dim rows. Raises `ValueError` where rows have another width or are no numbers.

        `centred` where the engine's scale has points for it; `regulars` are those who came lately, enrolled or not.
        """
        bad = next((rows.shape for rows in templates.values() if rows.ndim != 2 or rows.shape[1] != dim or not len(rows)), None)
        if bad is not None:
            raise ValueError(f"rows of shape {bad}, wanted n x {dim}")
        if not templates:
            return cls((), np.empty((0, dim), np.float32), 0)
        counts = np.fromiter((len(rows) for rows in templates.values()), np.intp, len(templates))
        sums = np.add.reduceat(np.concatenate(list(templates.values())), np.concatenate(([0], np.cumsum(counts)[:-1])), axis=0)
        lengths = np.linalg.norm(sums, axis=1, keepdims=True)
        if not (lengths > 1e-6).all():  # not a number is not greater either
            raise ValueError("a vector without length")
        means = np.asarray(sums / lengths, np.float32)
        return cls(tuple(templates), means, int(counts.sum()), centred=centred, regulars=regulars)

    def coming(self, regulars: Set[str]) -> Self:
        """The same faces, other regulars. The matrix is shared, not copied."""
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__, regulars=frozenset(self._index.keys() & regulars))
        return other

    def __len__(self) -> int:
        return len(self.people)

    def has(self, person: str) -> bool:
        """Whether this person's face is known."""
        return person in self._index

    def search(self, vector: Vector) -> Match | None:
        """The nearest person, or None where nobody is enrolled."""
        if not self.people:
            return None
        # not `@`: BLAS would wake a thread for each core, and on a box whose cores are busy wait milliseconds for the slowest of them
        scores = np.vecdot(self._rows, unit(vector - self._centre) if self.centred else vector)
        best = int(scores.argmax())
        score = float(scores[best])
        scores[best] = -1.0
        return Match(self.people[best], score, float(scores.max()) if len(self.people) > 1 else -1.0)

    def compare(self, person: str, vector: Vector) -> float | None:
        """The score against one person, never centred, or None where this gate has no face of theirs."""
        row = self._index.get(person)
        return None if row is None else float((self._rows[row] * self._lengths[row] + self._centre) @ vector)

    def threshold(self, scale: Scale, person: str | None = None) -> float:
        """The score from which a search counts that came to this person; without one, the lowest of anybody here."""
        regular = bool(self.regulars) if person is None else person in self.regulars
        shares = len(self.people) + (REGULAR - 1) * len(self.regulars)
        among = shares / REGULAR if regular else float(shares)
        if self.centred:
            return _crowd_threshold(scale, among)
        return _threshold(scale, round(self.templates * among / max(1, len(self.people))))


def accepts(match: Match, gallery: Gallery, scale: Scale) -> bool:
    """Whether a match opens: near enough for this person in a gallery of this size, and clearly nearer than the next one."""
    return match.score >= gallery.threshold(scale, match.person) and match.lead >= scale.margin
