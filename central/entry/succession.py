"""班组长 follow each other (A-37): a leader who departs hands the team over; its members stay as they are.

Members keep their assignment, entry time, person reference and rights. A leader who merely stays away changes nothing (A-38): no code
here looks at attendance.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.entry import store
from central.entry.ending import tell_gates
from central.entry.model import Assignment
from central.entry.rules import OPEN_STATES
from central.entry.service import subject
from central.errors import Problem
from central.people.model import Worker
from central.projects import rules as project_rules
from central.projects import teams
from central.projects.model import Project, Team, TeamState


@dataclass(frozen=True)
class Member:
    """Somebody in a team: what a prompt for a new leader shows of them."""

    assignment_id: int
    worker_id: int
    worker: str
    state: str


@dataclass(frozen=True)
class LedTeam:
    """A team with its members, its leader left out."""

    team: Team
    project: str
    members: list[Member]


def led_by(session: Session, worker_id: int, employer_id: int) -> list[LedTeam]:
    """A-37: the teams that a worker leads, with everybody who would be left without a leader. The teams are locked."""
    wanted = (
        select(Team, Project.name)
        .join(Project, Project.id == Team.project_id)
        .where(Team.leader_worker_id == worker_id, Team.employer_id == employer_id, Team.state != TeamState.CLOSED)
        .order_by(Team.id)
        .with_for_update(of=Team)
    )
    rows = session.execute(wanted.execution_options(populate_existing=True)).all()
    people = _members(session, [team.id for team, _ in rows])
    return [LedTeam(team, project, [m for m in people.get(team.id, []) if m.worker_id != worker_id]) for team, project in rows]


def hand_over(session: Session, access: Access, leaving: int, employer_id: int, successors: Mapping[int, int]) -> None:
    """A-37: each team of somebody who departs gets its new leader, in the same transaction; one without members becomes leaderless.

    Raises `Problem` 409 NEW_LEADER_REQUIRED with every team that nobody was named for, and its members.
    """
    led = led_by(session, leaving, employer_id)
    orphaned = [of for of in led if of.members and of.team.id not in successors]
    if orphaned:
        raise Problem("NEW_LEADER_REQUIRED", 409, "successors", teams=[_shown(of) for of in orphaned])
    for of in led:
        if of.team.id in successors:
            _lead(session, access, of.team, successors[of.team.id], leaving)
        else:
            _without_leader(session, access, of.team)


def orphan(session: Session, access: Access, leaving: int, employer_id: int, successors: Mapping[int, int]) -> None:
    """A-52: a leader has died, which waits for no successor: teams without one become leaderless, and name nobody until one is named."""
    for of in led_by(session, leaving, employer_id):
        if of.team.id in successors:
            _lead(session, access, of.team, successors[of.team.id], leaving)
        else:
            _without_leader(session, access, of.team)
            of.team.leader_worker_id = None


def take_back(session: Session, access: Access, worker_id: int, employer_id: int) -> None:
    """A departure was cancelled: teams that waited for another leader keep theirs."""
    for of in led_by(session, worker_id, employer_id):
        if of.team.state is TeamState.LEADERLESS:
            _lead(session, access, of.team, worker_id, None)


def forget(session: Session, worker_id: int, employer_id: int) -> None:
    """A-36: somebody who departed is no leader any more, whatever was entered meanwhile."""
    for of in led_by(session, worker_id, employer_id):
        of.team.state, of.team.leader_worker_id = TeamState.LEADERLESS, None


def change_leader(session: Session, access: Access, team_id: int, leader_worker_id: int) -> Team:
    """A-37: the employer names another leader, whenever it wants; confirmed members stay confirmed."""
    team = teams.own(session, access, team_id)
    if team.state is TeamState.CLOSED:
        raise Problem("TEAM_LEADER_DEPARTED", 409)
    if team.leader_worker_id != leader_worker_id or team.state is not TeamState.ACTIVE:
        _lead(session, access, team, leader_worker_id, None)
    return team


def rename(session: Session, access: Access, team_id: int, name: str) -> Team:
    """A-36: another name, which the gates show from now on."""
    team = teams.own(session, access, team_id)
    if team.name != project_rules.team_name(name):
        held = store.hold_team(session, team.id)
        teams.rename(session, access, team, name)
        tell_gates(session, held)
    return team


def move_members(session: Session, access: Access, team_id: int, into_team_id: int, worker_ids: Sequence[int] | None) -> int:
    """A-37: members, or these of them, go to another team of the employer on the same project, confirmed ones too. How many moved.

    It is the one change after acceptance: entry time, person, trade and rights stay.
    """
    held = {id_: teams.own(session, access, id_) for id_ in sorted({team_id, into_team_id})}
    team = held[team_id]
    into = teams.team_for(session, into_team_id, team.employer_id, team.project_id)
    assert into is not None  # noqa: S101  a given id is a team or refused
    moved = [a for a in store.hold_team(session, team.id) if worker_ids is None or a.worker_id in worker_ids]
    if into.id == team.id:
        return 0
    for assignment in moved:
        assignment.team_id = into.id
        assignment.version += 1
        audit.record(session, access, "assignment.team", subject(assignment), before={"team_id": team.id}, after={"team_id": into.id})
    tell_gates(session, moved)
    return len(moved)


def close(session: Session, access: Access, team_id: int) -> Team:
    """A-36: a team without members closes for good, and its name is free again."""
    team = teams.own(session, access, team_id)
    if team.state is not TeamState.CLOSED:
        if store.hold_team(session, team.id):
            raise Problem("TEAM_NOT_EMPTY", 409)
        team.state = TeamState.CLOSED
        audit.record(session, access, "team.closed", f"team:{team.id}", after=teams.told(team))
    return team


def members(session: Session, access: Access, team_id: int) -> list[Member]:
    """The members of a team of the principal's own company, its leader among them; an authority may look at any."""
    access.require(Function.VIEW_PEOPLE)
    team = session.get(Team, team_id)
    if team is None or not (access.sees_everything or team.employer_id == access.company_id):
        raise Problem("NOT_FOUND", 404)
    access.require_project(team.project_id)
    return _members(session, [team.id]).get(team.id, [])


def _lead(session: Session, access: Access, team: Team, leader: int, leaving: int | None) -> None:
    teams.able_to_lead(session, leader, team.employer_id)
    if leader == leaving:
        raise Problem("LEADER_UNKNOWN", 422, "leader_worker_id")
    before = teams.told(team)
    team.leader_worker_id, team.state = leader, TeamState.ACTIVE
    audit.record(session, access, "team.leader", f"team:{team.id}", before=before, after=teams.told(team))


def _without_leader(session: Session, access: Access, team: Team) -> None:
    before = teams.told(team)
    team.state = TeamState.LEADERLESS
    audit.record(session, access, "team.leaderless", f"team:{team.id}", before=before, after=teams.told(team))


def _members(session: Session, team_ids: Sequence[int]) -> dict[int, list[Member]]:
    wanted = (
        select(Assignment.team_id, Assignment.id, Assignment.worker_id, Worker.name, Assignment.state)
        .join(Worker, Worker.id == Assignment.worker_id)
        .where(Assignment.team_id.in_(team_ids), Assignment.state.in_(OPEN_STATES))
        .order_by(Assignment.id)
    )
    found: dict[int, list[Member]] = {}
    for team_id, assignment_id, worker_id, worker, state in session.execute(wanted):
        assert team_id is not None  # noqa: S101  it is one of those asked for
        found.setdefault(team_id, []).append(Member(assignment_id, worker_id, worker, state.value))
    return found


def _shown(of: LedTeam) -> dict[str, object]:
    people = [{"assignment_id": m.assignment_id, "worker": m.worker, "state": m.state} for m in of.members]
    return {"team_id": of.team.id, "team": of.team.name, "project": of.project, "members": people}
