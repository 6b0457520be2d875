"""Identity checks: asked for by the employer, answered by the register when it is there, or settled by an officer in person."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from central import audit
from central.access import SYSTEM, Access, Function
from central.clock import Clock
from central.errors import Problem
from central.people import rules as people_rules
from central.people import service as people
from central.people.model import Employment, EmploymentState, IdentityState, Worker
from central.people.store import EmployedWorker
from central.verification import outages, rules
from central.verification.model import CheckState, IdentityCheck
from central.verification.registers import CAUSE_OF, Verdict


def ask(session: Session, clock: Clock, access: Access, worker_id: int, *, weekdays: Sequence[int], cause: str = "") -> IdentityCheck:
    """A-25, A-26: the employer asks that this worker be verified; what the card reader said goes along as `cause`.

    The question waits in the queue, until the planned opening if there is one. Asked again, the same question is answered sooner.
    """
    access.require_employer()
    access.require(Function.REGISTER)
    people.employed(session, access, worker_id)
    worker = session.get_one(Worker, worker_id, with_for_update=True, populate_existing=True)
    if worker.identity_state is IdentityState.VERIFIED:
        raise Problem("IDENTITY_ALREADY_VERIFIED", 409)
    now = clock.now()
    next_at = opening(session, now, weekdays) or now
    check = session.scalar(select(IdentityCheck).where(IdentityCheck.worker_id == worker_id, IdentityCheck.state == CheckState.WAITING))
    if check is None:
        check = IdentityCheck(worker_id=worker_id, state=CheckState.WAITING, attempts=0, asked_by=access.actor, asked_at=now)
        session.add(check)
    check.next_at = next_at
    if cause:
        check.cause = worker.identity_cause = rules.cause(cause)
    try:
        session.flush()
    except IntegrityError as error:
        raise Problem("CONFLICT", 409) from error
    audit.record(session, access, "worker.identity_asked", f"worker:{worker_id}", after={"cause": cause})
    return check


def settle_in_person(
    session: Session, clock: Clock, access: Access, worker_id: int, *, verified: bool, evidence: str, cause: str = ""
) -> EmployedWorker:
    """A-25: the last resort: an authorised officer saw the person and the card, and says what was seen; the audit keeps it for good."""
    access.require(Function.VERIFY_IDENTITY)
    found = people.employed(session, access, worker_id)
    worker = session.get_one(Worker, worker_id, with_for_update=True, populate_existing=True)
    state = people_rules.verdict(worker.identity_state, verified=verified)
    if cause:
        rules.cause(cause)
    before = {"state": worker.identity_state.value, "cause": worker.identity_cause}
    worker.identity_state, worker.identity_source = state, "officer"
    worker.identity_cause = "" if verified else cause or "PERSON_CARD_MISMATCH"
    worker.version += 1
    told = {"state": state.value, "cause": worker.identity_cause, "evidence": evidence}
    audit.record(session, access, "worker.identity", f"worker:{worker_id}", before=before, after=told)
    for check in session.scalars(
        select(IdentityCheck).where(IdentityCheck.worker_id == worker_id, IdentityCheck.state == CheckState.WAITING)
    ):
        check.state, check.settled_at = CheckState.DROPPED, clock.now()
    return found


def opening(session: Session, now: dt.datetime, weekdays: Sequence[int]) -> dt.datetime | None:
    """A-26: when the service is planned to be back, None if it is planned to be there now."""
    return outages.opening(session, now, weekdays)


# what the job does


def enqueue_typed(session: Session, now: dt.datetime, limit: int = 200) -> int:
    """A-25, A-26: typed registrations join the queue by themselves, also one whose name changed after a verdict; how many."""
    known = select(IdentityCheck.id).where(IdentityCheck.worker_id == Worker.id, IdentityCheck.state == CheckState.WAITING)
    employed = select(Employment.id).where(Employment.worker_id == Worker.id, Employment.state != EmploymentState.DEPARTED)
    wanted = select(Worker.id).where(Worker.identity_state == IdentityState.PENDING, ~known.exists(), employed.exists())
    found = session.scalars(wanted.order_by(Worker.id).limit(limit)).all()
    for worker_id in found:
        session.add(IdentityCheck(worker_id=worker_id, state=CheckState.WAITING, attempts=0, asked_by="system", asked_at=now, next_at=now))
    return len(found)


def due(session: Session, now: dt.datetime, limit: int) -> list[int]:
    """The ids of the checks to try now."""
    wanted = select(IdentityCheck.id).where(IdentityCheck.state == CheckState.WAITING, IdentityCheck.next_at <= now)
    return list(session.scalars(wanted.order_by(IdentityCheck.next_at, IdentityCheck.id).limit(limit)))


def postpone(session: Session, clock: Clock, check_id: int, back_at: dt.datetime | None) -> None:
    """A-25, A-26: there was no verdict: the cause is the network, and the question is asked again by itself."""
    check = session.get_one(IdentityCheck, check_id, with_for_update=True, populate_existing=True)
    worker = session.get_one(Worker, check.worker_id, with_for_update=True, populate_existing=True)
    check.next_at = rules.next_attempt(clock.now(), check.attempts, back_at)
    check.attempts += 1
    check.cause = "VERIFY_NETWORK"
    if worker.identity_state is IdentityState.PENDING and worker.identity_cause in ("", "VERIFY_NETWORK"):
        worker.identity_cause = "VERIFY_NETWORK"


def settle(session: Session, clock: Clock, check_id: int, verdict: Verdict, *, name: str) -> None:
    """A-25: the register's verdict on this name; whoever was verified meanwhile stays so, whoever got another name is asked about anew."""
    check = session.get_one(IdentityCheck, check_id, with_for_update=True, populate_existing=True)
    worker = session.get_one(Worker, check.worker_id, with_for_update=True, populate_existing=True)
    if check.state is not CheckState.WAITING:
        return
    check.settled_at, check.attempts = clock.now(), check.attempts + 1
    if worker.identity_state is IdentityState.VERIFIED:
        check.state = CheckState.DROPPED
        return
    if worker.name != name:
        check.settled_at = None
        return
    check.state, check.cause = CheckState.SETTLED, CAUSE_OF.get(verdict, "")
    before = {"state": worker.identity_state.value, "cause": worker.identity_cause}
    worker.identity_state = people_rules.verdict(worker.identity_state, verified=verdict is Verdict.MATCH)
    worker.identity_source, worker.identity_cause = "service", check.cause
    worker.version += 1
    told = {"state": worker.identity_state.value, "cause": check.cause}
    audit.record(session, SYSTEM, "worker.identity", f"worker:{worker.id}", before=before, after=told)
