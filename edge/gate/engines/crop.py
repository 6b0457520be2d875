"""Looks at a face's crop: size, sharpness, light, turn. The same measure for every engine."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from edge.faces import Image, Quality

_SIDE = 112


def measure(image: Image, box: tuple[float, float, float, float], landmarks: npt.NDArray[np.float32]) -> Quality:
    """The quality of the face in `box` (x, y, width, height). A box wholly outside the picture measures zero throughout."""
    x, y, width, height = box
    left, top = max(0, int(x)), max(0, int(y))
    crop = image[top : max(top, int(y + height)), left : max(left, int(x + width))]
    if crop.size == 0:
        return Quality(0.0, 0.0, 0.0, 0.0)
    grey = cv2.cvtColor(crop, cv2.COLOR_BGR2GRAY)
    even = cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA if crop.shape[0] > _SIDE else cv2.INTER_LINEAR)
    sharpness = float(cv2.Laplacian(even, cv2.CV_32F).var())
    return Quality(float(width), sharpness, float(even.mean()), turn(landmarks))


def turn(landmarks: npt.NDArray[np.float32]) -> float:
    """How far the nose stands off the middle between the eyes, in eye distances; 1.0 where the eyes fall together (a profile)."""
    left, right, nose = landmarks[0], landmarks[1], landmarks[2]
    across = right - left
    distance = float(np.hypot(across[0], across[1]))
    if distance < 1.0:
        return 1.0
    return float(np.dot(nose - (left + right) / 2, across) / distance**2)
