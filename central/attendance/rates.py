"""Attendance rates, coverage and update rate, and the reconciliation of paid days with attendance (domain.md, Attendance 2)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from sqlalchemy import ColumnElement, case, func, literal, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.attendance import month_sums, parameters, presence, sheet
from central.attendance.model import Passage
from central.attendance.month_sums import Sums
from central.attendance.presence import Ground
from central.attendance.rules import Judged
from central.attendance.sheet import Line, Wanted
from central.attendance.store import complete_until
from central.clock import SITE_ZONE, Clock
from central.database import UtcDateTime
from central.entry import sight
from central.entry.model import Assignment
from central.projects.model import Project, ProjectState, Team

KEY_STAFF_LINE: Final = Decimal("0.80")
"""Key staff attend on at least that part of their expected days (Jilin)."""
UPDATE_LINE: Final = Decimal("0.85")
"""At least that part of the projects has told everything of yesterday (Fuzhou)."""
_DAY: Final = dt.timedelta(days=1)


def rate(part: Decimal | int, whole: Decimal | int) -> Decimal | None:
    """A rate with four decimals, half up; None of nothing. Pure."""
    return (Decimal(part) / Decimal(whole)).quantize(Decimal("0.0001"), ROUND_HALF_UP) if whole else None


@dataclass(frozen=True, slots=True)
class ProjectRates:
    """A month's attendance so far: Σ valid days ÷ Σ expected days of those who have not de facto left. `key_below`: team leaders below
    the line, by assignment, with their rate."""

    valid_days: Decimal
    expected_days: int
    rate: Decimal | None
    key_below: Sequence[tuple[int, Decimal]]


@dataclass(frozen=True, slots=True)
class Coverage:
    """Of the running projects: how many have a passage on that date, and how many had told everything of it when asked."""

    date: dt.date
    projects: int
    reporting: int
    updated: int
    coverage: Decimal | None
    update_rate: Decimal | None


@dataclass(frozen=True, slots=True)
class Reconciled:
    """A worker's month beside what a wage sheet might claim: few days, missing punches, corrections, passages without a right."""

    line: Line
    share: Decimal | None
    without_right: int
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """A page of doubtful lines and one more if there is one; `total` is how many there are in all."""

    items: Sequence[Reconciled]
    total: int


def of_month(session: Session, clock: Clock, access: Access, project_id: int, month: dt.date) -> ProjectRates:
    """A-54: whoever is presumed to have left is expected no more from the date of that on."""
    access.require(Function.VIEW_ATTENDANCE)
    seen, on = sight.on_project(session, access, project_id)(Assignment), presence.ground(session, clock, project_id)
    found = month_sums.of_month(session, on, seen, Wanted(month), presence.gone(session, on, seen))
    leaders = set(session.scalars(select(Team.leader_worker_id).where(Team.project_id == project_id, Team.leader_worker_id.is_not(None))))
    valid, expected = sum((one.days for one in found), Decimal(0)), sum(one.expected for one in found)
    own = [(one.assignment_id, rate(one.days, one.expected)) for one in found if one.worker_id in leaders]
    below = [(id_, share) for id_, share in own if share is not None and share < KEY_STAFF_LINE]
    return ProjectRates(valid, expected, rate(min(valid, Decimal(expected)), expected), below)


def coverage(session: Session, access: Access, date: dt.date) -> Coverage:
    """For the supervision: over all projects that are under way; as many queries for any number of them."""
    access.require(Function.SUPERVISE)
    running = session.scalars(select(Project.id).where(Project.state == ProjectState.IN_PROGRESS)).all()
    rules, until = parameters.of_projects(session, running), complete_until(session, running)
    spans = {id_: (rules[id_].days.start_of(date), rules[id_].days.start_of(date + _DAY)) for id_ in running}
    reporting = _reporting(session, set(spans.values()))
    told = {id_: until.get(id_) for id_ in running}
    updated = sum(at is not None and at >= spans[id_][1] for id_, at in told.items())
    return Coverage(date, len(running), reporting, updated, rate(reporting, len(running)), rate(updated, len(running)))


def _reporting(session: Session, spans: Collection[tuple[dt.datetime, dt.datetime]]) -> int:
    """How many running projects have a passage in their own span of a date; day cuts are few, so spans are."""
    if not spans:
        return 0
    midnight = min(start for start, _ in spans).astimezone(SITE_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    of_cut = {int((start - midnight).total_seconds()) // 60: (start, end) for start, end in spans}
    start, end = (case({cut: literal(span[n], UtcDateTime()) for cut, span in of_cut.items()}, value=Project.day_cut_min) for n in (0, 1))
    within = Passage.at >= min(s for s, _ in spans), Passage.at < max(e for _, e in spans), Passage.at >= start, Passage.at < end
    passed = select(Passage.seq).where(Passage.project_id == Project.id, *within).exists()
    return session.scalar(select(func.count()).where(Project.state == ProjectState.IN_PROGRESS, passed)) or 0


def reconciliation(
    session: Session,
    clock: Clock,
    access: Access,
    project_id: int,
    wanted: Wanted,
    *,
    below: Decimal = Decimal("0.20"),
    after: int = 0,
    limit: int = 50,
) -> Reconciliation:
    """人员发放工资但出勤少 (Hebei): lines to look at before a wage sheet is signed, the most doubtful first.

    `after`: the assignment that the page before ended with. Everybody is judged by sums; lines are read for those shown only.
    """
    access.require(Function.VIEW_ATTENDANCE)
    seen, on = sight.on_project(session, access, project_id)(Assignment), presence.ground(session, clock, project_id)
    without_right = _without_right(session, seen, on, wanted.month)
    judged = [_doubt(one, without_right[one.assignment_id], below) for one in month_sums.of_month(session, on, seen, wanted, {})]
    begin = next((one.place for one in judged if one.assignment_id == after), None)
    doubtful = sorted((one for one in judged if one.remarks), key=lambda one: one.place)
    some = [one for one in doubtful if begin is None or one.place > begin][: limit + 1]
    ids = tuple(one.assignment_id for one in some)
    lines = {line.assignment_id: line for line in sheet.read(session, on, seen, replace(wanted, assignment_ids=ids)).lines} if ids else {}
    items = [Reconciled(lines[one.assignment_id], one.share, one.without_right, one.remarks) for one in some]
    return Reconciliation(items, len(doubtful))


def _without_right(session: Session, seen: ColumnElement[bool], on: Ground, month: dt.date) -> Counter[int]:
    """Passages of the month at a time at which their worker had no right, by assignment."""
    start, end = on.parameters.days.start_of(month), on.parameters.days.start_of(sheet.last_of(month) + _DAY)
    odd = (
        select(Passage.assignment_id, func.count())
        .join(Assignment, Assignment.id == Passage.assignment_id)
        .where(seen, Passage.at >= start, Passage.at < end, Passage.judged != Judged.OK)
        .group_by(Passage.assignment_id)
    )
    return Counter({id_: times for id_, times in session.execute(odd) if id_ is not None})


@dataclass(frozen=True, slots=True)
class _Doubt:
    assignment_id: int
    share: Decimal | None
    without_right: int
    remarks: tuple[str, ...]

    @property
    def place(self) -> tuple[Decimal, int]:
        """The most doubtful first."""
        return (self.share if self.share is not None else Decimal(0), self.assignment_id)


def _doubt(of: Sums, without_right: int, below: Decimal) -> _Doubt:
    share = rate(of.days, of.expected)
    remarks = (
        ("FEW_DAYS", share is not None and share < below),
        ("MISSING_PUNCHES", of.missing > 0),
        ("MANUAL_EVENTS", of.manual > 0),
        ("WITHOUT_RIGHT", without_right > 0),
    )
    return _Doubt(of.assignment_id, share, without_right, tuple(word for word, holds in remarks if holds))
