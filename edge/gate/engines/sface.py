"""YuNet finds, SFace describes: both through OpenCV, on the processor. The default engine.

False accepts per pair of different East Asian people by cosine, over 210 people and 274,000 pairs (LFW, deep-funnelled): .363 1.4e-3,
.40 5.4e-4, .45 1.2e-4, .50 1.1e-5, .55 none. OpenCV's published threshold is .363. A search among thirty people and more is centred on the
gallery's mean; its points are false accepts per enrolled person and attempt (the best of ten frames' fusions against the mean of up to
three pictures, in drawn helmets, still and in motion): 105 East Asian people, 53,456 comparisons. Among 444 people of LFW at large
(261,370) the same rates come .02 to .04 lower.

Detection runs on a picture scaled to 320 pixels: 5 ms a frame on one thread, and a face of 40 pixels in a 640 x 480 frame is still found.
"""

from __future__ import annotations

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
        scale = min(1.0, self._side / max(image.shape[:2]))
        small = cv2.resize(image, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else image
        size = (small.shape[1], small.shape[0])
        if size != self._size:
            self._detector.setInputSize(size)
            self._size = size
        rows: Any = self._detector.detect(small)[1]  # None without a face
        if rows is None:
            return []
        faces = [self._face(image, row / np.float32(scale), float(row[14])) for row in rows]
        return sorted(faces, key=lambda face: -face.box[2])

    def _face(self, image: Image, row: Vector, score: float) -> Face:
        box = (float(row[0]), float(row[1]), float(row[2]), float(row[3]))
        landmarks = np.ascontiguousarray(row[4:14].reshape(5, 2), np.float32)
        return Face(box, landmarks, min(1.0, score), measure(image, box, landmarks))

    def embed(self, image: Image, face: Face) -> Vector:
        """The face, turned upright by its five points, as a unit vector."""
        row = np.concatenate([np.asarray(face.box, np.float32), face.landmarks.reshape(-1), np.asarray([face.score], np.float32)])
        return unit(np.asarray(self._recogniser.feature(self._recogniser.alignCrop(image, row.reshape(1, 15)))))
