"""The face_recognition library the way its README has it: the baseline that people usually start from."""

from __future__ import annotations

from typing import Any, Final

import cv2
import numpy as np

from edge.faces import Face, Image, Quality, Vector
from edge.gate.engines import load_engine

NAME: Final = "face_recognition"


class ReadmeLibrary:
    """face_recognition the way its README has it: HOG with one enlargement, `face_encodings`, distances (not unit vectors)."""

    name, dim = NAME, 128

    def __init__(self) -> None:
        import face_recognition

        self._library: Any = face_recognition
        self.scale = load_engine("sface", None, 1).scale

    def detect(self, image: Image) -> list[Face]:
        """Faces by HOG."""
        places = self._library.face_locations(cv2.cvtColor(image, cv2.COLOR_BGR2RGB))
        quality = Quality(100.0, 100.0, 120.0, 0.0)
        marks = np.full((5, 2), np.nan, np.float32)
        return [
            Face((float(left), float(top), float(right - left), float(bottom - top)), marks, 1.0, quality)
            for top, right, bottom, left in places
        ]

    def embed(self, image: Image, face: Face) -> Vector:
        """The 128 numbers as the library gives them."""
        left, top, width, height = (int(value) for value in face.box)
        rgb = cv2.cvtColor(image, cv2.COLOR_BGR2RGB)
        found = self._library.face_encodings(rgb, [(top, left + width, top + height, left)])
        return np.asarray(found[0], np.float32)
