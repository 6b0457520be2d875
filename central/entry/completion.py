"""Completion of a subcontract or of a project (分包竣工, 竣工): the one way in which a contractor ends assignments."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock
from central.devices.roster_changes import note_header_change
from central.entry import store
from central.entry.ending import end
from central.entry.model import Assignment, AssignmentEnd
from central.entry.rules import OPEN_STATES
from central.projects import service as projects
from central.projects.model import Participant, Team, TeamState


def complete_participant(session: Session, clock: Clock, access: Access, participant_id: int) -> int:
    """A-53: a subcontract is completed: its assignments and those of everybody under it end. Returns how many ended.

    The general contractor's own completion is the project's. Completing twice changes nothing.
    """
    project_id = projects.project_of(session, participant_id)
    access.require(Function.MANAGE_PARTICIPANTS)
    projects.require_general_contractor(session, access, project_id)
    ids = projects.chain(session, project_id).under(participant_id)
    projects.hold_parts(session, ids)
    theirs = store.open_under(session, ids)
    newly = projects.complete(session, clock, project_id, ids)
    ended = [end(session, clock, access, assignment, AssignmentEnd.COMPLETION) for assignment in theirs]
    _close_teams(session, project_id, newly)
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


def _close_teams(session: Session, project_id: int, participant_ids: Collection[int]) -> None:
    """A team of which nobody is left closes with its employer's last part in the project; a closed team takes nobody (A-36)."""
    employers = select(Participant.company_id).where(Participant.id.in_(participant_ids))
    left = exists().where(Assignment.team_id == Team.id, Assignment.state.in_(OPEN_STATES))
    empty = select(Team).where(Team.project_id == project_id, Team.employer_id.in_(employers), Team.state != TeamState.CLOSED, ~left)
    for team in session.scalars(empty.order_by(Team.id).with_for_update(of=Team)):
        if not any(part.active for part in projects.parts_of(session, team.employer_id, project_id)):
            team.state = TeamState.CLOSED
