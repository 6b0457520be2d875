"""An infrared or depth camera beside the lane's own, by what its maker's software says of the face before it.

Protocol: that software listens on a UNIX stream socket and writes, to whoever connects and as often as it looks, one line: a number from
0 (surely a picture) to 1 (surely a living face), in ASCII, ended by a line feed. It says nothing while it sees no face. What is no such
number is passed over; a word older than half a second is silence, and so is a connection that is gone, which is tried anew each second.
"""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

FRESH_S: Final = 0.5
"""How long a word holds: as long as a frame."""
_AGAIN_S: Final = 1.0
_NUMBER: Final = re.compile(rb"(?:0(?:\.\d{1,9})?|1(?:\.0{1,9})?)\r?")


class DepthLine:
    """Reads what the software at this socket says, on a thread of its own, from the start until `close`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._said: tuple[float, float] | None = None
        self._connected = False
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="depth", daemon=True)
        self._thread.start()

    def latest(self) -> float | None:
        """How sure it is of a living face now, 0 to 1; None while it is silent."""
        said = self._said
        return said[0] if said is not None and time.monotonic() - said[1] < FRESH_S else None

    def fault(self) -> str | None:
        """DEVICE_NOT_FOUND while nobody answers at the socket."""
        return None if self._connected else "DEVICE_NOT_FOUND"

    def close(self) -> None:
        """Ends the thread; safe to repeat."""
        self._stop.set()
        self._thread.join(timeout=2.0)

    def _run(self) -> None:
        while not self._stop.is_set():
            with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(FRESH_S)
                line.connect(str(self._path))
                self._connected = True
                self._listen(line)
            self._connected = False
            self._stop.wait(_AGAIN_S)

    def _listen(self, line: socket.socket) -> None:
        rest = b""
        while not self._stop.is_set():
            try:
                data = line.recv(4096)
            except TimeoutError:
                continue
            if not data:
                return
            *words, rest = (rest + data).split(b"\n")
            rest = rest[-64:]
            numbers = [word for word in words if _NUMBER.fullmatch(word)]
            if numbers:
                self._said = float(numbers[-1]), time.monotonic()
