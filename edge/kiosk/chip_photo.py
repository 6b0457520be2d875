"""The photo in the card's chip, where a vendor's decoder is set up: shown beside the live pictures, and compared with them.

It refuses nobody. The chip's photo is small and up to twenty years old; 'unclear' asks the manager to look, and so does 'unavailable',
which is the normal state of a box without a decoder. It lives in memory until the enrolment ends.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Final

import cv2
import numpy as np

from edge.faces import FaceEngine, Image, Vector, threshold, unit
from edge.kiosk.guidance import jpeg
from hardware.card_reader.wlt import HEIGHT, WIDTH, ChipPhoto, ChipPhotoUnavailable

log = logging.getLogger(__name__)

_LARGER: Final = 4
_AROUND: Final = 60
"""Grey points around the enlarged photo: a detector wants some air around a head."""

DECODING: Final = "CHIP_PHOTO_DECODING"
UNAVAILABLE: Final = "CHIP_PHOTO_UNAVAILABLE"
SHOWN: Final = "CHIP_PHOTO_SHOWN"
SIMILAR: Final = "CHIP_PHOTO_SIMILAR"
UNCLEAR: Final = "CHIP_PHOTO_UNCLEAR"


class ChipLook:
    """One card's photo, decoded in a thread of its own: a vendor's library may take seconds."""

    def __init__(self, decode: Callable[[bytes], ChipPhoto] | None, photo: bytes) -> None:
        self._decode, self._photo = decode, photo
        self.image: Image | None = None
        self.state = DECODING if decode and photo else UNAVAILABLE
        self._thread = threading.Thread(target=self._run, name="kiosk-chip-photo", daemon=True)
        if self.state == DECODING:
            self._thread.start()

    def _run(self) -> None:
        try:
            self.image = _picture(self._decode(self._photo)) if self._decode else None
            self.state = SHOWN
        except ChipPhotoUnavailable as reason:
            log.info("no photo from the chip: %s", reason.trouble)
            self.state = UNAVAILABLE

    def shown(self) -> bytes | None:
        """The photo as JPEG."""
        return None if self.image is None else jpeg(self.image, 92)

    def compare(self, engine: FaceEngine, rows: Vector) -> None:
        """Sets `state` to similar or unclear, once the photo is there. On the engine's own thread."""
        if self.image is not None:
            self.state = _likeness(engine, self.image, rows)


def _picture(photo: ChipPhoto) -> Image:
    rgb = np.frombuffer(photo.rgb, np.uint8).reshape(HEIGHT, WIDTH, 3)
    return np.ascontiguousarray(rgb[..., ::-1])


def _likeness(engine: FaceEngine, image: Image, rows: Vector) -> str:
    large = cv2.resize(image, None, fx=_LARGER, fy=_LARGER, interpolation=cv2.INTER_CUBIC)
    room = np.asarray(cv2.copyMakeBorder(large, _AROUND, _AROUND, _AROUND, _AROUND, cv2.BORDER_REPLICATE), np.uint8)
    faces = engine.detect(room)
    if not faces:
        return UNCLEAR
    score = float(unit(rows.mean(axis=0)) @ engine.embed(room, faces[0]))
    return SIMILAR if score >= threshold(engine.scale, 1) else UNCLEAR
