"""Queries over people: contracts, identities, trainings, those who were never seen or wait too long."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select

from central.anomalies.question import COMPANY, LAST_DAY, PROJECTS, SEEN_AFTER, TODAY, UNSEEN_BEFORE, WAITS_BEFORE, columns_of
from central.attendance.ledger import Sighting
from central.entry.model import Assignment, AssignmentState
from central.entry.people_list import WAITING_STATES
from central.people.model import Employment, EmploymentState, IdentityState, LifeState, Worker
from central.projects.model import Participant


def _confirmed(at: Any, *conditions: ColumnElement[bool], what: Any = None) -> Select[Any]:
    """Confirmed people of the projects under conditions, the one waiting longest first."""
    columns = columns_of(Assignment.project_id, at, assignment=Assignment.id, name=Worker.name, what=what)
    return (
        select(*columns)
        .join_from(Assignment, Worker, Worker.id == Assignment.worker_id)
        .where(Assignment.project_id.in_(PROJECTS), Assignment.state == AssignmentState.CONFIRMED, *conditions)
        .order_by(at, Assignment.id)
    )


def never_seen() -> Select[Any]:
    """Confirmed for days, and never at a gate."""
    at = Assignment.entry_time
    return _confirmed(at, Assignment.last_seen_at.is_(None), at <= UNSEEN_BEFORE)


def _of_contract(at: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    return _confirmed(at, *conditions).join(Employment, Employment.id == Assignment.employment_id)


def contract_over() -> Select[Any]:
    """The contract ended without renewal, and the worker still stands at the gates (domain.md: a warning, no departure)."""
    active = Employment.state != EmploymentState.DEPARTED
    return _of_contract(Employment.contract_end, Employment.contract_end < TODAY, active)


def contract_ending() -> Select[Any]:
    """The contract ends soon: the employer renews it or records the departure."""
    between = Employment.contract_end.between(TODAY, LAST_DAY)
    return _of_contract(Employment.contract_end, between)


def departing() -> Select[Any]:
    """A departure is recorded, and the worker still comes: the site must know in time (A-49)."""
    comes = Assignment.last_seen_at >= SEEN_AFTER
    return _of_contract(Employment.departure_on, Employment.departure_on.is_not(None), comes)


def identity_lost() -> Select[Any]:
    """Confirmed, but the identity no longer holds: the gates do not know them (A-26, I6)."""
    lost = and_(Worker.identity_state != IdentityState.VERIFIED, Worker.life_state == LifeState.ALIVE)
    return _confirmed(Assignment.entry_time, lost, what=Worker.identity_cause)


def training_due() -> Select[Any]:
    """A year without attendance: the gates refuse until a training is recorded."""
    due = Sighting.retraining_since.is_not(None)
    return _confirmed(Sighting.retraining_since, due).join(Sighting, Sighting.assignment_id == Assignment.id)


def waiting_long() -> Select[Any]:
    """Waits for an acceptance."""
    columns = columns_of(Assignment.project_id, Assignment.created_at, assignment=Assignment.id, name=Worker.name)
    waits = Assignment.state.in_(WAITING_STATES), Assignment.created_at <= WAITS_BEFORE
    return (
        select(*columns)
        .join_from(Assignment, Worker, Worker.id == Assignment.worker_id)
        .where(Assignment.project_id.in_(PROJECTS), *waits)
        .order_by(Assignment.created_at, Assignment.id)
    )


def waiting_for_own() -> Select[Any]:
    """Of these what waits for the asking company itself: all that a general contractor is shown (A-45)."""
    return waiting_long().join(Participant, Participant.id == Assignment.waiting_for_id).where(Participant.company_id == COMPANY)
