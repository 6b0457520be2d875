"""Workers as the other slices and the API know them: registered, found, edited; and what may be known of them."""

from __future__ import annotations

from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock
from central.errors import Problem
from central.people import rules, store
from central.people.id_number import read
from central.people.model import EmployerException, Employment, Worker
from central.people.registration import Policy, Registration, register
from central.people.sealed import card, id_number, index_of
from central.people.store import EmployedWorker
from central.projects.model import Company
from central.secrets import CentreSecrets

__all__ = [
    "EmployedWorker",
    "Policy",
    "Registration",
    "allow_further_employer",
    "assignable",
    "card",
    "employed",
    "id_number",
    "index_of",
    "is_employed_by",
    "register",
    "still_assignable",
    "whose",
]


def employed(session: Session, access: Access, worker_id: int) -> EmployedWorker:
    """A worker as the employer sees it (A-63), or an authority. Else `Problem` 404 NOT_FOUND."""
    found = store.one_employed(session, worker_id, whose(access))
    if found is None:
        raise Problem("NOT_FOUND", 404)
    return found


def allow_further_employer(
    session: Session, clock: Clock, keys: CentreSecrets, access: Access, *, id_type: str, number: str, company_id: int, reason: str
) -> EmployerException:
    """A-30: 原则上 has its exception: the supervision body lets one further company register this person, and says why."""
    access.require(Function.VERIFY_IDENTITY)
    known = read(id_type, number)
    worker = store.by_number(session, index_of(keys, known)) if known else None
    if worker is None:
        raise Problem("NOT_FOUND", 404, "id_number")
    if session.get(Company, company_id) is None:
        raise Problem("COMPANY_UNKNOWN", 422, "company_id")
    allowed = EmployerException(worker_id=worker.id, company_id=company_id, reason=reason, actor=access.actor, at=clock.now())
    session.add(allowed)
    session.flush()
    told = {"company_id": company_id, "reason": reason}
    audit.record(session, access, "worker.further_employer", f"worker:{worker.id}", after=told)
    return allowed


def assignable(session: Session, worker_id: int, employer_id: int) -> tuple[Worker, Employment]:
    """A-01, A-26: a verified worker under contract with this employer; somebody else's worker is not found.

    Raises `Problem` 403 NOT_THE_EMPLOYER, 409 IDENTITY_NOT_VERIFIED or WORKER_DECEASED.
    """
    present = store.present_employment(session, worker_id, employer_id)
    worker = session.get(Worker, worker_id)
    if present is None or worker is None:
        raise Problem("NOT_THE_EMPLOYER", 403, "worker_id")
    rules.assignable(worker.identity_state, worker.life_state)
    return worker, present[0]


def still_assignable(session: Session, worker_id: int) -> Worker:
    """A-26 again, when a using unit accepts."""
    worker = session.get_one(Worker, worker_id)
    rules.assignable(worker.identity_state, worker.life_state)
    return worker


def is_employed_by(session: Session, worker_id: int, employer_id: int) -> bool:
    """Whether this company is a present employer of the worker."""
    return store.present_employment(session, worker_id, employer_id) is not None


def whose(access: Access) -> int | None:
    """Whose workers this principal looks at: all (None) for supervision, an employer's own; others, the system administrator too, are
    refused."""
    if access.sees_everything:
        access.require(Function.VIEW_PEOPLE)
        access.require(Function.SUPERVISE)
        return None
    employer = access.require_employer()
    access.require(Function.VIEW_PEOPLE)
    return employer
