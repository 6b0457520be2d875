"""What is inside a SAM_V reader that is not there: the security module, the card on it, and a line that spoils answers when told to.

Knows no port: the same module answers on a pseudo-terminal (`simulated`) and behind USB endpoints (the tests).
"""

from __future__ import annotations

import struct
import threading
from dataclasses import dataclass
from typing import Final

from hardware.card_reader import CardData
from hardware.card_reader.sam_frames import BAUD_COMMANDS, Answer, Command, Scanner, decode_request, encode_answer, encode_card
from hardware.errors import ProtocolFault

_GOOD: Final = Answer(0, 0, 0x90)
_BAUDS: Final = {command.value: baud for baud, command in BAUD_COMMANDS.items()}
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


class SamBrain:
    """A module that hears bytes and says bytes, with the hand that lays cards and the line's faults."""

    def __init__(self) -> None:
        self.module = SamModule()
        self.requests: list[bytes] = []
        """Commands as they came, newest last: what a test may look at."""
        self.baud = self._agreed = 115200
        self._lock = threading.Lock()
        self._line: list[_Line] = []
        self._frozen = False
        self._scanner = Scanner()

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

    def power_up(self) -> None:
        """As after the plug went in: nothing found, the speed it was made with."""
        self.baud = self._agreed = 115200
        self._frozen, self._scanner = False, Scanner()
        self.module.put(self.module.card)

    def hear(self, data: bytes) -> bytes:
        """Bytes of a host; the answer's bytes as the line carries them, empty while there is nothing to say."""
        if self._frozen:
            return b""
        try:
            body = self._scanner.feed(data)
        except ProtocolFault:
            return self._carried(Answer(0, 0, 0x10))
        if body is None:
            return b""
        command, _ = decode_request(body)
        with self._lock:
            self.requests.append(command)
            del self.requests[:-1000]
            answer = self.module.answer(command)
        self._agreed = _BAUDS.get(command, self.baud) if answer.sw3 == _GOOD.sw3 else self.baud
        return self._carried(answer)

    def settle(self) -> None:
        """After an answer has gone: a change of speed that it confirmed is in force."""
        self.baud = self._agreed

    def _carried(self, answer: Answer) -> bytes:
        line = self._line.pop(0) if self._line else _Line()
        return line.carry(encode_answer(answer))
