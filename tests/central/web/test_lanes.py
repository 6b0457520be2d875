"""Lanes and duty as the office sets them, and as an employer reads them."""

from __future__ import annotations

import pytest
from sqlalchemy import select, update

from central.centre import Centre
from central.devices import service as devices
from central.devices.model import Box
from central.entry.model import Assignment
from central.projects.model import Team
from edge.sync import wire
from tests.central.web.day import Day, fields, opened
from tests.central.web.site import FakeBrowser

EAST, WEST = "1-东", "1-西"


@pytest.fixture
def day(centre: Centre) -> Day:
    made = opened(centre)
    for lane in (EAST, WEST):
        with centre.database.writing() as session:
            where = made.site.project.id
            devices.claim(session, centre.clock, made.office(), where, name=lane, lane=lane, direction=wire.Direction.IN)
    return made


@pytest.fixture
def office(day: Day) -> FakeBrowser:
    return day.browser("office")


def at(day: Day, page: str) -> str:
    return f"/projects/{day.site.project.id}/{page}"


def of(day: Day, assignment: int) -> tuple[list[str] | None, bool]:
    with day.centre.database.reading() as session:
        row = session.get_one(Assignment, assignment)
        return row.lanes, row.maintenance


@pytest.mark.rule("A-60")
def test_the_office_limits_a_worker_to_lanes_and_the_employer_reads_why(day: Day, office: FakeBrowser) -> None:
    assignment = day.confirmed().id
    path = at(day, f"people/{assignment}/lanes")
    page = office.get(path).text
    assert EAST in page and WEST in page
    form = fields(page, path)
    nothing = office.post(path, form | {"lanes_of": "chosen"})
    assert nothing.status_code == 422 and "请至少勾选一条通道" in nothing.text
    done = office.post(path, form | {"lanes_of": "chosen", "lane": [WEST], "maintenance": "1"})
    assert done.headers["Location"].startswith(at(day, f"people/{assignment}?tab=lanes"))
    assert of(day, assignment) == ([WEST], True)
    assert WEST in office.get(at(day, "lanes")).text
    labour = day.browser("labour")
    told = labour.get(at(day, f"people/{assignment}?tab=lanes")).text
    assert WEST in told and "设置通道与值守</a>" not in told
    assert "设置通道与值守" in office.get(at(day, f"people/{assignment}?tab=changes")).text
    assert labour.get(path).status_code == 403
    assert day.browser("neighbour").get(path).status_code == 404
    assert day.browser("neighbour").get(at(day, "lanes")).status_code == 404


def test_a_setting_whose_gate_has_gone_is_marked_in_the_list_and_beside_the_worker(day: Day, office: FakeBrowser) -> None:
    assignment = day.confirmed().id
    with day.centre.database.writing() as session:
        session.execute(update(Assignment).where(Assignment.id == assignment).values(lanes=[WEST]))
    assert "所设通道已无设备" not in office.get(at(day, "lanes")).text
    with day.centre.database.writing() as session:
        box = session.scalars(select(Box.id).where(Box.lane == WEST)).one()
        devices.revoke(session, day.centre.clock, day.office(), box)
    assert "所设通道已无设备" in office.get(at(day, "lanes")).text
    assert "已没有门禁设备" in office.get(at(day, f"people/{assignment}?tab=lanes")).text


def test_somebody_elses_change_meanwhile_is_shown_and_not_overwritten(day: Day, office: FakeBrowser) -> None:
    assignment = day.confirmed().id
    path = at(day, f"people/{assignment}/lanes")
    form = fields(office.get(path).text, path)
    with day.centre.database.writing() as session:
        session.execute(update(Assignment).where(Assignment.id == assignment).values(version=Assignment.version + 1, maintenance=True))
    refused = office.post(path, form | {"lanes_of": "all"})
    assert refused.status_code == 409
    assert of(day, assignment) == (None, True)


def test_a_teams_lanes_are_set_from_the_list_of_teams(day: Day, office: FakeBrowser) -> None:
    team = day.team(day.employer(day.site.labour)).id
    path = at(day, f"teams/{team}/lanes")
    assert path in office.get(at(day, "teams")).text
    done = office.post(path, fields(office.get(path).text, path) | {"lanes_of": "chosen", "lane": [EAST]})
    assert done.headers["Location"].startswith(at(day, "lanes"))
    with day.centre.database.reading() as session:
        assert session.scalars(select(Team.lanes).where(Team.id == team)).one() == [EAST]
    assert path in office.get(at(day, "lanes")).text
    assert office.get(at(day, "teams/999/lanes")).status_code == 404
