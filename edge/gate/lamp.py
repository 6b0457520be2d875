"""When the lane's lamp burns: as long as faces are too dark without it, and no flicker. Pure: brightness and time in, on or off out.

The lamp changes the very brightness that it follows. So what it adds is measured when it goes on, and taken off again before asking
whether daylight alone would do.
"""

from __future__ import annotations

from typing import Final

from edge.faces import Image

DARK: Final = 60.0
"""A face whose mean grey is below this needs light; an empty scene needs it below half of that, or no face would ever be found."""
BRIGHT: Final = 95.0
"""Daylight is enough from here on."""
DARK_S: Final = 0.4
SETTLE_S: Final = 1.0
"""A camera's own exposure has followed the lamp by then."""
LEAST_ON_S: Final = 30.0
"""Once on, for at least so long: a relay and an eye both want rest."""


def scene_brightness(image: Image) -> float:
    """Mean grey of a picture, 0 to 255, from one pixel in 256: 10 microseconds, no copy of the frame."""
    return float(image[::16, ::16].mean())


class Lamp:
    """One lane's lamp. `on` is what it should be now."""

    def __init__(self) -> None:
        self.on = False
        self._dark_since_s: float | None = None
        self._bright_since_s: float | None = None
        self._lit_s = 0.0
        self._before: float | None = None
        self._adds: float | None = None

    def see(self, scene: float, face: float | None, at_s: float) -> bool:
        """One frame's brightness: of the whole scene and of the face, if there is one; both 0 to 255. Whether the lamp should burn."""
        if self.on:
            self._burning(scene, at_s)
        else:
            self._waiting(scene, face, at_s)
        return self.on

    def _waiting(self, scene: float, face: float | None, at_s: float) -> None:
        dark = face < DARK if face is not None else scene < DARK / 2
        self._dark_since_s = (at_s if self._dark_since_s is None else self._dark_since_s) if dark else None
        if self._dark_since_s is not None and at_s - self._dark_since_s >= DARK_S:
            self.on, self._lit_s, self._before, self._adds = True, at_s, scene, None
            self._dark_since_s = self._bright_since_s = None

    def _burning(self, scene: float, at_s: float) -> None:
        if at_s - self._lit_s < SETTLE_S or self._before is None:
            return
        self._adds = max(0.0, scene - self._before) if self._adds is None else self._adds
        bright = scene - self._adds >= BRIGHT
        self._bright_since_s = (at_s if self._bright_since_s is None else self._bright_since_s) if bright else None
        if self._bright_since_s is not None and at_s - self._bright_since_s >= 3.0 and at_s - self._lit_s >= LEAST_ON_S:
            self.on = False
