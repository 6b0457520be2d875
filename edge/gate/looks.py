"""Where in a frame faces are looked for: everywhere, only around the one face of an attempt, or nowhere while nothing has moved.

Finding faces costs a quarter of the frame that opens and nearly all of a day without anybody before the camera. Neither saving may
change a verdict or keep anybody waiting (docs/adr/0020):

* Around one face alone, once an attempt of its own has begun, and never longer than WHOLE_S: whoever steps up beside it is seen by the
  next whole look. A face that is not found there is looked for everywhere at once.
* Nowhere, where the last whole look found nobody, no face is being followed and the picture is the one of that look but for its light
  and its noise; and never longer than STILL_S.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from edge.faces import Face, FaceEngine, Image, NearbyEngine
from edge.gate.tracking import Track

WHOLE_S: Final = 0.15
"""Two frames of a camera's fifteen a second, at most, are looked at around one face only."""
STILL_S: Final = 0.5
MOVED: Final = 4.0
"""Grey levels by which one cell has to change, light evened out. Noise of 10 levels in each pixel moves no cell by more than 2, and

somebody who moves none by 4 stands in a light in which no face is found. More noise costs looks, never a face.
"""
_CELLS: Final = (20, 15)

Cells = npt.NDArray[np.float32]


class Looks:
    """One lane's. Not thread-safe."""

    def __init__(self, engine: FaceEngine) -> None:
        self._engine = engine
        self._near = engine.detect_near if isinstance(engine, NearbyEngine) else None
        self._whole_s = float("-inf")
        self._empty: Cells | None = None

    def everywhere(self, image: Image, at_s: float) -> list[Face]:
        """The faces of the whole frame."""
        self._whole_s, self._empty = at_s, None
        return self._engine.detect(image)

    def see(self, image: Image, at_s: float, tracks: Sequence[Track]) -> list[Face]:
        """The faces of a frame taken at `at_s`, largest first. `tracks` are those still followed."""
        if self._near is not None and at_s - self._whole_s < WHOLE_S and (track := _attempting(tracks)) is not None:
            near = self._near(image, track.face)
            if near:
                return near
        if tracks:
            return self.everywhere(image, at_s)
        cells = _cells(image)
        if self._empty is not None and at_s - self._whole_s < STILL_S and _still(self._empty, cells):
            return []
        faces = self.everywhere(image, at_s)
        self._empty = None if faces else cells
        return faces


def _attempting(tracks: Sequence[Track]) -> Track | None:
    """The one face there is, if frames of it are being gathered."""
    if len(tracks) != 1 or not tracks[0].samples or tracks[0].passed:
        return None
    return tracks[0]


def _cells(image: Image) -> Cells:
    return np.asarray(cv2.resize(image, _CELLS, interpolation=cv2.INTER_AREA), np.float32)


def _still(before: Cells, now: Cells) -> bool:
    """Whether nothing moved between two looks. A change of light alone moves all cells by one factor, which is taken out."""
    light = float(before.mean()) / max(1.0, float(now.mean()))
    return float(np.abs(now * np.float32(light) - before).max()) < MOVED
