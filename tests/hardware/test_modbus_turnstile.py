"""What only a relay board on a serial line has: timed pulses, silence, exceptions, a cable."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from hardware.catalogue import open_turnstile
from hardware.errors import DeviceError, DeviceFault, DeviceMissing, DeviceTimeout, DeviceUnplugged, DeviceUnsupported
from hardware.turnstile import Turnstile, Way
from tests.hardware.relay_board import OPTIONS, PASSED, FakeRelayBoard

LET_GO = [(0, 0), (1, 0), (2, 0)]
"""What a start tells the board first: both ways and the lamp to idle."""


@pytest.fixture
def board(tmp_path: Path) -> Iterator[FakeRelayBoard]:
    board = FakeRelayBoard(tmp_path)
    yield board
    board.close()


@pytest.fixture
def turnstile(board: FakeRelayBoard) -> Iterator[Turnstile]:
    turnstile = open_turnstile(f"modbus:{board.path}?{OPTIONS}")
    yield turnstile
    turnstile.close()


def test_the_board_times_the_pulse(board: FakeRelayBoard, turnstile: Turnstile) -> None:
    turnstile.open(Way.IN)
    turnstile.open(Way.OUT)
    assert board.written[len(LET_GO) :] == [(0x0200, 3), (0x0201, 3)]


def test_a_board_without_a_timer_is_let_go_at_the_start_and_after_each_pulse(board: FakeRelayBoard) -> None:
    turnstile = open_turnstile(f"modbus:{board.path}?{OPTIONS}&timed=box&pulse_ms=100")
    assert board.written == LET_GO
    turnstile.open(Way.OUT)
    assert board.written[3:] == [(1, 0xFF00), (1, 0)]
    turnstile.close()


def test_a_board_that_is_silent_at_the_start_is_let_go_once_it_answers(board: FakeRelayBoard) -> None:
    board.silent = True
    turnstile = open_turnstile(f"modbus:{board.path}?{OPTIONS}&timed=box&pulse_ms=100")
    with pytest.raises(DeviceTimeout):
        turnstile.alarms()
    board.silent = False
    assert turnstile.alarms() == frozenset()
    assert board.written[-3:] == LET_GO
    turnstile.close()


@pytest.mark.parametrize("timed", ["board", "box"])
def test_what_a_killed_process_left_on_is_let_go_by_the_next(board: FakeRelayBoard, timed: str) -> None:
    address = f"modbus:{board.path}?{OPTIONS}&timed={timed}&pulse_ms=100"
    killed = open_turnstile(address)
    killed.hold(opened=True)
    killed.light(on=True)
    board.unplug()  # the port goes as it does with a process that is killed: nobody lets anything go
    board.plug()
    assert board.held() == {"in", "out", "lamp"}
    turnstile = open_turnstile(address)
    assert board.held() == set()
    turnstile.close()
    killed.close()


def test_what_was_held_is_held_again_once_the_cable_is_back(board: FakeRelayBoard, turnstile: Turnstile) -> None:
    turnstile.hold(opened=True)
    board.unplug()
    with pytest.raises(DeviceUnplugged):
        turnstile.alarms()
    board.plug()
    before = len(board.written)
    turnstile.alarms()
    assert board.written[before:] == [(1, 0xFF00), (0, 0xFF00)]


@pytest.mark.parametrize("fault", ["silent", "unplugged", "stuck"])
def test_a_hold_whose_end_the_board_did_not_take_is_let_go_when_it_answers(board: FakeRelayBoard, turnstile: Turnstile, fault: str) -> None:
    turnstile.hold(opened=True)
    board.fail(**{fault: True})
    with pytest.raises(DeviceError):
        turnstile.hold(opened=False)
    board.fail(**{fault: False})
    assert board.held() == {"in", "out"}
    assert turnstile.alarms() == frozenset()
    assert board.held() == set()


@pytest.mark.parametrize("fault", ["silent", "garbled"])
def test_no_answer_in_time_is_a_timeout_and_no_pulse_is_sent_twice(board: FakeRelayBoard, turnstile: Turnstile, fault: str) -> None:
    board.fail(**{fault: True})
    began = time.monotonic()
    for call in (lambda: turnstile.open(Way.IN), turnstile.alarms, lambda: turnstile.passed(0.0)):
        with pytest.raises(DeviceTimeout):
            call()
    assert time.monotonic() - began < 3
    assert len(board.pulses()) == (1 if fault == "garbled" else 0)
    board.fail(**{fault: False})
    assert turnstile.alarms() == frozenset()


def test_another_unit_does_not_answer(board: FakeRelayBoard) -> None:
    turnstile = open_turnstile(f"modbus:{board.path}?unit=2&in=0")
    with pytest.raises(DeviceTimeout):
        turnstile.alarms()
    turnstile.close()


def test_a_relay_that_the_board_does_not_have_is_a_fault(board: FakeRelayBoard) -> None:
    turnstile = open_turnstile(f"modbus:{board.path}?in=9")
    with pytest.raises(DeviceFault):
        turnstile.open(Way.IN)
    turnstile.close()


def test_a_pulled_cable_is_said_at_every_call_and_healed_by_plugging_in(board: FakeRelayBoard, turnstile: Turnstile) -> None:
    assert turnstile.alarms() == frozenset()
    for _ in range(2):
        board.unplug()
        for call in (turnstile.alarms, lambda: turnstile.open(Way.IN), lambda: turnstile.passed(0.0)):
            with pytest.raises(DeviceUnplugged):
                call()
        board.plug()
        assert turnstile.alarms() == frozenset()
    turnstile.open(Way.IN)
    assert board.pulses() == ["in"]


def test_a_board_that_comes_later_is_found(board: FakeRelayBoard) -> None:
    board.unplug()
    turnstile = open_turnstile(f"modbus:{board.path}?{OPTIONS}")
    with pytest.raises(DeviceMissing):
        turnstile.open(Way.IN)
    board.plug()
    turnstile.open(Way.IN)
    assert board.pulses() == ["in"]
    turnstile.close()


def test_a_path_that_is_no_port_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    turnstile = open_turnstile(f"modbus:{tmp_path}/file?in=0")
    with pytest.raises(DeviceFault):
        turnstile.alarms()
    turnstile.close()


def test_a_port_that_another_program_holds_is_a_fault(board: FakeRelayBoard, turnstile: Turnstile) -> None:
    second = open_turnstile(f"modbus:{board.path}?in=0")
    with pytest.raises(DeviceFault):
        second.open(Way.IN)
    turnstile.close()
    second.open(Way.IN)
    assert board.pulses() == ["in"]
    second.close()


def test_a_passage_of_a_tenth_of_a_second_is_seen_by_a_lane_that_asks_a_few_times_a_second(
    board: FakeRelayBoard, turnstile: Turnstile
) -> None:
    board.stay_s = 0.1
    for way in (Way.IN, Way.OUT, Way.IN):
        turnstile.open(way)
        time.sleep(0.25)
        assert turnstile.passed(0.0) is True
        assert turnstile.passed(0.0) is False


def test_a_short_passage_is_seen_while_the_box_ends_the_pulse_itself(board: FakeRelayBoard) -> None:
    board.stay_s = 0.1
    turnstile = open_turnstile(f"modbus:{board.path}?{OPTIONS}&timed=box")
    turnstile.open(Way.IN)
    assert turnstile.passed(0.0) is True
    turnstile.close()


def test_contacts_are_looked_at_by_themselves_only_while_somebody_is_awaited(board: FakeRelayBoard, turnstile: Turnstile) -> None:
    time.sleep(0.15)
    assert board.looks == 0
    turnstile.open(Way.IN)
    assert turnstile.passed(5.0) is True
    time.sleep(0.1)
    before = board.looks
    time.sleep(0.15)
    assert board.looks == before


def test_commands_and_looks_share_one_line_and_every_answer_is_the_right_one(board: FakeRelayBoard, turnstile: Turnstile) -> None:
    board.goes = False
    turnstile.open(Way.IN)
    for turn in range(10):
        turnstile.light(on=turn % 2 == 0)
        turnstile.hold(opened=turn % 2 == 0)
        assert not turnstile.alarms()
    board.inputs[PASSED] = True
    assert turnstile.passed(5.0) is True


@pytest.mark.parametrize("fault", ["silent", "unplugged"])
def test_short_passages_are_seen_again_once_a_board_that_was_silent_or_away_is_back(
    board: FakeRelayBoard, turnstile: Turnstile, fault: str
) -> None:
    board.goes = False
    turnstile.open(Way.IN)
    board.fail(**{fault: True})
    time.sleep(0.4)  # the watch has met it
    with pytest.raises(DeviceError):
        turnstile.passed(0.0)
    board.fail(**{fault: False})
    assert turnstile.passed(0.0) is False
    for closed in (True, False):
        board.inputs[PASSED] = closed
        time.sleep(0.1)
    assert turnstile.passed(0.0) is True


def test_a_sensor_that_stays_closed_is_stuck(board: FakeRelayBoard) -> None:
    board.inputs[PASSED] = True
    turnstile = open_turnstile(f"modbus:{board.path}?{OPTIONS}&stuck_ms=100")
    assert turnstile.alarms() == frozenset()
    time.sleep(0.15)
    turnstile.alarms()
    assert turnstile.alarms() == {"STUCK"}
    turnstile.close()


@pytest.mark.parametrize(
    "options",
    ["fire=0", "in=0&fier=1", "in=0&out=0", "in=x", "in=0&unit=0", "in=0&baud=0", "in=300", "in=0&pulse_ms=250", "in=0&timed=never"],
)
def test_an_address_that_makes_no_sense_is_unsupported(options: str) -> None:
    with pytest.raises(DeviceUnsupported):
        open_turnstile(f"modbus:/dev/ttyUSB0?{options}")


def test_a_way_without_a_relay_is_unsupported(board: FakeRelayBoard) -> None:
    turnstile = open_turnstile(f"modbus:{board.path}?in=0")
    with pytest.raises(DeviceUnsupported):
        turnstile.open(Way.OUT)
    turnstile.close()
