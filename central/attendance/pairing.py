"""From punches to stays: who went in, who came out, and what is missing (domain.md, Attendance 1). Pure.

Every decision looks at near neighbours only (a repeat: `debounce` back; a pair: the next punch; a gate without direction: its work
date), so a part of the history can be computed by itself and gives the same.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo

from edge.sync.wire import Direction, Method

_DAY: Final = dt.timedelta(days=1)
_SECOND: Final = dt.timedelta(seconds=1)
SHANGHAI: Final = ZoneInfo("Asia/Shanghai")
LONGEST_SPAN: Final = dt.timedelta(hours=20)
"""A pair never reaches beyond the work date after its IN's; windows of recomputation rest on that."""

EventId = tuple[str, str, int]
"""Box, epoch and number of an event; a correction's: ("manual", request, number). Within one box it orders equal times."""


@dataclass(frozen=True, slots=True)
class DayRules:
    """A project's parameters. `day_cut` is local time in `zone`; a stay longer than `max_span` (at most 20 h) is no stay."""

    day_cut: dt.time = dt.time(4)
    zone: ZoneInfo = SHANGHAI
    debounce: dt.timedelta = dt.timedelta(seconds=120)
    max_span: dt.timedelta = dt.timedelta(hours=16)

    def __post_init__(self) -> None:
        if not dt.timedelta(0) < self.max_span <= LONGEST_SPAN:
            raise ValueError("max_span must be over 0 and at most 20 hours")
        if not dt.timedelta(0) <= self.debounce <= dt.timedelta(hours=1):
            raise ValueError("debounce must be at most an hour")

    def date_of(self, at: dt.datetime) -> dt.date:
        """The work date of a moment: before the day cut it is still yesterday."""
        local = at.astimezone(self.zone)
        return local.date() if local.time() >= self.day_cut else local.date() - _DAY

    def start_of(self, date: dt.date) -> dt.datetime:
        """When a work date begins (UTC); the one before it ends there."""
        return dt.datetime.combine(date, self.day_cut, self.zone).astimezone(dt.UTC)


@dataclass(frozen=True, slots=True)
class Punch:
    """A passage as the days see it, or an approved correction (`manual`), which adds and never edits.

    `at` is aware, the best known time; a corrected time comes with a higher `revision`. `direction` is None at a one-lane gate.
    `assignment` is None where nobody is known (008, 009). `duplicate` is the box's own flag: a hint, never a reason to lose it.
    """

    id: EventId
    assignment: int | None
    direction: Direction | None
    at: dt.datetime
    gate: str
    method: Method = Method.FACE
    duplicate: bool = False
    manual: bool = False
    revision: int = 1

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a punch needs an aware time")

    @property
    def shows_presence(self) -> bool:
        """Whether somebody known was at the gate: 007 is written about a person who was not."""
        return self.assignment is not None and self.method is not Method.CLEARED


class StayState(StrEnum):
    """How a stay ended. Only `paired` has hours; `cleared` is 007 异常清退."""

    PAIRED = "paired"
    MISSING_OUT = "missing_out"
    MISSING_IN = "missing_in"
    CLEARED = "cleared"


@dataclass(frozen=True, slots=True)
class Stay:
    """A time on site. `seconds` are whole seconds, 0 unless paired. `until`: up to when the person may be thought on site;
    for a missing OUT the next punch or the end of `max_span`, for a cleared one at most the day cut, None for a missing IN."""

    state: StayState
    date: dt.date
    entered: Punch | None
    left: Punch | None
    seconds: int
    until: dt.datetime | None

    @property
    def punches(self) -> tuple[Punch, ...]:
        """What the stay rests on, in order."""
        return tuple(p for p in (self.entered, self.left) if p is not None)

    def is_on_site_at(self, moment: dt.datetime) -> bool:
        """Whether the person may be thought on site: an open IN not older than `max_span` (domain.md, Attendance 2)."""
        return self.entered is not None and self.until is not None and self.entered.at <= moment < self.until


def latest(punches: Iterable[Punch]) -> list[Punch]:
    """Each event once, by its highest revision, in the order of time; the order of arrival is without effect."""
    kept: dict[EventId, Punch] = {}
    for punch in punches:
        known = kept.get(punch.id)
        if known is None or (punch.revision, punch.at) > (known.revision, known.at):
            kept[punch.id] = punch
    return sorted(kept.values(), key=lambda p: (p.at, p.id))


def without_repeats(ordered: Sequence[Punch], rules: DayRules) -> list[Punch]:
    """One person's punches without those that repeat an earlier one less than `debounce` before: same direction, and same gate or
    the box said so, with no other direction between (whoever went in, out and in again is in)."""
    return [punch for place, punch in enumerate(ordered) if not _repeats(ordered, place, rules)]


def _repeats(ordered: Sequence[Punch], place: int, rules: DayRules) -> bool:
    punch = ordered[place]
    for back in range(place - 1, -1, -1):
        earlier = ordered[back]
        if punch.at - earlier.at >= rules.debounce or earlier.direction is not punch.direction:
            return False
        if earlier.gate == punch.gate or punch.duplicate:
            return True
    return False


def with_directions(ordered: Sequence[Punch], rules: DayRules) -> list[Punch]:
    """Gates without direction by first and last: the first punch of a work date is an IN, the last of several an OUT; those between
    say nothing. A punch whose gate knows the direction keeps it."""
    dates: dict[dt.date, list[Punch]] = defaultdict(list)
    for punch in ordered:
        dates[rules.date_of(punch.at)].append(punch)
    return [punch for of_date in dates.values() for punch in _first_and_last(of_date)]


def _first_and_last(of_date: Sequence[Punch]) -> Iterator[Punch]:
    for place, punch in enumerate(of_date):
        if punch.direction is not None:
            yield punch
        elif place == 0:
            yield replace(punch, direction=Direction.IN)
        elif place == len(of_date) - 1:
            yield replace(punch, direction=Direction.OUT)


def stays(ordered: Sequence[Punch], cleared: frozenset[dt.date], rules: DayRules) -> Iterator[Stay]:
    """Pairs one person's punches, each with a direction: an IN with the OUT that follows next, within `max_span` and not beyond the
    end of a work date that 007 cleared. A pair belongs to the date of its IN. What is missing is said and has no hours."""
    closed: EventId | None = None
    for punch, following in pairwise([*ordered, None]):
        if punch is None:
            continue
        date = rules.date_of(punch.at)
        if punch.direction is Direction.OUT:
            if punch.id != closed:
                yield Stay(StayState.MISSING_IN, date, None, punch, 0, None)
            continue
        stay = _stay_from(punch, following, date, date in cleared, rules)
        closed = stay.left.id if stay.left else None
        yield stay


def _stay_from(entered: Punch, following: Punch | None, date: dt.date, is_cleared: bool, rules: DayRules) -> Stay:
    limit = entered.at + rules.max_span
    end = rules.start_of(date + _DAY)
    if (
        following is not None
        and following.direction is Direction.OUT
        and following.at <= limit
        and not (is_cleared and following.at >= end)
    ):
        seconds = (following.at - entered.at) // _SECOND
        return Stay(StayState.PAIRED, date, entered, following, seconds, following.at)
    until = min(limit, following.at) if following is not None else limit
    if is_cleared:
        return Stay(StayState.CLEARED, date, entered, None, 0, min(until, end))
    return Stay(StayState.MISSING_OUT, date, entered, None, 0, until)


def cleared_dates(punches: Iterable[Punch], rules: DayRules) -> frozenset[dt.date]:
    """The work dates at whose end 007 closes what is still open: the date of the 007, or the one that ends exactly there."""
    return frozenset(rules.date_of(p.at - dt.timedelta(microseconds=1)) for p in punches if p.method is Method.CLEARED)
