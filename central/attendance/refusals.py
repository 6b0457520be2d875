"""被拒记录: who was refused at a project's gates, when, where, why, and which checks ran; for ninety days, never with an image (A-03)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.attendance import checks
from central.attendance.model import Refusal
from central.attendance.rules import shown_name
from central.clock import SITE_ZONE
from central.devices.model import Box
from central.entry import sight
from central.entry.model import Assignment
from central.ordering import Order
from central.people.model import Worker
from central.projects import service as projects
from central.projects.model import Company, Team

ORDER: Final = Order(Refusal.id, {"time": Refusal.at})
NEWEST: Final = "-time"


class Wanted(NamedTuple):
    """Which of a project's refusals: a reason's code, a gate's box, a date at the site, one worker's assignment; None narrows nothing.
    The date runs from `cut` to `cut`: from midnight, or a work date from the project's day cut."""

    reason: str | None = None
    gate: str | None = None
    day: dt.date | None = None
    assignment_id: int | None = None
    cut: dt.time = dt.time()


@dataclass(frozen=True, slots=True)
class Refused:
    """One refusal. `name` is masked; it, `id_masked`, `employer` and `team` are empty where the gate knew nobody. `gate` is the box's
    name; `checks` are codes (`central.messaging.box_words.CHECKS`); `score` is 0 to 1000, None where no face was compared."""

    id: int
    at: dt.datetime
    gate: str
    lane: str
    direction: str
    method: str
    reason: str
    checks: tuple[str, ...]
    score: int | None
    offline: bool
    assignment_id: int | None
    name: str
    id_masked: str
    employer: str
    team: str


_ROW: Final = (
    Refusal.id,
    Refusal.at,
    Refusal.box_id,
    Refusal.lane,
    Refusal.direction,
    Refusal.method,
    Refusal.reason,
    Refusal.checks,
    Refusal.score,
    Refusal.offline,
    Assignment.id.label("assignment_id"),
    Box.name.label("gate"),
    Worker.name,
    Worker.id_masked,
    Company.name.label("employer"),
    Team.name.label("team"),
)


def page(
    session: Session, access: Access, project_id: int, wanted: Wanted, sort: str = NEWEST, *, after: int = 0, limit: int
) -> list[Refused]:
    """One page of what this principal sees, the newest first unless `sort` says `time`, and one more.

    A-60, A-45, A-63: the general contractor and an authority see all, strangers too; anybody else those of its own people, or that come
    to it along the contract chain. Raises `Problem` 403 ROLE_NOT_ALLOWED, 404 NOT_FOUND (no part in the project), 422 CURSOR_INVALID.
    """
    conditions = [Refusal.project_id == project_id, *_seen(session, access, project_id), *_narrowed(wanted)]
    return _read(session, conditions, sort, after, limit)


def of_worker(session: Session, assignment: Assignment, date: dt.date, cut: dt.time, limit: int) -> list[Refused]:
    """A worker's refusals of a work date, the first of them first. The caller has checked who asks: it is the worker's own view too."""
    conditions = [Refusal.project_id == assignment.project_id, *_narrowed(Wanted(day=date, assignment_id=assignment.id, cut=cut))]
    return _read(session, conditions, "time", 0, limit)[:limit]


def _read(session: Session, conditions: list[ColumnElement[bool]], sort: str, after: int, limit: int) -> list[Refused]:
    rows = (
        select(*_ROW)
        .select_from(Refusal)
        .outerjoin(Box, Box.id == Refusal.box_id)
        .outerjoin(Assignment, and_(Assignment.id == Refusal.assignment_id, Assignment.project_id == Refusal.project_id))
        .outerjoin(Worker, Worker.id == Assignment.worker_id)
        .outerjoin(Company, Company.id == Assignment.employer_id)
        .outerjoin(Team, Team.id == Assignment.team_id)
    )
    return [_refused(row) for row in ORDER.page(session, rows, [~Refusal.forgotten, *conditions], sort or NEWEST, after=after, limit=limit)]


def _seen(session: Session, access: Access, project_id: int) -> list[ColumnElement[bool]]:
    access.require(Function.VIEW_ATTENDANCE)
    access.require_project(project_id)
    people = sight.on_project(session, access, project_id)
    root = projects.chain(session, project_id).general_contractor
    is_general = root is not None and access.company_id is not None and root.company_id == access.company_id
    return [] if is_general or access.sees_everything else [Refusal.assignment_id.is_not(None), people(Assignment)]


def _narrowed(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.reason:
        conditions.append(Refusal.reason == wanted.reason)
    if wanted.gate:
        conditions.append(Refusal.box_id == wanted.gate)
    if wanted.assignment_id is not None:
        conditions.append(Refusal.assignment_id == wanted.assignment_id)
    if wanted.day is not None:
        start = dt.datetime.combine(wanted.day, wanted.cut, SITE_ZONE)
        conditions += [Refusal.at >= start, Refusal.at < start + dt.timedelta(days=1)]
    return conditions


def _refused(row: Any) -> Refused:
    return Refused(
        id=row.id,
        at=row.at,
        gate=row.gate or row.box_id,
        lane=row.lane,
        direction=row.direction,
        method=row.method,
        reason=row.reason,
        checks=checks.named(row.checks),
        score=row.score,
        offline=row.offline,
        assignment_id=row.assignment_id,
        name=shown_name(row.name) if row.name else "",
        id_masked=row.id_masked or "",
        employer=row.employer or "",
        team=row.team or "",
    )
