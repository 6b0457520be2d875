"""Queries over people: contracts, identities, trainings, those who were never seen or wait too long."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from central.anomalies.question import ENDS_WITHIN, NEVER_SEEN_AFTER, SEEN_WITHIN, WAITS_TOO_LONG, Question, columns_of
from central.attendance.ledger import Sighting
from central.entry.model import Assignment, AssignmentState
from central.entry.people_list import WAITING_STATES
from central.people.model import Employment, EmploymentState, IdentityState, LifeState, Worker
from central.projects.model import Participant


def _confirmed(asked: Question, at: Any, *conditions: ColumnElement[bool], what: Any = None) -> Select[Any]:
    """Confirmed people of the projects under conditions, the one waiting longest first."""
    columns = columns_of(Assignment.project_id, at, assignment=Assignment.id, name=Worker.name, what=what)
    return (
        select(*columns)
        .join_from(Assignment, Worker, Worker.id == Assignment.worker_id)
        .where(Assignment.project_id.in_(asked.project_ids), Assignment.state == AssignmentState.CONFIRMED, *conditions)
        .order_by(at, Assignment.id)
    )


def never_seen(asked: Question) -> Select[Any]:
    """Confirmed for days, and never at a gate."""
    at = Assignment.entry_time
    return _confirmed(asked, at, Assignment.last_seen_at.is_(None), at <= asked.now - NEVER_SEEN_AFTER)


def _of_contract(asked: Question, at: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    return _confirmed(asked, at, *conditions).join(Employment, Employment.id == Assignment.employment_id)


def contract_over(asked: Question) -> Select[Any]:
    """The contract ended without renewal, and the worker still stands at the gates (domain.md: a warning, no departure)."""
    active = Employment.state != EmploymentState.DEPARTED
    return _of_contract(asked, Employment.contract_end, Employment.contract_end < asked.today, active)


def contract_ending(asked: Question) -> Select[Any]:
    """The contract ends soon: the employer renews it or records the departure."""
    between = Employment.contract_end.between(asked.today, asked.today + ENDS_WITHIN)
    return _of_contract(asked, Employment.contract_end, between)


def departing(asked: Question) -> Select[Any]:
    """A departure is recorded, and the worker still comes: the site must know in time (A-49)."""
    comes = Assignment.last_seen_at >= asked.now - SEEN_WITHIN
    return _of_contract(asked, Employment.departure_on, Employment.departure_on.is_not(None), comes)


def identity_lost(asked: Question) -> Select[Any]:
    """Confirmed, but the identity no longer holds: the gates do not know them (A-26, I6)."""
    lost = and_(Worker.identity_state != IdentityState.VERIFIED, Worker.life_state == LifeState.ALIVE)
    return _confirmed(asked, Assignment.entry_time, lost, what=Worker.identity_cause)


def training_due(asked: Question) -> Select[Any]:
    """A year without attendance: the gates refuse until a training is recorded."""
    due = Sighting.retraining_since.is_not(None)
    return _confirmed(asked, Sighting.retraining_since, due).join(Sighting, Sighting.assignment_id == Assignment.id)


def waiting_long(asked: Question) -> Select[Any]:
    """Waits for an acceptance; a general contractor is shown what waits for its own (A-45)."""
    columns = columns_of(Assignment.project_id, Assignment.created_at, assignment=Assignment.id, name=Worker.name)
    wanted = select(*columns).join_from(Assignment, Worker, Worker.id == Assignment.worker_id)
    if asked.company_id is not None:
        wanted = wanted.join(Participant, Participant.id == Assignment.waiting_for_id)
        wanted = wanted.where(Participant.company_id == asked.company_id)
    waits = Assignment.state.in_(WAITING_STATES), Assignment.created_at <= asked.now - WAITS_TOO_LONG
    return wanted.where(Assignment.project_id.in_(asked.project_ids), *waits).order_by(Assignment.created_at, Assignment.id)
