"""Whatever was laid on any reader, in one shape: an identity card with its text, one that is only known again, or a work card."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from edge.reader.id_card import IdCard, decode_card
from edge.reader.id_number import card_hash
from hardware.card_reader import CardData, ChipKind, ChipSeen


class SeenKind(StrEnum):
    """How much a card says of its holder."""

    ID_CARD = "id_card"
    """Text, from a reader with a security module."""
    ID_CHIP = "id_chip"
    """An identity card of which only the chip's number is known: this card again."""
    WORK_CARD = "work_card"
    """A number that can be copied: a convenience, never proof of who somebody is."""


@dataclass(frozen=True)
class CardSeen:
    """A card. `id_card` stands for an ID_CARD only, `chip` for the other two."""

    kind: SeenKind
    id_card: IdCard | None = None
    chip: ChipSeen | None = None

    @property
    def number(self) -> bytes:
        """The chip's number, raw; empty for an ID_CARD, which is known by its text."""
        return self.chip.number if self.chip else b""

    @classmethod
    def of(cls, read: CardData | ChipSeen) -> CardSeen:
        """What a reader read, as a card. Raises `CardTextUnclear`."""
        if isinstance(read, CardData):
            return cls(SeenKind.ID_CARD, decode_card(read))
        return cls(SeenKind.ID_CHIP if read.kind is ChipKind.ID_CARD else SeenKind.WORK_CARD, None, read)

    def hashed(self, key: bytes) -> bytes:
        """By what a box knows it: 16 bytes under the project's key (`RosterEntry.cards`, `CardBinding.card`)."""
        if self.id_card is not None:
            return card_hash(self.id_card.number, key)
        return number_hash(self.number, key, chip=self.kind is SeenKind.ID_CHIP)

    def __repr__(self) -> str:
        return f"CardSeen({self.kind.value})"


def number_hash(number: bytes, key: bytes, chip: bool = False) -> bytes:
    """16 bytes of BLAKE2b of `uid:<HEX>` (a work card) or `chip:<HEX>` (an identity card's chip) under the project's key."""
    text = f"{'chip' if chip else 'uid'}:{number.hex().upper()}"
    return hashlib.blake2b(text.encode(), key=key, digest_size=16).digest()
