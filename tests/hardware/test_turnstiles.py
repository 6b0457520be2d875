"""One behaviour for every turnstile: simulated, on a (mock) Pi's pins, behind a (real) Modbus-RTU server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from gpiozero import Device

from hardware.catalogue import open_turnstile
from hardware.errors import DeviceError, DeviceFault, DeviceMissing, DeviceUnplugged, DeviceUnsupported
from hardware.turnstile import Turnstile, Way
from hardware.turnstile.simulated import SimulatedTurnstile
from tests.hardware import pins, relay_board
from tests.hardware.pins import FakePi
from tests.hardware.relay_board import FakeRelayBoard


@dataclass
class Lane:
    """A turnstile and the site around it, which a second object steers as another process would."""

    turnstile: Turnstile
    site: Any
    without_sensor: Callable[[], Turnstile]

    def pulses(self) -> list[str]:
        return [pulse["way"] if isinstance(pulse, dict) else pulse for pulse in self.site.pulses()]


@pytest.fixture(params=["simulated", "gpio", "modbus"])
def lane(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Lane]:
    made = {"simulated": _simulated, "gpio": _gpio, "modbus": _modbus}[request.param](tmp_path, monkeypatch)
    yield made
    made.turnstile.close()
    if not isinstance(made.site, SimulatedTurnstile):
        made.site.close()


def _simulated(folder: Path, _: pytest.MonkeyPatch) -> Lane:
    turnstile, site = open_turnstile(f"simulated:{folder}"), SimulatedTurnstile(folder)

    def without_sensor() -> Turnstile:
        site.fail(pass_=None)
        return turnstile

    return Lane(turnstile, site, without_sensor)


def _gpio(_: Path, monkeypatch: pytest.MonkeyPatch) -> Lane:
    site = FakePi()
    monkeypatch.setattr(Device, "pin_factory", site)
    turnstile = open_turnstile(pins.WIRING)
    site.fail(fire=False, tamper=False)

    def without_sensor() -> Turnstile:
        turnstile.close()
        return open_turnstile("gpio:in=17,out=27,pulse_ms=60")

    return Lane(turnstile, site, without_sensor)


def _modbus(folder: Path, _: pytest.MonkeyPatch) -> Lane:
    site = FakeRelayBoard(folder)
    turnstile = open_turnstile(f"modbus:{site.path}?{relay_board.OPTIONS}")

    def without_sensor() -> Turnstile:
        turnstile.close()
        return open_turnstile(f"modbus:{site.path}?in=0&out=1")

    return Lane(turnstile, site, without_sensor)


def test_one_call_is_one_pulse_that_way(lane: Lane) -> None:
    for way in (Way.IN, Way.OUT, Way.OUT):
        lane.turnstile.open(way)
    assert lane.pulses() == ["in", "out", "out"]


def test_a_simulated_pulse_says_when_it_was(tmp_path: Path) -> None:
    turnstile = SimulatedTurnstile(tmp_path)
    turnstile.open(Way.IN)
    assert all(datetime.fromisoformat(pulse["at"]).utcoffset() is not None for pulse in turnstile.pulses())


def test_whoever_goes_through_is_seen_once(lane: Lane) -> None:
    lane.turnstile.open(Way.IN)
    assert lane.turnstile.passed(1.0) is True
    assert lane.turnstile.passed(0.05) is False


def test_whoever_turns_back_has_not_passed(lane: Lane) -> None:
    lane.site.fail(pass_=False)
    lane.turnstile.open(Way.IN)
    assert lane.turnstile.passed(0.05) is False


def test_without_a_sensor_nobody_knows(lane: Lane) -> None:
    turnstile = lane.without_sensor()
    turnstile.open(Way.IN)
    assert turnstile.passed(0.05) is None
    assert turnstile.alarms() == frozenset()
    turnstile.close()


@pytest.mark.parametrize(("fault", "error"), [("stuck", DeviceFault), ("unplugged", DeviceUnplugged)])
def test_a_board_that_does_not_take_a_pulse_says_so_and_recovers(lane: Lane, fault: str, error: type[DeviceError]) -> None:
    if fault == "unplugged" and isinstance(lane.site, FakePi):
        pytest.skip("pins have no cable that could come out")
    lane.site.fail(**{fault: True})
    with pytest.raises(error):
        lane.turnstile.open(Way.IN)
    assert lane.pulses() == []
    lane.site.fail(**{fault: False})
    lane.turnstile.open(Way.IN)
    assert lane.pulses() == ["in"]


def test_nobody_has_passed_before_a_pulse(lane: Lane) -> None:
    assert lane.turnstile.passed(0.05) is False


def test_alarms_are_reported_while_they_last(lane: Lane) -> None:
    assert lane.turnstile.alarms() == frozenset()
    lane.site.fail(fire=True, tamper=True)
    assert lane.turnstile.alarms() == {"FIRE", "TAMPER"}
    lane.site.fail(fire=False)
    assert lane.turnstile.alarms() == {"TAMPER"}


def test_it_is_held_open_both_ways_until_it_is_let_go(lane: Lane) -> None:
    lane.turnstile.hold(opened=True)
    lane.turnstile.hold(opened=True)
    assert lane.site.held() == {"in", "out"}
    lane.turnstile.open(Way.IN)
    assert lane.site.held() == {"in", "out"}, "a pulse's end must not close what is held"
    lane.turnstile.hold(opened=False)
    assert lane.site.held() == set()
    before = len(lane.pulses())
    lane.turnstile.open(Way.IN)
    assert lane.pulses()[before:] == ["in"]


def test_what_is_held_open_is_let_go_at_the_end(lane: Lane) -> None:
    lane.turnstile.hold(opened=True)
    lane.turnstile.light(on=True)
    lane.turnstile.close()
    assert lane.site.held() - ({"lamp"} if isinstance(lane.site, FakePi) else set()) == set(), "a pin that is let go is an input"


def test_the_lamp_is_lit_and_put_out_and_moves_no_arm(lane: Lane) -> None:
    lane.turnstile.light(on=True)
    assert lane.site.held() == {"lamp"}
    lane.turnstile.light(on=False)
    assert lane.site.held() == set()
    assert lane.pulses() == []


def test_a_press_of_the_exit_button_is_told_once(lane: Lane) -> None:
    assert not lane.turnstile.pressed()
    lane.site.press()
    assert lane.turnstile.pressed()
    assert not lane.turnstile.pressed()


@pytest.mark.parametrize(("fault", "error"), [("stuck", DeviceFault), ("unplugged", DeviceUnplugged)])
def test_a_board_that_cannot_be_held_open_says_so(lane: Lane, fault: str, error: type[DeviceError]) -> None:
    if fault == "unplugged" and isinstance(lane.site, FakePi):
        pytest.skip("pins have no cable that could come out")
    lane.site.fail(**{fault: True})
    with pytest.raises(error):
        lane.turnstile.hold(opened=True)
    lane.site.fail(**{fault: False})
    lane.turnstile.hold(opened=True)
    assert lane.site.held() == {"in", "out"}


@pytest.mark.parametrize(("dead", "well"), [("in", "out"), ("out", "in")])
def test_a_relay_that_fails_keeps_the_other_not_shut_in_a_fire_nor_when_the_hold_is_repeated(lane: Lane, dead: str, well: str) -> None:
    if isinstance(lane.site, SimulatedTurnstile):
        pytest.skip("it has no relays")
    lane.site.dead = dead
    for _ in range(2):
        with pytest.raises(DeviceFault):
            lane.turnstile.hold(opened=True)
        assert lane.site.held() == {well}
    lane.site.dead = None
    lane.turnstile.hold(opened=True)
    assert lane.site.held() == {"in", "out"}
    lane.turnstile.hold(opened=False)
    assert lane.site.held() == set()


def test_whoever_is_inside_comes_first_when_it_is_held_open(lane: Lane) -> None:
    if isinstance(lane.site, SimulatedTurnstile):
        pytest.skip("it has no relays")
    lane.turnstile.hold(opened=True)
    assert lane.pulses() == ["out", "in"]


def test_closing_twice_is_no_fault(lane: Lane) -> None:
    lane.turnstile.close()
    lane.turnstile.close()


def test_a_place_without_a_turnstile_takes_every_pulse() -> None:
    turnstile = open_turnstile("none:")
    turnstile.open(Way.IN)
    assert turnstile.passed(0.01) is None
    assert turnstile.alarms() == frozenset()
    turnstile.close()


def test_an_address_that_no_driver_serves_is_said_to_be_unsupported() -> None:
    for uri in ("", "simulated:", "relay:/dev/ttyS0", "gpio:", "modbus:"):
        with pytest.raises(DeviceUnsupported):
            open_turnstile(uri)


def test_a_folder_that_cannot_be_made_is_a_missing_turnstile() -> None:
    with pytest.raises(DeviceMissing):
        open_turnstile("simulated:/proc/nowhere")
