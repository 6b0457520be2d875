"""The port of an ID-card reader: what lies on it, as the chip holds it. Nothing here knows whose card it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True)
class CardData:
    """What a chip holds, undecoded. `text` is 256 bytes UTF-16LE, `photo` 1,024 bytes WLT or empty."""

    text: bytes
    photo: bytes
    fingerprint: bytes = b""
    appended_address: bytes = b""

    def __repr__(self) -> str:
        return f"CardData(text={len(self.text)} B, photo={len(self.photo)} B)"


class ChipKind(StrEnum):
    """What a chip is that gives a number and no text."""

    ID_CARD = "id_card"
    MIFARE_CLASSIC = "mifare_classic"
    ULTRALIGHT = "ultralight"
    DESFIRE = "desfire"


@dataclass(frozen=True)
class ChipSeen:
    """A card that this reader can only know again: its kind and its number, raw, in the order in which the chip gives it.

    The number of an identity card's chip is not the number printed on it. The number of a work card (UID) can be copied: it is a
    convenience, never a proof of who somebody is.
    """

    kind: ChipKind
    number: bytes

    def __repr__(self) -> str:
        return f"ChipSeen({self.kind.value}, {len(self.number)} B)"


class CardReader(Protocol):
    """One reader. One thread owns it. Every call ends within its deadline."""

    def identify(self) -> str:
        """The reader's own number (SAM id). Raises `DeviceError`."""

    def read(self) -> CardData | ChipSeen:
        """The card that lies on it now: with its text from a reader of identity cards, else as a number to know it again by.

        Raises `NoCard` where nothing lies there (also while the same card stays after a good read), another `CardError` where the
        card is the matter, `DeviceTimeout` / `ProtocolFault` where a retry may help, `DeviceUnplugged` / `DeviceMissing` where the
        reader must be opened anew (the next call tries to).
        """

    def close(self) -> None:
        """Lets the device go; safe to repeat."""
