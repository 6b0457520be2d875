"""dlib's network as the `face_recognition` library uses it: HOG detector, five landmarks, 128 floats. The second engine.

Those five have no mouth, which liveness needs: what a face is looked at by comes of the 68 points, what it is compared by of the five.

The library's own tolerance (distance 0.6) takes a third of all pairs of different East Asian people for one person, so the scores are
calibrated anew, on the comparison that the gate makes: one picture against the unit mean of three of somebody else, by cosine.
Set on 87 East Asian people of LFW (2,477 comparisons), tried on 18 others from the web, among themselves and against those (5,544
comparisons; 72 of their pictures against their own three):

| cosine | about distance | false accepts, set on | false accepts, the others | right ones accepted, the others |
|---|---|---|---|---|
| .938 | .49 | 1e-1 | 6e-2 | .99 |
| .955 | .42 | 1e-2 | 3e-3 | .99 |
| .964 | .37 | 1e-3 | 2e-4 | .89 |
| .976 | .30 | 1e-6, extrapolated | none | .44 |

The last line is no measurement: the logarithm of the distance runs straight over the normal quantile of the rate, and the line is
prolonged. It holds for what can be checked: in a gallery of 105 people the threshold is .973, where none of 256 strangers passed.
There it also misses two right pictures in five: this engine fits small galleries, and card and face; the default is the other one.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Self

import cv2
import numpy as np

from edge.faces import Face, Image, Scale, Vector, unit
from edge.gate.engines.crop import measure
from edge.gate.engines.weights import DLIB_LANDMARKS, DLIB_MARKS, DLIB_RESNET, find

SCALE: Final = Scale(points=((0.9378, 1e-1), (0.9551, 1e-2), (0.9638, 1e-3), (0.9762, 1e-6)), margin=0.01, same=0.955)


class DlibResnetEngine:
    """The engine `dlib-resnet-v1`: gives the vectors of `face_recognition.face_encodings(..., model="small")`, at length one."""

    name = "dlib-resnet-v1"
    dim = 128
    scale = SCALE

    def __init__(self, landmarks: Path, marks: Path, resnet: Path) -> None:
        import dlib

        self._dlib: Any = dlib
        self._detector: Any = dlib.get_frontal_face_detector()
        self._predictor: Any = dlib.shape_predictor(str(landmarks))
        self._marks: Any = dlib.shape_predictor(str(marks))
        self._encoder: Any = dlib.face_recognition_model_v1(str(resnet))

    @classmethod
    def load(cls, models_dir: Path | None = None, threads: int = 1) -> Self:
        """Weights checked by SHA-256, networks built; dlib itself uses one thread. Raises `ModelMissing`, `ModelAltered`."""
        landmarks, marks, resnet = (find(one, models_dir) for one in (DLIB_LANDMARKS, DLIB_MARKS, DLIB_RESNET))
        cv2.setNumThreads(threads)
        return cls(landmarks, marks, resnet)

    def detect(self, image: Image) -> list[Face]:
        """Faces, largest first; the detector's window of 80 pixels is its smallest face."""
        rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        boxes, scores, _ = self._detector.run(rgb, 0, 0.0)
        faces = [self._face(image, rgb, box, float(score)) for box, score in zip(boxes, scores, strict=True)]
        return sorted(faces, key=lambda face: -face.box[2])

    def _face(self, image: Image, rgb: Any, rectangle: Any, score: float) -> Face:
        points = np.array([[p.x, p.y] for p in self._marks(rgb, rectangle).parts()], np.float32)
        box = (float(rectangle.left()), float(rectangle.top()), float(rectangle.width()), float(rectangle.height()))
        # of the 68: six around either eye, the tip of the nose, both corners of the mouth
        landmarks = np.stack([points[36:42].mean(axis=0), points[42:48].mean(axis=0), points[30], points[48], points[54]])
        return Face(box, landmarks, min(1.0, max(0.0, score)), measure(image, box, landmarks))

    def embed(self, image: Image, face: Face) -> Vector:
        """The face's chip, turned upright by the five points, as a unit vector."""
        rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        x, y, width, height = (round(value) for value in face.box)
        shape = self._predictor(rgb, self._dlib.rectangle(x, y, x + width - 1, y + height - 1))
        return unit(np.array(self._encoder.compute_face_descriptor(rgb, shape, 1)))
