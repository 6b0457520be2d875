"""Acceptance (进场确认): using units accept in turn along the contract chain; the general contractor's acceptance opens the gates."""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock, today
from central.devices.roster_changes import note_roster_change
from central.entry import rules, store
from central.entry.model import Acceptance, Assignment, AssignmentState
from central.entry.service import subject, told, view
from central.entry.store import AssignmentView
from central.errors import Problem
from central.people import service as people
from central.people.model import Employment
from central.projects import service as projects
from central.projects.chain import Link


def accept(
    session: Session, clock: Clock, access: Access, assignment_id: int, *, project_id: int | None = None, entry_time: Any = None
) -> AssignmentView:
    """A-02, A-41 to A-43, A-45: a using unit accepts in its turn; the general contractor's acceptance sets the entry time, once.

    The account of its project office may (A-42), its manager or who was given the function.

    Accepting again answers the same and changes nothing. From the general contractor's acceptance on the gates know the worker (A-03).
    """
    access.require(Function.CONFIRM_ENTRY)
    rules.no_given_entry_time(entry_time)
    assignment, path = _for_using_unit(session, access, assignment_id, project_id)
    acceptor = rules.turn_to_accept(path, access.company_id, assignment.accepted_steps)  # first: who may not see it yet learns no state
    if assignment.state in (AssignmentState.RETURNED, AssignmentState.WITHDRAWN):
        rules.acceptable(assignment.state)
    if acceptor is None:
        return view(session, assignment)
    rules.acceptable(assignment.state)
    if not acceptor.active:
        raise Problem("PROJECT_COMPLETED", 409)
    people.still_assignable(session, assignment.worker_id)
    rules.still_under_contract(session.get_one(Employment, assignment.employment_id).departure_on, today(clock))
    before = told(assignment)
    _take_step(session, clock, access, assignment, path)
    audit.record(session, access, "assignment.accepted", subject(assignment), before=before, after=told(assignment))
    if assignment.state is AssignmentState.CONFIRMED:
        note_roster_change(session, assignment)
    return view(session, assignment)


def send_back(session: Session, access: Access, assignment_id: int, reason: str) -> AssignmentView:
    """A using unit whose turn it is returns an assignment to the employer, with a reason; nobody before its turn sees it (A-45)."""
    access.require(Function.CONFIRM_ENTRY)
    assignment, path = _for_using_unit(session, access, assignment_id, None)
    acceptor = rules.turn_to_accept(path, access.company_id, assignment.accepted_steps)
    if assignment.state is not AssignmentState.RETURNED:
        rules.acceptable(assignment.state)
        if acceptor is None or assignment.accepted_steps:
            raise Problem("ASSIGNMENT_LOCKED", 409)
        before = told(assignment)
        assignment.state, assignment.return_reason = AssignmentState.RETURNED, reason
        assignment.version += 1
        audit.record(
            session, access, "assignment.returned", subject(assignment), before=before, after=told(assignment) | {"reason": reason}
        )
    return view(session, assignment)


def _for_using_unit(session: Session, access: Access, assignment_id: int, project_id: int | None) -> tuple[Assignment, list[Link]]:
    """A-02: the assignment and its path, for a company that may confirm in its project; nothing is told of other projects."""
    if project_id is not None:
        access.require_project(project_id)
    mine = projects.parts_of(session, access.company_id, project_id or access.project_id)
    allowed = rules.confirming_projects(mine)
    assignment = store.locked(session, assignment_id)
    if assignment is None or assignment.project_id not in allowed:
        raise Problem("NOT_ASSIGNED_HERE", 404)
    path = projects.chain(session, assignment.project_id).acceptors(assignment.participant_id)
    if all(link.company_id != access.company_id for link in path):  # another branch of the contract tree: nothing is told of it
        raise Problem("NOT_ASSIGNED_HERE", 404)
    return assignment, path


def _take_step(session: Session, clock: Clock, access: Access, assignment: Assignment, path: list[Link]) -> None:
    now = clock.now()
    session.add(Acceptance(assignment_id=assignment.id, participant_id=path[assignment.accepted_steps].id, actor=access.actor, at=now))
    assignment.accepted_steps += 1
    assignment.version += 1
    assignment.state = rules.state_after(path, assignment.accepted_steps)
    if assignment.state is AssignmentState.CONFIRMED:
        assignment.entry_time, assignment.waiting_for_id = now, None
    else:
        assignment.waiting_for_id = path[assignment.accepted_steps].id
