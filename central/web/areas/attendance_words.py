"""What the pages of attendance share: the tabs, a month to move in, hours and marks as people read them. No page of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final

from central.access import Access, Function
from central.attendance import checks, sheet
from central.attendance.model import Passage
from central.attendance.valid_day import Expected, Mark
from central.clock import Clock, today
from central.errors import Problem
from central.messaging import box_words
from central.web.texts import TEXTS, Texts
from edge.sync.wire import Direction

_DAY: Final = dt.timedelta(days=1)
TABS: Final = ("month", "labour", "wages", "checks", "corrections", "publish", "settings")
TONES: Final = {
    Mark.MISSING_PUNCH.value: "gap",
    Mark.VALID.value: "whole",
    Mark.HALF.value: "half",
    Mark.ABSENT.value: "none",
    Mark.SUSPENDED.value: "off",
    Mark.REST.value: "off",
    Mark.NOT_ASSIGNED.value: "out",
}
"""How a cell of the month is painted; what is missing comes before what is there."""


def hours(seconds: int) -> str:
    """`8:05`, whole minutes; nothing for nothing."""
    minutes = seconds // 60
    return f"{minutes // 60}:{minutes % 60:02d}" if minutes else ""


def tone(marks: str) -> str:
    """The paint of a cell."""
    return next((paint for mark, paint in TONES.items() if mark in marks), "empty")


def month_of(text: str, clock: Clock) -> dt.date:
    """The month that an address asks for; the present one for anything else."""
    now = today(clock)
    try:
        return sheet.month_of(text, now)
    except Problem:
        return now.replace(day=1)


def date_asked(text: str, clock: Clock) -> dt.date:
    """The date that an address asks for, none after today; today for anything else."""
    now = today(clock)
    try:
        return min(dt.date.fromisoformat(text), now)
    except ValueError:
        return now


def date_of(text: str) -> dt.date:
    """A date of a path. Raises `Problem` 404 NOT_FOUND for what is none."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise Problem("NOT_FOUND", 404) from None


def months_around(month: dt.date, clock: Clock) -> dict[str, str]:
    """The month before and the one after (nothing after the present), as an address says them."""
    after = sheet.last_of(month) + _DAY
    return {
        "month": f"{month:%Y-%m}",
        "month_before": f"{month - _DAY:%Y-%m}",
        "month_after": f"{after:%Y-%m}" if after <= today(clock) else "",
        "month_now": f"{today(clock):%Y-%m}",
    }


def frame(project_id: int, access: Access, tab: str, t: Texts) -> dict[str, Any]:
    """What every page of attendance passes on: where it stands, and small functions for its template."""
    tabs = [one for one in TABS if one != "wages" or access.may(Function.VIEW_WAGES)]
    return {
        "at": f"/projects/{project_id}/attendance",
        "tab": tab,
        "tabs": tabs,
        "hours": hours,
        "tone": tone,
        "words": lambda prefix, code: word(prefix, code, t),
        "weekday": lambda date: t(f"weekday_{date.weekday()}"),
        "expected_words": {one.value: t(f"expected_{one.value}") for one in Expected},
    }


def word(prefix: str, code: object, t: Texts) -> str:
    """A code's word, or the code itself."""
    key = f"{prefix}_{code}"
    return t(key) if key in TEXTS else str(code or "")


def checks_said(checks: Iterable[str], t: Texts, *, passed: bool) -> str:
    """The checks that ran, in words; `passed`: the gate opened by them, so that whoever was asked to move has done it."""
    return "、".join(t.problem(box_words.of_check(code, passed=passed).said) for code in checks)


def checks_of(passage: Passage, t: Texts) -> str:
    """The checks before a passage; going out is never blocked, so there they say only that they ran."""
    return checks_said(checks.named(passage.checks), t, passed=passage.direction == Direction.IN.value)


def likeness(score: int | None) -> str:
    """`0.64`, as a face was like the one that is enrolled; nothing where none was compared."""
    return "" if score is None else f"{score / 1000:.2f}"


def dates(month: dt.date) -> list[dt.date]:
    """The dates of a month."""
    return [month + n * _DAY for n in range(sheet.last_of(month).day)]


def differing(differences: Mapping[int, tuple[int, ...]], assignment_id: int) -> tuple[int, ...]:
    """The days of a published line that would be others now."""
    return differences.get(assignment_id, ())
