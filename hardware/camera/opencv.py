"""USB cameras (V4L2), network cameras (RTSP) and files, by OpenCV.

An RTSP server that dies leaves a handle that never recovers, so every failure ends in release and reopening. RTSP goes over TCP: half a
picture is worth less than a late one.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from hardware.camera import Image
from hardware.camera.newest import NewestFrame, Patience
from hardware.errors import DeviceMissing, DeviceUnplugged

OPEN_MS: Final = 5000
READ_MS: Final = 3000
SIZE: Final = (640, 480)
_PICTURES: Final = {".png", ".jpg", ".jpeg", ".bmp"}
_FILE_RATE: Final = 15.0


class _Stream:
    """A V4L2 device or an RTSP address."""

    def __init__(self, source: str) -> None:
        self._source = source
        if source.startswith("rtsp://"):
            os.environ.setdefault("OPENCV_FFMPEG_CAPTURE_OPTIONS", "rtsp_transport;tcp")
            limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, OPEN_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, READ_MS]
            self._capture = cv2.VideoCapture(source, cv2.CAP_FFMPEG, limits)
        else:
            device = f"/dev/video{source}" if source.isdecimal() else source
            if not Path(device).exists():
                raise DeviceMissing(device)
            self._capture = cv2.VideoCapture(device, cv2.CAP_V4L2)
            self._capture.set(cv2.CAP_PROP_FRAME_WIDTH, SIZE[0])
            self._capture.set(cv2.CAP_PROP_FRAME_HEIGHT, SIZE[1])
        if not self._capture.isOpened():
            self._capture.release()
            raise DeviceMissing("no camera answers there")

    def read(self) -> Image:
        good, image = self._capture.read()
        if not good:
            raise DeviceUnplugged("the camera gives no more pictures")
        return np.asarray(image, dtype=np.uint8)

    def stream_s(self) -> float | None:
        """By the time that the camera itself stamps on its pictures."""
        said_ms = self._capture.get(cv2.CAP_PROP_POS_MSEC)
        return said_ms / 1000 if said_ms > 0 else None

    def close(self) -> None:
        self._capture.release()


class _File:
    """A film or a picture, over and over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._picture: Image | None = None
        self._film: cv2.VideoCapture | None = None
        if not path.is_file():
            raise DeviceMissing(path.name)
        if path.suffix.lower() in _PICTURES:
            picture = cv2.imread(str(path))
            if picture is None:
                raise DeviceMissing(f"{path.name} is not a picture")
            self._picture = np.asarray(picture, dtype=np.uint8)
        else:
            self._film = cv2.VideoCapture(str(path), cv2.CAP_FFMPEG)
            if not self._film.isOpened():
                raise DeviceMissing(f"{path.name} is not a film")

    def read(self) -> Image:
        time.sleep(1 / _FILE_RATE)
        if self._picture is not None:
            return self._picture
        film = self._film
        if film is None:
            raise DeviceUnplugged(self._path.name)
        good, image = film.read()
        if not good:
            film.set(cv2.CAP_PROP_POS_FRAMES, 0)
            good, image = film.read()
        if not good:
            raise DeviceUnplugged(f"{self._path.name} holds no pictures")
        return np.asarray(image, dtype=np.uint8)

    def close(self) -> None:
        if self._film is not None:
            self._film.release()


class OpenCvCamera(NewestFrame):
    """A camera by number, device path or RTSP address."""

    def __init__(self, source: str, patience: Patience | None = None) -> None:
        super().__init__(lambda: _Stream(source), patience)


class FileCamera(NewestFrame):
    """A film or a picture in place of a camera; a picture stands still and is not called frozen."""

    def __init__(self, path: Path, patience: Patience | None = None) -> None:
        super().__init__(lambda: _File(path), patience, still_is_frozen=False)
