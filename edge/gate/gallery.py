"""The faces that a gate knows: one contiguous matrix, searched by one product.

A person stands in it once, as the unit mean of their templates. Measured with SFace over 326 enrolled people with three images each, 721
probes and 2,323 strangers (LFW): against the mean, misses at one false alarm in a thousand are 1.5 %; against the nearest of the
three rows 3.7 %. The threshold is still taken for the number of templates: at that score 0.9 in a thousand of those strangers passed, at
the one for the number of people 1.7.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from edge.faces import Scale, Vector, threshold


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

    def __init__(self, people: tuple[str, ...], means: npt.NDArray[np.float32], templates: int) -> None:
        self.people, self._means, self.templates = people, np.ascontiguousarray(means, np.float32), templates
        self._index = {person: row for row, person in enumerate(people)}

    @classmethod
    def build(cls, dim: int, templates: Mapping[str, npt.NDArray[np.float32]]) -> Self:
        """From each person's n x dim rows. Raises `ValueError` where rows have another width or are no numbers."""
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
        return cls(tuple(templates), np.asarray(sums / lengths, np.float32), int(counts.sum()))

    def __len__(self) -> int:
        return len(self.people)

    def has(self, person: str) -> bool:
        """Whether this person's face is known."""
        return person in self._index

    def search(self, vector: Vector) -> Match | None:
        """The nearest person, or None where nobody is enrolled."""
        if not self.people:
            return None
        scores = self._means @ vector
        best = int(scores.argmax())
        score = float(scores[best])
        scores[best] = -1.0
        return Match(self.people[best], score, float(scores.max()) if len(self.people) > 1 else -1.0)

    def compare(self, person: str, vector: Vector) -> float | None:
        """The score against one person, or None where this gate has no face of theirs."""
        row = self._index.get(person)
        return None if row is None else float(self._means[row] @ vector)

    def threshold(self, scale: Scale) -> float:
        """The score from which a search among all of them counts."""
        return threshold(scale, self.templates)


def accepts(match: Match, gallery: Gallery, scale: Scale) -> bool:
    """Whether a match opens: near enough for a gallery of this size, and clearly nearer than the next person."""
    return match.score >= gallery.threshold(scale) and match.lead >= scale.margin
