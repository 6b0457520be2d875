"""What only pins have: a wiring, bouncing contacts, a pulse that this process must end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gpiozero import Device

from hardware.catalogue import open_turnstile
from hardware.errors import DeviceFault, DeviceMissing, DeviceUnsupported
from hardware.turnstile import Way
from hardware.turnstile.passage_sensor import UNUSED_S, PassageSensor
from tests.hardware.pins import FIRE, PASSED, TAMPER, WIRING, FakePi


@pytest.fixture
def pi(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePi]:
    pi = FakePi()
    pi.goes = False
    monkeypatch.setattr(Device, "pin_factory", pi)
    yield pi
    pi.close()


def until(true: object, within_s: float = 2.0) -> bool:
    end = time.monotonic() + within_s
    while not true():  # type: ignore[operator]
        if time.monotonic() > end:
            return False
        time.sleep(0.005)
    return True


def test_a_pulse_ends_by_itself_and_two_the_same_way_are_two(pi: FakePi) -> None:
    turnstile = open_turnstile(WIRING)
    turnstile.open(Way.IN)
    turnstile.open(Way.IN)
    assert until(lambda: not pi.held())
    assert pi.events == [("in", True), ("in", False), ("in", True), ("in", False)]
    turnstile.close()


def test_closing_in_the_middle_of_a_pulse_ends_it(pi: FakePi) -> None:
    turnstile = open_turnstile(WIRING.replace("pulse_ms=60", "pulse_ms=60000"))
    turnstile.open(Way.OUT)
    assert pi.held() == {"out"}
    turnstile.close()
    assert not pi.held()


def test_a_relay_that_pulls_at_a_low_level_rests_high(pi: FakePi) -> None:
    turnstile = open_turnstile("gpio:in=17,relays=low,pulse_ms=60")
    assert pi.pin(17).state == 1
    turnstile.open(Way.IN)
    assert pi.pin(17).state == 0
    assert until(lambda: pi.pin(17).state == 1)
    turnstile.close()


def test_a_cut_wire_is_an_alarm(pi: FakePi) -> None:
    turnstile = open_turnstile(WIRING)
    assert turnstile.alarms() == {"FIRE", "TAMPER"}  # pulled up, nothing connected
    pi.contact(FIRE, closed=True)
    pi.contact(TAMPER, closed=True)
    assert turnstile.alarms() == frozenset()
    turnstile.close()


def test_a_passage_between_pulse_and_question_is_not_lost_and_bounces_count_once(pi: FakePi) -> None:
    turnstile = open_turnstile(WIRING)
    turnstile.open(Way.IN)
    for closed in (True, False, True, False, True):
        pi.contact(PASSED, closed=closed)
    time.sleep(0.05)
    for closed in (False, True, False):
        pi.contact(PASSED, closed=closed)
    time.sleep(0.05)
    assert turnstile.passed(0.0) is True
    assert turnstile.passed(0.05) is False
    turnstile.close()


def test_a_spike_is_nobody(pi: FakePi) -> None:
    turnstile = open_turnstile(f"{WIRING},steady_ms=200")
    turnstile.open(Way.IN)
    pi.contact(PASSED, closed=True)
    pi.contact(PASSED, closed=False)
    assert turnstile.passed(0.3) is False
    turnstile.close()


def test_a_sensor_that_stays_closed_is_stuck(pi: FakePi) -> None:
    turnstile = open_turnstile("gpio:in=17,passed=22,stuck_ms=100")
    pi.contact(PASSED, closed=True)
    assert turnstile.alarms() == frozenset()
    assert until(lambda: turnstile.alarms() == {"STUCK"})
    turnstile.open(Way.IN)  # a dirty sensor keeps nobody in
    pi.contact(PASSED, closed=False)
    assert until(lambda: turnstile.alarms() == frozenset())
    turnstile.close()


def test_a_relay_that_cannot_be_let_go_is_stuck_until_it_can(pi: FakePi) -> None:
    turnstile = open_turnstile("gpio:in=17,pulse_ms=20")
    turnstile.open(Way.IN)
    pi.broken = True
    assert until(lambda: turnstile.alarms() == {"STUCK"})
    with pytest.raises(DeviceFault):
        turnstile.open(Way.IN)
    pi.broken = False
    assert turnstile.alarms() == frozenset()
    assert not pi.held()
    turnstile.close()


def test_a_pin_that_another_device_holds_is_a_fault_and_is_tried_again(pi: FakePi) -> None:
    first = open_turnstile("gpio:in=17")
    second = open_turnstile("gpio:out=27,in=17")
    with pytest.raises(DeviceFault):
        second.open(Way.OUT)
    first.close()
    second.open(Way.OUT)
    assert pi.pulses() == ["out"]
    second.close()


def test_a_machine_without_pins_is_a_missing_turnstile(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Device, "pin_factory", None)
    monkeypatch.setenv("GPIOZERO_PIN_FACTORY", "nonesuch")
    turnstile = open_turnstile(WIRING)
    for call in (lambda: turnstile.open(Way.IN), turnstile.alarms, lambda: turnstile.passed(0.0)):
        with pytest.raises(DeviceMissing):
            call()
    turnstile.close()


def test_a_machine_without_pins_is_told_of_each_library_and_stays_in_its_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, recwarn: pytest.WarningsRecorder
) -> None:
    if Path("/dev/gpiochip0").exists():
        pytest.skip("this machine has pins")
    monkeypatch.setattr(Device, "pin_factory", None)
    monkeypatch.delenv("GPIOZERO_PIN_FACTORY", raising=False)
    monkeypatch.setenv("LG_WD", str(tmp_path))
    here = Path.cwd()
    turnstile = open_turnstile(WIRING)
    with pytest.raises(DeviceMissing, match="lgpio") as missing:
        turnstile.alarms()
    assert "native" in missing.value.detail
    assert Path.cwd() == here
    assert not recwarn.list


def test_a_way_without_a_pin_is_unsupported(pi: FakePi) -> None:
    turnstile = open_turnstile("gpio:in=17")
    with pytest.raises(DeviceUnsupported):
        turnstile.open(Way.OUT)
    turnstile.close()


@pytest.mark.parametrize(
    "wiring", ["fire=5", "in=17,fier=5", "in=x", "in=17,out=17", "in=17,pulse_ms=0", "in=17,relays=odd", "in", "in=17,"]
)
def test_a_wiring_that_makes_no_sense_is_unsupported(wiring: str) -> None:
    with pytest.raises(DeviceUnsupported):
        open_turnstile(f"gpio:{wiring}")


def test_whoever_stands_in_the_sensor_when_a_pulse_begins_was_somebody_before() -> None:
    sensor = PassageSensor(steady_s=0.02, stuck_s=10)
    sensor.look(closed=True, at_s=0.0)
    sensor.look(closed=True, at_s=1.0)
    sensor.arm(1.5)
    sensor.look(closed=True, at_s=2.0)
    assert not sensor.take()
    for closed, at_s in ((False, 3.0), (True, 4.0), (True, 5.0)):
        sensor.look(closed, at_s)
    assert sensor.take()
    assert not sensor.take()


def test_two_pulses_wait_for_two_people_and_one_that_nobody_used_is_forgotten() -> None:
    sensor = PassageSensor(steady_s=0.02, stuck_s=10)

    def somebody_goes(at_s: float) -> None:
        for closed, after_s in ((True, 0.0), (True, 0.1), (False, 0.2), (False, 0.3)):
            sensor.look(closed, at_s + after_s)

    sensor.arm(0.0)
    sensor.arm(1.0)
    for at_s in (2.0, 3.0, 4.0):
        somebody_goes(at_s)
    assert [sensor.take() for _ in range(3)] == [True, True, False]
    sensor.arm(10.0)
    sensor.arm(10.0 + UNUSED_S)
    somebody_goes(20.0)
    somebody_goes(21.0)
    assert [sensor.take() for _ in range(2)] == [True, False]
