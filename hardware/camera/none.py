"""A lane or a kiosk without a camera."""

from __future__ import annotations

import threading

from hardware.camera import Frame


class NoCamera:
    """Never has a frame, and that is no fault."""

    def __init__(self) -> None:
        self._closed = threading.Event()

    def latest(self) -> Frame | None:
        """None."""
        return None

    def wait_for(self, after: int, timeout_s: float) -> Frame | None:
        """None, when the time is over or the camera is closed: a loop around it does not spin."""
        self._closed.wait(timeout_s)
        return None

    def fault(self) -> str | None:
        """None."""
        return None

    def close(self) -> None:
        """Wakes whoever waits."""
        self._closed.set()
