"""A-61: contract and wage items as the concerned parties compare them: the general contractor of the worker's project, supervision.

Everybody concerned sees the kinds, dates, bank and how the basic wage stands to the reference; amounts are masked until somebody says why
they must be seen, and then the audit keeps who, what and why. The card's number shows its last four, to everybody, always.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function, Role
from central.entry import sight
from central.entry.model import Assignment
from central.entry.rules import OPEN_STATES
from central.errors import Problem
from central.people import banks, store
from central.people.model import Employment, WageTerms, WageType
from central.people.store import EmployedWorker
from central.projects import service as projects
from central.projects.model import Project


@dataclass(frozen=True)
class ComparableWages:
    """The items side by side with what they are held against; amounts are None while they are masked."""

    worker_id: int
    employer: str
    employment: Employment
    terms: WageTerms
    against_base: str
    covers_completion: bool | None
    changed_since_acceptance: bool
    basic_wage: Decimal | None = None
    probation_wage: Decimal | None = None


def comparable(session: Session, access: Access, worker_id: int) -> ComparableWages:
    """A-61: read-only, for the employer itself, the worker's general contractor and supervision. Others: `Problem` 404 NOT_FOUND."""
    access.require(Function.VIEW_WAGES)
    found, assignment = _concerned(session, access, worker_id)
    assert found.wages is not None  # noqa: S101  _concerned looked
    is_own = access.role is Role.EMPLOYER and access.company_id == found.employment.employer_id
    return ComparableWages(
        worker_id=worker_id,
        employer=found.employer,
        employment=found.employment,
        terms=found.wages,
        against_base=against(session, found),
        covers_completion=_covers(session, found, assignment),
        changed_since_acceptance=bool(assignment and assignment.entry_time and found.wages.updated_at > assignment.entry_time),
        basic_wage=found.wages.basic_wage if is_own else None,
        probation_wage=found.wages.probation_wage if is_own else None,
    )


def reveal(session: Session, access: Access, worker_id: int, reason: str) -> ComparableWages:
    """A-61: the amounts too, for a stated reason; the reveal stands in the audit in this very transaction."""
    access.require(Function.REVEAL)
    shown = comparable(session, access, worker_id)
    audit.record(session, access, "worker.wages_revealed", f"worker:{worker_id}", after={"reason": reason})
    amounts = {"basic_wage": shown.terms.basic_wage, "probation_wage": shown.terms.probation_wage}
    return ComparableWages(**{**vars(shown), **amounts})


def against(session: Session, found: EmployedWorker) -> str:
    """How a monthly basic wage stands to the region's reference when the contract began: below, at, above; "" for daily wages (A-18)."""
    if found.wages is None or found.wages.wage_type is not WageType.MONTHLY:
        return ""
    return stands(found.wages, banks.base_on(session, found.employment.contract_start))


def stands(wages: WageTerms, base: Decimal | None) -> str:
    """A-18, pure: below, at or above the reference; "" for daily wages and where there is no reference."""
    if base is None or wages.wage_type is not WageType.MONTHLY:
        return ""
    return "below" if wages.basic_wage < base else "at" if wages.basic_wage == base else "above"


def _concerned(session: Session, access: Access, worker_id: int) -> tuple[EmployedWorker, Assignment | None]:
    is_supervision = access.role in (Role.AUTHORITY, Role.HEAD_STATION)
    wanted = select(Assignment).where(Assignment.worker_id == worker_id, Assignment.state.in_(OPEN_STATES)).order_by(Assignment.id)
    if access.project_id is not None:
        wanted = wanted.where(Assignment.project_id == access.project_id)
    for assignment in session.scalars(wanted).all():
        if is_supervision or assignment.employer_id == access.company_id or _is_its_contractor(session, access, assignment):
            found = store.one_employed(session, worker_id, assignment.employer_id)
            if found is not None and found.wages is not None:
                return found, assignment
    found = store.one_employed(session, worker_id, None if is_supervision else access.company_id)
    may_look = is_supervision or access.role is Role.EMPLOYER
    if not may_look or found is None or found.wages is None:
        raise Problem("NOT_FOUND", 404)
    return found, None


def _is_its_contractor(session: Session, access: Access, assignment: Assignment) -> bool:
    """The general contractor of the project, who already sees this assignment (A-45)."""
    gc = projects.chain(session, assignment.project_id).general_contractor
    if gc is None or gc.company_id != access.company_id:
        return False
    seen = sight.on_project(session, access, assignment.project_id)(Assignment)
    return session.scalar(select(Assignment.id).where(Assignment.id == assignment.id, seen)) is not None


def _covers(session: Session, found: EmployedWorker, assignment: Assignment | None) -> bool | None:
    """A-12: whether the contract ends after the project's planned completion; None where there is nothing to compare."""
    if assignment is None:
        return None
    planned = session.get_one(Project, assignment.project_id).completion_planned
    return None if planned is None else found.employment.contract_end > planned
