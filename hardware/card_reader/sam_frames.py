"""The SAM_V / SDT protocol as bytes: frames, checksums, status words, layouts. No port, no clock, no state but a scanner's buffer.

    host to reader   AA AA AA 96 69 | length (2) | command parameter | data | check
    reader to host   AA AA AA 96 69 | length (2) | SW1 SW2 SW3       | data | check

`length` is big-endian and counts everything behind itself; `check` is the XOR of everything from the length to the last data byte. The
same frames travel over a serial line and over USB. Source: GA 450 family, as the readers of 神思, 普天, 华视 and 新中新 speak it.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from enum import Enum
from functools import reduce
from operator import xor
from typing import Final

from hardware.card_reader import CardData
from hardware.errors import CardSuspect, CardUnreadable, DeviceError, DeviceFault, NoCard, ProtocolFault, WrongCard

PREAMBLE: Final = bytes.fromhex("AAAAAA9669")
HEAD: Final = len(PREAMBLE) + 2
"""Bytes before the counted part: the preamble and the length."""
SHORTEST: Final = 3
LONGEST: Final = 4096
"""Lengths outside these are noise that looks like a preamble. A command without data counts 3 bytes, the shortest answer 4."""


class Command(Enum):
    """Every command that is ever sent: vendors have private ones, and a private one can rewrite a reader."""

    RESET = b"\x10\xff"
    STATUS = b"\x11\xff"
    SAM_ID = b"\x12\xff"
    FIND = b"\x20\x01"
    SELECT = b"\x20\x02"
    READ_BASE = b"\x30\x01"
    READ_ADDRESS = b"\x30\x03"
    READ_CHIP_ID = b"\x30\x05"
    READ_FINGERPRINT = b"\x30\x10"
    BAUD_115200 = b"\x60\x00"
    BAUD_57600 = b"\x60\x01"
    BAUD_38400 = b"\x60\x02"
    BAUD_19200 = b"\x60\x03"
    BAUD_9600 = b"\x60\x04"
    MAX_RF_BYTES = b"\x61\xff"


BAUD_COMMANDS: Final = {
    115200: Command.BAUD_115200,
    57600: Command.BAUD_57600,
    38400: Command.BAUD_38400,
    19200: Command.BAUD_19200,
    9600: Command.BAUD_9600,
}

GOOD: Final = 0x90
FOUND: Final = 0x9F
UNKNOWN_COMMAND: Final = 0x21

STATUS: Final[dict[int, tuple[type[DeviceError], str]]] = {
    0x10: (ProtocolFault, "the reader saw a wrong checksum"),
    0x11: (ProtocolFault, "the reader saw a wrong length"),
    0x21: (ProtocolFault, "the reader does not know the command"),
    0x23: (DeviceFault, "not permitted"),
    0x24: (ProtocolFault, "unknown error"),
    0x31: (CardSuspect, "the card rejects the security module"),
    0x32: (CardSuspect, "the security module rejects the card"),
    0x33: (CardSuspect, "the check of the card's information failed"),
    0x37: (CardUnreadable, "the check of the fingerprint failed"),
    0x3F: (ProtocolFault, "wrong length of information"),
    0x40: (WrongCard, "a card of another kind"),
    0x41: (CardUnreadable, "reading the card failed"),
    0x47: (CardUnreadable, "the card gave no random number"),
    0x60: (DeviceFault, "the security module failed its self-test"),
    0x66: (DeviceFault, "the security module is not authorised"),
    0x80: (NoCard, "no card"),
    0x81: (CardUnreadable, "selecting the card failed"),
    0x91: (CardUnreadable, "the card does not hold this item"),
}
"""SW3 to what it means. A code that is not here is the vendor's own: a device fault that names the number."""


@dataclass(frozen=True)
class Answer:
    """One whole, checked answer. SW1 and SW2 are the card's own status where SW3 speaks of the card, else 0."""

    sw1: int
    sw2: int
    sw3: int
    data: bytes = b""

    def fault(self) -> DeviceError | None:
        """The error that this answer stands for; None for a good one (90, 9F)."""
        if self.sw3 in (GOOD, FOUND):
            return None
        kind, meaning = STATUS.get(self.sw3, (DeviceFault, "reader error"))
        card = f", card {self.sw1:02X}{self.sw2:02X}" if self.sw1 or self.sw2 else ""
        return kind(f"{self.sw3:02X} {meaning}{card}")


def _checksum(counted: bytes) -> int:
    return reduce(xor, counted, 0)


def _frame(body: bytes) -> bytes:
    counted = struct.pack(">H", len(body) + 1) + body
    return PREAMBLE + counted + bytes([_checksum(counted)])


def encode_request(command: Command, data: bytes = b"") -> bytes:
    """The host's frame for one command."""
    return _frame(command.value + data)


def encode_answer(answer: Answer) -> bytes:
    """The reader's frame: what a simulator sends."""
    return _frame(bytes([answer.sw1, answer.sw2, answer.sw3]) + answer.data)


class Scanner:
    """Finds frames in a stream of bytes that may begin with noise, come in pieces, or break off.

    The preamble is hunted byte by byte; of bytes that hold none only the last four are kept. A preamble with an impossible length is
    noise and hunting goes on behind it. A frame with a wrong checksum raises: what looks like a frame inside it is never believed.
    """

    def __init__(self) -> None:
        self._buffer = bytearray()

    def feed(self, data: bytes) -> bytes | None:
        """Adds bytes; returns the body (between length and check) of the first whole frame, or None while there is none yet.

        Raises `ProtocolFault` for a frame whose checksum is wrong; the scanner is then empty again.
        """
        self._buffer += data
        while (start := self._buffer.find(PREAMBLE)) >= 0:
            del self._buffer[:start]
            if len(self._buffer) < HEAD:
                return None
            (length,) = struct.unpack_from(">H", self._buffer, len(PREAMBLE))
            if SHORTEST <= length <= LONGEST:
                return self._whole(length)
            del self._buffer[:1]
        del self._buffer[: max(0, len(self._buffer) - (len(PREAMBLE) - 1))]
        return None

    def _whole(self, length: int) -> bytes | None:
        if len(self._buffer) < HEAD + length:
            return None
        counted = bytes(self._buffer[len(PREAMBLE) : HEAD + length])
        del self._buffer[: HEAD + length]
        if _checksum(counted) == 0:
            return counted[2:-1]
        self._buffer.clear()
        raise ProtocolFault("wrong checksum")


def decode_answer(body: bytes) -> Answer:
    """The body of a reader's frame. Raises `ProtocolFault` where it is too short to hold a status."""
    if len(body) < 3:
        raise ProtocolFault("an answer without a status")
    return Answer(body[0], body[1], body[2], body[3:])


def decode_request(body: bytes) -> tuple[bytes, bytes]:
    """The body of a host's frame as (command and parameter, data): what a simulator reads."""
    return body[:2], body[2:]


TEXT_BYTES: Final = 256
PHOTO_BYTES: Final = 1024
ADDRESS_BYTES: Final = (70, 140, 210, 280)
"""Appended addresses: up to four, 70 bytes each."""
_FINGERPRINTS: Final = (0, 512, 1024)
_WITHOUT_FINGERPRINT: Final = (4 + TEXT_BYTES, 4 + TEXT_BYTES + PHOTO_BYTES)


def encode_card(card: CardData, fingerprint: bool = False) -> bytes:
    """The data of a good answer to READ_BASE or, with `fingerprint`, READ_FINGERPRINT."""
    lengths = [len(card.text), len(card.photo)] + ([len(card.fingerprint)] if fingerprint else [])
    return struct.pack(f">{len(lengths)}H", *lengths) + card.text + card.photo + (card.fingerprint if fingerprint else b"")


def decode_card(data: bytes) -> CardData:
    """The card out of a READ answer's data, with or without the field for fingerprints: its length tells which.

    Raises `ProtocolFault` for any length that the protocol does not know.
    """
    head = 4 if len(data) in _WITHOUT_FINGERPRINT else 6
    if len(data) < head:
        raise ProtocolFault("a card's answer without lengths")
    text, photo, *finger = struct.unpack_from(f">{head // 2}H", data)
    fingers = finger[0] if finger else 0
    if text != TEXT_BYTES or photo not in (0, PHOTO_BYTES) or fingers not in _FINGERPRINTS or len(data) != head + text + photo + fingers:
        raise ProtocolFault(f"a card's answer of {len(data)} bytes that claims {text} + {photo} + {fingers}")
    end = head + text + photo
    return CardData(text=data[head : head + text], photo=data[head + text : end], fingerprint=data[end:])


def decode_sam_id(data: bytes) -> str:
    """The security module's number as it is printed on the reader: 05.03-20120101-0000123456-0123456789."""
    if len(data) != 16:
        raise ProtocolFault(f"a module number of {len(data)} bytes")
    first, second, day, serial, tail = struct.unpack("<HHIII", data)
    return f"{first:02d}.{second:02d}-{day:08d}-{serial:010d}-{tail:010d}"
