"""Compare without reveal, and reveal for a purpose (A-44): how a using unit verifies whom it accepts behind masked numbers.

Both belong to those who confirm the worker's entry, and to supervision. Whatever is asked is written down: the comparison with its
outcome, the reveal with its purpose; the number itself stands in neither.
"""

from __future__ import annotations

import datetime as dt
import hmac
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock
from central.entry import service as entry
from central.entry.model import Assignment, Comparison
from central.entry.service import subject
from central.errors import Problem
from central.people import rules as people
from central.people import sealed
from central.people.model import Worker
from central.projects import service as projects
from central.secrets import CentreSecrets

WINDOW: Final = dt.timedelta(minutes=10)
MOST: Final = 60
"""Comparisons of one principal within the window: a gate's queue, not a search."""
MOST_MISSES: Final = 5
"""Misses on one worker within the window: a typing error or two, not a guess."""


class Purpose(StrEnum):
    """What a number is seen in clear for."""

    CONFIRM_ENTRY = "confirm_entry"
    WORK_INJURY = "work_injury"
    WAGE_DISPUTE = "wage_dispute"
    INSPECTION = "inspection"


@dataclass(frozen=True)
class Compared:
    """Whether each number that was given is the worker's; None for what was not given."""

    id_number: bool | None
    phone: bool | None


@dataclass(frozen=True)
class Revealed:
    """The numbers in clear. They go to whoever asked and into no log, cache or address."""

    id_number: str
    phone: str


def compare(
    session: Session,
    clock: Clock,
    keys: CentreSecrets,
    access: Access,
    assignment_id: int,
    *,
    id_number: str = "",
    phone: str = "",
    card_read: bool = False,
) -> Compared:
    """A-44: match or no match, logged. Raises `Problem` 403 NO_CONFIRMING_ROLE, 429 TOO_MANY_COMPARISONS, 404 as for looking."""
    access.require(Function.COMPARE)
    assignment = _confirmable(session, access, assignment_id)
    if not id_number and not phone:
        raise Problem("NOTHING_TO_COMPARE", 422, "id_number")
    _within_limits(session, clock, access, assignment)
    worker = session.get_one(Worker, assignment.worker_id)
    compared = Compared(
        _same(id_number.strip().upper(), sealed.id_number(worker, keys).upper()) if id_number else None,
        _same(_plain(phone), sealed.phone_number(worker, keys)) if phone else None,
    )
    matched = False not in (compared.id_number, compared.phone)
    kind = "card" if card_read else "typed"
    session.add(Comparison(assignment_id=assignment_id, actor=access.actor, kind=kind, matched=matched, at=clock.now()))
    audit.record(session, access, "number.compared", subject(assignment), after={"matched": matched, "by": kind})
    return compared


def reveal(session: Session, keys: CentreSecrets, access: Access, assignment_id: int, *, purpose: Purpose, remark: str) -> Revealed:
    """A-44, A-61: the numbers in clear for whoever confirms this worker's entry, or supervises; the audit keeps who, what for and when."""
    access.require(Function.REVEAL)
    assignment = _confirmable(session, access, assignment_id)
    worker = session.get_one(Worker, assignment.worker_id)
    told = {"purpose": purpose.value, "remark": remark, "worker_id": worker.id}
    audit.record(session, access, "number.revealed", subject(assignment), after=told)
    return Revealed(sealed.id_number(worker, keys), sealed.phone_number(worker, keys))


def _confirmable(session: Session, access: Access, assignment_id: int) -> Assignment:
    """The assignment, if this principal sees it and confirms it (or supervises). An employer sees its own people's forms instead."""
    assignment = entry.seen(session, access, assignment_id).assignment
    if access.sees_everything:
        return assignment
    turn = projects.chain(session, assignment.project_id).visible_after(access.company_id, assignment.participant_id)
    if turn is None or assignment.accepted_steps < turn:
        raise Problem("NO_CONFIRMING_ROLE", 403)
    return assignment


def _within_limits(session: Session, clock: Clock, access: Access, assignment: Assignment) -> None:
    since = clock.now() - WINDOW
    mine = select(func.count(), func.min(Comparison.at)).where(Comparison.actor == access.actor, Comparison.at > since)
    for wanted, most in (
        (mine, MOST),
        (mine.where(Comparison.assignment_id == assignment.id, Comparison.matched.is_(False)), MOST_MISSES),
    ):
        count, first = session.execute(wanted).one()
        if count >= most:
            wait = max(1, int((first + WINDOW - clock.now()).total_seconds()))
            raise Problem("TOO_MANY_COMPARISONS", 429, retry_after_s=wait)


def _same(given: str, kept: str) -> bool:
    return hmac.compare_digest(given.encode(), kept.encode())


def _plain(phone: str) -> str:
    try:
        return people.phone(phone)
    except Problem:
        return ""
