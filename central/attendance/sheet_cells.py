"""One cell of the monthly sheet: a worker's date, from what the sheet shows of its day record and what the calendar says. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

import msgspec

from central.attendance.valid_day import Expected, marks


class Cell(msgspec.Struct, array_like=True, frozen=True):
    """A date of a line. `marks` are the sheet's marks as one text, `halves` half days, `seconds` on site; `expected` an `Expected`."""

    marks: str = ""
    halves: int = 0
    seconds: int = 0
    expected: str = Expected.NOT_ASSIGNED.value


@dataclass(frozen=True, slots=True)
class _Kept:
    is_incomplete: bool
    is_manual: bool


class Figures(NamedTuple):
    """What the sheet shows of a day record."""

    halves: int
    seconds: int
    incomplete: bool
    manual: bool
    seen: bool


class DateOf(NamedTuple):
    """A date of a month as it is for everybody: what the calendar says, whether absence can be told, whether it is over."""

    date: dt.date
    expected: Expected
    is_told: bool
    is_over: bool


def cell_of(of: DateOf, figures: Figures | None, *, is_assigned: bool) -> Cell:
    """One worker's date. Pure."""
    expected = of.expected if is_assigned else Expected.NOT_ASSIGNED
    if figures is None:
        return _empty(expected, is_complete=of.is_told, is_over=of.is_over)
    incomplete = figures.incomplete and of.is_over
    has_day = bool(figures.halves or figures.incomplete or figures.seconds or figures.manual)
    kept = _Kept(incomplete, bool(figures.manual)) if has_day else None
    shown = _marks(kept, figures.halves, expected, was_seen=bool(figures.seen), is_complete=of.is_told)
    return Cell(shown, figures.halves, figures.seconds, expected.value)


@lru_cache(maxsize=256)
def _empty(expected: Expected, *, is_complete: bool, is_over: bool) -> Cell:
    """A cell of a date on which nothing happened: the same for everybody."""
    if not is_over and expected is Expected.WORK:
        return Cell(expected=expected.value)
    return Cell(_marks(None, 0, expected, was_seen=False, is_complete=is_complete), expected=expected.value)


@lru_cache(maxsize=1024)
def _marks(day: _Kept | None, halves: int, expected: Expected, *, was_seen: bool, is_complete: bool) -> str:
    """The few texts of marks that there are."""
    return "".join(marks(day, Decimal(halves) / 2, expected, was_seen=was_seen, is_complete=is_complete))
