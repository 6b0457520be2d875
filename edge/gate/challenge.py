"""Shows that a face has depth and a will: turn the head the way that was asked, or blink, in an order that nobody knows beforehand.

A pure state machine: fed with landmarks and times, it answers with what to tell the person. Turning is measured where the nose stands in
the frame that both eyes and the mouth span. A flat picture keeps that place however it is moved, tilted or bent along one axis (an
affine map keeps ratios), a head does not. A picture that moves by itself (a video of the very person turning) can follow the instruction
by chance only: one try in two where one turn is asked, in six where two of three movements are. Once the face is lost or the time is
over, it has failed.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
import numpy.typing as npt

LOOK_MS: Final = 300
"""So long a face looks straight ahead, and is measured, before the first movement is asked."""
EACH_MS: Final = 4_000
"""So long each movement may take."""
GAP_MS: Final = 700
"""A face unseen for so long is another face."""
TURNED: Final = 0.25
"""How far the nose moves between the eyes, in eye distances, for a turn: some 25 degrees. `gongmen bench liveness` prints how far the
noses of printed faces seem to move that somebody shifts, tilts and bends before a camera."""
BLINK_SHUT: Final = 0.60
"""An eye is shut below this share of its own openness."""
BLINK_MS: Final = 1_500
"""Eyes shut for longer are no blink."""


class Ask(StrEnum):
    """What to tell the person. The lane screen and the sounds have a text for each."""

    LOOK_STRAIGHT = "LOOK_STRAIGHT"
    TURN_LEFT = "TURN_LEFT"
    TURN_RIGHT = "TURN_RIGHT"
    BLINK = "BLINK"
    PASSED = "PASSED"
    FAILED = "FAILED"


TURNS: Final = (Ask.TURN_LEFT, Ask.TURN_RIGHT)
MOVES: Final = (*TURNS, Ask.BLINK)


def depth_place(landmarks: npt.NDArray[np.float32]) -> float | None:
    """Where the nose stands along the line of the eyes, in eye distances from their middle; positive to the picture's right.

    `landmarks` as in `edge.faces.Face`. Taken in the axes of the eyes and the mouth, so no shift, scale, turn in the picture's plane or
    tilt of a flat picture changes it. None where a point is missing or the points fall together (a full profile).
    """
    if not np.isfinite(landmarks).all():
        return None
    left, right, nose = (np.asarray(landmarks[i], np.float64) for i in range(3))
    middle, mouth = (left + right) / 2, np.asarray(landmarks[3:5], np.float64).mean(axis=0)
    across, down = right - left, mouth - middle
    area = float(across[0] * down[1] - across[1] * down[0])
    if abs(area) < 0.15 * float(across @ across) or abs(area) < 1.0:
        return None
    to_nose = nose - middle
    return float((to_nose[0] * down[1] - to_nose[1] * down[0]) / area)


@dataclass
class _Straight:
    """What the face looked like before the first movement."""

    places: list[float]
    open_eyes: list[float]

    @property
    def place(self) -> float:
        return float(np.median(self.places))

    @property
    def openness(self) -> float:
        return float(np.median(self.open_eyes)) if self.open_eyes else 0.0


class Challenge:
    """One person's challenge. `feed` it every frame of one track, in order; it says PASSED or FAILED once and for ever.

    `moves` is the order to ask in. TURN_LEFT means the person's own left; in a camera's picture (not mirrored) the nose goes right.
    """

    def __init__(self, moves: Sequence[Ask]) -> None:
        if not moves or any(move not in MOVES for move in moves):
            raise ValueError("a challenge asks for movements")
        self.moves = tuple(moves)
        self.done = 0
        self._straight = _Straight([], [])
        self._began_ms: int | None = None
        self._last_ms: int | None = None
        self._asked_ms = 0
        self._shut_ms: int | None = None
        self._over: Ask | None = None

    @classmethod
    def drawn(cls, chance: random.Random, blink: bool, count: int) -> Challenge:
        """So many different movements in an order that `chance` draws; one is a turn, which no print makes, and a blink comes only with a

        turn. Without an eye measure (`blink` False) both are turns.
        """
        return cls(chance.sample(MOVES if blink and count > 1 else TURNS, count))

    @property
    def asks(self) -> Ask:
        """What the person is being told now."""
        if self._over is not None:
            return self._over
        return self.moves[self.done] if self._asked_ms else Ask.LOOK_STRAIGHT

    @property
    def wants_eyes(self) -> bool:
        """Whether the next frame's eyes matter: before the first movement, and while a blink is asked."""
        return Ask.BLINK in self.moves and (not self._asked_ms or self.moves[min(self.done, len(self.moves) - 1)] is Ask.BLINK)

    def feed(
        self,
        landmarks: npt.NDArray[np.float32] | None,
        at_ms: int,
        openness: float | None = None,
        is_the_same: Callable[[], bool] = lambda: True,
    ) -> Ask:
        """One frame: the face's five points (None where the face was not seen) and how open its eyes are (None where unmeasured).

        `is_the_same` is asked of a frame that would complete a movement: whether it shows the person whom the challenge is about. One
        that does not completes nothing, and one of the next may.
        """
        if self._over is not None:
            return self._over
        if landmarks is None:
            lost = self._last_ms is not None and at_ms - self._last_ms > GAP_MS
            return self._end(Ask.FAILED) if lost else self.asks
        place = depth_place(landmarks)
        if self._last_ms is not None and at_ms - self._last_ms > GAP_MS:
            return self._end(Ask.FAILED)
        self._last_ms = at_ms
        if not self._asked_ms:
            return self._look(place, openness, at_ms)
        return self._move(place, openness, at_ms, is_the_same)

    def _look(self, place: float | None, openness: float | None, at_ms: int) -> Ask:
        if place is not None:
            self._straight.places.append(place)
        if openness is not None:
            self._straight.open_eyes.append(openness)
        self._began_ms = at_ms if self._began_ms is None else self._began_ms
        if at_ms - self._began_ms >= LOOK_MS and len(self._straight.places) >= 2:
            self._asked_ms = at_ms
        elif at_ms - self._began_ms > EACH_MS:
            return self._end(Ask.FAILED)
        return self.asks

    def _move(self, place: float | None, openness: float | None, at_ms: int, is_the_same: Callable[[], bool]) -> Ask:
        if self._made(self.moves[self.done], place, openness, at_ms) and is_the_same():
            self.done, self._asked_ms, self._shut_ms = self.done + 1, at_ms, None
            if self.done == len(self.moves):
                return self._end(Ask.PASSED)
        elif self._wrong(self.moves[self.done], place) or at_ms - self._asked_ms > EACH_MS:
            return self._end(Ask.FAILED)
        return self.asks

    def _made(self, move: Ask, place: float | None, openness: float | None, at_ms: int) -> bool:
        if move is Ask.BLINK:
            return self._blinked(openness, at_ms)
        if place is None:
            return False
        way = place - self._straight.place
        return way >= TURNED if move is Ask.TURN_LEFT else way <= -TURNED

    def _wrong(self, move: Ask, place: float | None) -> bool:
        """Whether the head turned the other way, clearly: a recording that plays on. After a turn it comes back first."""
        if place is None or move is Ask.BLINK or self.done:
            return False
        way = place - self._straight.place
        return way <= -TURNED if move is Ask.TURN_LEFT else way >= TURNED

    def _blinked(self, openness: float | None, at_ms: int) -> bool:
        if openness is None or not self._straight.openness:
            return False
        if openness < BLINK_SHUT * self._straight.openness:
            self._shut_ms = at_ms if self._shut_ms is None else self._shut_ms
            return False
        shut_ms, self._shut_ms = self._shut_ms, None
        return shut_ms is not None and at_ms - shut_ms <= BLINK_MS

    def _end(self, how: Ask) -> Ask:
        self._over = how
        return how
