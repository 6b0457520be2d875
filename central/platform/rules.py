"""The rules of uploading: when to try again, which day an entry or exit has, what is told of attendance. Pure functions of values."""

from __future__ import annotations

import datetime as dt
from typing import Final

from central.attendance.rules import Judged
from central.clock import SITE_ZONE
from central.entry.model import AssignmentEnd
from central.errors import Problem
from central.platform.model import UploadState

FIRST_PAUSE: Final = dt.timedelta(seconds=20)
LONGEST_PAUSE: Final = dt.timedelta(hours=2)
PERMISSION_PAUSE: Final = dt.timedelta(hours=1)
MOST_ATTEMPTS: Final = 8
"""Refusals of one record after which somebody must look at it."""
FIRST_ASKING: Final = dt.timedelta(seconds=5)
LONGEST_ASKING: Final = dt.timedelta(minutes=10)
LATE: Final = dt.timedelta(days=1)
"""A request without a result for so long is sent again."""
MOST_TOGETHER: Final = 20
"""Passages in one call."""


class LaterError(Exception):
    """A record that must not be sent before a moment (aware UTC)."""

    def __init__(self, until: dt.datetime) -> None:
        super().__init__(until)
        self.until = until


class UntoldError(Exception):
    """A record that cannot be told before somebody mends something: the code of a bilingual text."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def pause(attempts: int, spread: float, first: dt.timedelta = FIRST_PAUSE, longest: dt.timedelta = LONGEST_PAUSE) -> dt.timedelta:
    """How long to wait after so many attempts: doubling, at most `longest`, and up to half as much more by `spread` (0 to 1)."""
    doubled: dt.timedelta = min(first * 2.0 ** min(max(attempts - 1, 0), 20), longest)
    return doubled * (1 + spread / 2)


def asking_pause(age: dt.timedelta) -> dt.timedelta:
    """How long to wait before asking about a request of this age: half its age, within limits."""
    return min(max(age / 2, FIRST_ASKING), LONGEST_ASKING)


def gives_up(attempts: int, *, is_final: bool) -> bool:
    """Whether a refused record waits for somebody now."""
    return is_final or attempts >= MOST_ATTEMPTS


def movement_day(happened: dt.date, previous: dt.date | None) -> dt.date:
    """The platform takes no entry or exit before the previous one: the later of both days."""
    return happened if previous is None else max(happened, previous)


def not_before(day: dt.date, today: dt.date) -> None:
    """The platform takes no entry, exit or pay of a day to come: it is kept until then. Raises `LaterError`."""
    if day > today:
        raise LaterError(midnight(day))


def pay_day(month: dt.date, objections_until: dt.date) -> dt.date:
    """The first date on which a published month's pay is told: nobody can object any more (A-60), and the month is over."""
    over = (month.replace(day=1) + dt.timedelta(days=31)).replace(day=1)
    return max(objections_until + dt.timedelta(days=1), over)


def midnight(day: dt.date) -> dt.datetime:
    """The beginning of a local date."""
    return dt.datetime.combine(day, dt.time(), SITE_ZONE).astimezone(dt.UTC)


def exit_cause(ended: bool, cause: AssignmentEnd | None) -> str | None:
    """A-50: an exit is told only where the assignment ended, by departure, death or completion; absence alone is none."""
    return cause.value if ended and cause is not None else None


def is_told(judged: Judged, counted: bool) -> bool:
    """A-03: the passages that are attendance: of a right that stood then, at this project's gates, where somebody went through."""
    return judged is Judged.OK and counted


def can_be_tried_again(state: UploadState) -> None:
    """What failed, and what somebody skipped after that. Raises `Problem` 409 PLATFORM_NOT_FAILED."""
    if state not in (UploadState.FAILED, UploadState.SKIPPED):
        raise Problem("PLATFORM_NOT_FAILED", 409)


def can_be_skipped(state: UploadState) -> None:
    """Only what failed: whatever may still get there by itself is left to that. Raises `Problem` 409 PLATFORM_NOT_FAILED."""
    if state is not UploadState.FAILED:
        raise Problem("PLATFORM_NOT_FAILED", 409)
