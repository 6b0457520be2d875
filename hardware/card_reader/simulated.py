"""A SAM_V reader that is not there: real frames over a pseudo-terminal, a card to put and lift, and every fault of a real line.

It is opened as any reader, by its path: `open_card_reader(f"sam-serial:{simulator.path}")`. Never a default anywhere.
"""

from __future__ import annotations

import os
import select
import tempfile
import termios
import threading
import time
import tty
from pathlib import Path
from typing import Final

from hardware.card_reader.sam_frames import BAUD_COMMANDS
from hardware.card_reader.sam_module import SamBrain

_SPEEDS: Final = {baud: getattr(termios, f"B{baud}") for baud in BAUD_COMMANDS}


class SamSimulator(SamBrain):
    """A reader on a pseudo-terminal with its own thread. `path` stays the same over unplug and replug, as a udev link does."""

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        self._own_folder = tempfile.TemporaryDirectory(prefix="gongmen-reader-") if path is None else None
        self._path = path or Path(self._own_folder.name if self._own_folder else "") / "reader"
        self._chunk = 0
        self._gap_s = 0.0
        self._master = -1
        self._slave = -1
        self._thread: threading.Thread | None = None
        self._stop = threading.Event()
        self.replug()

    @property
    def path(self) -> Path:
        """Where it is opened."""
        return self._path

    def pace(self, chunk: int, gap_s: float = 0.0) -> None:
        """Answers in pieces of `chunk` bytes with a pause between them; 0 sends at once."""
        self._chunk, self._gap_s = chunk, gap_s

    def unplug(self) -> None:
        """The cable is pulled: the path is gone, and whoever holds it open gets an error."""
        if self._thread is None:
            return
        self._stop.set()
        self._thread.join()
        self._thread = None
        self._path.unlink(missing_ok=True)
        os.close(self._master)
        os.close(self._slave)

    def replug(self) -> None:
        """The cable is back, at the same path, with the reader as after power-up."""
        if self._thread is not None:
            return
        self._master, self._slave = os.openpty()
        tty.setraw(self._master)
        tty.setraw(self._slave)
        attributes = termios.tcgetattr(self._slave)
        attributes[4] = attributes[5] = termios.B115200
        termios.tcsetattr(self._slave, termios.TCSANOW, attributes)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._path.unlink(missing_ok=True)
        self._path.symlink_to(os.ttyname(self._slave))
        self.power_up()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(self._stop,), name="sam-simulator", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Unplugs it for good; safe to repeat."""
        self.unplug()
        if self._own_folder is not None:
            self._own_folder.cleanup()

    def __enter__(self) -> SamSimulator:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _serve(self, stop: threading.Event) -> None:
        while not stop.is_set():
            ready, _, _ = select.select([self._master], [], [], 0.02)
            if not ready:
                continue
            data = os.read(self._master, 4096)
            if termios.tcgetattr(self._master)[5] != _SPEEDS[self.baud]:
                continue
            if answer := self.hear(data):
                self._send(answer, stop)
                self.settle()

    def _send(self, whole: bytes, stop: threading.Event) -> None:
        step = self._chunk or len(whole)
        for start in range(0, len(whole), step):
            if stop.is_set():
                return
            os.write(self._master, whole[start : start + step])
            if self._gap_s:
                time.sleep(self._gap_s)
