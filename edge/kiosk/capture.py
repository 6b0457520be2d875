"""Taking a face well: what to tell the person now, and which pictures to keep. Nothing here touches disk.

`guide` judges one frame, `Shots` keeps at least three good ones that differ, `Capture` runs both over a camera in its own thread.
Limits of size and place are relative to the picture, so that they hold for any camera; the other measures are the engine's own.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, Protocol, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from hardware.camera import Camera, Frame, Image
from hardware.errors import DeviceError

Row = npt.NDArray[np.float32]
"""One embedding, or n x dim of them, each row of length 1."""

WANTED: Final = 3
"""Shots that an enrolment keeps: three images are the strongest lever on misses."""
MIN_FACE: Final = 0.15
MAX_FACE: Final = 0.62
DARK: Final = 60.0
BRIGHT: Final = 225.0
MIN_SHARP: Final = 45.0
MAX_TURN: Final = 0.4
TURNED: Final = 0.06
"""How far (in eye distances) the head must turn for a shot to count as another view."""
PATIENCE_S: Final = 1.2
"""How long the person is asked to turn before a straight shot is taken after all."""
PACE_S: Final = 0.5
"""Shots are at least this far apart, so that they never are the same moment."""
STEADY: Final = 2
"""Good frames in a row before one is kept."""
_CAMERA_FAULTS: Final = {"DEVICE_NOT_FOUND": "CAMERA_NOT_FOUND", "DEVICE_UNPLUGGED": "CAMERA_UNPLUGGED"}


class Quality(Protocol):
    """What an engine measured of one face: width in pixels, sharpness (variance of the Laplacian at 112 pixels), mean grey, turn."""

    @property
    def width_px(self) -> float:
        """Width in pixels."""

    @property
    def sharpness(self) -> float:
        """Some hundreds for a calm, sharp face; below 40 it is smeared."""

    @property
    def brightness(self) -> float:
        """0 to 255."""

    @property
    def turn(self) -> float:
        """The nose's way from the middle of the eyes, in eye distances: 0 looks straight, the sign is the side."""

    def value(self) -> float:
        """All of it as one number, 0 to 1."""


class Face(Protocol):
    """A face as an engine finds it."""

    @property
    def box(self) -> Sequence[float]:
        """Left, top, width and height in pixels."""

    @property
    def quality(self) -> Quality:
        """How well it can be told."""


class Scale(Protocol):
    """What an engine's scores mean."""

    @property
    def same(self) -> float:
        """The score above which two pictures a moment apart show one person."""


F = TypeVar("F", bound=Face)


class FaceEngine(Protocol[F]):
    """What finds faces and turns one into a row of length 1. The gate's engines have this shape. Used by one thread at a time."""

    @property
    def name(self) -> str:
        """Model and version: templates of different names are never compared."""

    @property
    def dim(self) -> int:
        """Length of a row."""

    @property
    def scale(self) -> Scale:
        """What the scores mean."""

    def detect(self, image: Image) -> list[F]:
        """The faces in a picture."""

    def embed(self, image: Image, face: F) -> Row:
        """One face that `detect` found in this same picture."""


@dataclass(frozen=True)
class Look(Generic[F]):
    """What one frame shows: a hint's code (None: good) and the face, if there is exactly one."""

    hint: str | None
    face: F | None = None


def guide(image: Image, faces: Sequence[F]) -> Look[F]:
    """What to tell the person in front of the camera; the first thing that is wrong decides."""
    if not faces:
        return Look("NOBODY")
    ordered = sorted(faces, key=lambda face: face.box[2], reverse=True)
    face = ordered[0]
    if len(ordered) > 1 and ordered[1].box[2] > 0.5 * face.box[2]:
        return Look("ONE_AT_A_TIME")
    height, width = image.shape[:2]
    x, y, w, h = (float(v) for v in face.box)
    quality = face.quality
    faults = (
        ("COME_CLOSER", w < MIN_FACE * width),
        ("TOO_CLOSE", w > MAX_FACE * width),
        ("CENTRE_FACE", abs((x + w / 2) / width - 0.5) > 0.2 or abs((y + h / 2) / height - 0.5) > 0.25),
        ("TOO_DARK", quality.brightness < DARK),
        ("TOO_BRIGHT", quality.brightness > BRIGHT),
        ("HOLD_STILL", quality.sharpness < MIN_SHARP),
        ("LOOK_STRAIGHT", abs(quality.turn) > MAX_TURN),
    )
    return Look(next((code for code, wrong in faults if wrong), None), face)


@dataclass(frozen=True)
class Shot:
    """One kept picture: a small JPEG to show, in memory only, and its row."""

    jpeg: bytes
    row: Row
    quality: int
    turn: float
    taken_s: float

    def __repr__(self) -> str:
        return f"Shot(quality={self.quality})"


class Shots(Generic[F]):
    """Keeps shots that are good, of one person, and differ. Not thread-safe: one owner."""

    def __init__(self, engine: FaceEngine[F], wanted: int = WANTED) -> None:
        self._engine, self.wanted = engine, wanted
        self.kept: list[Shot] = []
        self._good_in_a_row = 0

    @property
    def enough(self) -> bool:
        """Whether nothing more is needed."""
        return len(self.kept) >= self.wanted

    def consider(self, frame: Frame, look: Look[F]) -> str:
        """Takes the frame if it helps, and says what to tell the person next."""
        if self.enough:
            return "ENOUGH"
        if look.hint is not None or look.face is None:
            self._good_in_a_row = 0
            return look.hint or "NOBODY"
        self._good_in_a_row += 1
        since = frame.taken_s - self.kept[-1].taken_s if self.kept else None
        if self._good_in_a_row < STEADY or (since is not None and since < PACE_S):
            return "KEPT" if self.kept else "HOLD_STILL"
        turned = all(abs(look.face.quality.turn - shot.turn) >= TURNED for shot in self.kept)
        if since is not None and not turned and since < PATIENCE_S:
            return "TURN_SLIGHTLY"
        return self._take(frame, look.face)

    def _take(self, frame: Frame, face: F) -> str:
        row = np.asarray(self._engine.embed(frame.image, face), dtype=np.float32)
        if self.kept and float((np.stack([shot.row for shot in self.kept]) @ row).min()) < self._engine.scale.same:
            self.kept.clear()
            self._good_in_a_row = 0
            return "SOMEBODY_ELSE"
        quality = face.quality
        self.kept.append(Shot(_thumbnail(frame.image, face), row, round(1000 * quality.value()), quality.turn, frame.taken_s))
        return "ENOUGH" if self.enough else "KEPT"


def _thumbnail(image: Image, face: Face) -> bytes:
    x, y, w, h = (float(v) for v in face.box)
    height, width = image.shape[:2]
    half = min(0.85 * max(w, h), width / 2, height / 2)
    left = min(max(0.0, x + w / 2 - half), width - 2 * half)
    top = min(max(0.0, y + h / 2 - half), height - 2 * half)
    crop = image[int(top) : int(top + 2 * half), int(left) : int(left + 2 * half)]
    return jpeg(np.asarray(cv2.resize(crop, (320, 320), interpolation=cv2.INTER_AREA), np.uint8), 88)


def jpeg(image: Image, quality: int = 80) -> bytes:
    """A picture as JPEG bytes."""
    good, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return data.tobytes() if good else b""


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
    engine: FaceEngine[Any]
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

    def _step(self, shots: Shots[Any], frame: Frame) -> None:
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
