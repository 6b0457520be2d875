"""A lane whose turnstile is a real relay board on a serial line: what becomes of people when the board falls silent or goes away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.gate.openings import FIRE
from edge.sync.wire import Opening
from hardware.catalogue import open_turnstile
from hardware.turnstile import Turnstile
from tests.edge.gate.box import Box, box
from tests.edge.gate.site import Site
from tests.hardware.relay_board import OPTIONS, FakeRelayBoard


@pytest.fixture
def board(tmp_path: Path) -> Iterator[FakeRelayBoard]:
    board = FakeRelayBoard(tmp_path)
    yield board
    board.close()


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Box]:
    with box(tmp_path / "home") as made:
        yield made


@pytest.fixture
def arm(board: FakeRelayBoard) -> Iterator[Turnstile]:
    arm = open_turnstile(f"modbus:{board.path}?{OPTIONS}")
    yield arm
    arm.close()


@pytest.fixture
def lane(made: Box, arm: Turnstile) -> Iterator[Site]:
    lane = Site(made, arm=arm)
    yield lane
    lane.close()


def openings(made: Box) -> list[tuple[bool, str]]:
    return [(fact.open, fact.why) for fact in made.facts() if isinstance(fact, Opening)]


def test_a_board_that_falls_silent_in_a_fire_lets_nothing_go_and_ends_no_fire(board: FakeRelayBoard, made: Box, lane: Site) -> None:
    board.fail(fire=True)
    lane.blind(seconds=1.2)
    assert board.held() >= {"in", "out"}
    before = len(board.written)
    board.silent = True
    lane.blind(seconds=1.2)
    assert lane.view.state == "emergency"
    assert "DEVICE_TIMEOUT" in lane.view.faults
    board.silent = False
    lane.blind(seconds=1.2)
    assert all(value for address, value in board.written[before:] if address in (0, 1))
    assert openings(made) == [(True, FIRE)]
    board.fail(fire=False)
    lane.blind(seconds=1.2)
    assert not board.held() & {"in", "out"}
    assert openings(made) == [(True, FIRE), (False, FIRE)]


def test_a_cable_that_burns_in_a_fire_does_not_put_it_out(board: FakeRelayBoard, made: Box, lane: Site) -> None:
    board.fail(fire=True)
    lane.blind(seconds=1.2)
    board.unplug()
    lane.blind(seconds=2.2)
    assert lane.view.state == "emergency"
    assert {"FIRE", "DEVICE_UNPLUGGED"} <= set(lane.view.faults)
    assert openings(made) == [(True, FIRE)]


def test_a_lamp_that_a_silent_board_did_not_light_is_lit_when_it_answers(board: FakeRelayBoard, lane: Site) -> None:
    board.silent = True
    lane.see(seconds=1)  # the frames are black
    board.silent = False
    lane.see(seconds=2)
    assert "lamp" in board.held()


def test_a_lamp_that_a_board_forgot_is_lit_again(board: FakeRelayBoard, lane: Site) -> None:
    lane.see(seconds=1)
    assert "lamp" in board.held()
    board.written.clear()  # its power was away
    lane.see(seconds=6)
    assert "lamp" in board.held()
