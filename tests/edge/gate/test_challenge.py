"""Turning and blinking when asked: a head does, a flat picture cannot."""

from __future__ import annotations

import random

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.gate.challenge import BLINK_MS, EACH_MS, GAP_MS, LOOK_MS, TURNED, Ask, Challenge, depth_place

Marks = npt.NDArray[np.float32]
STEP_MS = 66
OPEN, SHUT = 0.30, 0.10


def head(turn: float = 0.0) -> Marks:
    """A face of 40 pixels between the eyes, the nose so far (in eye distances) off the middle."""
    return np.array([[80, 100], [120, 100], [100 + 40 * turn, 120], [84, 140], [116, 140]], np.float32)


class Person:
    """Does as the challenge says, frame by frame."""

    def __init__(self, *moves: Ask) -> None:
        self.challenge, self.at_ms = Challenge(moves), 0

    def shows(self, turn: float = 0.0, openness: float | None = OPEN, for_ms: int = STEP_MS) -> Ask:
        told = self.challenge.asks
        for _ in range(max(1, for_ms // STEP_MS)):
            self.at_ms += STEP_MS
            told = self.challenge.feed(head(turn), self.at_ms, openness)
        return told


def test_whoever_turns_as_asked_passes() -> None:
    person = Person(Ask.TURN_LEFT, Ask.TURN_RIGHT)
    assert person.shows() is Ask.LOOK_STRAIGHT
    assert person.shows(for_ms=LOOK_MS + 2 * STEP_MS) is Ask.TURN_LEFT
    assert person.shows(0.1) is Ask.TURN_LEFT
    assert person.shows(TURNED + 0.05) is Ask.TURN_RIGHT
    assert person.shows(0.0) is Ask.TURN_RIGHT
    assert person.shows(-TURNED - 0.05) is Ask.PASSED
    assert person.shows(0.0) is Ask.PASSED


def test_whoever_blinks_when_asked_passes_and_shut_eyes_are_no_blink() -> None:
    person = Person(Ask.BLINK)
    assert person.shows(for_ms=LOOK_MS + 2 * STEP_MS) is Ask.BLINK
    assert person.shows(openness=SHUT, for_ms=BLINK_MS + 2 * STEP_MS) is Ask.BLINK
    assert person.shows() is Ask.BLINK
    assert person.shows(openness=SHUT) is Ask.BLINK
    assert person.shows() is Ask.PASSED


def test_without_an_eye_measure_no_blink_is_seen() -> None:
    person = Person(Ask.BLINK)
    person.shows(openness=None, for_ms=LOOK_MS + 2 * STEP_MS)
    assert person.shows(openness=None, for_ms=EACH_MS) is Ask.BLINK
    assert person.shows(openness=None, for_ms=3 * STEP_MS) is Ask.FAILED


def test_turning_the_other_way_first_fails_at_once() -> None:
    person = Person(Ask.TURN_LEFT, Ask.TURN_RIGHT)
    person.shows(for_ms=LOOK_MS + 2 * STEP_MS)
    assert person.shows(-TURNED - 0.05) is Ask.FAILED
    assert person.shows(TURNED + 0.05) is Ask.FAILED


def test_standing_still_fails_after_a_while() -> None:
    person = Person(Ask.TURN_LEFT)
    person.shows(for_ms=LOOK_MS + 2 * STEP_MS)
    assert person.shows(for_ms=EACH_MS - 4 * STEP_MS) is Ask.TURN_LEFT
    assert person.shows(for_ms=8 * STEP_MS) is Ask.FAILED


def test_a_face_that_is_gone_for_long_is_another_face() -> None:
    person = Person(Ask.TURN_LEFT)
    person.shows()
    assert person.challenge.feed(None, person.at_ms + GAP_MS // 2) is Ask.LOOK_STRAIGHT
    assert person.challenge.feed(None, person.at_ms + GAP_MS + 1) is Ask.FAILED


def test_a_face_that_comes_back_late_has_failed() -> None:
    person = Person(Ask.TURN_LEFT)
    person.shows(for_ms=LOOK_MS + 2 * STEP_MS)
    person.at_ms += GAP_MS
    assert person.shows() is Ask.FAILED


@given(
    st.floats(-0.5, 0.5),
    st.lists(st.floats(-1.0, 1.0), min_size=2, max_size=2),
    st.floats(0.4, 2.0),
    st.floats(0.4, 2.0),
    st.floats(-3.1, 3.1),
    st.floats(-0.5, 0.5),
)
def test_no_way_of_holding_a_flat_picture_moves_its_nose(
    turn: float, shift: list[float], wide: float, tall: float, angle: float, shear: float
) -> None:
    cos, sin = np.cos(angle), np.sin(angle)
    plane = np.array([[cos, -sin], [sin, cos]]) @ np.array([[wide, shear], [0, tall]])
    flat = (head(turn) @ plane.T + 100 * np.array(shift)).astype(np.float32)
    place = depth_place(flat)
    assert place is not None
    assert place == pytest.approx(turn, abs=0.01)


@pytest.mark.parametrize("broken", [np.full((5, 2), np.nan, np.float32), np.zeros((5, 2), np.float32)])
def test_a_face_without_its_points_has_no_depth(broken: Marks) -> None:
    assert depth_place(broken) is None


def test_the_order_is_drawn_and_without_an_eye_measure_no_blink_is_asked() -> None:
    drawn = {Challenge.drawn(random.Random(seed), blink=True, count=2).moves for seed in range(60)}
    assert len(drawn) == 6
    assert {move for seed in range(20) for move in Challenge.drawn(random.Random(seed), blink=False, count=2).moves} == {
        Ask.TURN_LEFT,
        Ask.TURN_RIGHT,
    }


def test_one_movement_is_a_turn_to_either_side_since_a_print_may_seem_to_blink() -> None:
    drawn = {Challenge.drawn(random.Random(seed), blink=True, count=1).moves for seed in range(40)}
    assert drawn == {(Ask.TURN_LEFT,), (Ask.TURN_RIGHT,)}


@pytest.mark.parametrize("moves", [(), (Ask.PASSED,)])
def test_a_challenge_asks_for_movements(moves: tuple[Ask, ...]) -> None:
    with pytest.raises(ValueError, match="movements"):
        Challenge(moves)
