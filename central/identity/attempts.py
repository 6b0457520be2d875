"""How often somebody may fail: a sliding minute per address, in memory. It slows guessing down; it is no record."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Final

from central.errors import Problem

WINDOW_S: Final = 60.0
_MOST_KEYS: Final = 10_000


class Attempts:
    """Counts failures per key; from `limit` in a minute on, further attempts are refused until the oldest is a minute old."""

    def __init__(self, limit: int = 20, mono: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._mono = mono
        self._failed: dict[str, deque[float]] = defaultdict(deque)
        self._lock = threading.Lock()

    def check(self, key: str) -> None:
        """Raises `Problem` 429 TOO_MANY_ATTEMPTS with Retry-After."""
        with self._lock:
            times = self._recent(key)
            if len(times) < self._limit:
                return
            wait_s = max(1, int(times[0] + WINDOW_S - self._mono() + 0.999))
        raise Problem("TOO_MANY_ATTEMPTS", 429, retry_after_s=wait_s)

    def failed(self, key: str) -> None:
        """Count one failure."""
        with self._lock:
            if len(self._failed) >= _MOST_KEYS:
                self._forget_old()
            self._recent(key).append(self._mono())

    def _recent(self, key: str) -> deque[float]:
        times = self._failed[key]
        while times and times[0] <= self._mono() - WINDOW_S:
            times.popleft()
        return times

    def _forget_old(self) -> None:
        for key in [key for key in self._failed if not self._recent(key)]:
            del self._failed[key]
