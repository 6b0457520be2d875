"""Who was let through and did not go: told by the sensor, written as a fact, never guessed."""

from __future__ import annotations

from edge.gate.threshold_watch import GOES_WITHIN_S, ThresholdWatch
from hardware.errors import DeviceFault
from hardware.turnstile.none import NoTurnstile


class FakeSensor(NoTurnstile):
    """Answers as it is told; an exception is raised."""

    def __init__(self, answer: bool | Exception | None) -> None:
        self.answer = answer

    def passed(self, timeout_s: float) -> bool | None:
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


def test_who_does_not_go_in_time_is_named_once() -> None:
    watch = ThresholdWatch(FakeSensor(False))
    watch.opened(7, "somebody", 100.0)
    assert watch.nobody_went(100.0 + GOES_WITHIN_S - 0.1) == ()
    assert watch.nobody_went(100.0 + GOES_WITHIN_S) == (7,)
    assert watch.nobody_went(200.0) == ()
    assert not watch.saw("somebody")


def test_who_goes_is_remembered_as_seen() -> None:
    watch = ThresholdWatch(FakeSensor(True))
    watch.opened(7, "somebody", 100.0)
    assert watch.nobody_went(100.1) == ()
    assert watch.saw("somebody")


def test_without_a_sensor_nobody_is_doubted_and_nobody_was_seen() -> None:
    watch = ThresholdWatch(FakeSensor(None))
    watch.opened(7, "somebody", 100.0)
    assert watch.nobody_went(500.0) == ()
    assert not watch.saw("somebody")


def test_a_sensor_that_fails_takes_nobodys_attendance_away() -> None:
    watch = ThresholdWatch(FakeSensor(DeviceFault("gone")))
    watch.opened(7, "somebody", 100.0)
    assert watch.nobody_went(500.0) == ()


def test_the_next_pulse_settles_the_one_before_for_its_person() -> None:
    sensor = FakeSensor(False)
    watch = ThresholdWatch(sensor)
    watch.opened(7, "first", 100.0)
    watch.opened(8, "second", 101.0)
    assert watch.nobody_went(100.0 + GOES_WITHIN_S) == ()
    assert watch.nobody_went(101.0 + GOES_WITHIN_S) == (8,)
    assert watch.saw("first")
