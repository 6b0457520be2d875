"""A worker's enrolment shots as the gate will see them: copies with a hard hat drawn on and the picture smeared, made when enrolling.

Workers are enrolled bare-headed and still, and come in helmets and in motion. A detector sets the five points of a face a little
differently then, and the vector moves. Each shot's row is therefore turned part of the way towards the mean of its copies; the copies
themselves are never kept. Which helmet it is must not matter, so colour, brim, height and tilt are drawn anew for every copy.
"""

from __future__ import annotations

import zlib
from dataclasses import replace
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from edge.faces import Face, FaceEngine, Image, Vector, unit

COPIES: Final = 5
SHARE: Final = 0.4
"""How far a row is turned towards its copies."""
_SHUTTER: Final = (0.05, 0.13)
"""Length of a smear, in widths of the face."""


def enrolment_row(engine: FaceEngine, image: Image, face: Face) -> Vector:
    """The vector to enrol of a face that `engine` found in this picture: its own, and that of its copies. About 0.1 s with SFace."""
    own = engine.embed(image, face)
    image, face = _around(image, face)
    draw = np.random.default_rng(zlib.crc32(np.ascontiguousarray(image[::8, ::8]).tobytes()))
    copies = [row for number in range(COPIES) if (row := _copy(engine, image, face, draw, number)) is not None]
    if not copies or not np.isfinite(face.landmarks[:3]).all():
        return own
    return unit((1 - SHARE) * own + SHARE * unit(np.stack(copies).sum(axis=0)))


def _around(image: Image, face: Face) -> tuple[Image, Face]:
    """The head and its surroundings, and the same face in them: nothing is drawn onto the rest of a large picture."""
    x, y, width, height = face.box
    left, top = max(0, int(x - width)), max(0, int(y - height))
    part = image[top : int(y + 2 * height), left : int(x + 2 * width)]
    marks = np.asarray(face.landmarks - np.array([left, top], np.float32), np.float32)
    return part, replace(face, box=(x - left, y - top, width, height), landmarks=marks)


def _copy(engine: FaceEngine, image: Image, face: Face, draw: np.random.Generator, number: int) -> Vector | None:
    worn = hard_hat(image, face, draw)
    seen = smeared(worn, face, draw) if number else worn
    found = [one for one in engine.detect(seen) if _same_place(one, face)]
    return engine.embed(seen, found[0]) if found else None


def _same_place(one: Face, other: Face) -> bool:
    away = np.hypot(
        one.box[0] + one.box[2] / 2 - other.box[0] - other.box[2] / 2, one.box[1] + one.box[3] / 2 - other.box[1] - other.box[3] / 2
    )
    return bool(away < 0.4 * other.box[2])


def hard_hat(image: Image, face: Face, draw: np.random.Generator) -> Image:
    """The picture with a helmet on this face: everything from a curved brim upwards, within the head's width, in one shaded colour."""
    across, along = _places(image, face, float(draw.uniform(-0.08, 0.08)))
    brim = -draw.uniform(0.42, 0.85) + draw.uniform(-0.12, 0.2) * across**2
    half, tall = draw.uniform(1.15, 1.5), draw.uniform(1.3, 2.0)
    shell = (along < brim) & ((across / half) ** 2 + ((along - brim) / tall) ** 2 < 1)
    below = np.clip(1 - (along - brim) / draw.uniform(0.15, 0.5), 0, 1) * (along >= brim) * (np.abs(across) < half)
    colour = draw.uniform(15, 250, 3) * np.ones((1, 1, 3))
    light = 1 + draw.uniform(-0.3, 0.3) * across / half + draw.uniform(0, 0.25) * (along - brim) / tall
    edge = cv2.GaussianBlur(shell.astype(np.float32), (0, 0), 0.8)[..., None]
    shaded = image * (1 - draw.uniform(0.1, 0.5) * below)[..., None]
    return np.asarray(np.clip(shaded * (1 - edge) + edge * colour * light[..., None], 0, 255), np.uint8)


def smeared(image: Image, face: Face, draw: np.random.Generator) -> Image:
    """The picture as it is when head or camera moves while the shutter is open: a straight line, any way."""
    length = float(draw.uniform(*_SHUTTER)) * face.box[2]
    angle, steps = float(draw.uniform(0, np.pi)), 9
    ways = np.linspace(-length / 2, length / 2, steps)
    size = (image.shape[1], image.shape[0])
    moved = [_shifted(image, way * np.cos(angle), way * np.sin(angle), size).astype(np.float32) for way in ways]
    return np.asarray(np.mean(moved, axis=0), np.uint8)


def _shifted(image: Image, x: float, y: float, size: tuple[int, int]) -> Image:
    matrix = np.array([[1, 0, x], [0, 1, y]], np.float32)
    return np.asarray(cv2.warpAffine(image, matrix, size, borderMode=cv2.BORDER_REPLICATE), np.uint8)


def _places(image: Image, face: Face, tilt: float) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Every pixel in the face's own axes: along the eyes and down the face, in eye distances from the middle between the eyes."""
    left, right = face.landmarks[0].astype(np.float64), face.landmarks[1].astype(np.float64)
    middle, way = (left + right) / 2, right - left
    distance = max(1.0, float(np.hypot(way[0], way[1])))
    angle = float(np.arctan2(way[1], way[0])) + tilt
    y, x = np.mgrid[0 : image.shape[0], 0 : image.shape[1]].astype(np.float32)
    x, y = x - np.float32(middle[0]), y - np.float32(middle[1])
    across = (x * np.cos(angle) + y * np.sin(angle)) / distance
    along = (-x * np.sin(angle) + y * np.cos(angle)) / distance
    return np.asarray(across, np.float32), np.asarray(along, np.float32)
