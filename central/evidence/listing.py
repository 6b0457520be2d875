"""A project's evidence as its page shows it: with whom each file is about, found and sorted, the newest first (A-27, A-28)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.evidence.model import Evidence
from central.evidence.service import visible
from central.ordering import Order
from central.people.model import Worker
from central.projects.model import Company

ORDER: Final = Order(
    Evidence.id,
    {
        "about_on": Evidence.about_on,
        "name": Worker.name_order,
        "evidence_file": Evidence.file_name,
        "attached_by": func.coalesce(Company.name, ""),
        "attached_at": Evidence.at,
    },
    newest_first=True,
)


@dataclass(frozen=True)
class EvidenceLine:
    """A file with the name and the masked number of whom it is about, and who attached it."""

    evidence: Evidence
    name: str
    id_masked: str
    company: str | None


@dataclass(frozen=True)
class Wanted:
    """Which files: `q` is part of a name, a note or a file's name; the days, both included, are those that they are about."""

    q: str = ""
    first: dt.date | None = None
    last: dt.date | None = None


def page_of_project(
    session: Session, access: Access, project_id: int, wanted: Wanted, *, after: int, limit: int, sort: str = ""
) -> list[EvidenceLine]:
    """One page of what this principal may see of a project, and one more."""
    return page_of(session, access, wanted, project_id=project_id, after=after, limit=limit, sort=sort)


def page_of(
    session: Session,
    access: Access,
    wanted: Wanted,
    *,
    worker_id: int | None = None,
    project_id: int | None = None,
    assignment_id: int | None = None,
    after: int,
    limit: int,
    sort: str = "",
) -> list[EvidenceLine]:
    """The same of a worker, a project, an assignment, or of everything."""
    access.require(Function.VIEW_PEOPLE)
    rows = select(Evidence, Worker.name, Worker.id_masked, Company.name).join(Worker, Worker.id == Evidence.worker_id)
    rows = rows.outerjoin(Company, Company.id == Evidence.company_id)
    rows = rows.where(visible(session, access, project_id))
    about = (Evidence.worker_id, worker_id), (Evidence.project_id, project_id), (Evidence.assignment_id, assignment_id)
    conditions = [*_conditions(wanted), *(column == value for column, value in about if value is not None)]
    return [EvidenceLine(*row) for row in ORDER.page(session, rows, conditions, sort, after=after, limit=limit)]


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.q:
        conditions.append(
            or_(*(column.icontains(wanted.q, autoescape=True) for column in (Worker.name, Evidence.note, Evidence.file_name)))
        )
    if wanted.first is not None:
        conditions.append(Evidence.about_on >= wanted.first)
    if wanted.last is not None:
        conditions.append(Evidence.about_on <= wanted.last)
    return conditions
