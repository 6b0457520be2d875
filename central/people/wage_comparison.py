"""A-61: the contract and wage items of a whole project side by side, for its general contractor and supervision; amounts stay masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.entry import sight
from central.entry.model import Assignment
from central.entry.rules import OPEN_STATES
from central.people import banks, wage_sight
from central.people.model import Employment, WageTerms, Worker
from central.people.reference_model import SHANGHAI, RegionalBase
from central.projects import service as projects
from central.projects.model import Company


@dataclass(frozen=True)
class Line:
    """One worker's items, without an amount: how the basic wage stands to the reference, whether the contract reaches the completion."""

    assignment: Assignment
    worker: Worker
    employer: str
    employment: Employment
    terms: WageTerms
    against_base: str
    covers_completion: bool | None
    changed_since_acceptance: bool


def page_of_project(session: Session, access: Access, project_id: int, *, after: int = 0, limit: int = 50) -> list[Line]:
    """One page of them by assignment, and one more; a fixed number of queries. Raises `Problem` 403 ONLY_GENERAL_CONTRACTOR, 404."""
    access.require(Function.VIEW_WAGES)
    project = projects.visible_project(session, access, project_id)
    if not access.sees_everything:
        projects.require_general_contractor(session, access, project_id)
    bases = [base for base in banks.bases(session) if base.region == SHANGHAI]
    wanted = (
        select(Assignment, Worker, Company.name, Employment, WageTerms)
        .join(Worker, Worker.id == Assignment.worker_id)
        .join(Company, Company.id == Assignment.employer_id)
        .join(Employment, Employment.id == Assignment.employment_id)
        .join(WageTerms, WageTerms.employment_id == Employment.id)
        .where(sight.on_project(session, access, project_id)(Assignment), Assignment.state.in_(OPEN_STATES), Assignment.id > after)
    )
    rows = session.execute(wanted.order_by(Assignment.id).limit(limit + 1)).all()
    return [_line(row[0], row[1], row[2], row[3], row[4], bases, project.completion_planned) for row in rows]


def _line(  # noqa: PLR0917  a row and what it is held against
    assignment: Assignment,
    worker: Worker,
    employer: str,
    employment: Employment,
    terms: WageTerms,
    bases: Sequence[RegionalBase],
    planned: dt.date | None,
) -> Line:
    return Line(
        assignment,
        worker,
        employer,
        employment,
        terms,
        wage_sight.stands(terms, _base_on(bases, employment.contract_start)),
        None if planned is None else employment.contract_end > planned,
        bool(assignment.entry_time and terms.updated_at > assignment.entry_time),
    )


def _base_on(bases: Sequence[RegionalBase], day: dt.date) -> Decimal | None:
    """The reference that held on a day, of those that are read already, oldest first."""
    held = [base.amount for base in bases if base.valid_from <= day]
    return held[-1] if held else None
