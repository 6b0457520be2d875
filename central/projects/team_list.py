"""Teams as pages read them: with project, employer, leader and heads, in one query, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.entry.model import Assignment
from central.entry.rules import OPEN_STATES
from central.errors import Problem
from central.ordering import Order
from central.people.model import Worker
from central.projects import teams
from central.projects.model import Company, Project, Team, TeamState

_HEADS: Final = (
    select(func.count(Assignment.worker_id.distinct()))
    .where(Assignment.team_id == Team.id, Assignment.state.in_(OPEN_STATES))
    .correlate(Team)
    .scalar_subquery()
)
ORDER: Final = Order(
    Team.id,
    {
        "team": Team.name,
        "project": Project.name,
        "employer": Company.name,
        "leader": func.coalesce(Worker.name_order, ""),
        "members": _HEADS,
        "team_state": Team.state,
    },
)


@dataclass(frozen=True)
class TeamLine:
    """A team with its names; `members` are those with an open assignment in it."""

    team: Team
    project: str
    employer: str
    leader: str | None
    members: int


def of_employer(
    session: Session, access: Access, *, after: int = 0, limit: int = 50, leaderless: bool = False, sort: str = ""
) -> list[TeamLine]:
    """A-36: one page of an employer's own teams on all projects, closed ones left out, and one more."""
    employer = access.require_employer()
    access.require(Function.VIEW_PEOPLE)
    conditions = [Team.employer_id == employer, Team.state == TeamState.LEADERLESS if leaderless else Team.state != TeamState.CLOSED]
    return _told(ORDER.page(session, _rows(), conditions, sort, after=after, limit=limit))


def of_project(
    session: Session,
    access: Access,
    project_id: int,
    *,
    q: str = "",
    assignable: bool = False,
    after: int = 0,
    limit: int = 50,
    sort: str = "",
) -> list[TeamLine]:
    """One page of a project's teams that this principal sees, and one more; with `assignable` only those that take members (A-36).

    `q` is part of a team's, its leader's or its employer's name.
    """
    conditions = teams.seen(session, access, project_id)
    if assignable:
        conditions.append(Team.state == TeamState.ACTIVE)
    if q:
        conditions.append(or_(*(column.icontains(q, autoescape=True) for column in (Team.name, Worker.name, Company.name))))
    return _told(ORDER.page(session, _rows(), conditions, sort, after=after, limit=limit))


def own(session: Session, access: Access, team_id: int) -> TeamLine:
    """A-01: an employer's own team; another's is `Problem` 404 NOT_FOUND."""
    return by_id(session, teams.own(session, access, team_id).id)


def by_id(session: Session, team_id: int) -> TeamLine:
    """A team for a caller that has asked a service whether it may be seen. Raises `Problem` 404 NOT_FOUND."""
    found = _told(session.execute(_rows().where(Team.id == team_id)).all())
    if not found:
        raise Problem("NOT_FOUND", 404)
    return found[0]


def _rows() -> Select[Any]:
    return (
        select(Team, Project.name, Company.name, Worker.name, _HEADS)
        .join(Project, Project.id == Team.project_id)
        .join(Company, Company.id == Team.employer_id)
        .outerjoin(Worker, Worker.id == Team.leader_worker_id)
    )


def _told(rows: Sequence[Any]) -> list[TeamLine]:
    return [TeamLine(*row) for row in rows]
