"""Teams as pages read them: with project, employer, leader and heads, in one query, whatever their number."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.entry.model import Assignment
from central.entry.rules import OPEN_STATES
from central.errors import Problem
from central.people.model import Worker
from central.projects import teams
from central.projects.model import Company, Project, Team, TeamState


@dataclass(frozen=True)
class TeamLine:
    """A team with its names; `members` are those with an open assignment in it."""

    team: Team
    project: str
    employer: str
    leader: str | None
    members: int


def of_employer(session: Session, access: Access, *, after: int = 0, limit: int = 50, leaderless: bool = False) -> list[TeamLine]:
    """A-36: one page of an employer's own teams on all projects, closed ones left out, and one more."""
    employer = access.require_employer()
    access.require(Function.VIEW_PEOPLE)
    wanted = select(Team.id).where(Team.employer_id == employer, Team.state != TeamState.CLOSED, Team.id > after)
    if leaderless:
        wanted = wanted.where(Team.state == TeamState.LEADERLESS)
    return _lines(session, session.scalars(wanted.order_by(Team.id).limit(limit + 1)).all())


def of_project(session: Session, access: Access, project_id: int, *, after: int = 0, limit: int = 50) -> list[TeamLine]:
    """One page of a project's teams that this principal sees, and one more."""
    return _lines(session, [team.id for team in teams.page_of_teams(session, access, project_id, after, limit)])


def own(session: Session, access: Access, team_id: int) -> TeamLine:
    """A-01: an employer's own team; another's is `Problem` 404 NOT_FOUND."""
    return _lines(session, [teams.own(session, access, team_id).id])[0]


def by_id(session: Session, team_id: int) -> TeamLine:
    """A team for a caller that has asked a service whether it may be seen. Raises `Problem` 404 NOT_FOUND."""
    found = _lines(session, [team_id])
    if not found:
        raise Problem("NOT_FOUND", 404)
    return found[0]


def _lines(session: Session, ids: Collection[int]) -> list[TeamLine]:
    heads = (
        select(func.count(Assignment.worker_id.distinct()))
        .where(Assignment.team_id == Team.id, Assignment.state.in_(OPEN_STATES))
        .correlate(Team)
        .scalar_subquery()
    )
    wanted = (
        select(Team, Project.name, Company.name, Worker.name, heads)
        .join(Project, Project.id == Team.project_id)
        .join(Company, Company.id == Team.employer_id)
        .outerjoin(Worker, Worker.id == Team.leader_worker_id)
        .where(Team.id.in_(ids))
        .order_by(Team.id)
    )
    return [TeamLine(*row) for row in session.execute(wanted)]
