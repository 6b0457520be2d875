"""The live board: what it shows, at how many queries, and that a passage reaches the screen that watches."""

import asyncio
import datetime as dt
import re
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from sqlalchemy import event, update

from central.attendance.board_live import Snapshot, snapshot
from central.attendance.board_stream import MOST_LISTENERS, BoardStream
from central.devices.model import Box, BoxState
from central.errors import Problem
from edge.sync import wire
from tests.browser.portal import served
from tests.central.messaging.field import open_field
from tests.central.web.attendance_site import TODAY, Attended, attended
from tests.central.web.day import fields


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Attended]:
    field = open_field(tmp_path, database_url)
    yield attended(field)
    field.centre.close()


@pytest.fixture
def on_file(sqlite_template: Path, tmp_path: Path) -> Iterator[Attended]:
    """On SQLite alone, where the database is not what is asked."""
    shutil.copy(sqlite_template, tmp_path / "central.db")
    field = open_field(tmp_path, f"sqlite:///{tmp_path / 'central.db'}")
    yield attended(field)
    field.centre.close()


def now(site: Attended) -> Snapshot:
    with site.centre.database.reading() as session:
        return snapshot(session, site.field.project_id, site.field.clock.now())


def test_the_board_counts_heads_and_masks_names(site: Attended) -> None:
    inside, left = site.gates.worker(), site.gates.worker()
    for worker in (inside, left):
        site.gates.passes(worker, TODAY, "06:30", "in")
    site.gates.passes(left, TODAY, "07:10", "out", box="south")
    site.gates.boxes["north"].write(wire.Refusal(wire.Reason.NOT_CONFIRMED, wire.Method.FACE, wire.Direction.IN, "1", 1), 1775088000000)
    site.gates.arrive()
    board = now(site)
    assert board.on_site == 1
    assert board.trades == [("060", 1)]
    assert board.hours[6:] == [(6, 2, 0), (7, 0, 1), (8, 0, 0)]
    assert (board.passages_today, len(board.passages)) == (3, 3)
    assert {one.name for one in board.passages} == {"张**"}
    assert board.passages[0].gate == "b-south"
    assert board.refused == [("NOT_CONFIRMED", 1)]
    assert all(gate.last_seen_at == site.field.clock.now() for gate in board.gates)


def test_who_is_on_site_for_twelve_hours_alarms(site: Attended) -> None:
    worker = site.gates.worker()
    site.gates.passes(worker, TODAY - dt.timedelta(days=1), "18:00", "in")
    site.gates.arrive()
    [one] = now(site).long_stays
    assert (one.name, one.assignment_id) == ("张**", site.id_of(worker))
    site.gates.passes(worker, TODAY, "07:30", "out")
    site.gates.arrive()
    assert now(site).long_stays == []


def test_a_gate_that_is_not_heard_alarms(site: Attended) -> None:
    assert [gate.name for gate in now(site).silent] == ["b-north", "b-south"]
    with site.centre.database.writing() as session:
        session.execute(update(Box).where(Box.id == "b-north").values(online=True, last_seen_at=site.field.clock.now()))
    assert [gate.name for gate in now(site).silent] == ["b-south"]


def test_a_snapshot_costs_the_same_whatever_happened(site: Attended) -> None:
    asked: list[str] = []
    event.listen(site.centre.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    now(site)
    few = len(asked)
    for _ in range(5):
        site.gates.passes(site.gates.worker(), TODAY, "07:00", "in")
    site.gates.arrive()
    asked.clear()
    now(site)
    assert len(asked) == few <= 8


def test_a_passage_reaches_everybody_who_watches_its_project_and_no_quiet_look_costs_more_than_one_query(site: Attended) -> None:
    asked: list[str] = []
    stream = BoardStream(site.centre.database, site.field.clock, poll_s=0.02)
    worker = site.gates.worker()

    async def watch() -> tuple[int, int, int]:
        async with stream.listen(site.field.project_id) as one, stream.listen(site.field.project_id) as two:
            assert (await one.get()).on_site == 0
            await two.get()
            event.listen(site.centre.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
            await asyncio.sleep(0.1)
            quiet = len(asked)
            site.gates.passes(worker, TODAY, "07:00", "in")
            await asyncio.to_thread(site.gates.arrive)
            return (await asyncio.wait_for(one.get(), 10)).on_site, (await asyncio.wait_for(two.get(), 10)).on_site, quiet

    first, second, quiet = asyncio.run(watch())
    assert (first, second) == (1, 1)
    assert quiet <= 10, "one query a look"
    assert stream.listeners == 0


def test_screens_are_bounded() -> None:
    class Full(BoardStream):
        @property
        def listeners(self) -> int:
            return MOST_LISTENERS

    with pytest.raises(Problem) as refused:
        Full.room(object.__new__(Full))
    assert refused.value.code == "BOARD_FULL"


def test_a_passage_taken_in_comes_as_an_event_and_the_stream_ends_with_the_session(on_file: Attended) -> None:
    site = on_file
    browser = site.browser()
    heard: list[str] = []
    came = threading.Event()
    with served(site) as url:
        cookies = {cookie.name: cookie.value or "" for cookie in browser.cookies.jar}

        def watch() -> None:
            with (
                httpx.Client(base_url=url, cookies=cookies, timeout=20) as client,
                client.stream("GET", f"{site.at}/board/stream") as answer,
            ):
                for line in answer.iter_lines():
                    heard.append(line)
                    came.set()

        thread = threading.Thread(target=watch)
        thread.start()
        assert came.wait(15)
        site.gates.passes(site.gates.worker(), TODAY, "07:00", "in")
        site.gates.arrive()
        browser.post("/sign-out", fields(browser.get(f"{site.at}/board").text, "/sign-out"))
        thread.join(20)
        assert not thread.is_alive(), "the stream ends once its visitor has signed out"
    told = "\n".join(heard)
    assert "event: board" in told
    assert "张**" in told
    assert "张三丰" not in told
    assert heard[-3:-1] == ["event: over", 'data: ""']


def test_where_nothing_can_be_pushed_the_board_asks_for_its_pieces(on_file: Attended) -> None:
    site = on_file
    site.gates.passes(site.gates.worker(), TODAY, "07:00", "in")
    site.gates.boxes["north"].write(wire.Refusal(wire.Reason.NOT_CONFIRMED, wire.Method.FACE, wire.Direction.IN, "1", 1), 1775088000000)
    site.gates.arrive()
    browser = site.browser()
    page = browser.get(f"{site.at}/board").text
    asked = re.search(r'data-asked="([^"]+)"', page)
    assert asked
    pieces = browser.get(asked[1]).text
    assert pieces.lstrip().startswith("<div data-piece=")
    for told in ("张**", "b-north", "最近几次"):
        assert told in pieces
    assert "张三丰" not in pieces
    browser.post("/sign-out", fields(page, "/sign-out"))
    assert "/sign-in" in browser.get(asked[1]).headers["Location"]


def test_a_gate_that_is_registered_and_has_not_come_waits_and_is_no_alarm(on_file: Attended) -> None:
    with on_file.centre.database.writing() as session:
        session.execute(update(Box).where(Box.id == "b-south").values(state=BoxState.CLAIMED, last_seen_at=None))
    assert [gate.name for gate in now(on_file).silent] == ["b-north"]
    pieces = on_file.browser().get(f"{on_file.at}/board/pieces").text
    assert "b-south" in pieces
    assert "待启用" in pieces
    assert "<small>/ 1</small>" in pieces, "one gate of one: it is not counted yet"
