"""Following faces from frame to frame."""

from __future__ import annotations

import numpy as np
import pytest

from edge.faces import Face, Vector, unit
from edge.gate.tracking import KEPT, LOST_S, Sample, Track, Tracker, near
from tests.edge.gate.box import GOOD, face_of


def face(x: float, y: float = 100.0, width: float = 100.0) -> Face:
    return Face((x, y, width, width), np.zeros((5, 2), np.float32), 0.9, GOOD)


def test_a_face_that_moves_stays_one_track() -> None:
    tracker = Tracker()
    numbers = {tracker.follow([face(100 + 25 * i)], i / 15)[0].number for i in range(20)}
    assert len(numbers) == 1


def test_a_face_that_jumps_to_the_other_side_is_somebody_new() -> None:
    tracker = Tracker()
    first = tracker.follow([face(50)], 0.0)[0]
    assert tracker.follow([face(450)], 0.07)[0] is not first


def test_a_face_unseen_for_a_while_is_somebody_new_and_a_blink_is_not() -> None:
    tracker = Tracker()
    first = tracker.follow([face(100)], 0.0)[0]
    tracker.follow([], LOST_S / 2)
    assert tracker.follow([face(100)], LOST_S * 0.9)[0] is first
    assert tracker.follow([face(100)], LOST_S * 2.1)[0] is not first


def test_two_people_side_by_side_keep_their_tracks() -> None:
    tracker = Tracker()
    left, right = tracker.follow([face(100), face(300)], 0.0)
    for i in range(1, 10):
        b, a = tracker.follow([face(300 - 3 * i), face(100 + 3 * i)], i / 15)
        assert (a, b) == (left, right)


def test_a_face_twice_as_wide_is_not_the_same_one_a_frame_later() -> None:
    assert near(face(100, width=50), face(100, width=150)) == 0.0
    assert near(face(100), face(110)) > near(face(100), face(160)) > 1.0
    assert near(face(100), face(600)) == 0.0


def sample(vector: Vector, weight: float, at_s: float = 0.0) -> Sample:
    return Sample(vector, weight, (), at_s)


def test_the_best_frames_are_kept_and_the_blurred_ones_driven_out() -> None:
    track = Track(1, face(0), 0.0)
    for i in range(KEPT):
        track.add(sample(face_of(9), 0.1, i / 15))
    for i in range(KEPT):
        track.add(sample(face_of(1), 0.9, 1 + i / 15))
    assert float(track.fused() @ face_of(1)) == pytest.approx(1.0, abs=1e-5)
    assert (track.good, len(track.samples)) == (2 * KEPT, KEPT)


def test_after_a_verdict_the_frames_are_gone_and_the_face_is_known_again() -> None:
    track = Track(1, face(0), 0.0)
    track.add(sample(face_of(1), 0.9))
    track.settle(passed=True, rest_until_s=5.0)
    assert (track.samples, track.good, track.passed) == ([], 0, True)
    assert track.resembles(unit(face_of(1) + 0.02 * face_of(2)), 0.4)
    assert not track.resembles(face_of(2), 0.4)
    track.restart()
    assert track.resembles(face_of(2), 0.4)
    assert not track.passed
