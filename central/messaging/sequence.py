"""What of a box's numbered journal has arrived: everything up to a watermark, and islands ahead of it. Pure values.

New events go ahead of a backlog (rule 2 of the sync rules), so islands are the usual case while a box drains, not a fault.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

Range = tuple[int, int]
"""First and last sequence number, both included."""

MAX_NEEDS = 16
"""Gaps named in one acknowledgement at most; the next one names the next."""


@dataclass(frozen=True)
class Received:
    """Everything from 1 to `upto` and the disjoint, ascending ranges `ahead` (each begins at `upto` + 2 or later)."""

    upto: int = 0
    ahead: tuple[Range, ...] = ()

    def missing_of(self, first: int, last: int) -> list[Range]:
        """The parts of `first`..`last` that have not arrived yet, ascending."""
        missing: list[Range] = []
        start = max(first, self.upto + 1)
        for low, high in self.ahead:
            if high < start:
                continue
            if low > last:
                break
            if low > start:
                missing.append((start, low - 1))
            start = max(start, high + 1)
        if start <= last:
            missing.append((start, last))
        return missing

    def with_range(self, first: int, last: int) -> Received:
        """This and `first`..`last`: islands that touch grow together, and the watermark moves over what became contiguous."""
        merged: list[Range] = []
        for low, high in sorted([*self.ahead, (first, last)]):
            if merged and low <= merged[-1][1] + 1:
                merged[-1] = (merged[-1][0], max(merged[-1][1], high))
            else:
                merged.append((low, high))
        upto = self.upto
        while merged and merged[0][0] <= upto + 1:
            upto = max(upto, merged.pop(0)[1])
        return Received(upto, tuple(merged))

    def with_numbers(self, numbers: Iterable[int]) -> Received:
        """This and all these numbers."""
        received = self
        for first, last in ranges_of(numbers):
            received = received.with_range(first, last)
        return received

    def holds(self, seq: int) -> bool:
        """Whether this number has arrived."""
        return seq <= self.upto or any(low <= seq <= high for low, high in self.ahead)

    def needs(self) -> tuple[Range, ...]:
        """The gaps below the highest number that arrived, the lowest first."""
        gaps: list[Range] = []
        start = self.upto + 1
        for low, high in self.ahead[:MAX_NEEDS]:
            gaps.append((start, low - 1))
            start = high + 1
        return tuple(gaps)


def ranges_of(numbers: Iterable[int]) -> list[Range]:
    """Numbers as ascending ranges that do not touch."""
    ranges: list[Range] = []
    for number in sorted(numbers):
        if ranges and number <= ranges[-1][1] + 1:
            ranges[-1] = (ranges[-1][0], number)
        else:
            ranges.append((number, number))
    return ranges
