"""用工查询: who is on a project, and where an employer's workers are, one row per worker and project (A-43, A-46, A-63).

A read model: it joins what the slices own, changes nothing, and costs a fixed number of queries whatever the number of rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, Select, and_, exists, false, func, or_, select
from sqlalchemy.orm import Session, aliased

from central.access import Access
from central.entry.model import Assignment, AssignmentState
from central.errors import Problem
from central.people.model import Worker
from central.projects.chain import Chain, Link
from central.projects.model import Company, Participant, ParticipantRole, ParticipantState, Project, Team

STATES: Final = ("assigned", "accepted_by_sub", "confirmed", "returned", "ended")
"""The states a list shows and counts: what was withdrawn never reached the project."""


@dataclass(frozen=True)
class PersonLine:
    """One worker on one project. `using_unit` is the company that uses the worker there, `waiting_for` whoever must act next."""

    assignment_id: int
    project_id: int
    project: str
    name: str
    id_masked: str
    trade: str
    team: str
    employer: str
    using_unit: str
    level: int
    state: str
    waiting_for: str
    return_reason: str
    end_cause: str
    face: str
    created_at: dt.datetime
    entry_time: dt.datetime | None
    last_seen_at: dt.datetime | None


@dataclass(frozen=True)
class PeopleQuery:
    """What is asked for. `sort` is a key of `COLUMNS`, empty for the order of registration."""

    state: str = ""
    q: str = ""
    sort: str = ""
    descending: bool = False
    offset: int = 0
    limit: int = 50


@dataclass(frozen=True)
class PeoplePage:
    """Some rows, how many match, and the heads per state over everything that is visible (distinct workers, A-43)."""

    lines: list[PersonLine]
    matching: int
    heads: dict[str, int]
    total: int
    waiting: list[tuple[str, int]]
    """Who keeps how many people from being visible yet (A-45, A-47)."""


_Parent, _Using, _Employer, _Waiting, _WaitingCompany = (
    aliased(Participant),
    aliased(Company),
    aliased(Company),
    aliased(Participant),
    aliased(Company),
)
COLUMNS: Final[dict[str, Any]] = {
    "name": Worker.name,
    "trade": Assignment.main_trade,
    "team": Team.name,
    "employer": _Employer.name,
    "using_unit": _Using.name,
    "level": Participant.level,
    "state": Assignment.state,
    "entry": Assignment.entry_time,
    "face": Assignment.face,
    "seen": Assignment.last_seen_at,
    "project": Project.name,
}


def of_project(session: Session, access: Access, project_id: int, query: PeopleQuery) -> PeoplePage:
    """Everybody visible on a project (A-45). Raises `Problem` 404 NOT_FOUND for a neighbour."""
    project_for(session, access, project_id)
    steps = _steps_until_visible(session, access, project_id)
    mine = Assignment.project_id == project_id
    page = _page(session, and_(mine, _visible(Assignment, steps)), query, lambda later: _visible(later, steps))
    return replace(page, waiting=_hidden(session, and_(mine, ~_visible(Assignment, steps), Assignment.participant_id.in_(steps))))


def of_employer(session: Session, access: Access, query: PeopleQuery) -> PeoplePage:
    """An employer's workers on all its projects, whatever their state (A-63). Raises `Problem` 403 NOT_THE_EMPLOYER."""
    mine = access.require_employer()
    return _page(session, Assignment.employer_id == mine, query, lambda later: later.employer_id == mine)


def person(session: Session, access: Access, project_id: int, assignment_id: int) -> PersonLine:
    """One row of `of_project` or `of_employer`. Raises `Problem` 404 NOT_FOUND."""
    if access.company_id is not None and access.project_id is None:
        allowed: ColumnElement[bool] = Assignment.employer_id == access.company_id
    else:
        project_for(session, access, project_id)
        allowed = _visible(Assignment, _steps_until_visible(session, access, project_id))
    row = session.execute(_joined().where(Assignment.id == assignment_id, Assignment.project_id == project_id, allowed)).first()
    if row is None:
        raise Problem("NOT_FOUND", 404)
    return _line(row)


def project_for(session: Session, access: Access, project_id: int) -> Project:
    """The project, if this principal may look at its people: its own office, or an authority. Else `Problem` 404 NOT_FOUND."""
    access.require_project(project_id)
    project = session.get(Project, project_id)
    if project is None or (access.project_id is None and not access.sees_everything):
        raise Problem("NOT_FOUND", 404)
    return project


def projects_for(session: Session, access: Access, q: str, offset: int, limit: int) -> tuple[list[Project], int]:
    """The projects this principal may look at, by name, and how many there are."""
    seen = select(Project)
    if not access.sees_everything:
        seen = seen.where(Project.id == (access.project_id or 0))
    if q:
        seen = seen.where(or_(Project.name.ilike(_like(q), escape="\\"), Project.reg_no.ilike(_like(q), escape="\\")))
    total = session.scalar(select(func.count()).select_from(seen.subquery())) or 0
    return list(session.scalars(seen.order_by(Project.name, Project.id).offset(offset).limit(limit))), total


def _page(
    session: Session, scope: ColumnElement[bool], query: PeopleQuery, is_seen: Callable[[type[Assignment]], ColumnElement[bool]]
) -> PeoplePage:
    current = and_(scope, Assignment.state != AssignmentState.WITHDRAWN, ~_superseded(is_seen))
    found = _joined().where(current)
    heads = _heads(session, current)
    if query.state:
        found = found.where(Assignment.state == query.state)
    if query.q:
        found = found.where(_matches(query.q))
    total = sum(heads.values())
    matching = (session.scalar(select(func.count()).select_from(found.subquery())) or 0) if query.state or query.q else total
    rows = session.execute(found.order_by(*_order(query)).offset(query.offset).limit(query.limit)).all()
    return PeoplePage([_line(row) for row in rows], matching, heads, total, [])


def _steps_until_visible(session: Session, access: Access, project_id: int) -> dict[int, int]:
    """A-45: participant -> acceptances after which its workers are visible to this principal; those it never sees are left out."""
    chain = _chain(session, project_id)
    if access.sees_everything:
        return {link.id: 0 for link in chain.links}
    steps = {link.id: chain.visible_after(access.company_id, link.id) for link in chain.links}
    return {participant: after for participant, after in steps.items() if after is not None}


def _chain(session: Session, project_id: int) -> Chain:
    found = session.execute(select(Participant, Company.name).join(Company).where(Participant.project_id == project_id))
    return Chain(
        Link(p.id, p.project_id, p.company_id, name, p.role, p.parent_id, p.level, p.state is ParticipantState.ACTIVE) for p, name in found
    )


def _visible(assignment: type[Assignment], steps: dict[int, int]) -> ColumnElement[bool]:
    """A-45 as a condition: this participant's people, once that many using units have accepted."""
    by_steps: dict[int, list[int]] = {}
    for participant, after in steps.items():
        by_steps.setdefault(after, []).append(participant)
    return or_(false(), *(and_(assignment.participant_id.in_(ids), assignment.accepted_steps >= after) for after, ids in by_steps.items()))


def _superseded(is_seen: Callable[[type[Assignment]], ColumnElement[bool]]) -> ColumnElement[bool]:
    """A later assignment of the same worker to the same project stands for the person; the earlier one is history (A-43)."""
    later = aliased(Assignment)
    return exists().where(
        later.worker_id == Assignment.worker_id,
        later.project_id == Assignment.project_id,
        later.id > Assignment.id,
        later.state != AssignmentState.WITHDRAWN,
        is_seen(later),
    )


def _joined() -> Select[*tuple[Any, ...]]:
    return (
        select(
            Assignment,
            Project.name.label("project"),
            Worker.name.label("name"),
            Worker.id_masked,
            Team.name.label("team"),
            _Employer.name.label("employer"),
            _Using.name.label("using_unit"),
            Participant.level,
            _WaitingCompany.name.label("waiting_for"),
        )
        .join(Worker, Worker.id == Assignment.worker_id)
        .join(Project, Project.id == Assignment.project_id)
        .join(Participant, Participant.id == Assignment.participant_id)
        .join(_Employer, _Employer.id == Assignment.employer_id)
        .outerjoin(_Parent, and_(_Parent.id == Participant.parent_id, Participant.role == ParticipantRole.LABOUR_SUB))
        .join(_Using, _Using.id == func.coalesce(_Parent.company_id, Participant.company_id))
        .outerjoin(Team, Team.id == Assignment.team_id)
        .outerjoin(_Waiting, _Waiting.id == Assignment.waiting_for_id)
        .outerjoin(_WaitingCompany, _WaitingCompany.id == _Waiting.company_id)
    )


def _heads(session: Session, current: ColumnElement[bool]) -> dict[str, int]:
    """Distinct workers per state, so that nobody is counted twice (A-43)."""
    counted = select(Assignment.state, func.count(Assignment.worker_id.distinct())).where(current).group_by(Assignment.state)
    found = {state.value: count for state, count in session.execute(counted)}
    return {state: found.get(state, 0) for state in STATES}


def _hidden(session: Session, hidden: ColumnElement[bool]) -> list[tuple[str, int]]:
    """Who must accept first, and how many people wait there: the reason for an empty list (A-47), and no name of theirs."""
    counted = (
        select(_WaitingCompany.name, func.count(Assignment.worker_id.distinct()))
        .join(_Waiting, _Waiting.id == Assignment.waiting_for_id)
        .join(_WaitingCompany, _WaitingCompany.id == _Waiting.company_id)
        .where(hidden, Assignment.state.not_in((AssignmentState.WITHDRAWN, AssignmentState.ENDED)))
        .group_by(_WaitingCompany.name)
        .order_by(_WaitingCompany.name)
    )
    return [(name, count) for name, count in session.execute(counted)]


def _matches(q: str) -> ColumnElement[bool]:
    """Fuzzy query (A-32): part of a name, team or company, or the last digits of the ID number."""
    like = _like(q)
    return or_(
        Worker.name.ilike(like, escape="\\"),
        Worker.id_masked.ilike(like[:-1], escape="\\"),
        Team.name.ilike(like, escape="\\"),
        _Employer.name.ilike(like, escape="\\"),
        _Using.name.ilike(like, escape="\\"),
    )


def _like(q: str) -> str:
    escaped = q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return f"%{escaped}%"


def _order(query: PeopleQuery) -> tuple[Any, ...]:
    column = COLUMNS.get(query.sort)
    if column is None:
        return (Assignment.id.asc(),)
    return ((column.desc() if query.descending else column.asc()).nulls_last(), Assignment.id.asc())


def _line(row: Row[Any]) -> PersonLine:
    a: Assignment = row[0]
    return PersonLine(
        assignment_id=a.id,
        project_id=a.project_id,
        project=row.project,
        name=row.name,
        id_masked=row.id_masked,
        trade=a.main_trade,
        team=row.team or "",
        employer=row.employer,
        using_unit=row.using_unit,
        level=row.level,
        state=a.state.value,
        waiting_for=row.waiting_for or "",
        return_reason=a.return_reason,
        end_cause=a.end_cause.value if a.end_cause else "",
        face=a.face.value,
        created_at=a.created_at,
        entry_time=a.entry_time,
        last_seen_at=a.last_seen_at,
    )
