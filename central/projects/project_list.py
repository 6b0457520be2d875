"""Projects as pages read them: those a principal may look at, found by name or registration number, any page, in any order."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from central.access import Access
from central.ordering import Order
from central.projects.model import Company, Participant, ParticipantRole, Project


@dataclass(frozen=True)
class ProjectLine:
    """A project and its general contractor's name, if it has one yet."""

    project: Project
    general_contractor: str | None


ORDER: Final = Order(
    Project.id,
    {
        "project": Project.name,
        "reg_no": Project.reg_no,
        "general_contractor": func.coalesce(Company.name, ""),
        "project_state": Project.state,
        "planned": func.coalesce(Project.completion_planned, dt.date.max),
    },
)


def find(session: Session, access: Access, q: str, offset: int, limit: int, *, sort: str = "project") -> tuple[list[ProjectLine], int]:
    """Some projects, and how many there are: an authority's are all, the others' those that they take part in."""
    conditions = _conditions(access, q)
    total = session.scalar(select(func.count(Project.id)).where(*conditions)) or 0
    found = session.execute(_rows().where(*conditions).order_by(*ORDER.ways(sort)).offset(offset).limit(limit))
    return [ProjectLine(project, name) for project, name in found], total


def page_of_all(session: Session, access: Access, *, q: str = "", after: int, limit: int, sort: str = "") -> list[Project]:
    """One page of the same, and one more."""
    return [row[0] for row in ORDER.page(session, _rows(), _conditions(access, q), sort, after=after, limit=limit)]


def _conditions(access: Access, q: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if not access.sees_everything:
        conditions.append(Project.id.in_(select(Participant.project_id).where(Participant.company_id == access.company_id)))
    if access.project_id is not None:
        conditions.append(Project.id == access.project_id)
    if q:
        conditions.append(or_(Project.name.icontains(q, autoescape=True), Project.reg_no.icontains(q, autoescape=True)))
    return conditions


def _rows() -> Select[Project, str]:
    leads = and_(Participant.project_id == Project.id, Participant.role == ParticipantRole.GENERAL_CONTRACTOR)
    rows = select(Project, Company.name).outerjoin(Participant, leads)
    return rows.outerjoin(Company, Company.id == Participant.company_id)
