"""One behaviour for every turnstile."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from hardware.catalogue import open_turnstile
from hardware.errors import DeviceError, DeviceFault, DeviceMissing, DeviceUnplugged, DeviceUnsupported
from hardware.turnstile import Turnstile, Way
from hardware.turnstile.simulated import SimulatedTurnstile


@dataclass
class Lane:
    """A turnstile and the site around it, which a second object steers as another process would."""

    turnstile: Turnstile
    site: SimulatedTurnstile


@pytest.fixture(params=["simulated"])
def lane(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lane]:
    turnstile = open_turnstile(f"{request.param}:{tmp_path}")
    yield Lane(turnstile, SimulatedTurnstile(tmp_path))
    turnstile.close()


def test_one_call_is_one_pulse_that_way(lane: Lane) -> None:
    lane.turnstile.open(Way.IN)
    lane.turnstile.open(Way.OUT)
    assert [pulse["way"] for pulse in lane.site.pulses()] == ["in", "out"]
    assert all(datetime.fromisoformat(pulse["at"]).utcoffset() is not None for pulse in lane.site.pulses())


def test_whoever_goes_through_is_seen_once(lane: Lane) -> None:
    lane.turnstile.open(Way.IN)
    assert lane.turnstile.passed(1.0) is True
    assert lane.turnstile.passed(0.05) is False


def test_whoever_turns_back_has_not_passed(lane: Lane) -> None:
    lane.site.fail(pass_=False)
    lane.turnstile.open(Way.IN)
    assert lane.turnstile.passed(0.05) is False


def test_without_a_sensor_nobody_knows(lane: Lane) -> None:
    lane.site.fail(pass_=None)
    lane.turnstile.open(Way.IN)
    assert lane.turnstile.passed(0.05) is None


@pytest.mark.parametrize(("fault", "error"), [("stuck", DeviceFault), ("unplugged", DeviceUnplugged)])
def test_a_board_that_does_not_take_a_pulse_says_so_and_recovers(lane: Lane, fault: str, error: type[DeviceError]) -> None:
    lane.site.fail(**{fault: True})
    with pytest.raises(error):
        lane.turnstile.open(Way.IN)
    assert lane.site.pulses() == []
    lane.site.fail(**{fault: False})
    lane.turnstile.open(Way.IN)
    assert len(lane.site.pulses()) == 1


def test_alarms_are_reported_while_they_last(lane: Lane) -> None:
    assert lane.turnstile.alarms() == frozenset()
    lane.site.fail(fire=True, tamper=True)
    assert lane.turnstile.alarms() == {"FIRE", "TAMPER"}
    lane.site.fail(fire=False)
    assert lane.turnstile.alarms() == {"TAMPER"}


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
    for uri in ("", "simulated:", "relay:/dev/ttyS0"):
        with pytest.raises(DeviceUnsupported):
            open_turnstile(uri)


def test_a_folder_that_cannot_be_made_is_a_missing_turnstile() -> None:
    with pytest.raises(DeviceMissing):
        open_turnstile("simulated:/proc/nowhere")
