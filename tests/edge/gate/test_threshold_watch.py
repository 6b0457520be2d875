"""Who was let through and did not go: told by the sensor, written as a fact, never guessed."""

from __future__ import annotations

from edge.gate.threshold_watch import GOES_WITHIN_S, SILENT_AFTER, Settled, ThresholdWatch
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


def missed(watch: ThresholdWatch, seqs: range, person: str | None = None) -> list[Settled]:
    """These are let through one after the other, and the sensor sees none of them; what was said of each."""
    told = []
    for seq in seqs:
        watch.opened(seq, person or f"worker {seq}", 100.0 * seq)
        told.append(watch.settle(100.0 * seq + GOES_WITHIN_S))
    return told


def goes(watch: ThresholdWatch, sensor: CountingSensor, seq: int) -> Settled:
    watch.opened(seq, f"worker {seq}", 100.0 * seq)
    sensor.closings += 1
    return watch.settle(100.0 * seq + 1)


def test_who_does_not_go_in_time_is_named_once_and_not_before_the_sensor_has_shown_that_it_sees() -> None:
    sensor = CountingSensor()
    watch = ThresholdWatch(sensor)
    watch.opened(7, "somebody", 100.0)
    assert watch.settle(100.0 + GOES_WITHIN_S - 0.1) == NOTHING
    assert not watch.doubts("somebody")
    assert watch.settle(100.0 + GOES_WITHIN_S) == NOTHING
    assert (watch.doubts("somebody"), watch.awaited()) == (True, (7,))
    assert goes(watch, sensor, 8) == Settled(not_made=(7,))
    assert watch.settle(2000.0) == NOTHING
    assert (watch.saw("somebody"), watch.doubts("somebody"), watch.awaited()) == (False, False, ())


def test_a_sensor_that_sees_none_of_several_people_takes_nobodys_attendance_away() -> None:
    watch = ThresholdWatch(CountingSensor())
    told = missed(watch, range(1, 31))
    assert [settled for settled in told if settled.not_made] == []
    assert told[SILENT_AFTER - 1] == Settled(unsure=(1, 2, 3, 4, 5))
    assert [settled.unsure for settled in told[SILENT_AFTER:] if settled.unsure] == [tuple(range(6, 26))], "one doubt for many"
    assert watch.is_silent


def test_a_silent_sensor_that_closes_is_believed_again_and_takes_back_nobody_of_before() -> None:
    sensor = CountingSensor()
    watch = ThresholdWatch(sensor)
    missed(watch, range(1, 8))
    assert goes(watch, sensor, 8) == Settled(unsure=(6, 7))
    assert not watch.is_silent
    missed(watch, range(9, 10))
    assert goes(watch, sensor, 10) == Settled(not_made=(9,))


def test_one_who_stands_before_the_camera_and_never_goes_makes_no_sensor_silent() -> None:
    sensor = CountingSensor()
    watch = ThresholdWatch(sensor)
    for seq in range(1, 20):
        watch.opened(seq, "somebody", 10.0 * seq)
        assert watch.settle(10.0 * seq + GOES_WITHIN_S) == NOTHING
    assert not watch.is_silent
    assert goes(watch, sensor, 20) == Settled(not_made=tuple(range(1, 20)))


def test_a_contact_that_stays_closed_takes_nobodys_attendance_away() -> None:
    sensor = CountingSensor()
    watch = ThresholdWatch(sensor)
    missed(watch, range(1, 3))
    watch.stuck(True)
    assert watch.settle(300.0) == Settled(unsure=(1, 2))
    assert missed(watch, range(4, 5)) == [Settled(unsure=(4,))]
    watch.opened(5, "somebody", 500.0)
    watch.stuck(False)
    assert watch.settle(500.0 + GOES_WITHIN_S) == Settled(unsure=(5,)), "it was stuck when this one may have gone"
    missed(watch, range(6, 7))
    assert goes(watch, sensor, 7) == Settled(not_made=(6,))


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
    assert watch.awaited() == ()


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
    watch, settled = two_at_once(0)
    assert (settled, watch.awaited()) == (NOTHING, (7, 8))


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
