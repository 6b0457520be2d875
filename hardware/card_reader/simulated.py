"""A SAM_V reader that is not there: real frames over a pseudo-terminal, a card to put and lift, and every fault of a real line.

It is opened as any reader, by its path: `open_card_reader(f"sam-serial:{simulator.path}")`. Never a default anywhere.
"""

from __future__ import annotations

import os
import select
import struct
import tempfile
import termios
import threading
import time
import tty
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from hardware.card_reader import CardData
from hardware.card_reader.sam_frames import BAUD_COMMANDS, Answer, Command, Scanner, decode_request, encode_answer, encode_card
from hardware.errors import ProtocolFault

_GOOD: Final = Answer(0, 0, 0x90)
_BAUDS: Final = {command.value: baud for baud, command in BAUD_COMMANDS.items()}
_SPEEDS: Final = {baud: getattr(termios, f"B{baud}") for baud in BAUD_COMMANDS}
_COMMANDS: Final = {command.value: command for command in Command}
_READS: Final = {Command.READ_BASE, Command.READ_FINGERPRINT, Command.READ_ADDRESS, Command.READ_CHIP_ID}


class SamModule:
    """What a security module answers to each command, and the order that it insists on. Knows no port.

    `trouble` answers a command with a status of its own instead: {Command.SELECT: 0x31} is a card that the module cannot trust.
    """

    def __init__(self) -> None:
        self.sam_id = struct.pack("<HHIII", 5, 3, 20120101, 123456, 123456789)
        self.card: CardData | None = None
        self.trouble: dict[Command, int] = {}
        self.hands_out_once = True
        self._found = self._selected = self._given = False

    def put(self, card: CardData | None) -> None:
        """Lays a card, or nothing, on the reader."""
        self.card = card
        self._found = self._selected = self._given = False

    def answer(self, command: bytes) -> Answer:
        """The answer to one command and parameter."""
        known = _COMMANDS.get(command)
        if known is None:
            return Answer(0, 0, 0x21)
        if known in self.trouble:
            return Answer(0, 0, self.trouble[known])
        if known is Command.SAM_ID:
            return Answer(0, 0, 0x90, self.sam_id)
        return self._of_the_card(known)

    def _of_the_card(self, command: Command) -> Answer:
        if command is Command.FIND:
            return self._find()
        if command is Command.SELECT:
            self._selected = self._found and self.card is not None
            return Answer(0, 0, 0x90, bytes(8)) if self._selected else Answer(0, 0, 0x81)
        return self._read(command) if command in _READS else _GOOD

    def _find(self) -> Answer:
        self._selected = False
        self._found = self.card is not None and not (self._given and self.hands_out_once)
        return Answer(0, 0, 0x9F, bytes(4)) if self._found else Answer(0, 0, 0x80)

    def _read(self, command: Command) -> Answer:
        if self.card is None or not self._selected:
            return Answer(0, 0, 0x41)
        if command is Command.READ_CHIP_ID:
            return Answer(0, 0, 0x90, bytes(28))
        if command is Command.READ_ADDRESS:
            return Answer(0, 0, 0x90, self.card.appended_address) if self.card.appended_address else Answer(0, 0, 0x91)
        self._given = True
        return Answer(0, 0, 0x90, encode_card(self.card, fingerprint=command is Command.READ_FINGERPRINT))


@dataclass(frozen=True)
class _Line:
    """What the line does to one answer."""

    flip: bool = False
    missing: int = 0
    noise: bytes = b""

    def carry(self, frame: bytes) -> bytes:
        middle = len(frame) // 2 + 3
        if self.flip:
            frame = frame[:middle] + bytes([frame[middle] ^ 0x20]) + frame[middle + 1 :]
        return self.noise + frame[: len(frame) - self.missing]


class SamSimulator:
    """A reader on a pseudo-terminal with its own thread. `path` stays the same over unplug and replug, as a udev link does."""

    def __init__(self, path: Path | None = None) -> None:
        self._own_folder = tempfile.TemporaryDirectory(prefix="gongmen-reader-") if path is None else None
        self._path = path or Path(self._own_folder.name if self._own_folder else "") / "reader"
        self.module = SamModule()
        self.requests: list[bytes] = []
        """Commands as they came, newest last: what a test may look at."""
        self._lock = threading.Lock()
        self._baud = 115200
        self._line: list[_Line] = []
        self._frozen = False
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

    def put(self, card: CardData) -> None:
        """Lays a card on the reader."""
        with self._lock:
            self.module.put(card)

    def lift(self) -> None:
        """Takes the card away."""
        with self._lock:
            self.module.put(None)

    def refuse(self, **statuses: int) -> None:
        """Answers commands with a status of their own: `refuse(select=0x31)`; without arguments all is well again."""
        with self._lock:
            self.module.trouble = {Command[name.upper()]: status for name, status in statuses.items()}

    def garble_next(self, answers: int = 1, skip: int = 0) -> None:
        """One bit of each of the next `answers` answers flips on the line, after `skip` good ones."""
        self._line = [_Line()] * skip + [_Line(flip=True)] * answers

    def cut_next(self, missing: int = 10, skip: int = 0) -> None:
        """The last `missing` bytes of the next answer never come, after `skip` good ones."""
        self._line = [_Line()] * skip + [_Line(missing=missing)]

    def noise_before_next(self, noise: bytes, skip: int = 0) -> None:
        """These bytes come before the next answer, after `skip` good ones."""
        self._line = [_Line()] * skip + [_Line(noise=noise)]

    def freeze(self, frozen: bool = True) -> None:
        """Answers nothing any more; `freeze(False)` wakes it."""
        self._frozen = frozen

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
        self._baud, self._frozen = 115200, False
        self.module.put(self.module.card)
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
        scanner = Scanner()
        while not stop.is_set():
            ready, _, _ = select.select([self._master], [], [], 0.02)
            if not ready:
                continue
            data = os.read(self._master, 4096)
            if self._frozen or termios.tcgetattr(self._master)[5] != _SPEEDS[self._baud]:
                continue
            try:
                body = scanner.feed(data)
            except ProtocolFault:
                self._send(Answer(0, 0, 0x10), stop)
                continue
            if body is not None:
                self._reply(body, stop)

    def _reply(self, body: bytes, stop: threading.Event) -> None:
        command, _ = decode_request(body)
        with self._lock:
            self.requests.append(command)
            del self.requests[:-1000]
            answer = self.module.answer(command)
        self._send(answer, stop)
        if answer.sw3 == _GOOD.sw3:
            self._baud = _BAUDS.get(command, self._baud)

    def _send(self, answer: Answer, stop: threading.Event) -> None:
        line = self._line.pop(0) if self._line else _Line()
        whole = line.carry(encode_answer(answer))
        step = self._chunk or len(whole)
        for start in range(0, len(whole), step):
            if stop.is_set():
                return
            os.write(self._master, whole[start : start + step])
            if self._gap_s:
                time.sleep(self._gap_s)
