"""The lane's view, and its way out over a UNIX socket."""

from __future__ import annotations

import json
import stat
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from edge.gate.screen import ALIVE_S, Screen
from edge.gate.screen_server import REPEAT_S, ScreenServer
from hardware.camera import Frame
from hardware.camera.lent import LentCamera
from tests.edge.gate.box import BLANK


@pytest.fixture
def screen() -> Screen:
    return Screen("01", "3")


@pytest.fixture
def page(screen: Screen, tmp_path: Path) -> Iterator[httpx.Client]:
    server = ScreenServer(screen, tmp_path / "run" / "lane.sock")
    server.start()
    transport = httpx.HTTPTransport(uds=str(tmp_path / "run" / "lane.sock"), retries=5)
    with httpx.Client(transport=transport, base_url="http://gate", timeout=10, trust_env=False) as client:
        yield client
    server.close()


def test_the_state_is_served_as_it_stands(screen: Screen, page: httpx.Client) -> None:
    screen.amend(project_name="示范项目", on_site=12, people=40)
    screen.show("refuse", 5, anew=True, reason="NOT_CONFIRMED", method="001")
    answer = page.get("/state").json()
    assert (answer["state"], answer["reason"], answer["direction"], answer["lane"]) == ("refuse", "NOT_CONFIRMED", "01", "3")
    assert (answer["project_name"], answer["on_site"], answer["people"]) == ("示范项目", 12, 40)


def test_every_change_comes_as_an_event(screen: Screen, page: httpx.Client) -> None:
    seen = []
    with page.stream("GET", "/events") as answer:
        for line in answer.iter_lines():
            if not line.startswith("data:"):
                continue
            seen.append(json.loads(line.removeprefix("data: "))["state"])
            if seen[-1] == "idle" and "pass" in seen:
                break
            if seen[-1] == "idle":
                screen.show("pass", 1, anew=True)
            elif seen[-1] == "pass":
                screen.show("idle", 2)
    assert seen == ["idle", "pass", "idle"]


def test_a_quiet_lane_says_so_again_before_the_screen_takes_it_for_dead(screen: Screen, page: httpx.Client) -> None:
    with page.stream("GET", "/events") as answer:
        lines = (line for line in answer.iter_lines() if line.startswith("data:"))
        assert next(lines) == next(lines)


def test_a_lane_that_stands_still_says_nothing_so_that_its_screen_takes_it_for_dead(screen: Screen, page: httpx.Client) -> None:
    screen.beat()
    with page.stream("GET", "/events", timeout=ALIVE_S + REPEAT_S + 1) as answer, pytest.raises(httpx.ReadTimeout):
        for _ in answer.iter_lines():
            pass


def test_the_newest_picture_has_its_number(screen: Screen, page: httpx.Client) -> None:
    assert page.get("/frame.jpg").status_code == 503
    screen.picture(Frame(BLANK, 41, 0.0))
    answer = page.get("/frame.jpg")
    assert (answer.status_code, answer.headers["X-Frame-Number"], answer.content[:2]) == (200, "41", b"\xff\xd8")


@pytest.mark.parametrize("taking", [True, False])
def test_a_borrower_that_photographs_somebody_says_so_with_each_picture(screen: Screen, tmp_path: Path, *, taking: bool) -> None:
    server = ScreenServer(screen, tmp_path / "lane.sock")
    server.start()
    screen.picture(Frame(BLANK, 41, 0.0))
    camera = LentCamera(tmp_path / "lane.sock")
    camera.tell_lender(lambda: taking)
    first = camera.wait_for(0, 10)
    screen.picture(Frame(BLANK + 9, 42, 0.0))
    assert first is not None
    assert camera.wait_for(first.number, 10) is not None
    assert screen.lent is taking
    camera.close()
    server.close()


def test_the_socket_is_its_owners_only_and_a_dead_processs_one_is_replaced(screen: Screen, tmp_path: Path) -> None:
    path = tmp_path / "run" / "lane.sock"
    for _ in range(2):
        server = ScreenServer(screen, path)
        server.start()
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        server.close()
        assert not path.exists()
        path.parent.mkdir(exist_ok=True)
        path.touch()


def test_the_number_rises_with_every_verdict_and_not_with_what_merely_moves(screen: Screen) -> None:
    numbers: list[int] = []
    for state, anew in (("looking", False), ("looking", False), ("pass", True), ("pass", True), ("idle", False), ("idle", False)):
        screen.show(state, 1, anew=anew, face_box=(0.1, 0.1, 0.2, 0.2) if state == "looking" else None)
        screen.amend(on_site=len(numbers))
        numbers.append(screen.now()[1].number)
    assert numbers == [1, 1, 2, 3, 4, 4]


def test_a_state_forgets_the_name_of_the_one_before(screen: Screen) -> None:
    screen.show("pass", 1, anew=True, shown_name="张*", team="一班", method="001")
    screen.show("idle", 2)
    view = screen.now()[1]
    assert (view.shown_name, view.team, view.method, view.reason) == ("", "", "", None)


def test_a_state_that_no_screen_knows_is_an_error(screen: Screen) -> None:
    with pytest.raises(ValueError, match="dancing"):
        screen.show("dancing", 1)
