"""What a day counts (有效考勤) and how the monthly sheet marks it (domain.md, Attendance 1 and 2). Pure; Decimal, never float."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final, Protocol

from central.attendance.days import Day

_HOUR_S: Final = 3600
_FOUR_HOURS_S: Final = 4 * _HOUR_S
NONE, HALF, WHOLE = Decimal("0"), Decimal("0.5"), Decimal("1")


class Profile(StrEnum):
    """How a project counts a valid day; one is active. ANY_IN is the default, SPAN4 Jilin's, SUM4 Hohhot's."""

    ANY_IN = "ANY_IN"
    SPAN4 = "SPAN4"
    SUM4 = "SUM4"
    HOURS_N = "HOURS_N"


@dataclass(frozen=True, slots=True)
class ValidDay:
    """A profile with its parameter: `full_day_s`, the seconds of a whole day, is asked by HOURS_N only."""

    profile: Profile = Profile.ANY_IN
    full_day_s: int = 8 * _HOUR_S

    def __post_init__(self) -> None:
        if not 0 < self.full_day_s <= 24 * _HOUR_S:
            raise ValueError("a whole day has more than 0 and at most 24 hours")

    def value_of(self, day: Day | None) -> Decimal:
        """Days of work: 0, 0.5 (HOURS_N only: from half of N hours) or 1. No Day counts 0."""
        if day is None:
            return NONE
        if self.profile is Profile.ANY_IN:
            return WHOLE if day.has_entry else NONE
        if self.profile is Profile.SPAN4:
            return WHOLE if _span_s(day) >= _FOUR_HOURS_S else NONE
        if self.profile is Profile.SUM4:
            return WHOLE if day.seconds >= _FOUR_HOURS_S else NONE
        if day.seconds >= self.full_day_s:
            return WHOLE
        return HALF if 2 * day.seconds >= self.full_day_s else NONE


def hours_n(hours: Decimal | int) -> ValidDay:
    """当日总工时≥N 小时记 1 天, from half of it 0.5. `hours` must make whole seconds."""
    seconds = Decimal(hours) * _HOUR_S
    if seconds != seconds.to_integral_value():
        raise ValueError("N hours must make whole seconds")
    return ValidDay(Profile.HOURS_N, int(seconds))


def _span_s(day: Day) -> int:
    """Whole seconds from the first punch to the last, whatever they are; 0 for a single one."""
    at = [punch.at for punch in day.punches]
    return int((max(at) - min(at)).total_seconds()) if at else 0


class Mark(StrEnum):
    """The marks of the monthly sheet (月考勤表)."""

    VALID = "√"
    HALF = "◐"
    MISSING_PUNCH = "△"
    ABSENT = "×"
    SUSPENDED = "停"
    REST = "休"
    NOT_ASSIGNED = "／"
    MANUAL = "手"


class Expected(StrEnum):
    """What the calendars say of an assignment's date."""

    WORK = "work"
    REST = "rest"
    SUSPENDED = "suspended"
    NOT_ASSIGNED = "not_assigned"


_IDLE: Final = {Expected.REST: Mark.REST, Expected.SUSPENDED: Mark.SUSPENDED, Expected.NOT_ASSIGNED: Mark.NOT_ASSIGNED}


class Marked(Protocol):
    """What a mark needs of a day: a derived one, or one that was kept."""

    @property
    def is_incomplete(self) -> bool:
        """Whether a punch is missing."""
        ...

    @property
    def is_manual(self) -> bool:
        """Whether the day rests on a correction."""
        ...


def marks(day: Marked | None, value: Decimal, expected: Expected, *, was_seen: bool, is_complete: bool) -> tuple[Mark, ...]:
    """The marks of one cell. What happened stands before what the calendar says.

    × needs a complete date (every gate has reported past its end, A8) on which the person was not seen (`was_seen`, see
    `attended_on`). Empty where no mark would be true: not known yet, there too shortly, or only the OUT of yesterday's shift.
    """
    if day is not None:
        counted = {WHOLE: (Mark.VALID,), HALF: (Mark.HALF,)}.get(value, ())
        missing = (Mark.MISSING_PUNCH,) if day.is_incomplete else ()
        return (*counted, *missing, *((Mark.MANUAL,) if day.is_manual else ()))
    if expected is not Expected.WORK:
        return (_IDLE[expected],)
    return (Mark.ABSENT,) if is_complete and not was_seen else ()
