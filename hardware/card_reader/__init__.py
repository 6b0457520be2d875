"""The port of an ID-card reader: what lies on it, as the chip holds it. Nothing here knows whose card it is."""

from __future__ import annotations

from dataclasses import dataclass
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


class CardReader(Protocol):
    """One reader. One thread owns it. Every call ends within its deadline."""

    def identify(self) -> str:
        """The reader's own number (SAM id). Raises `DeviceError`."""

    def read(self) -> CardData:
        """The card that lies on it now.

        Raises `NoCard` where nothing lies there (also while the same card stays after a good read), another `CardError` where the
        card is the matter, `DeviceTimeout` / `ProtocolFault` where a retry may help, `DeviceUnplugged` / `DeviceMissing` where the
        reader must be opened anew (the next call tries to).
        """

    def close(self) -> None:
        """Lets the device go; safe to repeat."""
