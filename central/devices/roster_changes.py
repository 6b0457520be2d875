"""The seam between the facts about people and what gates are told: every change raises the project's roster version."""

from __future__ import annotations

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from central.devices.model import RosterChange, TemplateCopy
from central.entry.model import Assignment, AssignmentState
from central.projects.model import Project


def note_roster_change(session: Session, assignment: Assignment) -> None:
    """What a gate must know of this assignment changed: call it in the transaction of the change, after the change.

    Versions only rise, one for each change, under the project's row lock. Copies of the template of an assignment that is not (or no
    longer) confirmed go at once (A-03, privacy.md C2, 5); the boxes delete theirs and prove it.
    """
    if assignment.state is not AssignmentState.CONFIRMED:
        session.execute(delete(TemplateCopy).where(TemplateCopy.assignment_id == assignment.id))
    _raise_version(session, assignment.project_id, assignment.id)


def note_header_change(session: Session, project_id: int) -> None:
    """Something of the project itself changed that its gates must know: state, name, contact, an operator, another box."""
    _raise_version(session, project_id, None)


def _raise_version(session: Session, project_id: int, assignment_id: int | None) -> None:
    session.flush()
    version = session.execute(
        update(Project)
        .where(Project.id == project_id)
        .values(roster_version=Project.roster_version + 1)
        .returning(Project.roster_version)
        .execution_options(synchronize_session=False)
    ).scalar_one()
    session.add(RosterChange(project_id=project_id, version=version, assignment_id=assignment_id))
    session.flush()
