"""Which dates are working days of a project: the statutory calendar of China from a kept package, less its suspensions. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import chinese_calendar  # type: ignore[import-untyped]

from central.attendance.valid_day import Expected
from central.projects.model import Calendar
from central.projects.rules import Dates

_DAY: Final = dt.timedelta(days=1)
_SATURDAY: Final = 5


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """A project's calendar: its kind, the dates on which it stands still, and those on which a gate stood open for nobody known: they
    are worked, but nobody is certainly absent then."""

    kind: Calendar
    suspensions: tuple[Dates, ...] = ()
    uncertain: frozenset[dt.date] = frozenset()

    def expects(self, date: dt.date) -> Expected:
        """What is expected on a date of whoever is assigned: SUSPENDED, REST or WORK."""
        if self.is_suspended(date):
            return Expected.SUSPENDED
        return Expected.WORK if _works(self.kind, date) else Expected.REST

    def is_suspended(self, date: dt.date) -> bool:
        """Whether the project stands still on that date."""
        return any(s.holds(date) for s in self.suspensions)

    def working(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """The working days from `first` to `last` on which absence can be told."""
        return [date for date in between(first, last) if self.expects(date) is Expected.WORK and date not in self.uncertain]

    def resting(self, first: dt.date, last: dt.date) -> list[dt.date]:
        """The dates from `first` to `last` that are not among those."""
        counted = set(self.working(first, last))
        return [date for date in between(first, last) if date not in counted]

    def provisional_from(self, first: dt.date, last: dt.date) -> dt.date | None:
        """From which date on the statutory holidays are not known yet (they are decreed in the autumn before): Mondays to Fridays stand
        in for them, which never counts more days than there are. None where everything is known, or nothing depends on it."""
        if self.kind is Calendar.EVERY_DAY:
            return None
        return next((date for date in between(first, last) if not is_known(date.year)), None)


def between(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Every date, both included."""
    for n in range((last - first).days + 1):
        yield first + n * _DAY


@lru_cache(maxsize=64)
def is_known(year: int) -> bool:
    """Whether the statutory calendar of that year is known."""
    try:
        chinese_calendar.is_workday(dt.date(year, 1, 1))
    except NotImplementedError:
        return False
    return True


@lru_cache(maxsize=8192)
def _works(kind: Calendar, date: dt.date) -> bool:
    if kind is Calendar.EVERY_DAY:
        return True
    if not is_known(date.year):
        return date.weekday() < _SATURDAY
    if kind is Calendar.WORKDAYS:
        return bool(chinese_calendar.is_workday(date))
    is_off, festival = chinese_calendar.get_holiday_detail(date)
    return not (is_off and festival is not None)
