"""The number of a contactless card without text: which card it is, whether it can serve as a name, and how other readers show it.

The number is always kept as the chip gives it. Whoever reads it by other means (a Wiegand reader sends it reversed, and often only three
bytes of it) says how, and is compared by `shown`; the stored number is never cut.
"""

from __future__ import annotations

from enum import Enum
from typing import Final

from hardware.card_reader import ChipKind
from hardware.errors import CardNumberRandom, CardUnreadable

_STORAGE: Final = bytes.fromhex("3B8F8001804F0CA00000030603")
"""An ATR of PC/SC part 3 for a card without one of its own, ISO 14443 A: two bytes that name the chip follow."""
_STORAGE_KINDS: Final = {
    0x0001: ChipKind.MIFARE_CLASSIC,
    0x0002: ChipKind.MIFARE_CLASSIC,
    0x0026: ChipKind.MIFARE_CLASSIC,
    0x0003: ChipKind.ULTRALIGHT,
    0x003A: ChipKind.ULTRALIGHT,
    0x003D: ChipKind.ULTRALIGHT,
}
_DESFIRE: Final = bytes.fromhex("3B8180018080")
_ID_CARD: Final = bytes.fromhex("3B888001D103860C")
"""ISO 14443 B with the application data of China's identity cards."""
_LENGTHS: Final = (4, 7, 10)


def kind_of(atr: bytes) -> ChipKind | None:
    """Which card answers with this ATR; None for a kind that is no work card and no identity card (a bank card, a telephone)."""
    if atr.startswith(_ID_CARD):
        return ChipKind.ID_CARD
    if atr.startswith(_DESFIRE):
        return ChipKind.DESFIRE
    if atr.startswith(_STORAGE) and len(atr) >= len(_STORAGE) + 2:
        return _STORAGE_KINDS.get(int.from_bytes(atr[len(_STORAGE) : len(_STORAGE) + 2], "big"))
    return None


def checked(number: bytes, kind: ChipKind) -> bytes:
    """The number, if the card keeps it. Raises `CardNumberRandom` for one thrown anew at each touch, `CardUnreadable` for none at all."""
    if not any(number):
        raise CardUnreadable("the chip gives no number")
    if kind is ChipKind.ID_CARD:
        if len(number) != 8:
            raise CardUnreadable(f"a chip number of {len(number)} bytes")
        return number
    if len(number) not in _LENGTHS:
        raise CardUnreadable(f"a card number of {len(number)} bytes")
    if len(number) == 4 and number[0] == 0x08:
        raise CardNumberRandom("random number (ISO 14443-3, first byte 08)")
    return number


class Shown(Enum):
    """How another reader shows a card's number."""

    HEX = "hex"
    HEX_REVERSED = "hex-reversed"
    DECIMAL = "decimal"
    DECIMAL_REVERSED = "decimal-reversed"
    WIEGAND_26 = "wiegand-26"
    WIEGAND_34 = "wiegand-34"


def shown(number: bytes, how: Shown) -> str:
    """The number as such a reader shows it. Wiegand: facility, comma, number, of the first three (26 bit) or four bytes, last first.

    Three or four bytes of a longer number are not unique: many cards share them. Compare them only where nothing better comes.
    """
    reversed_number = number[::-1]
    match how:
        case Shown.HEX:
            return number.hex().upper()
        case Shown.HEX_REVERSED:
            return reversed_number.hex().upper()
        case Shown.DECIMAL:
            return str(int.from_bytes(number, "big"))
        case Shown.DECIMAL_REVERSED:
            return str(int.from_bytes(number, "little"))
        case Shown.WIEGAND_26:
            return f"{number[2]:03d},{int.from_bytes(number[:2], 'little'):05d}"
        case Shown.WIEGAND_34:
            return f"{int.from_bytes(number[2:4], 'little'):05d},{int.from_bytes(number[:2], 'little'):05d}"
