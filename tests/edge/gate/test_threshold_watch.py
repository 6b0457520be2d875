"""Who was let through and did not go: told by the sensor, written as a fact, never guessed."""

from __future__ import annotations

from edge.gate.threshold_watch import GOES_WITHIN_S, Settled, ThresholdWatch
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


NOTHING = Settled()


class CountingSensor(NoTurnstile):
    """Has counted so many closings, and tells each once."""

    def __init__(self) -> None:
        self.closings = 0

    def passed(self, timeout_s: float) -> bool | None:
        told, self.closings = self.closings > 0, max(0, self.closings - 1)
        return told


def test_who_does_not_go_in_time_is_named_once() -> None:
    watch = ThresholdWatch(FakeSensor(False))
    watch.opened(7, "somebody", 100.0)
    assert watch.settle(100.0 + GOES_WITHIN_S - 0.1) == NOTHING
    assert watch.settle(100.0 + GOES_WITHIN_S) == Settled(not_made=(7,))
    assert watch.settle(200.0) == NOTHING
    assert not watch.saw("somebody")


def test_who_goes_is_remembered_as_seen() -> None:
    watch = ThresholdWatch(FakeSensor(True))
    watch.opened(7, "somebody", 100.0)
    assert watch.settle(100.1) == NOTHING
    assert watch.saw("somebody")
    assert watch.awaited() == ()


def test_without_a_sensor_nobody_is_doubted_and_nobody_was_seen() -> None:
    watch = ThresholdWatch(FakeSensor(None))
    watch.opened(7, "somebody", 100.0)
    assert watch.settle(500.0) == NOTHING
    assert (watch.saw("somebody"), watch.has_sensor) == (False, False)


def test_a_sensor_that_fails_takes_nobodys_attendance_away() -> None:
    watch = ThresholdWatch(FakeSensor(DeviceFault("gone")))
    watch.opened(7, "somebody", 100.0)
    assert watch.settle(500.0) == NOTHING


def two_at_once(closings: int) -> tuple[ThresholdWatch, Settled]:
    sensor = CountingSensor()
    watch = ThresholdWatch(sensor)
    watch.opened(7, "first", 100.0)
    watch.opened(8, "second", 101.0)
    sensor.closings = closings
    assert watch.settle(101.0 + GOES_WITHIN_S - 0.1) == NOTHING
    return watch, watch.settle(101.0 + GOES_WITHIN_S)


def test_two_pulses_and_two_closings_are_two_passages() -> None:
    watch, settled = two_at_once(2)
    assert settled == NOTHING
    assert watch.saw("first")
    assert watch.saw("second")


def test_two_pulses_and_no_closing_are_no_passage_of_either() -> None:
    assert two_at_once(0)[1] == Settled(not_made=(7, 8))


def test_of_two_pulses_and_one_closing_nobody_can_say_whose_it_was_and_neither_is_held_to_be_inside() -> None:
    watch, settled = two_at_once(1)
    assert settled == Settled(unsure=(7, 8), went=1)
    assert not watch.saw("first")
    assert not watch.saw("second")


def test_a_pulse_for_nobody_known_takes_a_closing_too() -> None:
    sensor = CountingSensor()
    watch = ThresholdWatch(sensor)
    watch.opened(7, "somebody", 100.0)
    watch.opened(None, None, 101.0)
    sensor.closings = 1
    watch.settle(102.0)
    assert watch.settle(101.0 + GOES_WITHIN_S) == Settled(unsure=(7,), went=1)
    assert not watch.saw("somebody")
