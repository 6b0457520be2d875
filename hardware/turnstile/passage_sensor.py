"""What a passage sensor's contact tells, once its bouncing is taken away. No clock, no wire: times are given, monotonic, in seconds."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class PassageSensor:
    """Counts a closing that held for `steady_s`, and says so once for every `armed`. Edges and looks may come from different threads."""

    def __init__(self, steady_s: float, stuck_s: float) -> None:
        self._steady_s, self._stuck_s = steady_s, stuck_s
        self._lock = threading.Lock()
        self._raw = self._steady = False
        self._since_s = self._steady_since_s = float("-inf")
        self._armed = self._went_through = False

    def look(self, closed: bool, at_s: float) -> None:
        """The contact is seen `closed` or not: at an edge, or at any moment between. Looks between edges are what confirms a closing."""
        with self._lock:
            held = at_s - self._since_s >= self._steady_s
            if held and self._raw != self._steady:
                self._steady, self._steady_since_s = self._raw, self._since_s
                self._went_through |= self._raw and self._armed
            if closed != self._raw:
                self._raw, self._since_s = closed, at_s

    def arm(self) -> None:
        """A pulse was given: the next closing is whoever it was for. One that holds already was somebody before."""
        with self._lock:
            self._armed, self._went_through = True, False

    def take(self) -> bool:
        """Whether somebody went through since `arm`, told once."""
        with self._lock:
            if not self._went_through:
                return False
            self._armed = self._went_through = False
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
