"""Waiting for something that another thread does."""

from __future__ import annotations

import time
from collections.abc import Callable


def until(seen: Callable[[], object], within_s: float = 20.0) -> None:
    """Returns as soon as it is so; fails the test where it never is."""
    end = time.monotonic() + within_s
    while not seen():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.02)
