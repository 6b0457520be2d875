"""Completion of a subcontract or of a project (分包竣工, 竣工): the one way in which a contractor ends assignments."""

from __future__ import annotations

from sqlalchemy.orm import Session

from central import audit
from central.access import Access
from central.clock import Clock
from central.devices.roster_changes import note_header_change, note_roster_change
from central.entry import store
from central.entry.model import Assignment, AssignmentEnd, AssignmentState
from central.entry.service import subject, told
from central.projects import service as projects


def complete_participant(session: Session, clock: Clock, access: Access, participant_id: int) -> int:
    """A-53: a subcontract is completed: its assignments and those of everybody under it end. Returns how many ended.

    The general contractor's own completion is the project's. Completing twice changes nothing.
    """
    project_id = projects.project_of(session, participant_id)
    projects.require_general_contractor(session, access, project_id)
    ids = projects.chain(session, project_id).under(participant_id)
    newly = projects.complete(session, clock, project_id, ids)
    ended = [_end(session, clock, access, a, AssignmentEnd.COMPLETION) for a in store.open_under(session, ids)]
    if newly:
        audit.record(
            session, access, "participant.completed", f"participant:{participant_id}", after={"with": sorted(newly), "ended": len(ended)}
        )
        note_header_change(session, project_id)
    return len(ended)


def complete_project(session: Session, clock: Clock, access: Access, project_id: int) -> tuple[int, int]:
    """A-53: the project is completed, with everybody on it. Returns the general contractor's part and how many assignments ended."""
    gc = projects.require_general_contractor(session, access, project_id)
    return gc.id, complete_participant(session, clock, access, gc.id)


def _end(session: Session, clock: Clock, access: Access, assignment: Assignment, cause: AssignmentEnd) -> Assignment:
    before, had_right = told(assignment), assignment.state is AssignmentState.CONFIRMED
    assignment.state, assignment.end_cause, assignment.ended_at = AssignmentState.ENDED, cause, clock.now()
    assignment.waiting_for_id = None
    assignment.version += 1
    audit.record(session, access, "assignment.ended", subject(assignment), before=before, after=told(assignment))
    if had_right:
        note_roster_change(session, assignment)
    return assignment
