"""dlib's network as the `face_recognition` library uses it: HOG detector, five landmarks, 128 floats. The second engine.

The library's own tolerance (distance 0.6) takes a third of all pairs of different East Asian people for one person, so the scores are
calibrated anew. 89 East Asian people of LFW, 185 pictures, split by person; cosine of the vectors at length one (a little
better than the distance). Set on 44 people (4,182 pairs of different ones), tried on the other 45 (3,838 pairs, 167 of the same):

| cosine | about distance | false accepts, set on | false accepts, the others | right ones accepted, the others |
|---|---|---|---|---|
| .929 | .51 | 1e-1  | 9e-2   | .97 |
| .950 | .44 | 1e-2  | 3.4e-3 | .84 |
| .960 | .39 | 1e-3  | 5e-4   | .61 |

Beyond the last point the line goes on at the same slope, which is on the safe side. For hundreds of people that means a threshold near
.99, which misses most: fit for a small gallery or for card and face; the default engine is the other one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Self

import cv2
import numpy as np

from edge.gate.engines.crop import measure
from edge.gate.engines.weights import DLIB_LANDMARKS, DLIB_RESNET, find
from edge.gate.faces import Face, Image, Scale, Vector, unit

SCALE: Final = Scale(points=((0.9293, 1e-1), (0.9498, 1e-2), (0.9603, 1e-3)), margin=0.01, same=0.92)


class DlibResnetEngine:
    """The engine `dlib-resnet-v1`: gives the vectors of `face_recognition.face_encodings(..., model="small")`, at length one."""

    name = "dlib-resnet-v1"
    dim = 128
    scale = SCALE

    def __init__(self, landmarks: Path, resnet: Path) -> None:
        import dlib

        self._dlib: Any = dlib
        self._detector: Any = dlib.get_frontal_face_detector()
        self._predictor: Any = dlib.shape_predictor(str(landmarks))
        self._encoder: Any = dlib.face_recognition_model_v1(str(resnet))

    @classmethod
    def load(cls, models_dir: Path | None = None, threads: int = 1) -> Self:
        """Weights checked by SHA-256, networks built; dlib itself uses one thread. Raises `ModelMissing`, `ModelAltered`."""
        landmarks, resnet = find(DLIB_LANDMARKS, models_dir), find(DLIB_RESNET, models_dir)
        cv2.setNumThreads(threads)
        return cls(landmarks, resnet)

    def detect(self, image: Image) -> list[Face]:
        """Faces, largest first; the detector's window of 80 pixels is its smallest face."""
        rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        boxes, scores, _ = self._detector.run(rgb, 0, 0.0)
        faces = [self._face(image, rgb, box, float(score)) for box, score in zip(boxes, scores, strict=True)]
        return sorted(faces, key=lambda face: -face.box[2])

    def _face(self, image: Image, rgb: Any, rectangle: Any, score: float) -> Face:
        points = np.array([[p.x, p.y] for p in self._predictor(rgb, rectangle).parts()], np.float32)
        box = (float(rectangle.left()), float(rectangle.top()), float(rectangle.width()), float(rectangle.height()))
        # dlib's five: both corners of the eye on the picture's right, both of the other, the base of the nose
        landmarks = np.full((5, 2), np.nan, np.float32)
        landmarks[0], landmarks[1], landmarks[2] = points[2:4].mean(axis=0), points[0:2].mean(axis=0), points[4]
        return Face(box, landmarks, min(1.0, max(0.0, score)), measure(image, box, landmarks))

    def embed(self, image: Image, face: Face) -> Vector:
        """The face's chip, turned upright by the five points, as a unit vector."""
        rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        x, y, width, height = (round(value) for value in face.box)
        shape = self._predictor(rgb, self._dlib.rectangle(x, y, x + width - 1, y + height - 1))
        return unit(np.array(self._encoder.compute_face_descriptor(rgb, shape, 1)))
