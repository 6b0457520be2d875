"""The port of a camera: the newest frame only, and how old it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

Image = npt.NDArray[np.uint8]
"""Height x width x 3, blue-green-red, 0 to 255."""


@dataclass(frozen=True)
class Frame:
    """One picture. `number` rises with each frame, `taken_s` is the monotonic time at which it arrived, less what it was late."""

    image: Image
    number: int
    taken_s: float


class Camera(Protocol):
    """One camera, read by its own thread. A frame is replaced, never queued."""

    def latest(self) -> Frame | None:
        """The newest frame, or None before the first one. It may be old: the caller looks at `taken_s` and never matches a stale one."""

    def wait_for(self, after: int, timeout_s: float) -> Frame | None:
        """The newest frame with a number above `after`, or None when the time is over."""

    def fault(self) -> str | None:
        """None while frames flow; else a code: DEVICE_NOT_FOUND, DEVICE_UNPLUGGED, CAMERA_FROZEN (same picture again and again)."""

    def close(self) -> None:
        """Stops the thread and lets the device go; safe to repeat."""
