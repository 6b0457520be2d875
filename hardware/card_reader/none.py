"""A lane or a kiosk without a card reader."""

from __future__ import annotations

from hardware.card_reader import CardData
from hardware.errors import DeviceMissing, NoCard


class NoReader:
    """Never has a card, and that is no fault."""

    def identify(self) -> str:
        """Raises `DeviceMissing`."""
        raise DeviceMissing("no card reader is set up")

    def read(self) -> CardData:
        """Raises `NoCard`."""
        raise NoCard("no card reader is set up")

    def close(self) -> None:
        """Nothing to let go."""
