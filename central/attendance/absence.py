"""De-facto exit (A-54): a label derived from days without attendance, per assignment (A-55), never an act (A-50). Pure.

Only complete data counts (rules.md A8): a day on which a gate may still have something to tell is taken as a day on which the worker
may have been there. So a label holds whatever that gate tells later, and a dead gate makes nobody exit.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from central.attendance.pairing import DayRules, EventId

_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class AbsenceRules:
    """Working-calendar days without attendance until the alert and until the presumed exit; 3 to 90 (rules.md A8)."""

    alert_days: int = 3
    presumed_exit_days: int = 15

    def __post_init__(self) -> None:
        if not 3 <= self.alert_days <= self.presumed_exit_days <= 90:
            raise ValueError("3 <= alert_days <= presumed_exit_days <= 90")


@dataclass(frozen=True, slots=True)
class GateReport:
    """A gate's life on the project, and until when it has told everything (`reported_until`: no event before it is outstanding,
    and no time before it is still to be corrected), but for the `holes` (from, to): there something may be lost for good. Aware times;
    `retired_at` None: still there."""

    gate: str
    installed_at: dt.datetime
    reported_until: dt.datetime | None
    retired_at: dt.datetime | None = None
    holes: tuple[tuple[dt.datetime, dt.datetime], ...] = ()

    def covers(self, start: dt.datetime, end: dt.datetime) -> bool:
        """Whether nothing of this gate is outstanding between `start` and `end`."""
        needed = end if self.retired_at is None else min(end, self.retired_at)
        if self.installed_at >= end or needed <= start:
            return True
        if any(low < needed and high > start for low, high in self.holes):
            return False
        return self.reported_until is not None and self.reported_until >= needed


def complete_dates(gates: Collection[GateReport], first: dt.date, last: dt.date, rules: DayRules) -> frozenset[dt.date]:
    """The work dates from `first` to `last` at whose end every gate had reported (A8). A date on which no gate stood proves nothing."""
    return frozenset(date for date in _dates(first, last) if _is_complete(gates, rules.start_of(date), rules.start_of(date + _DAY)))


def _is_complete(gates: Collection[GateReport], start: dt.datetime, end: dt.datetime) -> bool:
    stood = any(g.installed_at < end and (g.retired_at is None or g.retired_at > start) for g in gates)
    return stood and all(gate.covers(start, end) for gate in gates)


@dataclass(frozen=True, slots=True)
class ProjectDays:
    """A project's dates from `first` to `as_of`, made once for all its workers: which are working days (holidays, adjusted workdays
    and suspensions are the caller's), and on which something is outstanding. Both ascending. `as_of`: the last date that is over."""

    first: dt.date
    as_of: dt.date
    working: tuple[dt.date, ...]
    outstanding: tuple[dt.date, ...]


def project_days(first: dt.date, as_of: dt.date, working: Iterable[dt.date], complete: Collection[dt.date]) -> ProjectDays:
    """The project's dates; every date that is not among `complete` is outstanding, rest days too: somebody may have worked."""
    within = sorted({date for date in working if first <= date <= as_of})
    return ProjectDays(first, as_of, tuple(within), tuple(date for date in _dates(first, as_of) if date not in complete))


class PresenceState(StrEnum):
    """Where a worker stands on the project, as far as its gates know (A-54, A-55): a label, never an act (A-50)."""

    NEVER_SEEN = "never_seen"
    PRESENT = "present"
    ABSENT_ALERT = "absent_alert"
    PRESUMED_EXITED = "presumed_exited"
    NEEDS_RETRAINING = "needs_retraining"
    UNDETERMINED = "undetermined"


@dataclass(frozen=True, slots=True)
class Presence:
    """The answer. `since`: present: the last date seen; absent or exited: the day after the last date on which the worker was seen
    or may have been; never seen: the date of assignment; undetermined: the first outstanding date.

    `evidence` is the last punch, None if never seen. `absent_days` are the working days of certain absence up to `as_of`.
    `complete_until` is the last date before anything is outstanding (since the last attendance); None if that is the very first.
    """

    state: PresenceState
    since: dt.date
    evidence: EventId | None
    absent_days: int
    complete_until: dt.date | None


def presence(assigned_on: dt.date, attended: Mapping[dt.date, EventId], project: ProjectDays, rules: AbsenceRules) -> Presence:
    """A-54, A-55: one assignment's presence from the dates on which it was seen (`attended_on`) since `assigned_on`.

    A date after `as_of` may be among `attended`: today's passage reverses the label at once. Raises ValueError where the project's
    dates begin later than needed. An assignment that has ended (A-50 to A-53) is not asked.
    """
    last_seen = max(attended, default=None)
    evidence = attended[last_seen] if last_seen is not None else None
    begin = assigned_on if last_seen is None else last_seen + _DAY
    if begin < project.first:
        raise ValueError("the project's days begin after the last attendance")
    outstanding = project.outstanding[bisect_left(project.outstanding, begin) :]
    may_be_absent = _count(project.working, begin)
    certain_from = outstanding[-1] + _DAY if outstanding else begin
    absent = _count(project.working, certain_from)
    state = _state(last_seen is None, bool(outstanding), absent, may_be_absent, rules)
    since = {
        PresenceState.PRESENT: last_seen or begin,
        PresenceState.NEVER_SEEN: assigned_on,
        PresenceState.UNDETERMINED: outstanding[0] if outstanding else begin,
    }.get(state, certain_from)
    return Presence(state, since, evidence, absent, _complete_until(last_seen, begin, outstanding, project.as_of))


def _state(unseen: bool, is_outstanding: bool, absent: int, may_be_absent: int, rules: AbsenceRules) -> PresenceState:
    if unseen:
        return PresenceState.UNDETERMINED if is_outstanding else PresenceState.NEVER_SEEN
    if absent >= rules.presumed_exit_days:
        return PresenceState.PRESUMED_EXITED
    if absent >= rules.alert_days:
        return PresenceState.ABSENT_ALERT
    return PresenceState.PRESENT if may_be_absent < rules.alert_days else PresenceState.UNDETERMINED


def _complete_until(last_seen: dt.date | None, begin: dt.date, outstanding: Sequence[dt.date], as_of: dt.date) -> dt.date | None:
    if not outstanding:
        return as_of
    return None if last_seen is None and outstanding[0] == begin else outstanding[0] - _DAY


def _count(ascending: Sequence[dt.date], since: dt.date) -> int:
    return len(ascending) - bisect_left(ascending, since)


def _dates(first: dt.date, last: dt.date) -> list[dt.date]:
    return [first + n * _DAY for n in range((last - first).days + 1)]
