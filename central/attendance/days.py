"""Days of attendance from punches (domain.md, Attendance 1; A-50, A-60). Pure: the same punches give the same days, in whatever order
and however often they arrived, and a window of dates by itself gives what the whole history gives for it."""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from central.attendance.pairing import (
    DayRules,
    EventId,
    Punch,
    Stay,
    StayState,
    cleared_dates,
    latest,
    stays,
    with_directions,
    without_repeats,
)
from edge.sync.wire import Direction, Method

_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Day:
    """One assignment's work date: its stays in the order of time. There is no Day where nothing belongs to the date."""

    assignment: int
    date: dt.date
    stays: tuple[Stay, ...]

    @property
    def seconds(self) -> int:
        """Whole seconds on site, the sum of the pairs; a missing punch gives none."""
        return sum(stay.seconds for stay in self.stays)

    @property
    def punches(self) -> tuple[Punch, ...]:
        """What the day rests on, in the order of time; repeats left out."""
        return tuple(punch for stay in self.stays for punch in stay.punches)

    @property
    def has_entry(self) -> bool:
        """Whether anybody went in."""
        return any(stay.entered is not None for stay in self.stays)

    @property
    def is_incomplete(self) -> bool:
        """Whether a punch is missing, also where 007 closed the stay."""
        return any(stay.state is not StayState.PAIRED for stay in self.stays)

    @property
    def is_manual(self) -> bool:
        """Whether the day rests on a correction (补卡)."""
        return any(punch.manual for punch in self.punches)


def days(punches: Iterable[Punch], rules: DayRules) -> tuple[Day, ...]:
    """All days of all assignments among the punches of one project, by assignment and date. Openings without a person give none."""
    found: list[Day] = []
    for assignment, theirs in sorted(_by_assignment(punches).items()):
        found += _days_of(assignment, theirs, rules)
    return tuple(found)


def days_between(punches: Iterable[Punch], first: dt.date, last: dt.date, rules: DayRules) -> tuple[Day, ...]:
    """The days from `first` to `last`, both included; needs the punches in `span_to_load` only and ignores others."""
    start, end = span_to_load(first, last, rules)
    near = _by_assignment(p for p in latest(punches) if start <= p.at < end)
    found: list[Day] = []
    for assignment, theirs in sorted(near.items()):
        found += (day for day in _days_of(assignment, theirs, rules) if first <= day.date <= last)
    return tuple(found)


def span_to_load(first: dt.date, last: dt.date, rules: DayRules) -> tuple[dt.datetime, dt.datetime]:
    """From when to before when (UTC) `days_between` must know the punches: a work date more on both sides, and `debounce`."""
    return rules.start_of(first - _DAY) - rules.debounce, rules.start_of(last + 2 * _DAY)


def dates_touched(at: dt.datetime, rules: DayRules) -> tuple[dt.date, dt.date]:
    """The first and last work date that a punch at this time may change. Where a time is corrected: for the old and the new one."""
    return rules.date_of(at) - _DAY, rules.date_of(at + rules.debounce) + _DAY


def attended_on(punches: Iterable[Punch], rules: DayRules) -> dict[int, dict[dt.date, EventId]]:
    """A-54: for each assignment the work dates on which it was seen at all, each with its last punch as evidence.

    By each punch's own time, repeats and OUTs included, whatever the valid-day profile says: whoever passed was not absent.
    """
    seen: dict[int, dict[dt.date, EventId]] = defaultdict(dict)
    for punch in latest(punches):
        if punch.assignment is not None and punch.shows_presence:
            seen[punch.assignment][rules.date_of(punch.at)] = punch.id
    return dict(seen)


def openings_without_person(punches: Iterable[Punch], rules: DayRules) -> dict[dt.date, int]:
    """How often a gate stood open for nobody known (008 一键开闸, 009 应急通道), by work date: there the head count is uncertain."""
    openings = (p for p in latest(punches) if p.assignment is None and p.method in {Method.ONE_KEY, Method.EMERGENCY})
    return dict(Counter(rules.date_of(p.at) for p in openings))


def _by_assignment(punches: Iterable[Punch]) -> dict[int, list[Punch]]:
    theirs: dict[int, list[Punch]] = defaultdict(list)
    for punch in latest(punches):
        if punch.assignment is not None:
            theirs[punch.assignment].append(punch)
    return theirs


def _days_of(assignment: int, theirs: Sequence[Punch], rules: DayRules) -> list[Day]:
    passed = without_repeats([p for p in theirs if p.shows_presence], rules)
    by_date: dict[dt.date, list[Stay]] = defaultdict(list)
    for stay in stays(with_directions(passed, rules), cleared_dates(theirs, rules), rules):
        by_date[stay.date].append(stay)
    return [Day(assignment, date, tuple(of_date)) for date, of_date in sorted(by_date.items())]


__all__ = [
    "Day",
    "DayRules",
    "Direction",
    "EventId",
    "Method",
    "Punch",
    "Stay",
    "StayState",
    "attended_on",
    "dates_touched",
    "days",
    "days_between",
    "openings_without_person",
    "span_to_load",
]
