"""What a passage sensor's contact tells, once its bouncing is taken away. No clock, no wire: times are given, monotonic, in seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

UNUSED_S: Final = 8.0
"""A turnstile locks again after five seconds, a slow arm gets some more: after this nobody goes through on a pulse any more."""
MOST: Final = 20


class PassageSensor:
    """Counts closings that held for `steady_s`, one at most for every `arm`. Edges and looks may come from different threads."""

    def __init__(self, steady_s: float, stuck_s: float) -> None:
        self._steady_s, self._stuck_s = steady_s, stuck_s
        self._lock = threading.Lock()
        self._raw = self._steady = False
        self._since_s = self._steady_since_s = float("-inf")
        self._armed = self._went_through = 0
        self._armed_s = float("-inf")

    def look(self, closed: bool, at_s: float) -> None:
        """The contact is seen `closed` or not: at an edge, or at any moment between. Looks between edges are what confirms a closing."""
        with self._lock:
            held = at_s - self._since_s >= self._steady_s
            if held and self._raw != self._steady:
                self._steady, self._steady_since_s = self._raw, self._since_s
                if self._raw and self._armed:
                    self._armed -= 1
                    self._went_through += 1
            if closed != self._raw:
                self._raw, self._since_s = closed, at_s

    def arm(self, at_s: float) -> None:
        """A pulse was given: a closing is whoever it was for. One that holds already was somebody before. Two pulses one soon after the
        other wait for two; one that nobody used is forgotten."""
        with self._lock:
            if at_s - self._armed_s >= UNUSED_S:
                self._armed = self._went_through = 0
            self._armed, self._armed_s = min(self._armed + 1, MOST), at_s

    def is_awaited(self, at_s: float) -> bool:
        """Whether somebody may still go through on a pulse."""
        with self._lock:
            return self._armed > 0 and at_s - self._armed_s < UNUSED_S

    def take(self) -> bool:
        """Whether somebody went through since `arm`, told once for each."""
        with self._lock:
            if not self._went_through:
                return False
            self._went_through -= 1
            return True

    def is_stuck(self, at_s: float) -> bool:
        """Whether it has been closed for longer than anybody stands in it."""
        with self._lock:
            return self._steady and at_s - self._steady_since_s >= self._stuck_s


def wait_for_passage(sensor: PassageSensor, look: Callable[[], object], timeout_s: float, pause_s: float) -> bool:
    """Looks at the contact again and again until somebody went through, at most `timeout_s`; raises what `look` raises."""
    end_s = time.monotonic() + timeout_s
    while True:
        look()
        if sensor.take():
            return True
        if time.monotonic() >= end_s:
            return False
        time.sleep(pause_s)
