"""A camera that another process of the box owns and lends: JPEG over HTTP on a UNIX socket, GET /frame.jpg with X-Frame-Number.

A small box has one camera; the gate process owns it and the kiosk sees through its eye. While somebody is being photographed the borrower
says so with every picture it asks for (X-Taking), and the lender matches nobody meanwhile.
"""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from hardware.camera import Image
from hardware.camera.newest import NewestFrame, Patience
from hardware.errors import DeviceMissing, DeviceUnplugged

RATE: Final = 12.0
ANSWER_S: Final = 2.0
TAKING: Final = "X-Taking"
"""The header of a request for a picture in which somebody is being enrolled."""

Taking = Callable[[], bool]


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("localhost", timeout=ANSWER_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(ANSWER_S)
        self.sock.connect(str(self._path))


class _Lender:
    def __init__(self, path: Path, taking: Taking) -> None:
        if not path.exists():
            raise DeviceMissing("nobody lends a camera")
        self._connection = _UnixConnection(path)
        self._taking = taking
        self._number = ""
        self._next_s = 0.0

    def read(self) -> Image | None:
        time.sleep(max(0.0, self._next_s - time.monotonic()))
        self._next_s = time.monotonic() + 1 / RATE
        try:
            self._connection.request("GET", "/frame.jpg", headers={TAKING: "1"} if self._taking() else {})
            answer = self._connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as gone:
            raise DeviceUnplugged("the lender does not answer") from gone
        number = answer.headers.get("X-Frame-Number", "")
        if answer.status != http.client.OK or not body or number == self._number:
            return None
        self._number = number
        image = cv2.imdecode(np.frombuffer(body, np.uint8), cv2.IMREAD_COLOR)
        return None if image is None else np.asarray(image, dtype=np.uint8)

    def close(self) -> None:
        self._connection.close()


class LentCamera(NewestFrame):
    """The camera behind a lender's UNIX socket."""

    def __init__(self, socket_path: Path, patience: Patience | None = None) -> None:
        self._taking: Taking = lambda: False
        super().__init__(lambda: _Lender(socket_path, self._is_taking), patience)

    def tell_lender(self, taking: Taking) -> None:
        """From now on the lender hears with each picture whether somebody is being photographed; `taking` is asked by another thread."""
        self._taking = taking

    def _is_taking(self) -> bool:
        return self._taking()
