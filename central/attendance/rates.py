"""Attendance rates, coverage and update rate, and the reconciliation of paid days with attendance (domain.md, Attendance 2)."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.attendance import parameters, presence, sheet
from central.attendance.absence import PresenceState
from central.attendance.model import Passage
from central.attendance.rules import Judged
from central.attendance.sheet import Line, Wanted
from central.attendance.store import complete_until
from central.attendance.valid_day import Expected
from central.clock import Clock
from central.entry import sight
from central.entry.model import Assignment
from central.projects.model import Project, ProjectState, Team

KEY_STAFF_LINE: Final = Decimal("0.80")
"""Key staff attend on at least that part of their expected days (Jilin)."""
UPDATE_LINE: Final = Decimal("0.85")
"""At least that part of the projects has told everything of yesterday (Fuzhou)."""
_GONE: Final = (PresenceState.PRESUMED_EXITED, PresenceState.NEEDS_RETRAINING)


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


def of_month(session: Session, clock: Clock, access: Access, project_id: int, month: dt.date) -> ProjectRates:
    """A-54: whoever is presumed to have left is expected no more from the date of that on."""
    found = sheet.page(session, clock, access, project_id, Wanted(month), limit=100_000)
    on = presence.ground(session, clock, project_id)
    gone = {line.assignment_id: line.since for some in presence.everybody(session, on) for line in some if line.state in _GONE}
    leaders = set(session.scalars(select(Team.leader_worker_id).where(Team.project_id == project_id, Team.leader_worker_id.is_not(None))))
    valid, expected, below = Decimal(0), 0, []
    for line in found.lines:
        days, wanted = _figures(line, month, min(found.as_of, gone.get(line.assignment_id, dt.date.max) - dt.timedelta(days=1)))
        valid, expected = valid + days, expected + wanted
        own = rate(days, wanted)
        if line.worker_id in leaders and own is not None and own < KEY_STAFF_LINE:
            below.append((line.assignment_id, own))
    return ProjectRates(valid, expected, rate(min(valid, Decimal(expected)), expected), below)


def _figures(line: Line, month: dt.date, until: dt.date) -> tuple[Decimal, int]:
    within = [cell for n, cell in enumerate(line.cells) if month + dt.timedelta(days=n) <= until]
    return Decimal(sum(cell.halves for cell in within)) / 2, sum(cell.expected == Expected.WORK.value for cell in within)


def coverage(session: Session, access: Access, date: dt.date) -> Coverage:
    """For the supervision: over all projects that are under way."""
    access.require(Function.SUPERVISE)
    running = session.scalars(select(Project.id).where(Project.state == ProjectState.IN_PROGRESS)).all()
    rules = parameters.of_projects(session, running)
    until = complete_until(session, running)
    reporting = updated = 0
    for project_id in running:
        start, end = (rules[project_id].days.start_of(date + dt.timedelta(days=n)) for n in (0, 1))
        at = select(Passage.seq).where(Passage.project_id == project_id, Passage.at >= start, Passage.at < end).limit(1)
        reporting += session.execute(at).first() is not None
        told = until.get(project_id)
        updated += told is not None and told >= end
    return Coverage(date, len(running), reporting, updated, rate(reporting, len(running)), rate(updated, len(running)))


def reconciliation(
    session: Session, clock: Clock, access: Access, project_id: int, wanted: Wanted, *, below: Decimal = Decimal("0.20")
) -> list[Reconciled]:
    """人员发放工资但出勤少 (Hebei): lines to look at before a wage sheet is signed, the most doubtful first."""
    found = sheet.page(session, clock, access, project_id, wanted, limit=100_000)
    seen = sight.on_project(session, access, project_id)(Assignment)
    start = parameters.of_project(session, project_id).days.start_of(wanted.month)
    end = start + dt.timedelta(days=len(found.lines[0].cells)) if found.lines else start
    odd = (
        select(Passage.assignment_id, func.count())
        .join(Assignment, Assignment.id == Passage.assignment_id)
        .where(seen, Passage.at >= start, Passage.at < end, Passage.judged != Judged.OK)
        .group_by(Passage.assignment_id)
    )
    without_right = Counter(dict(session.execute(odd).all()))
    judged = [_reconciled(line, found.as_of, wanted.month, without_right[line.assignment_id], below) for line in found.lines]
    return sorted(
        (one for one in judged if one.remarks), key=lambda one: (one.share if one.share is not None else Decimal(0), one.line.assignment_id)
    )


def _reconciled(line: Line, as_of: dt.date, month: dt.date, without_right: int, below: Decimal) -> Reconciled:
    days, expected = _figures(line, month, as_of)
    share = rate(days, expected)
    remarks = (
        ("FEW_DAYS", share is not None and share < below),
        ("MISSING_PUNCHES", line.missing_punches > 0),
        ("MANUAL_EVENTS", line.manual_days > 0),
        ("WITHOUT_RIGHT", without_right > 0),
    )
    return Reconciled(line, share, without_right, tuple(word for word, holds in remarks if holds))
