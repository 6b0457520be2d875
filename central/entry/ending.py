"""How an assignment ends: by departure, death or completion, and by nothing else (A-50)."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access
from central.clock import Clock
from central.devices.roster_changes import note_roster_change
from central.entry.model import Assignment, AssignmentEnd, AssignmentState
from central.entry.rules import OPEN_STATES
from central.entry.service import subject, told
from central.projects import service as projects


def end(session: Session, clock: Clock, access: Access, assignment: Assignment, cause: AssignmentEnd) -> Assignment:
    """The assignment is over, for one of the three causes; the gates of its project learn so if they knew the worker (A-03)."""
    before, had_right = told(assignment), assignment.state is AssignmentState.CONFIRMED
    assignment.state, assignment.end_cause, assignment.ended_at = AssignmentState.ENDED, cause, clock.now()
    assignment.waiting_for_id = None
    assignment.version += 1
    audit.record(session, access, "assignment.ended", subject(assignment), before=before, after=told(assignment))
    if had_right:
        note_roster_change(session, assignment)
    return assignment


def hold_open(
    session: Session, *, employment_ids: Collection[int] | None = None, worker_ids: Collection[int] | None = None
) -> list[Assignment]:
    """The open assignments of these employments or workers, locked, and their projects after them: the one order of locks everywhere."""
    wanted = select(Assignment).where(Assignment.state.in_(OPEN_STATES))
    if employment_ids is not None:
        wanted = wanted.where(Assignment.employment_id.in_(employment_ids))
    if worker_ids is not None:
        wanted = wanted.where(Assignment.worker_id.in_(worker_ids))
    wanted = wanted.order_by(Assignment.id).with_for_update().execution_options(populate_existing=True)
    found = list(session.scalars(wanted))
    projects.hold_projects(session, {assignment.project_id for assignment in found})
    return found


def tell_gates(session: Session, assignments: Collection[Assignment]) -> None:
    """Whatever gates know of these confirmed people changed: the end of a right, a team's name, an identity that no longer holds."""
    for assignment in sorted(assignments, key=lambda a: (a.project_id, a.id)):
        if assignment.state is AssignmentState.CONFIRMED:
            note_roster_change(session, assignment)
