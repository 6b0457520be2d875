"""Departure (离职), and death: how an employment ends, and with it every assignment under it.

A departure is recorded for a future date (A-49). The gates are told at once until when the right holds, so that they deny from 00:00 of
that date without a network; the centre's job ends the assignments at that moment.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import case, select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock, today
from central.entry import rules, succession
from central.entry.ending import end, hold_open, tell_gates
from central.entry.model import AssignmentEnd, Death, Departure
from central.errors import Problem
from central.ordering import Order
from central.people.model import Employment, EmploymentState, LifeState, Worker

ORDER: Final = Order(
    Departure.id,
    {
        "name": Worker.name_order,
        "departs_on": Departure.departs_on,
        "leaving_reason": Departure.reason,
        "departure_state": case((Departure.cancelled_at.is_not(None), 2), (Departure.effected_at.is_not(None), 1), else_=0),
    },
)


@dataclass(frozen=True)
class Leaving:
    """What an employer says of somebody who departs. `successors` is team id -> worker id of its next leader (A-37)."""

    worker_id: int
    departs_on: dt.date
    reason: str
    successors: Mapping[int, int] = field(default_factory=dict)


def schedule(session: Session, clock: Clock, access: Access, leaving: Leaving) -> Departure:
    """A-49, A-51: the labour contract ends on a future date, and with it every assignment under it, on whatever project.

    Recording the same again answers the same. Raises `Problem` 422 DEPARTURE_MUST_BE_FUTURE, DEPARTURE_IS_NOT_EXIT,
    409 DEPARTURE_ALREADY_SCHEDULED (another date), NEW_LEADER_REQUIRED (A-37), 403 NOT_THE_EMPLOYER.
    """
    employer = access.require_employer()
    access.require(Function.DEPART)
    reason = rules.departure_reason(leaving.reason)
    employment = _present(session, leaving.worker_id, employer)
    waiting = _waiting(session, employment.id)
    if waiting is not None:
        if waiting.departs_on != leaving.departs_on:
            raise Problem("DEPARTURE_ALREADY_SCHEDULED", 409, "departs_on", departs_on=str(waiting.departs_on))
        return waiting
    departs_on = rules.departure_date(leaving.departs_on, today(clock))
    succession.hand_over(session, access, leaving.worker_id, employer, leaving.successors)
    theirs = hold_open(session, employment_ids=[employment.id])
    employment.state, employment.departure_on = EmploymentState.DEPARTURE_SCHEDULED, departs_on
    departure = Departure(
        employment_id=employment.id,
        worker_id=leaving.worker_id,
        employer_id=employer,
        departs_on=departs_on,
        reason=reason,
        recorded_by=access.actor,
        recorded_at=clock.now(),
    )
    session.add(departure)
    session.flush()
    told = {"departs_on": str(departs_on), "reason": reason.value, "assignments": [a.id for a in theirs]}
    audit.record(session, access, "departure.scheduled", f"worker:{leaving.worker_id}", after=told)
    tell_gates(session, theirs)
    return departure


def cancel(session: Session, clock: Clock, access: Access, worker_id: int) -> Departure:
    """The employer takes a departure back before its date; the gates are told at once. Raises 409 DEPARTURE_NOT_SCHEDULED."""
    employer = access.require_employer()
    access.require(Function.DEPART)
    employment = _present(session, worker_id, employer)
    departure = _waiting(session, employment.id)
    if departure is None or departure.departs_on <= today(clock):
        raise Problem("DEPARTURE_NOT_SCHEDULED", 409)
    departure.cancelled_at = clock.now()
    employment.state, employment.departure_on = EmploymentState.ACTIVE, None
    session.flush()
    succession.take_back(session, access, worker_id, employer)
    theirs = hold_open(session, employment_ids=[employment.id])
    audit.record(session, access, "departure.cancelled", f"worker:{worker_id}", before={"departs_on": str(departure.departs_on)})
    tell_gates(session, theirs)
    return departure


def record_death(
    session: Session, clock: Clock, access: Access, worker_id: int, *, died_on: dt.date, note: str, successors: Mapping[int, int]
) -> Death:
    """A-52: everything ends at once, on every project; boxes delete the face, the record is kept. A second time changes nothing,

    whoever of the employers that the death ended says it again.
    """
    employer = access.require_employer()
    access.require(Function.DEPART)
    known = session.get(Death, worker_id)
    if known is not None and _ended_by(session, known, employer):
        return known
    _present(session, worker_id, employer)
    worker = session.get_one(Worker, worker_id, with_for_update=True)
    death = Death(
        worker_id=worker_id,
        died_on=rules.death_date(died_on, today(clock)),
        note=note,
        recorded_by=access.actor,
        recorded_at=clock.now(),
    )
    worker.life_state = LifeState.DECEASED
    worker.version += 1
    session.add(death)
    for employment in _employments(session, worker_id):
        waiting = _waiting(session, employment.id)
        if waiting is not None:
            waiting.cancelled_at = clock.now()
        employment.state, employment.departure_on = EmploymentState.DEPARTED, died_on
        session.flush()
        succession.orphan(session, access, worker_id, employment.employer_id, successors)
    theirs = hold_open(session, worker_ids=[worker_id])
    audit.record(session, access, "worker.death", f"worker:{worker_id}", after={"died_on": str(died_on), "note": note})
    for assignment in theirs:
        end(session, clock, access, assignment, AssignmentEnd.DEATH)
    return death


def _ended_by(session: Session, death: Death, employer: int) -> bool:
    ended = select(Employment.id).where(
        Employment.worker_id == death.worker_id,
        Employment.employer_id == employer,
        Employment.state == EmploymentState.DEPARTED,
        Employment.departure_on == death.died_on,
    )
    return session.scalar(ended.limit(1)) is not None


def effect(session: Session, clock: Clock, access: Access, departure_id: int) -> int:
    """A-49, A-51: the date has come: the employment and all assignments under it end. How many ended; 0 if it was done or cancelled."""
    departure = session.get(Departure, departure_id, with_for_update=True, populate_existing=True)
    if departure is None or departure.effected_at or departure.cancelled_at or departure.departs_on > today(clock):
        return 0
    employment = session.get_one(Employment, departure.employment_id, with_for_update=True, populate_existing=True)
    departure.effected_at = clock.now()
    employment.state = EmploymentState.DEPARTED
    succession.forget(session, departure.worker_id, departure.employer_id)
    theirs = hold_open(session, employment_ids=[employment.id])
    audit.record(session, access, "departure.effected", f"worker:{departure.worker_id}", after={"on": str(departure.departs_on)})
    for assignment in theirs:
        end(session, clock, access, assignment, AssignmentEnd.DEPARTURE)
    return len(theirs)


def due(session: Session, clock: Clock, limit: int) -> list[int]:
    """Departures whose date has come (Asia/Shanghai) and which have not taken effect."""
    wanted = select(Departure.id).where(Departure.effected_at.is_(None), Departure.cancelled_at.is_(None))
    return list(session.scalars(wanted.where(Departure.departs_on <= today(clock)).order_by(Departure.id).limit(limit)))


def waiting_of(session: Session, employer_id: int, worker_ids: Collection[int]) -> set[int]:
    """Whose departure from this employer waits already."""
    wanted = select(Departure.worker_id).where(Departure.employer_id == employer_id, Departure.worker_id.in_(worker_ids))
    return set(session.scalars(wanted.where(Departure.effected_at.is_(None), Departure.cancelled_at.is_(None))))


def page_of_departures(session: Session, access: Access, after: int, limit: int, sort: str = "") -> list[tuple[Departure, str, str]]:
    """One page of an employer's departures with name and masked number (an authority's are all), and one more."""
    access.require(Function.VIEW_PEOPLE)
    conditions = [] if access.sees_everything else [Departure.employer_id == access.require_employer()]
    rows = select(Departure, Worker.name, Worker.id_masked).join(Worker, Worker.id == Departure.worker_id)
    return [(row[0], row[1], row[2]) for row in ORDER.page(session, rows, conditions, sort, after=after, limit=limit)]


def _present(session: Session, worker_id: int, employer_id: int) -> Employment:
    """A-51: the employment that this employer may end, locked; another's is not its affair."""
    for employment in _employments(session, worker_id):
        if employment.employer_id == employer_id:
            return employment
    raise Problem("NOT_THE_EMPLOYER", 403, "worker_id")


def _employments(session: Session, worker_id: int) -> list[Employment]:
    wanted = select(Employment).where(Employment.worker_id == worker_id, Employment.state != EmploymentState.DEPARTED)
    return list(session.scalars(wanted.order_by(Employment.id).with_for_update().execution_options(populate_existing=True)))


def _waiting(session: Session, employment_id: int) -> Departure | None:
    wanted = select(Departure).where(Departure.employment_id == employment_id)
    return session.scalar(wanted.where(Departure.effected_at.is_(None), Departure.cancelled_at.is_(None)))
