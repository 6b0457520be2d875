"""A stream that stalls hands out in one burst what it had kept: those pictures are old, and are told to be."""

from __future__ import annotations

from itertools import pairwise

import pytest

from hardware.camera.lateness import BURST_S, Lateness

RATE = 15


def steady(lateness: Lateness, seconds: float, arrived_s: float, stream_s: float, speed: float = 1.0) -> list[float]:
    """So long of a stream whose pictures come as they are taken, by a clock that runs at `speed`."""
    return [lateness.of(arrived_s + n / RATE, stream_s + speed * n / RATE) for n in range(round(seconds * RATE))]


def burst(lateness: Lateness, after_s: float, stall_s: float, stream_s: float, every_s: float) -> list[float]:
    """What had been kept through a stall, one picture right after another."""
    kept = range(1, round(stall_s / every_s))
    return [lateness.of(after_s + stall_s + 0.004 * n, stream_s + every_s * n) for n in kept]


def test_pictures_that_come_as_they_are_taken_are_not_late() -> None:
    assert set(steady(Lateness(), 20, 1000.0, 3.0)) == {0.0}


def test_what_was_kept_through_a_stall_is_as_old_as_it_is_and_the_first_fresh_one_is_fresh() -> None:
    lateness = Lateness()
    steady(lateness, 2, 1000.0, 0.0)
    late = burst(lateness, 1002.0 - 1 / RATE, 2.0, 2.0 - 1 / RATE, 1 / RATE)
    assert late[0] == pytest.approx(2.0 - 1 / RATE, abs=0.01)
    assert all(a > b for a, b in pairwise(late))
    assert late[-1] < 0.2
    assert steady(lateness, 1, 1004.0, 4.0)[-1] < 0.05


def test_a_camera_that_took_no_pictures_during_the_stall_has_no_old_ones() -> None:
    lateness = Lateness()
    steady(lateness, 2, 1000.0, 0.0)
    assert max(steady(lateness, 2, 1004.0, 4.0)) < 0.001


@pytest.mark.parametrize("speed", [0.0, 0.2, 0.6, 2.0])
def test_a_clock_that_runs_wrongly_blinds_a_lane_for_no_longer_than_a_burst_takes(speed: float) -> None:
    lateness = Lateness()
    assert max(steady(lateness, 20, 1000.0, 1.0, speed)) == 0.0
    after = steady(lateness, BURST_S + 2, 1022.0, 21.0, speed)
    assert after[-RATE:] == [0.0] * RATE


def test_a_stream_without_a_clock_is_as_fresh_as_it_arrives() -> None:
    lateness = Lateness()
    assert [lateness.of(at_s, None) for at_s in (1.0, 1.1, 9.0, 9.01)] == [0.0] * 4


def test_a_clock_that_begins_anew_makes_nothing_old() -> None:
    lateness = Lateness()
    steady(lateness, 2, 1000.0, 500.0)
    assert set(steady(lateness, 2, 1002.5, 0.1)) == {0.0}
