"""Where a worker may pass and who may enter while the project stands still: set by the general contractor, told to its gates."""

from __future__ import annotations

import httpx
import pytest

from central.access import Access
from central.devices import service as devices
from central.entry import lanes, service, succession
from central.entry.lanes import Limits
from central.entry.model import Assignment
from central.entry.service import Edit
from central.errors import Problem
from central.messaging import roster
from central.projects.model import Project, Team
from edge.sync import wire
from tests.central.builders import Story

EAST, WEST = "1-东", "1-西"


def gates(story: Story, *names: str) -> list[str]:
    """A box at each of these lanes; their ids."""
    made = []
    for lane in names:
        with story.centre.database.writing() as session:
            clock, project = story.centre.clock, story.site.project.id
            box, _ = devices.claim(session, clock, story.office(), project, name=lane, lane=lane, direction=wire.Direction.IN)
            made.append(box.id)
    return made


def limit(story: Story, assignment: Assignment, names: list[str] | None, *, by: Access | None = None, duty: bool = False) -> Limits:
    with story.centre.database.writing() as session:
        version = session.get_one(Assignment, assignment.id).version
        return lanes.limit_worker(session, by or story.office(), assignment.id, version=version, lanes=names, maintenance=duty)


def limit_team(story: Story, team: Team, names: list[str], *, by: Access | None = None, duty: bool = False, version: int = 0) -> Limits:
    with story.centre.database.writing() as session:
        now = version or session.get_one(Team, team.id).version
        return lanes.limit_team(session, by or story.office(), team.id, version=now, lanes=names, maintenance=duty)


def at_the_gates(story: Story) -> dict[str, tuple[tuple[str, ...], bool]]:
    with story.centre.database.reading() as session:
        held = roster.read(session, story.centre.secrets, story.site.project.id)
    return {entry.person: (entry.lanes, entry.maintenance) for entry in held.entries.values()}


def in_team(story: Story, team: Team) -> Assignment:
    """A confirmed member."""
    employer = story.employer(story.site.labour)
    assignment = story.assigned(employer)
    with story.centre.database.writing() as session:
        service.edit(session, employer, assignment.id, Edit(version=1, team_id=team.id))
    return story.accept(assignment).assignment


def refused(deed: object, *given: object, **named: object) -> str:
    assert callable(deed)
    with pytest.raises(Problem) as raised:
        deed(*given, **named)
    return raised.value.code


@pytest.mark.rule("A-60")
def test_a_workers_lanes_and_duty_stand_on_the_roster_with_a_new_version(story: Story) -> None:
    gates(story, EAST, WEST)
    worker, other = story.confirmed(), story.confirmed()
    with story.centre.database.reading() as session:
        before = session.get_one(Project, story.site.project.id).roster_version
    found = limit(story, worker, [EAST], duty=True)
    assert (found.effective, found.on_duty, found.of_project) == ((EAST,), True, (EAST, WEST))
    assert at_the_gates(story) == {worker.person: ((EAST,), True), other.person: ((), False)}
    limit(story, worker, [EAST], duty=True)
    with story.centre.database.reading() as session:
        assert session.get_one(Project, story.site.project.id).roster_version == before + 1, "the same again tells nobody anything"


def test_a_teams_setting_holds_for_its_members_and_ones_own_goes_before_it(story: Story) -> None:
    gates(story, EAST, WEST)
    team = story.team(story.employer(story.site.labour))
    first, second = in_team(story, team), in_team(story, team)
    limit_team(story, team, [EAST], duty=True)
    limit(story, second, [])
    later = in_team(story, team)
    assert at_the_gates(story) == {
        first.person: ((EAST,), True),
        second.person: ((), True),
        later.person: ((EAST,), True),
    }
    limit(story, second, None)
    assert at_the_gates(story)[second.person] == ((EAST,), True)
    with story.centre.database.writing() as session:
        labour = story.employer(story.site.labour)
        free = story.team(labour, "木工班")
        succession.move_members(session, labour, team.id, free.id, [first.worker_id])
    assert at_the_gates(story)[first.person] == ((), False)


@pytest.mark.rule("A-60")
def test_neither_employer_nor_subcontractor_nor_neighbour_limits_anybody(story: Story) -> None:
    gates(story, EAST)
    worker = story.confirmed()
    team = story.team(story.employer(story.site.labour))
    labour, neighbour = story.employer(story.site.labour), story.office(story.neighbour)
    assert refused(limit, story, worker, [], by=labour) == "ONLY_GENERAL_CONTRACTOR"
    assert refused(limit_team, story, team, [], by=labour) == "ONLY_GENERAL_CONTRACTOR"
    assert refused(limit, story, worker, [], by=neighbour) == "NOT_FOUND"
    assert refused(limit_team, story, team, [], by=neighbour) == "NOT_FOUND"
    assert refused(limit, story, worker, [], by=story.authority) == "ROLE_NOT_ALLOWED"
    with story.centre.database.reading() as session:
        assert lanes.of_worker(session, labour, worker.id).effective == ()
        assert refused(lanes.of_worker, session, neighbour, worker.id) == "NOT_FOUND"
        assert refused(lanes.of_team, session, labour, team.id) == "ONLY_GENERAL_CONTRACTOR"


def test_only_lanes_that_the_project_has_and_only_on_what_was_read(story: Story) -> None:
    boxes = gates(story, EAST, WEST)
    worker = story.confirmed()
    assert refused(limit, story, worker, ["9-北"]) == "LANE_UNKNOWN"
    limit(story, worker, [WEST])
    with story.centre.database.writing() as session:
        assert (
            refused(lanes.limit_worker, session, story.office(), worker.id, version=1, lanes=None, maintenance=False) == "VERSION_CONFLICT"
        )
    team = story.team(story.employer(story.site.labour))
    limit_team(story, team, [EAST])
    assert refused(limit_team, story, team, [], version=1) == "VERSION_CONFLICT"
    with story.centre.database.writing() as session:
        devices.revoke(session, story.centre.clock, story.office(), boxes[1])
    found = limit(story, worker, [WEST], duty=True)
    assert (found.effective, found.gone) == ((WEST,), (WEST,)), "a lane whose gate went stays, and is shown to be gone"


def test_what_was_set_goes_with_the_project_and_does_not_follow_to_another(story: Story) -> None:
    gates(story, EAST)
    labour = story.employer(story.site.labour)
    assignment = story.assigned(labour)
    limit(story, assignment, [EAST], duty=True)
    elsewhere = story.project("别处工程")
    root = story.takes_part(story.site.gc, story.site.gc_part.role, project=elsewhere)
    story.takes_part(story.site.labour, story.site.labour_part.role, root, elsewhere)
    with story.centre.database.writing() as session:
        moved = service.edit(session, labour, assignment.id, Edit(version=2, project_id=elsewhere.id)).assignment
        assert (moved.lanes, moved.maintenance) == (None, False)


def test_an_ended_assignment_has_no_lanes_to_be_set(story: Story) -> None:
    assignment = story.assigned()
    with story.centre.database.writing() as session:
        service.withdraw(session, story.centre.clock, story.employer(story.site.labour), assignment.id)
    assert refused(limit, story, assignment, []) == "NOT_FOUND"


def test_the_api_reads_and_sets_lanes_by_the_version_that_was_read(story: Story, client: httpx.Client) -> None:
    gates(story, EAST)
    worker = story.confirmed()
    office, labour = story.token(story.office()), story.token(story.employer(story.site.labour))
    path = f"/api/v1/assignments/{worker.id}/lanes"
    read = client.get(path, headers=office)
    assert (read.status_code, read.json()["own"], read.json()["of_project"]) == (200, None, [EAST])
    put = client.put(path, json={"lanes": [EAST]}, headers=office | {"If-Match": read.headers["ETag"]})
    assert (put.status_code, put.json()["effective"], put.json()["on_duty"]) == (200, [EAST], False)
    assert client.put(path, json={"lanes": None, "version": 1}, headers=office).json()["code"] == "VERSION_CONFLICT"
    assert client.put(path, json={"lanes": [], "version": 3}, headers=labour).json()["code"] == "ONLY_GENERAL_CONTRACTOR"
    assert client.get(path, headers=labour).json()["effective"] == [EAST]
    team = story.team(story.employer(story.site.labour))
    put = client.put(f"/api/v1/teams/{team.id}/lanes", json={"maintenance": True, "version": 1}, headers=office)
    assert put.json()["team_maintenance"] is True
    assert client.get(f"/api/v1/teams/{team.id}/lanes", headers=office).headers["ETag"] == '"2"'


def test_the_office_finds_everybody_for_whom_something_of_their_own_is_set(story: Story) -> None:
    gates(story, EAST)
    story.confirmed()
    limited, on_duty = story.confirmed(), story.confirmed()
    limit(story, limited, [EAST])
    limit(story, on_duty, None, duty=True)
    with story.centre.database.reading() as session:
        found = lanes.set_apart(session, story.office(), story.site.project.id, 0, 50)
        assert [line.assignment.id for line in found] == [limited.id, on_duty.id]
        assert refused(lanes.set_apart, session, story.office(story.neighbour), story.site.project.id, 0, 50) == "NOT_FOUND"
