"""Teams (班组): of one employer on one project, known by their id. Their leaders follow each other in `central.entry.succession`."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock
from central.errors import Problem
from central.people.model import Employment, EmploymentState
from central.projects import rules, service
from central.projects.chain import Chain
from central.projects.model import Team, TeamState


def add_team(
    session: Session,
    clock: Clock,
    access: Access,
    project_id: int,
    *,
    name: str,
    leader_worker_id: int | None = None,
    may_number: bool = False,
) -> Team:
    """A-36: a team of the employer on the project, led by one of its own workers. A taken name is refused, or numbered if that may be."""
    employer = access.require_employer()
    access.require(Function.ASSIGN)
    project = service.visible_project(session, access, project_id)
    rules.open_for_people(project.state)
    if leader_worker_id is not None:
        able_to_lead(session, leader_worker_id, employer)
    name = rules.team_name(name)
    team = Team(
        employer_id=employer,
        project_id=project_id,
        name=rules.free_team_name(name, taken_names(session, employer, project_id)) if may_number else name,
        leader_worker_id=leader_worker_id,
        state=TeamState.ACTIVE,
        created_at=clock.now(),
    )
    _flush(session, team)
    audit.record(session, access, "team.added", f"team:{team.id}", after=told(team))
    return team


def able_to_lead(session: Session, worker_id: int, employer_id: int) -> None:
    """A-36, A-37: a leader is a worker of the same employer who stays there. Raises `Problem` 422 LEADER_UNKNOWN."""
    wanted = select(Employment.state).where(Employment.worker_id == worker_id, Employment.employer_id == employer_id)
    if EmploymentState.ACTIVE not in session.scalars(wanted).all():
        raise Problem("LEADER_UNKNOWN", 422, "leader_worker_id")


def rename(session: Session, access: Access, team: Team, name: str) -> None:
    """A-36: another name, that no other team of the employer has there. The caller holds the team and tells the gates."""
    before = told(team)
    team.name = rules.team_name(name)
    _flush(session, team)
    audit.record(session, access, "team.renamed", f"team:{team.id}", before=before, after=told(team))


def own(session: Session, access: Access, team_id: int) -> Team:
    """A-01: the employer's own team, locked; another's is not found."""
    employer = access.require_employer()
    access.require(Function.ASSIGN)
    team = session.get(Team, team_id, with_for_update=True, populate_existing=True)
    if team is None or team.employer_id != employer:
        raise Problem("NOT_FOUND", 404)
    return team


def team_for(session: Session, team_id: int | None, employer_id: int, project_id: int) -> Team | None:
    """A-36: the team by its id, if it is this employer's on this project and takes members."""
    if team_id is None:
        return None
    team = session.get(Team, team_id)
    if team is None or (team.employer_id, team.project_id) != (employer_id, project_id):
        raise Problem("TEAM_UNKNOWN", 422, "team_id")
    rules.takes_members(team.state)
    return team


def like(session: Session, employer_id: int, project_id: int, name: str, leader_worker_id: int | None) -> Team | None:
    """A-36: the employer's active team of that name there, or of that name with a number, under that leader: the one a team was sent to."""
    name = rules.team_name(name)
    wanted = select(Team).where(Team.employer_id == employer_id, Team.project_id == project_id, Team.state == TeamState.ACTIVE)
    found = session.scalars(wanted.where(Team.name.startswith(name[:90], autoescape=True)).order_by(Team.id))
    return next((t for t in found if t.leader_worker_id == leader_worker_id and rules.is_numbered(t.name, name)), None)


def taken_names(session: Session, employer_id: int, project_id: int) -> set[str]:
    """The names of the employer's teams on the project that are not closed."""
    wanted = select(Team.name).where(Team.employer_id == employer_id, Team.project_id == project_id, Team.state != TeamState.CLOSED)
    return set(session.scalars(wanted))


def page_of_teams(session: Session, access: Access, project_id: int, after: int, limit: int, *, assignable: bool = False) -> list[Team]:
    """One page of a project's teams: the general contractor and authorities see all, a subcontractor its own and those under it.

    A-36: with `assignable` only those that take members; a closed or leaderless team is not offered.
    """
    wanted = select(Team).where(*seen(session, access, project_id), Team.id > after)
    if assignable:
        wanted = wanted.where(Team.state == TeamState.ACTIVE)
    return list(session.scalars(wanted.order_by(Team.id).limit(limit + 1)))


def seen(session: Session, access: Access, project_id: int) -> list[ColumnElement[bool]]:
    """A-45: which of a project's teams this principal may look at, as conditions of a query."""
    access.require(Function.VIEW_PEOPLE)
    service.visible_project(session, access, project_id)
    if access.sees_everything:
        return [Team.project_id == project_id]
    employers = _companies_under(service.chain(session, project_id), access.company_id)
    return [Team.project_id == project_id, Team.employer_id.in_(employers)]


def told(team: Team) -> dict[str, object]:
    """What the audit keeps of a team."""
    return {name: getattr(team, name) for name in ("name", "project_id", "employer_id", "leader_worker_id", "state")}


def _companies_under(of: Chain, company_id: int | None) -> list[int]:
    under = {below for link in of.of_company(company_id) for below in of.under(link.id)}
    return sorted({of[participant].company_id for participant in under})


def _flush(session: Session, team: Team) -> None:
    try:
        with session.begin_nested():
            session.add(team)
            session.flush()
    except IntegrityError as error:
        raise Problem("TEAM_NAME_TAKEN", 409, "name") from error
