"""YuNet finds, SFace describes: both through OpenCV, on the processor. The default engine.

False accepts per pair of different East Asian people by cosine, over 210 people and 274,000 pairs (LFW, deep-funnelled): .363 1.4e-3,
.40 5.4e-4, .45 1.2e-4, .50 1.1e-5, .55 none. OpenCV's published threshold is .363. A search among thirty people and more is centred on the
gallery's mean; its points are false accepts per enrolled person and attempt (the best of ten frames' fusions against the mean of up to
three pictures, in drawn helmets, still and in motion): 105 East Asian people, 53,456 comparisons. Among 444 people of LFW at large
(261,370) the same rates come .02 to .04 lower.

Detection runs on a picture scaled to 320 pixels: 5 ms a frame on one thread, and a face of 40 pixels in a 640 x 480 frame is still found.
Around a face that was there a moment ago it costs half of that, at the same scale and on the same grid of pixels, so that box and
landmarks come out alike.
"""

from __future__ import annotations

from math import ceil, floor
from pathlib import Path
from typing import Any, Final, Self

import cv2
import numpy as np

from edge.faces import Face, Image, Scale, Vector, unit
from edge.gate.engines.crop import measure
from edge.gate.engines.onnx_inputs import keep_inputs
from edge.gate.engines.weights import SFACE, YUNET, read

_EMPTY: Final = np.empty(0, np.uint8)
_DETECT_SIDE: Final = 320
_MIN_SCORE: Final = 0.7
_GRID: Final = 32
"""The detector's coarsest step, in pixels of the scaled picture: a cut that begins on it is seen as in the whole picture."""
_ROOM: Final = (0.5, 0.35)
"""How far around a face is looked, across and up or down, in widths and heights: what somebody walks between two frames."""
_WORTH: Final = 0.7
"""A cut larger than this share of the picture saves nothing worth having."""
SCALE: Final = Scale(
    points=((0.363, 1.4e-3), (0.40, 5.4e-4), (0.45, 1.2e-4), (0.50, 1.1e-5)),
    margin=0.05,
    same=0.40,
    crowd=((0.280, 1e-2), (0.367, 1e-3), (0.427, 1e-4), (0.477, 1e-5)),
)


class SFaceEngine:
    """The engine `sface-2021dec`: 128 floats a face."""

    name = "sface-2021dec"
    dim = 128
    scale = SCALE

    def __init__(self, detector: bytes, recogniser: bytes, detect_side: int = _DETECT_SIDE) -> None:
        self._side = detect_side
        self._size = (0, 0)
        buffer = np.frombuffer(detector, np.uint8)
        self._detector = cv2.FaceDetectorYN.create("onnx", buffer, _EMPTY, (_DETECT_SIDE, _DETECT_SIDE), _MIN_SCORE, 0.3, 50)
        graph = keep_inputs(recogniser, frozenset({"data"}))
        self._recogniser = cv2.FaceRecognizerSF.create("onnx", np.frombuffer(graph, np.uint8), _EMPTY)

    @classmethod
    def load(cls, models_dir: Path | None = None, threads: int = 1) -> Self:
        """Weights checked by SHA-256, networks built. Raises `ModelMissing`, `ModelAltered`."""
        cv2.setNumThreads(threads)
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_ERROR)  # OpenCV 5 warns that the processor is the only target
        return cls(read(YUNET, models_dir), read(SFACE, models_dir))

    def detect(self, image: Image) -> list[Face]:
        """Faces, largest first."""
        return self._seen(image, (0, 0, image.shape[1], image.shape[0]), self._scale(image))

    def detect_near(self, image: Image, face: Face) -> list[Face]:
        """Faces around where `face` was, largest first, in pixels of the whole picture; one at the edge of the cut may be missed."""
        scale = self._scale(image)
        cut = _around(face, scale, image.shape[1], image.shape[0])
        return self.detect(image) if cut is None else self._seen(image, cut, scale)

    def _scale(self, image: Image) -> float:
        return float(min(1.0, self._side / max(image.shape[:2])))

    def _seen(self, image: Image, cut: tuple[int, int, int, int], scale: float) -> list[Face]:
        left, top, right, bottom = cut
        part = image[top:bottom, left:right]
        small = cv2.resize(part, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else np.ascontiguousarray(part)
        size = (small.shape[1], small.shape[0])
        if size != self._size:
            self._detector.setInputSize(size)
            self._size = size
        rows: Any = self._detector.detect(small)[1]  # None without a face
        if rows is None:
            return []
        faces = [self._face(image, row[:14] / np.float32(scale), (left, top), float(row[14])) for row in rows]
        return sorted(faces, key=lambda face: -face.box[2])

    def _face(self, image: Image, row: Vector, corner: tuple[int, int], score: float) -> Face:
        box = (float(row[0]) + corner[0], float(row[1]) + corner[1], float(row[2]), float(row[3]))
        landmarks = np.ascontiguousarray(row[4:14].reshape(5, 2) + np.asarray(corner, np.float32), np.float32)
        return Face(box, landmarks, min(1.0, score), measure(image, box, landmarks))

    def embed(self, image: Image, face: Face) -> Vector:
        """The face, turned upright by its five points, as a unit vector."""
        row = np.concatenate([np.asarray(face.box, np.float32), face.landmarks.reshape(-1), np.asarray([face.score], np.float32)])
        return unit(np.asarray(self._recogniser.feature(self._recogniser.alignCrop(image, row.reshape(1, 15)))))


def _around(face: Face, scale: float, wide: int, tall: int) -> tuple[int, int, int, int] | None:
    """Left, top, right, bottom of the cut in pixels of the picture, on the detector's grid; None where it is most of the picture."""
    x, y, width, height = face.box
    left, right = _on_grid(x - _ROOM[0] * width, x + (1 + _ROOM[0]) * width, scale, wide)
    top, bottom = _on_grid(y - _ROOM[1] * height, y + (1 + _ROOM[1]) * height, scale, tall)
    size = max(0, right - left) * max(0, bottom - top)
    return (left, top, right, bottom) if 0 < size <= _WORTH * wide * tall else None


def _on_grid(low: float, high: float, scale: float, end: int) -> tuple[int, int]:
    first = max(0, floor(low * scale / _GRID)) * _GRID
    last = ceil(high * scale / _GRID) * _GRID
    return round(first / scale), min(end, round(last / scale))
