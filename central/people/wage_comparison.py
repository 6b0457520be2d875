"""A-61: the contract and wage items of a whole project side by side, for its general contractor and supervision; amounts stay masked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sqlalchemy import ColumnElement, and_, false, or_, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.entry import sight
from central.entry.model import Assignment
from central.entry.rules import OPEN_STATES
from central.ordering import Order
from central.people import banks, wage_sight
from central.people.model import Employment, WageTerms, WageType, Worker
from central.people.reference_model import SHANGHAI, RegionalBase
from central.projects import service as projects
from central.projects.model import Company

REMARKS: Final = ("below", "short", "changed")
"""What there may be to say of a line: below the reference, the contract ends before the completion, changed after entry."""
ORDER: Final = Order(
    Assignment.id,
    {
        "name": Worker.name_order,
        "employer": Company.name,
        "contract_dates": Employment.contract_end,
        "wage_kind": WageTerms.wage_type,
        "pay_bank": WageTerms.bank_name,
    },
)
"""None by an amount: the order would tell what is masked."""


@dataclass(frozen=True)
class Wanted:
    """Which lines: `q` is part of a worker's name or an employer's; `remark` one of `REMARKS`, or "any" for those with any of them."""

    q: str = ""
    remark: str = ""


EVERY: Final = Wanted()


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

    @property
    def remarks(self) -> list[str]:
        """Which of `REMARKS` are to be made."""
        said = (self.against_base == "below", self.covers_completion is False, self.changed_since_acceptance)
        return [remark for remark, is_so in zip(REMARKS, said, strict=True) if is_so]


def page_of_project(
    session: Session, access: Access, project_id: int, wanted: Wanted = EVERY, *, after: int = 0, limit: int = 50, sort: str = ""
) -> list[Line]:
    """One page of them, by assignment unless sorted otherwise, and one more; a fixed number of queries.

    Raises `Problem` 403 ONLY_GENERAL_CONTRACTOR, 404.
    """
    access.require(Function.VIEW_WAGES)
    project = projects.visible_project(session, access, project_id)
    if not access.sees_everything:
        projects.require_general_contractor(session, access, project_id)
    bases = [base for base in banks.bases(session) if base.region == SHANGHAI]
    rows = (
        select(Assignment, Worker, Company.name, Employment, WageTerms)
        .join(Worker, Worker.id == Assignment.worker_id)
        .join(Company, Company.id == Assignment.employer_id)
        .join(Employment, Employment.id == Assignment.employment_id)
        .join(WageTerms, WageTerms.employment_id == Employment.id)
        .where(sight.on_project(session, access, project_id)(Assignment), Assignment.state.in_(OPEN_STATES))
    )
    found = ORDER.page(session, rows, _conditions(wanted, bases, project.completion_planned), sort, after=after, limit=limit)
    return [_line(row[0], row[1], row[2], row[3], row[4], bases, project.completion_planned) for row in found]


def _conditions(wanted: Wanted, bases: Sequence[RegionalBase], planned: dt.date | None) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.q:
        conditions.append(or_(*(column.icontains(wanted.q, autoescape=True) for column in (Worker.name, Company.name))))
    remarks = {
        "below": _is_below(bases),
        "short": false() if planned is None else Employment.contract_end <= planned,
        "changed": and_(Assignment.entry_time.is_not(None), WageTerms.updated_at > Assignment.entry_time),
    }
    if wanted.remark:
        conditions.append(remarks[wanted.remark] if wanted.remark in remarks else or_(*remarks.values()))
    return conditions


def _is_below(bases: Sequence[RegionalBase]) -> ColumnElement[bool]:
    """What `wage_sight.stands` calls below, of each contract the reference that held when it began; `bases` are oldest first."""
    until = [base.valid_from for base in bases[1:]] + [dt.date.max]
    held = [
        and_(Employment.contract_start >= base.valid_from, Employment.contract_start < end, WageTerms.basic_wage < base.amount)
        for base, end in zip(bases, until, strict=True)
    ]
    return and_(WageTerms.wage_type == WageType.MONTHLY, or_(false(), *held))


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
