"""Looks at a passage contact that has to be asked for, while somebody is awaited: nothing else would see a short closing.

Between two looks of its own the line is free for `GAP_S` at least, so that a pulse or a hold waits for one look at most. A look that fails
ends the watch until somebody wakes it again: a board that is silent keeps the line busy for as long as an answer may take.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from hardware.errors import DeviceError
from hardware.turnstile.passage_sensor import PassageSensor

EVERY_S: Final = 0.04
"""From one look to the next. At 9600 baud a question and its answer take 15 ms on the wire, up to 30 with board and adapter."""
GAP_S: Final = 0.01


class ContactWatch:
    """One contact's. `look` asks the board; it is called in a thread that lives from the first `wake` to `close`."""

    def __init__(self, sensor: PassageSensor, look: Callable[[], object]) -> None:
        self._sensor, self._look = sensor, look
        self._awaited, self._over = threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None

    def wake(self) -> None:
        """A pulse was given, or the board answers again. Any thread but the watch's own."""
        if not self._sensor.is_awaited(time.monotonic()):
            return
        if self._thread is None or not self._thread.is_alive():
            self._over.clear()
            self._thread = threading.Thread(target=self._run, name="passage contact", daemon=True)
            self._thread.start()
        self._awaited.set()

    def close(self) -> None:
        """Ends the thread; safe to repeat. The next `wake` begins anew."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._over.set()
            self._awaited.set()
            thread.join()
            self._awaited.clear()

    def _run(self) -> None:
        while not self._over.is_set():
            self._awaited.wait()
            self._awaited.clear()  # before the question whether anybody is awaited: whoever comes in between sets it again
            rest_s = EVERY_S
            while self._sensor.is_awaited(time.monotonic()) and not self._over.wait(rest_s):
                began_s = time.monotonic()
                try:
                    self._look()
                except DeviceError:
                    break
                rest_s = max(GAP_S, EVERY_S - (time.monotonic() - began_s))
