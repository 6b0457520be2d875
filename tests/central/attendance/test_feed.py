"""Who pulls which passages, and that none is missing or comes twice."""

import datetime as dt
import threading

import httpx
import pytest
from sqlalchemy import func, select

from central.access import Access, Role
from central.attendance import recording, service
from central.attendance.model import Passage
from central.attendance.recording import Reported
from central.attendance.store import FeedRow
from central.centre import Centre
from central.devices.model import Box, BoxState
from central.entry.model import Assignment
from central.errors import Problem
from edge.sync import wire
from tests.central.builders import MORNING, Story

AT_MS = int(MORNING.timestamp() * 1000)


def passed(centre: Centre, assignment: Assignment, seqs: range, box: str = "b-aaaaaaaa", project_id: int | None = None) -> None:
    """Passages of one worker, one transaction."""
    body = wire.Passage(assignment.person, wire.Direction.IN, wire.Method.FACE, "1", 1, 700)
    where = project_id or assignment.project_id
    told = [Reported(box, "e", where, wire.Event(seq, AT_MS, 0, 1, wire.Clock.NTP, body)) for seq in seqs]
    with centre.database.writing() as session:
        people = recording.standings(session, {assignment.person})
        recording.record_passages(session, [(report, body) for report in told], recording.Told(), people, centre.clock.now())


def _place(row: FeedRow) -> tuple[str, int]:
    assert isinstance(row.event, Passage)
    return row.event.box_id, row.event.seq


def pulled(centre: Centre, access: Access, limit: int = 7) -> list[tuple[str, int]]:
    """Everything, page by page: (box, seq)."""
    found: list[tuple[str, int]] = []
    cursor: str | None = None
    while True:
        with centre.database.reading() as session:
            page = service.pull(session, centre.secrets, access, cursor, limit)
        if not page.rows:
            return found
        found += [_place(row) for row in page.rows]
        cursor = page.next_cursor


@pytest.mark.rule("A-63")
@pytest.mark.rule("A-60")
@pytest.mark.rule("A-45")
def test_everybody_sees_their_own_and_nobody_a_neighbours(centre: Centre, story: Story) -> None:
    mine = story.confirmed()
    deep = story.assigned(story.employer(story.second.company_id))
    for by in (story.sub_office(story.pro), story.office()):
        story.accept(deep, by)
    employer = story.employer(story.neighbour.labour)
    theirs = story.accept(story.assigned(employer, project=story.neighbour.project), story.office(story.neighbour)).assignment
    for box, assignment in (("b-1", mine), ("b-2", deep), ("b-3", theirs)):
        passed(centre, assignment, range(1, 2), box)
    seen = {
        "authority": story.authority,
        "employer": story.employer(story.site.labour),
        "neighbour": employer,
        "office": story.office(),
        "sub office": story.sub_office(story.pro),
        "neighbour office": story.office(story.neighbour),
    }
    assert {who: [box for box, _ in pulled(centre, access)] for who, access in seen.items()} == {
        "authority": ["b-1", "b-2", "b-3"],
        "employer": ["b-1"],
        "neighbour": ["b-3"],
        "office": ["b-1", "b-2"],
        "sub office": ["b-2"],
        "neighbour office": ["b-3"],
    }


def test_an_administrator_and_an_office_without_a_project_pull_nothing(centre: Centre) -> None:
    for access in (Access("a", Role.ADMINISTRATOR), Access("c", Role.CONTRACTOR, 1)):
        with centre.database.reading() as session, pytest.raises(Problem) as refused:
            service.pull(session, centre.secrets, access, None, 10)
        assert refused.value.code == "ROLE_NOT_ALLOWED"


@pytest.mark.parametrize("cursor", ["", "x", "YXQ6", "YXQ6LTE", "5", "YWZ0ZXI6NDI", "é", "AAAAAAAAABA=", "AAAAAAAAABAAAAAAAAAAAAAA"])
def test_a_cursor_of_somebody_elses_making_is_refused(centre: Centre, story: Story, cursor: str) -> None:
    with centre.database.reading() as session, pytest.raises(Problem) as refused:
        service.pull(session, centre.secrets, story.authority, cursor, 10)
    assert refused.value.code == "CURSOR_INVALID"


def test_a_reader_beside_two_writers_gets_everything_once_and_in_order(centre: Centre, story: Story) -> None:
    assignment = story.confirmed()
    finished: list[str] = []

    def write(box: str) -> None:
        for start in range(1, 61, 3):
            passed(centre, assignment, range(start, start + 3), box)
        finished.append(box)

    writers = [threading.Thread(target=write, args=(box,)) for box in ("b-1", "b-2")]
    for writer in writers:
        writer.start()
    found: list[tuple[str, int]] = []
    cursor: str | None = None
    last_look = False
    while True:
        done = not any(writer.is_alive() for writer in writers)
        with centre.database.reading() as session:
            page = service.pull(session, centre.secrets, story.authority, cursor, 5)
        found += [_place(row) for row in page.rows]
        cursor = page.next_cursor
        if last_look and not page.rows:
            break
        last_look = done
    assert sorted(finished) == ["b-1", "b-2"]
    assert len(found) == len(set(found)) == 120
    for box in ("b-1", "b-2"):
        assert [seq for name, seq in found if name == box] == list(range(1, 61))
    with centre.database.reading() as session:
        assert session.scalar(select(func.max(Passage.position))) == 120


def test_the_page_says_up_to_when_each_project_is_complete(centre: Centre, story: Story) -> None:
    assignment = story.confirmed()
    project = assignment.project_id
    passed(centre, assignment, range(1, 2))

    def complete() -> dict[int, dt.datetime | None]:
        with centre.database.reading() as session:
            return service.pull(session, centre.secrets, story.authority, None, 10).complete_until

    assert complete() == {project: None}
    with centre.database.writing() as session:
        for n, until in enumerate((MORNING, MORNING - dt.timedelta(hours=3))):
            box = Box(id=f"b-{n}", project_id=project, name="", lane=str(n), direction="01", state=BoxState.ACTIVE, created_at=MORNING)
            box.complete_until = until
            session.add(box)
    assert complete() == {project: MORNING - dt.timedelta(hours=3)}
    with centre.database.writing() as session:
        session.get_one(Box, "b-1").complete_until = None
    assert complete() == {project: None}


def test_the_api_shows_names_and_numbers_masked(client: httpx.Client, centre: Centre, story: Story) -> None:
    assignment = story.confirmed()
    passed(centre, assignment, range(1, 2))
    answer = client.get("/api/v1/attendance", headers=story.token(story.authority))
    assert answer.status_code == 200
    item = answer.json()["items"][0]
    assert (item["id"], item["judged"], item["direction"]) == ("b-aaaaaaaa.e.1", "ok", "01")
    assert item["name"].endswith("**")
    assert "*" in item["id_number"]
    assert "建国" not in answer.text
    again = client.get("/api/v1/attendance", params={"cursor": answer.json()["next_cursor"]}, headers=story.token(story.authority))
    assert again.json()["items"] == []
    assert client.get("/api/v1/attendance").status_code == 401
