"""What to tell the person before the camera, and which pictures to keep: at least three good ones that differ.

Limits of size and place are relative to the picture, so that they hold for any camera; the other measures are the engine's own.
Nothing here touches disk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import cv2
import numpy as np

from edge.faces import Face, FaceEngine, Vector, unit
from edge.kiosk.parts import Eyes
from edge.worn import enrolment_row
from hardware.camera import Frame, Image

WANTED: Final = 3
"""Shots that an enrolment keeps: three images are the strongest lever on misses."""
WITH_HELMET: Final = 2
"""Shots with the helmet on, where the worker has one there."""
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
EYES_SHUT: Final = 0.15
"""Lid to lid over corner to corner, below which eyes are shut."""


@dataclass(frozen=True)
class Look:
    """What one frame shows: a hint's code (None: good) and the face, if there is exactly one."""

    hint: str | None
    face: Face | None = None


def guide(image: Image, faces: Sequence[Face], eyes: Eyes | None = None) -> Look:
    """What to tell the person in front of the camera; the first thing that is wrong decides. Without `eyes` shut ones go unseen."""
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
    hint = next((code for code, wrong in faults if wrong), None)
    if hint is None and eyes is not None:
        openness = eyes.openness(image, face)
        hint = "EYES_CLOSED" if openness is not None and openness < EYES_SHUT else None
    return Look(hint, face)


@dataclass(frozen=True)
class Shot:
    """One kept picture: a small JPEG to show, in memory only, and its row."""

    jpeg: bytes
    row: Vector
    quality: int
    turn: float
    taken_s: float

    def __repr__(self) -> str:
        return f"Shot(quality={self.quality})"


class Shots:
    """Keeps shots that are good, of one person, and differ. Not thread-safe: one owner.

    `like` are shots of the person who must be before the camera again, with the helmet on: whoever else steps there is told so.
    """

    def __init__(self, engine: FaceEngine, wanted: int = WANTED, like: Sequence[Shot] = ()) -> None:
        self._engine, self.wanted, self._like = engine, wanted, tuple(like)
        self.kept: list[Shot] = []
        self._good_in_a_row = 0

    @property
    def enough(self) -> bool:
        """Whether nothing more is needed."""
        return len(self.kept) >= self.wanted

    def consider(self, frame: Frame, look: Look) -> str:
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
            return self._other_view()
        return self._take(frame, look.face)

    def _other_view(self) -> str:
        """Which way to turn: where no kept shot looks yet. To the picture's right is the person's own left."""
        seen = sum(shot.turn for shot in self.kept)
        return "TURN_SLIGHTLY" if self._like else "TURN_RIGHT" if seen > 0 else "TURN_LEFT"

    def _take(self, frame: Frame, face: Face) -> str:
        # with the real helmet on nothing has to be drawn
        describe = self._engine.embed if self._like else partial(enrolment_row, self._engine)
        row = np.asarray(describe(frame.image, face), dtype=np.float32)
        same = self._engine.scale.same
        if (self.kept and float((np.stack([shot.row for shot in self.kept]) @ row).min()) < same) or self._is_another(row):
            self.kept.clear()
            self._good_in_a_row = 0
            return "SOMEBODY_ELSE"
        quality = face.quality
        self.kept.append(Shot(_thumbnail(frame.image, face), row, round(1000 * quality.value()), quality.turn, frame.taken_s))
        return "ENOUGH" if self.enough else "KEPT"

    def _is_another(self, row: Vector) -> bool:
        """A helmet changes a face: near the middle of the shots without it is enough."""
        return bool(self._like) and float(unit(np.mean([shot.row for shot in self._like], axis=0)) @ row) < self._engine.scale.points[0][0]


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
