"""A sign of life for systemd: a process that hangs, and does not end, is ended and started again (`WatchdogSec` in its unit).

The loop that does the work gives it, not a thread beside it: a thread would go on beating for a loop that stands still.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from typing import Final

BEAT_S: Final = 1.0
_ALIVE: Final = b"WATCHDOG=1"


class Watchdog:
    """Whoever waits at the socket that systemd named; without systemd nobody."""

    def __init__(self, path: str | None = None) -> None:
        named = os.environ.get("NOTIFY_SOCKET", "") if path is None else path
        self._path = "\0" + named[1:] if named.startswith("@") else named
        self._beat_s = float("-inf")

    def beat(self) -> None:
        """The loop has come round. Once a second is enough; never raises, never waits."""
        now_s = time.monotonic()
        if not self._path or now_s - self._beat_s < BEAT_S:
            return
        self._beat_s = now_s
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC | socket.SOCK_NONBLOCK) as line:
            line.sendto(_ALIVE, self._path)
