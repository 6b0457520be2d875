"""How often somebody may fail, and how often a token may ask: by the minute, in memory of this process. It slows down; it is no record."""

from __future__ import annotations

import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Final

from central.errors import Problem

WINDOW_S: Final = 60.0
NOTED_S: Final = 600.0
"""How often a token's use is written down: reading must not become writing."""
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


class Pace:
    """Counts a token's requests by the minute; past `limit` it waits for the next one. Says too when its use is to be written down."""

    def __init__(self, limit: int = 1200, mono: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._mono = mono
        self._asked: dict[str, tuple[int, int]] = {}
        self._noted: dict[str, float] = {}
        self._lock = threading.Lock()

    def ask(self, key: str) -> bool:
        """Count one request; True when ten minutes have gone since this last said so. Raises `Problem` 429 TOO_MANY_REQUESTS."""
        now = self._mono()
        minute = int(now // WINDOW_S)
        with self._lock:
            if len(self._asked) >= _MOST_KEYS:
                self._asked.clear()
                self._noted.clear()
            then, count = self._asked.get(key, (minute, 0))
            count = count + 1 if then == minute else 1
            self._asked[key] = (minute, count)
            if count > self._limit:
                raise Problem("TOO_MANY_REQUESTS", 429, retry_after_s=int((minute + 1) * WINDOW_S - now) + 1)
            is_due = now - self._noted.get(key, -NOTED_S) >= NOTED_S
            if is_due:
                self._noted[key] = now
        return is_due
