"""What a site's gate sees, drawn onto photographs: helmets, masks, darkness, motion, backlight, distance. The same run, the same pictures.

A condition makes a short track of frames from one picture. What belongs to the person and the moment (the helmet, the mask, how dark it
is) is drawn once for the track; what a camera adds anew to every frame (the way the face moves and smears, the sensor's noise, where the
head is) is drawn for each. Helmets differ in colour, shell, brim, height and tilt, and carry their own shade onto the brow; every track
gets another one, so that no helmet of an enrolment is met again. The sizes are in eye distances, placed by the face's own landmarks.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from edge.faces import Image

Floats = npt.NDArray[np.float32]
Points = npt.NDArray[np.float32]
FRAMES: Final = 5
_SHELLS: Final = ((30, 200, 240), (235, 235, 235), (40, 40, 200), (190, 90, 30), (30, 120, 235), (70, 160, 60))
"""Yellow, white, red, blue, orange, green, as blue-green-red."""
_CLOTHS: Final = ((230, 200, 170), (245, 245, 245), (40, 40, 40), (200, 170, 120))


@dataclass(frozen=True)
class Condition:
    """One condition: which of the layers below it has. `small_px` is the face's width in pixels, 0 where it stays as photographed."""

    name: str
    helmet: bool = False
    mask: bool = False
    dark: bool = False
    blur: bool = False
    backlight: bool = False
    small_px: float = 0.0


CONDITIONS: Final = (
    Condition("clean"),
    Condition("small", small_px=48),
    Condition("helmet", helmet=True),
    Condition("mask", mask=True),
    Condition("dark", dark=True),
    Condition("blur", blur=True),
    Condition("backlight", backlight=True),
    Condition("helmet+blur", helmet=True, blur=True),
    Condition("helmet+dark", helmet=True, dark=True),
    Condition("helmet+dark+blur", helmet=True, dark=True, blur=True),
)


def chance(*names: object) -> np.random.Generator:
    """The random numbers that belong to these names, the same in every run and on every machine."""
    return np.random.default_rng([zlib.crc32(str(name).encode()) for name in names])


def track(image: Image, landmarks: Points, condition: Condition, seed: object, frames: int = FRAMES) -> list[Image]:
    """So many frames of one walk to the gate. `landmarks` is 5 x 2, in the picture's pixels (eyes, nose, corners of the mouth)."""
    once = chance("track", condition.name, seed)
    dressed = image.astype(np.float32)
    if condition.mask:
        dressed = with_mask(dressed, landmarks, once)
    if condition.helmet:
        dressed = with_helmet(dressed, landmarks, once)
    light = _light(condition, landmarks, once)
    shots = []
    for number in range(frames):
        each = chance("frame", condition.name, seed, number)
        moved = _moved(dressed, landmarks, each)
        lit = light(moved)
        smeared = smear(lit, each) if condition.blur else lit
        shots.append(_taken(smeared, condition, landmarks, each))
    return shots


def with_helmet(image: Floats, landmarks: Points, draw: np.random.Generator) -> Floats:
    """A hard hat on the head: a shell, its brim across the brow, a ridge, the brim's shade below, now and then a chin strap."""
    frame = _Frame(landmarks, float(draw.uniform(-5, 5)))
    brim = float(draw.uniform(-0.8, -0.42))
    half, peak = float(draw.uniform(1.25, 1.5)), float(draw.uniform(1.5, 2.0))
    colour = np.array(_SHELLS[int(draw.integers(len(_SHELLS)))], np.float32) * float(draw.uniform(0.75, 1.05))
    shade = _soft(
        frame.fill(image.shape, [(-half, brim), (half, brim), (half * 0.95, brim + 0.4), (-half * 0.95, brim + 0.4)]), 0.12 * frame.unit
    )
    out: Floats = image * (1 - float(draw.uniform(0.15, 0.45)) * shade[..., None])
    angles = np.linspace(np.pi, 2 * np.pi, 40)
    dome = [(half * 0.92 * np.cos(a), brim + peak * np.sin(a)) for a in angles]
    out = _paint(out, _soft(frame.fill(image.shape, dome), 1.0), colour * _gloss(image.shape, frame, draw))
    for side in (-0.25, 0.0, 0.25)[: int(draw.integers(0, 4))]:
        ridge = [
            (side - 0.05, brim - peak * 0.9),
            (side + 0.05, brim - peak * 0.9),
            (side * 1.3 + 0.06, brim - 0.1),
            (side * 1.3 - 0.06, brim - 0.1),
        ]
        out = _paint(out, _soft(frame.fill(image.shape, ridge), 1.0), colour * 0.8)
    drop = float(draw.uniform(0.05, 0.2))
    lip = [(half * np.cos(a), brim - drop / 2 - drop * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 40)]
    out = _paint(out, _soft(frame.fill(image.shape, lip), 1.0), colour * float(draw.uniform(0.7, 0.95)))
    if draw.random() < 0.4:
        out = _strap(out, frame, brim, draw)
    return out


def with_mask(image: Floats, landmarks: Points, draw: np.random.Generator) -> Floats:
    """A surgical mask from the bridge of the nose to below the chin."""
    frame = _Frame(landmarks, 0.0)
    top = float(draw.uniform(0.3, 0.55))
    shape = [
        (0, top - 0.1),
        (0.6, top + 0.12),
        (0.98, top + 0.3),
        (0.85, 1.5),
        (0.4, 1.95),
        (-0.4, 1.95),
        (-0.85, 1.5),
        (-0.98, top + 0.3),
        (-0.6, top + 0.12),
    ]
    colour = np.array(_CLOTHS[int(draw.integers(len(_CLOTHS)))], np.float32) * float(draw.uniform(0.75, 1.0))
    return _paint(image, _soft(frame.fill(image.shape, shape), 1.2), colour * _gloss(image.shape, frame, draw))


def smear(image: Floats, draw: np.random.Generator) -> Floats:
    """Motion while the shutter is open: a line of 3 to 20 hundredths of the face's width, any way."""
    length = float(draw.uniform(0.03, 0.13)) * 0.45 * image.shape[1]
    size = max(3, int(length) | 1)
    kernel = np.zeros((size, size), np.float32)
    angle, middle = float(draw.uniform(0, np.pi)), (size - 1) / 2
    step = np.array([np.cos(angle), np.sin(angle)]) * length / 2
    start, end = (middle - step) * 16, (middle + step) * 16
    cv2.line(kernel, tuple(int(v) for v in start), tuple(int(v) for v in end), 1.0, 1, cv2.LINE_AA, 4)
    kernel /= max(float(kernel.sum()), 1e-6)
    return np.asarray(cv2.filter2D(image, -1, kernel), np.float32)


def _light(condition: Condition, landmarks: Points, draw: np.random.Generator) -> Callable[[Floats], Floats]:
    if condition.backlight:
        face, sky = float(draw.uniform(0.25, 0.45)), float(draw.uniform(1.2, 1.8))
        frame = _Frame(landmarks, 0.0)
        oval = [(1.35 * np.cos(a), 0.45 + 1.75 * np.sin(a)) for a in np.linspace(0, 2 * np.pi, 40)]

        def against(image: Floats) -> Floats:
            head = _soft(frame.fill(image.shape, oval), 0.25 * frame.unit)[..., None]
            return np.asarray(image * (head * face + (1 - head) * sky) + (1 - head) * 50 + 18, np.float32)

        return against
    gain = float(draw.uniform(0.03, 0.09)) if condition.dark else float(draw.uniform(0.85, 1.1))
    return lambda image: np.asarray(image * gain, np.float32)


def _moved(image: Floats, landmarks: Points, draw: np.random.Generator) -> Floats:
    """Where the head is in this frame: turned by up to 4 degrees, 4 % nearer or farther, shifted."""
    x, y = (float(v) for v in landmarks.mean(axis=0))
    matrix = np.asarray(cv2.getRotationMatrix2D((x, y), float(draw.uniform(-4, 4)), float(draw.uniform(0.96, 1.04))), np.float64)
    matrix[:, 2] += draw.uniform(-4, 4, 2)
    return np.asarray(cv2.warpAffine(image, matrix, (image.shape[1], image.shape[0]), borderMode=cv2.BORDER_REPLICATE), np.float32)


def _taken(image: Floats, condition: Condition, landmarks: Points, draw: np.random.Generator) -> Image:
    """As the sensor gives it: noise of photons and of reading, gain where it was dark, eight bits, JPEG."""
    if condition.small_px:
        scale = condition.small_px / (2.3 * _Frame(landmarks, 0.0).unit)
        image = np.asarray(cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)
    noise = draw.normal(size=image.shape).astype(np.float32)
    noisy = image + noise * np.sqrt(np.maximum(image, 0) * 0.05 + 1.5)
    gain = 4.0 if condition.dark else 1.0
    packed = cv2.imencode(".jpg", np.clip(noisy * gain, 0, 255).astype(np.uint8), [cv2.IMWRITE_JPEG_QUALITY, 88])[1]
    return np.asarray(cv2.imdecode(packed, cv2.IMREAD_COLOR), np.uint8)


class _Frame:
    """The face's own axes: origin between the eyes, x along them, one unit an eye distance, y down the face."""

    def __init__(self, landmarks: Points, tilt_deg: float) -> None:
        across = landmarks[1] - landmarks[0]
        self.origin, self.unit = (landmarks[0] + landmarks[1]) / 2, float(np.hypot(*across))
        angle = float(np.arctan2(across[1], across[0])) + np.radians(tilt_deg)
        self.x = np.array([np.cos(angle), np.sin(angle)])
        self.y = np.array([-np.sin(angle), np.cos(angle)])

    def place(self, at: tuple[float, float]) -> npt.NDArray[np.float64]:
        """A point of the face's axes in the picture's pixels."""
        return np.asarray(self.origin + self.unit * (at[0] * self.x + at[1] * self.y), np.float64)

    def fill(self, shape: tuple[int, ...], outline: list[tuple[float, float]]) -> Floats:
        """1 within the outline, 0 outside."""
        area = np.zeros(shape[:2], np.float32)
        corners = np.array([self.place(corner) for corner in outline])
        cv2.fillPoly(area, [np.rint(corners * 16).astype(np.int32)], 1.0, cv2.LINE_AA, 4)
        return area


def _soft(area: Floats, sigma: float) -> Floats:
    return np.asarray(cv2.GaussianBlur(area, (0, 0), max(sigma, 0.3)), np.float32)


def _paint(image: Floats, area: Floats, colour: Floats) -> Floats:
    return np.asarray(image * (1 - area[..., None]) + area[..., None] * colour, np.float32)


def _gloss(shape: tuple[int, ...], frame: _Frame, draw: np.random.Generator) -> Floats:
    """Light from one side: 0.7 to 1.25, across the picture."""
    side = float(draw.uniform(-0.3, 0.3))
    ramp = (np.arange(shape[1], dtype=np.float32) - frame.origin[0]) / (3 * frame.unit)
    return np.asarray(np.clip(1 + side * ramp, 0.7, 1.25)[None, :, None], np.float32)


def _strap(image: Floats, frame: _Frame, brim: float, draw: np.random.Generator) -> Floats:
    out, dark = image, np.array([40, 40, 40], np.float32) * float(draw.uniform(0.5, 3))
    for side in (-1, 1):
        band = [(side * 1.12, brim), (side * 1.2, brim), (side * 0.95, 1.6), (side * 0.2, 2.15), (side * 0.2, 2.05), (side * 0.88, 1.5)]
        out = _paint(out, _soft(frame.fill(image.shape, band), 0.8), dark)
    return out
