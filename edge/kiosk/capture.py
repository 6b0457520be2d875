"""Taking a face: guidance and shots over a live camera, in a thread of its own. Pictures and rows live in memory only."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from typing import Final

import cv2

from edge.faces import FaceEngine
from edge.kiosk.guidance import WANTED, WITH_HELMET, Shot, Shots, guide
from edge.kiosk.parts import Eyes
from hardware.camera import Camera, Frame
from hardware.errors import DeviceError

_CAMERA_FAULTS: Final = {"DEVICE_NOT_FOUND": "CAMERA_NOT_FOUND", "DEVICE_UNPLUGGED": "CAMERA_UNPLUGGED"}


def camera_fault(camera: Camera) -> str | None:
    """A code in a camera's own words, or None while pictures flow."""
    fault = camera.fault()
    return _CAMERA_FAULTS.get(fault, fault) if fault else None


@dataclass(frozen=True)
class Progress:
    """How the capture stands: `face_box` is relative to the picture (0 to 1), `fault` a code where camera or engine fail.

    `helmet` says that shots with the helmet on are being taken; `kept` and `wanted` are then theirs.
    """

    hint: str = "NOBODY"
    kept: int = 0
    wanted: int = WANTED
    face_box: tuple[float, float, float, float] | None = None
    fault: str | None = None
    helmet: bool = False


@dataclass
class Capture:
    """Runs over a camera until enough shots are kept. `start` and `stop` may be called from any thread; `stop` waits for the end.

    `shots` are without a helmet, `helmet_shots` with one, after `start_helmet`. The engine is this capture's thread's alone; whoever
    else wants it calls `stop` first.
    """

    camera: Camera
    engine: FaceEngine
    eyes: Eyes | None = None
    progress: Progress = field(default_factory=Progress)
    shots: tuple[Shot, ...] = ()
    helmet_shots: tuple[Shot, ...] = ()

    def __post_init__(self) -> None:
        self._halt = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def enough(self) -> bool:
        """Whether the shots that are being taken now are all there."""
        return self.progress.kept >= self.progress.wanted

    def start(self) -> None:
        """Forgets earlier shots and begins."""
        self.forget()
        self._begin(Shots(self.engine), Progress())

    def start_helmet(self) -> None:
        """Keeps the shots without a helmet and takes some with it."""
        self.stop()
        self.helmet_shots = ()
        self._begin(Shots(self.engine, WITH_HELMET, self.shots), Progress("PUT_HELMET", wanted=WITH_HELMET, helmet=True))

    def _begin(self, shots: Shots, progress: Progress) -> None:
        self._halt.clear()
        self.progress = progress
        self._thread = threading.Thread(target=self._run, args=(shots,), name="kiosk-capture", daemon=True)
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
        self.progress, self.shots, self.helmet_shots = Progress(), (), ()

    def _run(self, shots: Shots) -> None:
        number = -1
        while not self._halt.is_set() and not shots.enough:
            frame = self.camera.wait_for(number, 0.5)
            if frame is None:
                self._troubled(shots, camera_fault(self.camera))
                self._halt.wait(0.05)
                continue
            number = frame.number
            try:
                self._step(shots, frame)
            except (DeviceError, cv2.error, ValueError):
                self._troubled(shots, "ENGINE_MISSING")
                self._halt.wait(0.5)

    def _troubled(self, shots: Shots, fault: str | None) -> None:
        self.progress = replace(self.progress, kept=len(shots.kept), face_box=None, fault=fault)

    def _step(self, shots: Shots, frame: Frame) -> None:
        look = guide(frame.image, self.engine.detect(frame.image), self.eyes)
        hint = shots.consider(frame, look)
        height, width = frame.image.shape[:2]
        box = None
        if look.face is not None:
            x, y, w, h = (float(v) for v in look.face.box)
            box = (x / width, y / height, w / width, h / height)
        if self.progress.helmet:
            self.helmet_shots = tuple(shots.kept)
        else:
            self.shots = tuple(shots.kept)
        self.progress = Progress(hint, len(shots.kept), shots.wanted, box, helmet=self.progress.helmet)


def is_stale(frame: Frame | None, limit_s: float = 2.0) -> bool:
    """Whether a frame is too old to be shown as live."""
    return frame is None or time.monotonic() - frame.taken_s > limit_s
