"""What waits for an employer (工作台): counts, each one indexed query, whatever the number of workers."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.clock import Clock, today
from central.entry.model import Assignment, AssignmentState
from central.people.model import Employment, EmploymentState, IdentityState, Worker
from central.projects.model import Team, TeamState

SOON: Final = dt.timedelta(days=30)
"""A contract that ends within this is shown."""


def of_employer(session: Session, clock: Clock, access: Access) -> dict[str, int]:
    """A-63: how many of this employer's own affairs wait, by kind; and how many workers there are."""
    employer = access.require_employer()
    access.require(Function.VIEW_PEOPLE)
    present = Employment.employer_id == employer, Employment.state != EmploymentState.DEPARTED
    soon = today(clock) + SOON

    def workers(*more: ColumnElement[bool]) -> int:
        counted = select(func.count()).select_from(Employment).join(Worker, Worker.id == Employment.worker_id)
        return session.scalar(counted.where(*present, *more)) or 0

    def assignments(*states: AssignmentState) -> int:
        wanted = select(func.count()).where(Assignment.employer_id == employer, Assignment.state.in_(states))
        return session.scalar(wanted) or 0

    leaderless = select(func.count()).where(Team.employer_id == employer, Team.state == TeamState.LEADERLESS)
    return {
        "workers": workers(),
        "unverified": workers(Worker.identity_state != IdentityState.VERIFIED),
        "returned": assignments(AssignmentState.RETURNED),
        "waiting": assignments(AssignmentState.ASSIGNED, AssignmentState.ACCEPTED_BY_SUB),
        "leaderless": session.scalar(leaderless) or 0,
        "ending": workers(Employment.contract_end <= soon, Employment.state == EmploymentState.ACTIVE),
        "leaving": workers(Employment.state == EmploymentState.DEPARTURE_SCHEDULED),
    }
