"""Assignment and acceptance: how a worker comes to stand on a project's rosters, and how that ends."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock, today
from central.entry import rules, sight, store
from central.entry.model import Assignment, AssignmentState, FaceState
from central.entry.store import AssignmentView
from central.errors import Problem
from central.people import service as people
from central.people.model import Category
from central.projects import rules as project_rules
from central.projects import service as projects
from central.projects import teams
from central.projects.chain import Chain, Link
from central.secrets import CentreSecrets


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
    access.require(Function.ASSIGN)
    rules.no_given_entry_time(order.entry_time)
    trade = rules.one_trade(order.main_trade)
    worker, employment = people.assignable(session, order.worker_id, employer)
    rules.still_employed(employment.departure_on, today(clock))
    chain, part = _part(session, access, order.project_id, order.participant_id, is_misc=worker.category is Category.MISC)
    team = teams.team_for(session, order.team_id, employer, order.project_id)
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
    audit.record(session, access, "assignment.made", subject(assignment), after=told(assignment))
    return view(session, assignment)


def edit(session: Session, access: Access, assignment_id: int, change: Edit) -> AssignmentView:
    """A-34: team, trade, subcontract and project can be changed until the first using unit accepts; a returned one goes out again."""
    assignment = _own(session, access, assignment_id)
    rules.no_given_entry_time(change.entry_time, assignment.entry_time)
    rules.editable(assignment.state)
    if assignment.version != change.version:
        raise Problem("VERSION_CONFLICT", 409)
    before = told(assignment)
    if change.main_trade is not None:
        assignment.main_trade = rules.one_trade(change.main_trade)
    _move(session, access, assignment, change)
    assignment.state, assignment.return_reason = AssignmentState.ASSIGNED, ""
    assignment.version += 1
    _flush(session, assignment)
    audit.record(session, access, "assignment.edited", subject(assignment), before=before, after=told(assignment))
    return view(session, assignment)


def withdraw(session: Session, clock: Clock, access: Access, assignment_id: int) -> AssignmentView:
    """A-34: the employer takes an assignment back until somebody accepts it; doing so twice changes nothing."""
    assignment = _own(session, access, assignment_id)
    if assignment.state is not AssignmentState.WITHDRAWN:
        rules.editable(assignment.state)
        before = told(assignment)
        assignment.state, assignment.waiting_for_id, assignment.ended_at = AssignmentState.WITHDRAWN, None, clock.now()
        assignment.version += 1
        audit.record(session, access, "assignment.withdrawn", subject(assignment), before=before, after=told(assignment))
    return view(session, assignment)


def seen(session: Session, access: Access, assignment_id: int) -> AssignmentView:
    """One assignment as this principal may see it. Raises `Problem` 404 NOT_FOUND, or NOT_VISIBLE_YET to a using unit (A-45)."""
    access.require(Function.VIEW_PEOPLE)
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
    session: Session,
    access: Access,
    project_id: int,
    *,
    after: int,
    limit: int,
    states: tuple[AssignmentState, ...] = (),
    q: str = "",
    keys: CentreSecrets | None = None,
) -> list[AssignmentView]:
    """用工查询 (A-43, A-45, A-46): one page of a project's people, one row per worker, and one more to know whether another follows."""
    conditions = [store.current(sight.on_project(session, access, project_id)), Assignment.id > after]
    if states:
        conditions.append(Assignment.state.in_(states))
    if q:
        conditions.append(store.matching(q, keys, among_few=True))
    return store.shown(session, and_(*conditions), limit=limit + 1)


def assignments_of_employer(
    session: Session,
    access: Access,
    after: int,
    limit: int,
    *,
    states: tuple[AssignmentState, ...] = (),
    project_id: int | None = None,
    q: str = "",
    keys: CentreSecrets | None = None,
) -> list[AssignmentView]:
    """A-63: one page of an employer's assignments across projects, every state or these, every project or one."""
    conditions = [sight.of_employer(access, project_id)(Assignment), Assignment.id > after]
    if states:
        conditions.append(Assignment.state.in_(states))
    if q:
        conditions.append(store.matching(q, keys, among_few=not access.sees_everything))
    return store.shown(session, and_(*conditions), limit=limit + 1)


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
        assignment.team_id, assignment.lanes, assignment.maintenance = None, None, False
    assignment.project_id, assignment.participant_id, assignment.employment_id = project_id, part.id, employment.id
    assignment.waiting_for_id = chain.acceptors(part.id)[0].id
    if change.team_id is not None:
        assignment.team_id = _team(session, assignment, change.team_id)


def _team(session: Session, assignment: Assignment, team_id: int) -> int:
    team = teams.team_for(session, team_id, assignment.employer_id, assignment.project_id)
    assert team is not None  # noqa: S101  a given id is either somebody's team or refused
    return team.id


def _own(session: Session, access: Access, assignment_id: int) -> Assignment:
    """A-01: the employer's own assignment, locked; a neighbour's is not found."""
    employer = access.require_employer()
    access.require(Function.ASSIGN)
    assignment = store.locked(session, assignment_id)
    if assignment is None or assignment.employer_id != employer:
        raise Problem("NOT_FOUND", 404)
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
            session.flush()
    except IntegrityError as error:
        raise Problem("ALREADY_ASSIGNED", 409, "project_id") from error


def subject(assignment: Assignment) -> str:
    """The assignment's name in the audit."""
    return f"assignment:{assignment.id}"


def told(assignment: Assignment) -> dict[str, Any]:
    """What the audit keeps of an assignment before and after a deed."""
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
