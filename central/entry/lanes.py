"""通道与值守: at which lanes a worker or a team may pass, and who may pass while the project stands still (domain.md, Model 4).

The general contractor's alone, whose gates they are (A-60). A team's setting holds for its members; what is set for one worker goes before
it. Every change raises the roster, so that the boxes know it within seconds, and without a network from then on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.devices.model import Box, BoxState
from central.entry import rules, service, sight, store
from central.entry.ending import tell_gates
from central.entry.model import Assignment
from central.entry.rules import OPEN_STATES
from central.entry.store import AssignmentView
from central.errors import Problem
from central.projects import service as projects
from central.projects.model import Team, TeamState

MOST: Final = 50
"""Lanes that one worker may be limited to; a site has a few dozen at most."""


@dataclass(frozen=True)
class Limits:
    """What is set, and what follows. `own` is None where a worker has what the team has; `of_project` are the lanes that exist.

    `effective` empty: every lane. `gone` are lanes among them that no gate has any more.
    """

    version: int
    own: tuple[str, ...] | None
    maintenance: bool
    team_lanes: tuple[str, ...]
    team_maintenance: bool
    of_project: tuple[str, ...]

    @property
    def effective(self) -> tuple[str, ...]:
        """The lanes that the gates go by."""
        return rules.gate_lanes(self.own, self.team_lanes)

    @property
    def on_duty(self) -> bool:
        """Whether the gates open while the project stands still."""
        return rules.is_maintenance(self.maintenance, self.team_maintenance)

    @property
    def gone(self) -> tuple[str, ...]:
        """Lanes that the right names and the site no longer has: there is nowhere to pass by them."""
        return tuple(lane for lane in self.effective if lane not in self.of_project)


def of_worker(session: Session, access: Access, assignment_id: int) -> Limits:
    """What an assignment has, for whoever sees the assignment: a worker who is refused at a lane is told why by the employer too."""
    return _of_assignment(session, service.seen(session, access, assignment_id).assignment)


def of_team(session: Session, access: Access, team_id: int) -> Limits:
    """What a team has: the general contractor's and supervision's only. Raises `Problem` 403, 404 NOT_FOUND."""
    return _of_team(session, _team(session, access, team_id, Function.VIEW_DEVICES))


def limit_worker(
    session: Session, access: Access, assignment_id: int, *, version: int, lanes: Iterable[str] | None, maintenance: bool
) -> Limits:
    """A-60: the general contractor says where this worker may pass; None: where the team may.

    Raises `Problem` 403 ONLY_GENERAL_CONTRACTOR, 404, 409 VERSION_CONFLICT (A-22) or ASSIGNMENT_ENDED, 422 LANE_UNKNOWN.
    """
    access.require(Function.MANAGE_GATES)
    projects.require_general_contractor(session, access, service.seen(session, access, assignment_id).assignment.project_id)
    assignment = store.locked(session, assignment_id)
    assert assignment is not None  # noqa: S101  it was seen a moment ago
    if assignment.state not in OPEN_STATES:
        raise Problem("ASSIGNMENT_ENDED", 409)
    if assignment.version != version:
        raise Problem("VERSION_CONFLICT", 409)
    new = None if lanes is None else _known(session, assignment.project_id, lanes, assignment.lanes or ())
    before = _told(assignment)
    assignment.lanes, assignment.maintenance = new, maintenance
    if _told(assignment) != before:
        assignment.version += 1
        audit.record(session, access, "assignment.lanes", service.subject(assignment), before=before, after=_told(assignment))
        tell_gates(session, [assignment])
    return _of_assignment(session, assignment)


def limit_team(session: Session, access: Access, team_id: int, *, version: int, lanes: Iterable[str], maintenance: bool) -> Limits:
    """A-60: the general contractor says where a team's members may pass, whoever joins it later included."""
    team = _team(session, access, team_id, Function.MANAGE_GATES)
    held = store.hold_team(session, team_id)
    team = session.get_one(Team, team_id, with_for_update=True, populate_existing=True)
    if team.state is TeamState.CLOSED:
        raise Problem("TEAM_LEADER_DEPARTED", 409)
    if team.version != version:
        raise Problem("VERSION_CONFLICT", 409)
    before = _told(team)
    team.lanes, team.maintenance = _known(session, team.project_id, lanes, team.lanes), maintenance
    if _told(team) != before:
        team.version += 1
        audit.record(session, access, "team.lanes", f"team:{team.id}", before=before, after=_told(team))
        tell_gates(session, held)
    return _of_team(session, team)


def of_project(session: Session, project_id: int) -> tuple[str, ...]:
    """The lanes at which a project's gates stand, those announced a moment ago included."""
    wanted = select(Box.lane).where(Box.project_id == project_id, Box.state != BoxState.REVOKED)
    return tuple(sorted(set(session.scalars(wanted))))


def set_apart(session: Session, access: Access, project_id: int, after: int, limit: int) -> list[AssignmentView]:
    """One page of the people for whom something of their own is set, and one more."""
    theirs = sight.on_project(session, access, project_id)(Assignment)
    own = or_(Assignment.lanes.is_not(None), Assignment.maintenance)
    return store.shown(session, theirs & own & Assignment.state.in_(OPEN_STATES) & (Assignment.id > after), limit=limit + 1)


def _known(session: Session, project_id: int, given: Iterable[str], present: Collection[str]) -> list[str]:
    """Lanes of this project, or ones that were set before their gate went."""
    wanted = sorted(set(given))
    if len(wanted) > MOST or not set(wanted) <= {*of_project(session, project_id), *present}:
        raise Problem("LANE_UNKNOWN", 422, "lanes")
    return wanted


def _team(session: Session, access: Access, team_id: int, function: Function) -> Team:
    access.require(function)
    team = session.get(Team, team_id)
    if team is None:
        raise Problem("NOT_FOUND", 404)
    projects.visible_project(session, access, team.project_id)
    if function is Function.MANAGE_GATES or not access.sees_everything:
        projects.require_general_contractor(session, access, team.project_id)
    return team


def _of_assignment(session: Session, assignment: Assignment) -> Limits:
    team = session.get(Team, assignment.team_id) if assignment.team_id is not None else None
    return Limits(
        version=assignment.version,
        own=None if assignment.lanes is None else tuple(assignment.lanes),
        maintenance=assignment.maintenance,
        team_lanes=tuple(team.lanes) if team else (),
        team_maintenance=team.maintenance if team else False,
        of_project=of_project(session, assignment.project_id),
    )


def _of_team(session: Session, team: Team) -> Limits:
    return Limits(team.version, None, False, tuple(team.lanes), team.maintenance, of_project(session, team.project_id))


def _told(of: Assignment | Team) -> dict[str, object]:
    return {"lanes": of.lanes, "maintenance": of.maintenance}
