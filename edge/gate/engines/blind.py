"""No engine: its model is missing or was altered. Nobody is known by face, everybody by card; the lane says what is wrong."""

from __future__ import annotations

from typing import Final

import numpy as np

from edge.faces import Face, Image, Scale, Vector

_NEVER: Final = Scale(points=((0.998, 1e-6), (0.999, 1e-7)), margin=1.0, same=1.0)


class BlindEngine:
    """Sees nobody, so that a lane without its model goes on with cards, codes and guards."""

    name, dim, scale = "blind", 1, _NEVER

    def detect(self, image: Image) -> list[Face]:
        """Nobody."""
        return []

    def embed(self, image: Image, face: Face) -> Vector:
        """Never asked: there is no face."""
        return np.ones(1, np.float32)
