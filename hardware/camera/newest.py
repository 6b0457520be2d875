"""What every camera driver shares: its own thread, the newest frame only, and the ways in which a stream goes bad.

A driver gives an `Eye`: something that opens, reads one picture after another, and closes. A source that fails is closed and opened anew
after 1 to 30 s, longer each time and with jitter, so that ten lanes do not knock on one recorder at once. A stream that repeats one and
the same picture, or a loop of a few seconds, is a frozen one, whatever it says of itself: real sensors have noise. A picture that comes
late, in the burst after a stall, is given the time at which it was taken.
"""

from __future__ import annotations

import logging
import random
import threading
import time
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Protocol, runtime_checkable

import numpy as np

from hardware.camera import Frame, Image
from hardware.camera.lateness import Lateness
from hardware.errors import DeviceError

_log = logging.getLogger(__name__)

FROZEN_S: Final = 3.0
"""No new picture, or the same one, for so long: frozen."""
LOOP_S: Final = 10.0
"""The same picture again within so long is not news: a loop of recorded pictures is no camera."""
CAMERA_FROZEN: Final = "CAMERA_FROZEN"


@dataclass(frozen=True)
class Patience:
    """How long to wait for what, in seconds: tests are less patient than sites."""

    frozen_s: float = FROZEN_S
    first_pause_s: float = 1.0
    longest_pause_s: float = 30.0


class Eye(Protocol):
    """A source of pictures. It is opened before it is handed out; everything raises `DeviceError` where the source is gone."""

    def read(self) -> Image | None:
        """The next picture, waiting for it; None where there is none this time (the same one still stands)."""

    def close(self) -> None:
        """Lets the source go; safe to repeat."""


@runtime_checkable
class DatedEye(Eye, Protocol):
    """One whose stream has a clock of its own."""

    def stream_s(self) -> float | None:
        """When the picture just read was taken, in the stream's own seconds; None where it does not say."""


class NewestFrame:
    """A camera over any `Eye`. The thread starts at once and goes on until `close`."""

    def __init__(self, open_eye: Callable[[], Eye], patience: Patience | None = None, still_is_frozen: bool = True) -> None:
        self._open_eye = open_eye
        self._patience = patience or Patience()
        self._still_is_frozen = still_is_frozen
        self._news = threading.Condition()
        self._frame: Frame | None = None
        self._error: str | None = None
        self._changed_s = time.monotonic()
        self._marks: dict[int, float] = {}
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._thread.start()

    def latest(self) -> Frame | None:
        """See `Camera.latest`."""
        return self._frame

    def wait_for(self, after: int, timeout_s: float) -> Frame | None:
        """See `Camera.wait_for`."""
        with self._news:
            self._news.wait_for(lambda: self._is_after(after) or self._stop.is_set(), timeout_s)
            return self._frame if self._is_after(after) else None

    def fault(self) -> str | None:
        """See `Camera.fault`."""
        if self._error:
            return self._error
        return CAMERA_FROZEN if self._is_frozen() else None

    def close(self) -> None:
        """See `Camera.close`. A source that blocks in its own read is left to its thread, which then closes it."""
        self._stop.set()
        with self._news:
            self._news.notify_all()
        self._thread.join(timeout=2.0)

    def _is_after(self, number: int) -> bool:
        return self._frame is not None and self._frame.number > number

    def _is_frozen(self) -> bool:
        return self._still_is_frozen and time.monotonic() - self._changed_s > self._patience.frozen_s

    def _run(self) -> None:
        pause_s = self._patience.first_pause_s
        while not self._stop.is_set():
            before = self._frame
            try:
                self._watch()
                self._error = None
            except DeviceError as fault:
                self._error = fault.code
            except Exception:  # noqa: BLE001  a driver's mistake must not blind a lane for good
                _log.exception("a camera driver failed")
                self._error = DeviceError.code
            if self._frame is not before:
                pause_s = self._patience.first_pause_s
            self._stop.wait(pause_s * random.uniform(0.75, 1.25))
            pause_s = min(pause_s * 2, self._patience.longest_pause_s)

    def _watch(self) -> None:
        """One life of the source, until it fails, freezes (then it is opened anew) or nobody wants it any more."""
        eye = self._open_eye()
        opened_s, lateness = time.monotonic(), Lateness()
        try:
            while not self._stop.is_set():
                image = eye.read()
                if image is not None:
                    now = time.monotonic()
                    self._show(image, now, now - lateness.of(now, eye.stream_s() if isinstance(eye, DatedEye) else None))
                if self._is_frozen() and time.monotonic() - opened_s > self._patience.frozen_s:
                    return
        finally:
            eye.close()

    def _show(self, image: Image, now: float, taken_s: float) -> None:
        if self._still_is_frozen and self._was_shown(zlib.crc32(np.ascontiguousarray(image).data), now):
            return  # the same picture again is not news, and never a fresh face
        self._changed_s, self._error = now, None
        with self._news:
            number = self._frame.number + 1 if self._frame else 1
            self._frame = Frame(image, number, taken_s)
            self._news.notify_all()

    def _was_shown(self, mark: int, now: float) -> bool:
        """Whether this picture was there a moment ago; oldest sightings first, so that the old ones can be let go."""
        shown = self._marks.pop(mark, None) is not None
        self._marks[mark] = now
        while now - self._marks[oldest := next(iter(self._marks))] > LOOP_S:
            del self._marks[oldest]
        return shown
