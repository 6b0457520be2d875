"""Codes that are held before the lane camera: looked for a few times a second, told once."""

from __future__ import annotations

from typing import Final

import cv2

from edge.sync.qr_pass import HEAD
from hardware.camera import Frame, Image

LOOK_S: Final = 0.3
"""Looking for a code costs as much as looking for a face: not in every frame."""
AGAIN_S: Final = 8.0
"""The same code counts anew when it was not seen for so long."""


class CodeCamera:
    """Finds the project's own codes in frames. One lane's; not thread-safe."""

    def __init__(self) -> None:
        self._detector = cv2.QRCodeDetectorAruco()
        self._looked_s = self._seen_s = float("-inf")
        self._seen = ""

    def look(self, frame: Frame) -> str | None:
        """A code that was not just told, or None. Whatever is not ours (a poster, a payment code) is passed over."""
        if frame.taken_s - self._looked_s < LOOK_S:
            return None
        self._looked_s = frame.taken_s
        text = self._read(frame.image)
        if not text.startswith(HEAD):
            return None
        again = text == self._seen and frame.taken_s - self._seen_s < AGAIN_S
        self._seen, self._seen_s = text, frame.taken_s
        return None if again else text

    def _read(self, image: Image) -> str:
        try:
            text, _, _ = self._detector.detectAndDecode(image)
        except (cv2.error, UnicodeDecodeError):  # some patterns break the decoder itself; the next frame is another one
            return ""
        return text
