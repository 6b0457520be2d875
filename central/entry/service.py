"""Assignment and acceptance: how a worker comes to stand on a project's rosters, and how that ends."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from central import audit
from central.access import Access
from central.clock import Clock
from central.devices.roster_changes import note_header_change, note_roster_change
from central.entry import rules, sight, store
from central.entry.model import Acceptance, Assignment, AssignmentEnd, AssignmentState, FaceState
from central.entry.store import AssignmentView
from central.errors import Problem
from central.people import service as people
from central.people.model import Category
from central.projects import rules as project_rules
from central.projects import service as projects
from central.projects.chain import Chain, Link


@dataclass(frozen=True)
class Order:
    """What an employer asks for: this worker, on this project, in this trade and team."""

    worker_id: int
    project_id: int
    main_trade: Any
    team_id: int | None = None
    participant_id: int | None = None
    entry_time: Any = None


@dataclass(frozen=True)
class Edit:
    """What an employer changes before the first acceptance; None leaves a thing as it is."""

    version: int
    project_id: int | None = None
    main_trade: Any = None
    team_id: int | None = None
    participant_id: int | None = None
    entry_time: Any = None


def assign(session: Session, clock: Clock, access: Access, order: Order) -> AssignmentView:
    """A-01, A-26, A-31, A-35: the employer assigns its verified worker to a project, in one trade, at most once at a time."""
    employer = access.require_employer()
    rules.no_given_entry_time(order.entry_time)
    trade = rules.one_trade(order.main_trade)
    worker, employment = people.assignable(session, order.worker_id, employer)
    chain, part = _part(session, access, order.project_id, order.participant_id, is_misc=worker.category is Category.MISC)
    team = projects.team_for(session, order.team_id, employer, order.project_id)
    assignment = Assignment(
        worker_id=worker.id,
        employment_id=employment.id,
        employer_id=employer,
        project_id=order.project_id,
        participant_id=part.id,
        team_id=team.id if team else None,
        main_trade=trade,
        state=AssignmentState.ASSIGNED,
        version=1,
        person=secrets.token_urlsafe(8),
        accepted_steps=0,
        waiting_for_id=chain.acceptors(part.id)[0].id,
        face=FaceState.NONE,
        created_at=clock.now(),
    )
    _insert(session, assignment)
    audit.record(session, access, "assignment.made", _subject(assignment), after=_told(assignment))
    return view(session, assignment)


def edit(session: Session, access: Access, assignment_id: int, change: Edit) -> AssignmentView:
    """A-34: team, trade, subcontract and project can be changed until the first using unit accepts; a returned one goes out again."""
    assignment = _own(session, access, assignment_id)
    rules.no_given_entry_time(change.entry_time, assignment.entry_time)
    rules.editable(assignment.state)
    if assignment.version != change.version:
        raise Problem("VERSION_CONFLICT", 409)
    before = _told(assignment)
    if change.main_trade is not None:
        assignment.main_trade = rules.one_trade(change.main_trade)
    _move(session, access, assignment, change)
    assignment.state, assignment.return_reason = AssignmentState.ASSIGNED, ""
    assignment.version += 1
    _flush(session, assignment)
    audit.record(session, access, "assignment.edited", _subject(assignment), before=before, after=_told(assignment))
    return view(session, assignment)


def withdraw(session: Session, clock: Clock, access: Access, assignment_id: int) -> AssignmentView:
    """A-34: the employer takes an assignment back until somebody accepts it; doing so twice changes nothing."""
    assignment = _own(session, access, assignment_id)
    if assignment.state is not AssignmentState.WITHDRAWN:
        rules.editable(assignment.state)
        before = _told(assignment)
        assignment.state, assignment.waiting_for_id, assignment.ended_at = AssignmentState.WITHDRAWN, None, clock.now()
        assignment.version += 1
        audit.record(session, access, "assignment.withdrawn", _subject(assignment), before=before, after=_told(assignment))
    return view(session, assignment)


def accept(
    session: Session, clock: Clock, access: Access, assignment_id: int, *, project_id: int | None = None, entry_time: Any = None
) -> AssignmentView:
    """A-02, A-41, A-43, A-45: a using unit accepts in its turn; the general contractor's acceptance sets the entry time, once.

    Accepting again answers the same and changes nothing. From the general contractor's acceptance on the gates know the worker (A-03).
    """
    rules.no_given_entry_time(entry_time)
    assignment, path = _for_using_unit(session, access, assignment_id, project_id)
    if assignment.state in (AssignmentState.RETURNED, AssignmentState.WITHDRAWN):
        rules.acceptable(assignment.state)
    acceptor = rules.turn_to_accept(path, access.company_id, assignment.accepted_steps)
    if acceptor is None:
        return view(session, assignment)
    rules.acceptable(assignment.state)
    if not acceptor.active:
        raise Problem("PROJECT_COMPLETED", 409)
    people.still_assignable(session, assignment.worker_id)
    before = _told(assignment)
    _take_step(session, clock, access, assignment, path)
    audit.record(session, access, "assignment.accepted", _subject(assignment), before=before, after=_told(assignment))
    if assignment.state is AssignmentState.CONFIRMED:
        note_roster_change(session, assignment)
    return view(session, assignment)


def send_back(session: Session, access: Access, assignment_id: int, reason: str) -> AssignmentView:
    """A using unit whose turn it is returns an assignment to the employer, with a reason."""
    assignment, path = _for_using_unit(session, access, assignment_id, None)
    if assignment.state is not AssignmentState.RETURNED:
        rules.acceptable(assignment.state)
        if rules.turn_to_accept(path, access.company_id, assignment.accepted_steps) is None or assignment.accepted_steps:
            raise Problem("ASSIGNMENT_LOCKED", 409)
        before = _told(assignment)
        assignment.state, assignment.return_reason = AssignmentState.RETURNED, reason
        assignment.version += 1
        audit.record(
            session, access, "assignment.returned", _subject(assignment), before=before, after=_told(assignment) | {"reason": reason}
        )
    return view(session, assignment)


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


def seen(session: Session, access: Access, assignment_id: int) -> AssignmentView:
    """One assignment as this principal may see it. Raises `Problem` 404 NOT_FOUND, or NOT_VISIBLE_YET to a using unit (A-45)."""
    assignment = session.get(Assignment, assignment_id)
    if assignment is None or access.project_id not in (None, assignment.project_id):
        raise Problem("NOT_FOUND", 404)
    if access.sees_everything or assignment.employer_id == access.company_id:
        return view(session, assignment)
    chain = projects.chain(session, assignment.project_id)
    turn = chain.visible_after(access.company_id, assignment.participant_id)
    if turn is None or assignment.state is AssignmentState.WITHDRAWN:
        raise Problem("NOT_FOUND", 404)
    if assignment.accepted_steps < turn:
        raise Problem("NOT_VISIBLE_YET", 404, waiting_for=chain.acceptors(assignment.participant_id)[assignment.accepted_steps].company)
    return view(session, assignment)


def people_on_project(
    session: Session, access: Access, project_id: int, *, after: int, limit: int, states: tuple[AssignmentState, ...] = (), q: str = ""
) -> list[AssignmentView]:
    """用工查询 (A-43, A-45, A-46): one page of a project's people, one row per worker, and one more to know whether another follows."""
    wanted = store.views(store.current(sight.on_project(session, access, project_id))).where(Assignment.id > after).limit(limit + 1)
    if states:
        wanted = wanted.where(Assignment.state.in_(states))
    if q:
        wanted = wanted.where(store.matching(q))
    return [store.view(row) for row in session.execute(wanted)]


def assignments_of_employer(session: Session, access: Access, after: int, limit: int) -> list[AssignmentView]:
    """A-63: one page of an employer's assignments across projects, every state."""
    wanted = store.views(sight.of_employer(access)(Assignment)).where(Assignment.id > after).limit(limit + 1)
    return [store.view(row) for row in session.execute(wanted)]


def heads(session: Session, access: Access, project_id: int) -> dict[AssignmentState, int]:
    """A-43: how many distinct workers stand in each state, of those this principal sees."""
    return store.heads(session, store.current(sight.on_project(session, access, project_id)))


def view(session: Session, assignment: Assignment) -> AssignmentView:
    """An assignment with its names."""
    session.flush()
    return store.view(session.execute(store.views(Assignment.id == assignment.id)).one())


def warnings(session: Session, assignment: Assignment) -> list[str]:
    """A-12: what should be looked at, without refusing."""
    return rules.warnings(*store.contract_and_completion(session, assignment))


def _part(session: Session, access: Access, project_id: int, wanted: int | None, *, is_misc: bool) -> tuple[Chain, Link]:
    project = projects.visible_project(session, access, project_id)
    chain = projects.chain(session, project_id)
    project_rules.open_for_people(project.state)
    part = rules.employing_part(chain.of_company(access.company_id), wanted)
    rules.misc_staff_place(is_misc=is_misc, part=part)
    if not projects.lock_part(session, part.id):
        raise Problem("PROJECT_COMPLETED", 409)
    return chain, part


def _move(session: Session, access: Access, assignment: Assignment, change: Edit) -> None:
    if change.project_id is None and change.participant_id is None:
        if change.team_id is not None:
            assignment.team_id = _team(session, assignment, change.team_id)
        return
    project_id = change.project_id or assignment.project_id
    worker, employment = people.assignable(session, assignment.worker_id, assignment.employer_id)
    chain, part = _part(session, access, project_id, change.participant_id, is_misc=worker.category is Category.MISC)
    if project_id != assignment.project_id:
        assignment.team_id = None
    assignment.project_id, assignment.participant_id, assignment.employment_id = project_id, part.id, employment.id
    assignment.waiting_for_id = chain.acceptors(part.id)[0].id
    if change.team_id is not None:
        assignment.team_id = _team(session, assignment, change.team_id)


def _team(session: Session, assignment: Assignment, team_id: int) -> int:
    team = projects.team_for(session, team_id, assignment.employer_id, assignment.project_id)
    assert team is not None  # noqa: S101  a given id is either somebody's team or refused
    return team.id


def _own(session: Session, access: Access, assignment_id: int) -> Assignment:
    """A-01: the employer's own assignment, locked; a neighbour's is not found."""
    employer = access.require_employer()
    assignment = store.locked(session, assignment_id)
    if assignment is None or assignment.employer_id != employer:
        raise Problem("NOT_FOUND", 404)
    return assignment


def _for_using_unit(session: Session, access: Access, assignment_id: int, project_id: int | None) -> tuple[Assignment, list[Link]]:
    """A-02: the assignment and its path, for a company that may confirm in its project; nothing is told of other projects."""
    if project_id is not None:
        access.require_project(project_id)
    mine = projects.parts_of(session, access.company_id, project_id or access.project_id)
    allowed = rules.confirming_projects(mine)
    assignment = store.locked(session, assignment_id)
    if assignment is None or assignment.project_id not in allowed:
        raise Problem("NOT_ASSIGNED_HERE", 404)
    return assignment, projects.chain(session, assignment.project_id).acceptors(assignment.participant_id)


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


def _end(session: Session, clock: Clock, access: Access, assignment: Assignment, cause: AssignmentEnd) -> Assignment:
    before, had_right = _told(assignment), assignment.state is AssignmentState.CONFIRMED
    assignment.state, assignment.end_cause, assignment.ended_at = AssignmentState.ENDED, cause, clock.now()
    assignment.waiting_for_id = None
    assignment.version += 1
    audit.record(session, access, "assignment.ended", _subject(assignment), before=before, after=_told(assignment))
    if had_right:
        note_roster_change(session, assignment)
    return assignment


def _insert(session: Session, assignment: Assignment) -> None:
    """A-35: the database has the last word on 'one open assignment per worker and project'."""
    existing = store.open_of(session, assignment.worker_id, assignment.project_id)
    if existing is not None:
        raise Problem("ALREADY_ASSIGNED", 409, "project_id", assignment_id=existing.id)
    session.add(assignment)
    _flush(session, assignment)


def _flush(session: Session, assignment: Assignment) -> None:
    try:
        with session.begin_nested():
            session.flush([assignment])
    except IntegrityError as error:
        raise Problem("ALREADY_ASSIGNED", 409, "project_id") from error


def _subject(assignment: Assignment) -> str:
    return f"assignment:{assignment.id}"


def _told(assignment: Assignment) -> dict[str, Any]:
    kept = (
        "worker_id",
        "project_id",
        "participant_id",
        "team_id",
        "main_trade",
        "state",
        "version",
        "accepted_steps",
        "entry_time",
        "end_cause",
    )
    return {name: getattr(assignment, name) for name in kept}
