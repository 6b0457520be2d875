"""The 256 bytes of text in an identity card's chip, in its four layouts, as values.

UTF-16LE, fields at fixed places, padded with blanks. The character at byte 248 says which layout: blank a resident's card, J a residence
permit (Hong Kong, Macau, Taiwan), I a foreigner's permanent residence card of 2017, Y the one of 2023. Rare names may hold characters of
private areas: they are kept as they are. Half a surrogate pair, which no other system could store, becomes U+FFFD.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from edge.reader.codes import nation_name, sex_name
from edge.reader.id_number import document_check, mask, normalise
from hardware.card_reader import CardData

LONG_TERM: Final = "长期"
_TEXT_BYTES: Final = 256
_BLANKS: Final = " \x00\u3000"


class CardKind(StrEnum):
    """Which document it is, by its flag; a resident's card has none."""

    RESIDENT = "resident"
    HMT_PERMIT = "hmt_permit"
    FOREIGN_2017 = "foreign_2017"
    FOREIGN_2023 = "foreign_2023"


_KINDS: Final = {"": CardKind.RESIDENT, "J": CardKind.HMT_PERMIT, "I": CardKind.FOREIGN_2017, "Y": CardKind.FOREIGN_2023}


class CardTextUnclear(ValueError):
    """256 bytes that are no card's text. `code` is CARD_UNREADABLE, or CARD_WRONG_KIND for a layout that nobody knows (A-25)."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail


@dataclass(frozen=True)
class IdCard:
    """What stands on a card. `sex` and `nation` are the card's codes; `nationality` three letters, for foreigners only.

    `valid_until` is None where the card has no end (长期). `newest_address` is the one that was appended later, if any.
    """

    kind: CardKind
    name: str
    sex: str
    nation: str
    birth: date
    address: str
    number: str
    issuer: str
    valid_from: date
    valid_until: date | None
    english_name: str = ""
    nationality: str = ""
    travel_document: str = ""
    old_number: str = ""
    newest_address: str = ""

    @property
    def shown_number(self) -> str:
        """The number as it may be shown (A-44)."""
        return mask(self.number)

    @property
    def nation_name(self) -> str:
        """The nation in words, or its code where it is unknown."""
        return nation_name(self.nation)

    @property
    def sex_name(self) -> str:
        """The sex in words, or its code where it is unknown."""
        return sex_name(self.sex)

    def __repr__(self) -> str:
        return f"IdCard({self.kind.value}, {self.shown_number})"


def decode_card(card: CardData) -> IdCard:
    """What the chip holds, as values. Raises `CardTextUnclear`."""
    text = _Text(card.text)
    flag = text.at(248, 2)
    kind = _KINDS.get(flag)
    if kind is None:
        raise CardTextUnclear("CARD_WRONG_KIND", f"layout {flag!r}")
    newest = _decoded(card.appended_address[: len(card.appended_address) // 2 * 2])
    match kind:
        case CardKind.RESIDENT:
            return _resident(text, kind, newest)
        case CardKind.HMT_PERMIT:
            return _resident(text, kind, newest, travel_document=text.at(220, 18))
        case CardKind.FOREIGN_2017:
            return _foreign_2017(text)
        case CardKind.FOREIGN_2023:
            return _foreign_2023(text)


class _Text:
    """The 256 bytes, by offset and length."""

    def __init__(self, raw: bytes) -> None:
        if len(raw) != _TEXT_BYTES:
            raise CardTextUnclear("CARD_UNREADABLE", f"{len(raw)} bytes of text")
        self._raw = raw

    def at(self, offset: int, length: int) -> str:
        return _decoded(self._raw[offset : offset + length])

    def joined(self, *places: tuple[int, int]) -> str:
        return _decoded(b"".join(self._raw[offset : offset + length] for offset, length in places))

    def day(self, offset: int) -> date:
        written = self.at(offset, 16)
        try:
            if len(written) == 8 and written.isascii() and written.isdecimal():
                return date(int(written[:4]), int(written[4:6]), int(written[6:]))
        except ValueError:
            pass
        raise CardTextUnclear("CARD_UNREADABLE", f"no date at byte {offset}")

    def end(self, offset: int) -> date | None:
        return None if self.at(offset, 16) == LONG_TERM else self.day(offset)

    def number(self, length: int) -> str:
        return normalise(self.at(122, length))


def _decoded(raw: bytes) -> str:
    return raw.decode("utf-16-le", "replace").strip(_BLANKS)


def _resident(text: _Text, kind: CardKind, newest_address: str, travel_document: str = "") -> IdCard:
    return IdCard(
        kind=kind,
        name=text.at(0, 30),
        sex=text.at(30, 2),
        nation=text.at(32, 4) if kind is CardKind.RESIDENT else "",
        birth=text.day(36),
        address=text.at(52, 70),
        number=text.number(36),
        issuer=text.at(158, 30),
        valid_from=text.day(188),
        valid_until=text.end(204),
        travel_document=travel_document,
        newest_address=newest_address,
    )


def _foreign_2017(text: _Text) -> IdCard:
    english, chinese = text.at(0, 120), text.at(158, 30)
    return IdCard(
        kind=CardKind.FOREIGN_2017,
        name=chinese or english,
        english_name=english,
        sex=text.at(120, 2),
        nation="",
        nationality=text.at(152, 6),
        birth=text.day(220),
        address="",
        number=text.number(30),
        issuer=text.at(240, 8),
        valid_from=text.day(188),
        valid_until=text.end(204),
    )


def _foreign_2023(text: _Text) -> IdCard:
    chinese, english = text.at(0, 30), text.joined((52, 70), (220, 22))
    number, nationality = text.number(36), text.at(242, 6)
    return IdCard(
        kind=CardKind.FOREIGN_2023,
        name=chinese or english,
        english_name=english,
        sex=text.at(30, 2),
        nation="",
        nationality=nationality,
        birth=text.day(36),
        address="",
        number=number,
        issuer="",
        valid_from=text.day(188),
        valid_until=text.end(204),
        old_number=_old_number(number, nationality, text.at(250, 6)),
    )


def _old_number(number: str, nationality: str, link: str) -> str:
    """The 15-character number that a 2023 card's owner had before, out of the link field; empty where there is none."""
    if len(link) != 3 or len(number) != 18 or len(nationality) != 3:
        return ""
    fourteen = nationality + number[1:3] + link[:2] + number[8:14] + link[2]
    if not (fourteen.isascii() and fourteen.isalnum()):
        return ""
    return fourteen + document_check(fourteen)
