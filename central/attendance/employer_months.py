"""An employer's month over all projects: how many of its people were where, and where a sheet is public and to be signed (A-55, A-63)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.attendance import sheet
from central.attendance.papers import FrozenMonth, FrozenRow
from central.clock import SITE_ZONE
from central.entry import sight
from central.entry.model import Assignment
from central.projects.model import Project


@dataclass(frozen=True, slots=True)
class ProjectMonth:
    """A project on which own people were in a month, and whether that month is frozen."""

    project_id: int
    name: str
    people: int
    frozen: FrozenMonth | None


@dataclass(frozen=True, slots=True)
class ToSign:
    """A month that is public, with own people on it."""

    project_id: int
    name: str
    month: dt.date
    until: dt.date
    people: int


def of_month(session: Session, access: Access, month: dt.date, limit: int = 500) -> list[ProjectMonth]:
    """The projects of a month, by name. One query. Raises `Problem` 403 for whoever is no employer."""
    access.require(Function.VIEW_ATTENDANCE)
    access.require_employer()
    start, end = (dt.datetime.combine(day, dt.time(), SITE_ZONE) for day in (month, sheet.last_of(month) + dt.timedelta(days=1)))
    there = and_(
        sight.of_employer(access)(Assignment),
        Assignment.entry_time < end,
        or_(Assignment.ended_at.is_(None), Assignment.ended_at >= start),
    )
    heads = func.count(Assignment.worker_id.distinct()).label("heads")
    own = select(Assignment.project_id, heads).where(there).group_by(Assignment.project_id).subquery()
    wanted = (
        select(Project, own.c.heads, FrozenMonth)
        .join(own, own.c.project_id == Project.id)
        .outerjoin(FrozenMonth, and_(FrozenMonth.project_id == Project.id, FrozenMonth.month == month))
        .order_by(Project.name, Project.id)
        .limit(limit)
    )
    return [ProjectMonth(p.id, p.contract_name or p.name, count, frozen) for p, count, frozen in session.execute(wanted)]


def to_sign(session: Session, access: Access, today: dt.date, limit: int = 20) -> Sequence[ToSign]:
    """The months that are public now and hold own people, those first that close first. One query."""
    access.require(Function.VIEW_ATTENDANCE)
    seen = sight.of_employer(access)(Assignment)
    wanted = (
        select(FrozenMonth, Project.contract_name, Project.name, func.count())
        .join(Project, Project.id == FrozenMonth.project_id)
        .join(FrozenRow, FrozenRow.month_id == FrozenMonth.id)
        .join(Assignment, Assignment.id == FrozenRow.assignment_id)
        .where(FrozenMonth.objections_until >= today, seen)
        .group_by(FrozenMonth.id, Project.id)
        .order_by(FrozenMonth.objections_until, FrozenMonth.id)
        .limit(limit)
    )
    return [
        ToSign(frozen.project_id, contract or name, frozen.month, frozen.objections_until, count)
        for frozen, contract, name, count in session.execute(wanted)
    ]
