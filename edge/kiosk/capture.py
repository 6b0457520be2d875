"""Taking a face: guidance and shots over a live camera, in a thread of its own. Pictures and rows live in memory only."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Final

import cv2

from edge.faces import FaceEngine
from edge.kiosk.guidance import WANTED, Shot, Shots, guide
from hardware.camera import Camera, Frame
from hardware.errors import DeviceError

_CAMERA_FAULTS: Final = {"DEVICE_NOT_FOUND": "CAMERA_NOT_FOUND", "DEVICE_UNPLUGGED": "CAMERA_UNPLUGGED"}


def camera_fault(camera: Camera) -> str | None:
    """A code in a camera's own words, or None while pictures flow."""
    fault = camera.fault()
    return _CAMERA_FAULTS.get(fault, fault) if fault else None


@dataclass(frozen=True)
class Progress:
    """How the capture stands: `face_box` is relative to the picture (0 to 1), `fault` a code where camera or engine fail."""

    hint: str = "NOBODY"
    kept: int = 0
    wanted: int = WANTED
    face_box: tuple[float, float, float, float] | None = None
    fault: str | None = None


@dataclass
class Capture:
    """Runs over a camera until enough shots are kept. `start` and `stop` may be called from any thread; `stop` waits for the end."""

    camera: Camera
    engine: FaceEngine
    progress: Progress = field(default_factory=Progress)
    shots: tuple[Shot, ...] = ()

    def __post_init__(self) -> None:
        self._halt = threading.Event()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Forgets earlier shots and begins."""
        self.stop()
        self._halt.clear()
        self.progress, self.shots = Progress(), ()
        self._thread = threading.Thread(target=self._run, name="kiosk-capture", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Ends the thread; the shots stay until `forget` or the next `start`."""
        self._halt.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def forget(self) -> None:
        """Ends and lets every picture and row go."""
        self.stop()
        self.progress, self.shots = Progress(), ()

    def _run(self) -> None:
        shots, number = Shots(self.engine), -1
        while not self._halt.is_set() and not shots.enough:
            frame = self.camera.wait_for(number, 0.5)
            if frame is None:
                self.progress = Progress(kept=len(shots.kept), fault=camera_fault(self.camera))
                self._halt.wait(0.05)
                continue
            number = frame.number
            try:
                self._step(shots, frame)
            except (DeviceError, cv2.error, ValueError):
                self.progress = Progress(kept=len(shots.kept), fault="ENGINE_MISSING")
                self._halt.wait(0.5)

    def _step(self, shots: Shots, frame: Frame) -> None:
        look = guide(frame.image, self.engine.detect(frame.image))
        hint = shots.consider(frame, look)
        height, width = frame.image.shape[:2]
        box = None
        if look.face is not None:
            x, y, w, h = (float(v) for v in look.face.box)
            box = (x / width, y / height, w / width, h / height)
        self.shots = tuple(shots.kept)
        self.progress = Progress(hint, len(shots.kept), shots.wanted, box)


def is_stale(frame: Frame | None, limit_s: float = 2.0) -> bool:
    """Whether a frame is too old to be shown as live."""
    return frame is None or time.monotonic() - frame.taken_s > limit_s
