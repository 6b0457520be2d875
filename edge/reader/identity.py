"""After a read: is this a card that leads to a person, and is the person the one who is meant? Pure functions of values."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from edge.reader.causes import Cause, Caution
from edge.reader.id_card import CardKind, CardTextUnclear, IdCard, decode_card
from edge.reader.id_number import birth_of, flaw, normalise, sex_of
from hardware.card_reader import CardData

YOUNGEST: Final = 16
"""Years: nobody younger may be employed (Labour Law art. 15). A project may ask for more, never for less."""

GROWN_UP: Final = 18
"""Years: from 16 to this somebody is a juvenile worker (Labour Law art. 58), which is known and refuses nobody."""
SOON: Final = timedelta(days=30)


class CardRefused(Exception):
    """A card was read and does not lead to a person. `causes` has the weightiest first; `card` is None where its text is unclear."""

    def __init__(self, causes: tuple[Cause, ...], card: IdCard | None = None) -> None:
        super().__init__(", ".join(causes))
        self.causes = causes
        self.card = card

    @property
    def code(self) -> str:
        """The weightiest cause."""
        return self.causes[0].value


def flaws(card: IdCard, today: date, youngest: int = YOUNGEST) -> tuple[Cause, ...]:
    """A-25: what speaks against this card today, the weightiest first; empty when nothing does.

    `today` is the site's own day. The last day of validity still counts. Place codes refuse nobody.
    """
    found: list[Cause] = []
    if flaw(card.number, today) or not _fits_its_number(card):
        found.append(Cause.NUMBER_INVALID)
    if card.valid_until is not None and card.valid_until < today:
        found.append(Cause.CARD_EXPIRED)
    if card.valid_from > today:
        found.append(Cause.CARD_NOT_YET_VALID)
    if age(card.birth, today) < youngest:
        found.append(Cause.UNDER_AGE)
    return tuple(found)


def cautions(card: IdCard, today: date) -> tuple[Caution, ...]:
    """What should be known of a card that leads to its owner. None of it refuses anybody."""
    found: list[Caution] = []
    if YOUNGEST <= age(card.birth, today) < GROWN_UP:
        found.append(Caution.UNDER_18)
    if card.valid_until is not None and today <= card.valid_until <= today + SOON:
        found.append(Caution.CARD_EXPIRES_SOON)
    return tuple(found)


def identify(data: CardData, today: date, youngest: int = YOUNGEST) -> IdCard:
    """The card's content, if nothing speaks against it. Raises `CardRefused` (A-25)."""
    try:
        card = decode_card(data)
    except CardTextUnclear as unclear:
        raise CardRefused((Cause(unclear.code),)) from unclear
    if found := flaws(card, today, youngest):
        raise CardRefused(found, card)
    return card


def is_of(card: IdCard, number: str, name: str | None = None) -> bool:
    """Whether the card belongs to the person with this number (and name, where it is known whole): else `PERSON_CARD_MISMATCH` (A-25)."""
    if normalise(number) not in {card.number, card.old_number} - {""}:
        return False
    return name is None or "".join(name.split()) in {"".join(n.split()) for n in (card.name, card.english_name)}


def age(birth: date, today: date) -> int:
    """Whole years; somebody born on 29 February is a year older on 1 March of a common year."""
    return today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))


def _fits_its_number(card: IdCard) -> bool:
    """The chip's birth, sex and nationality against the number's own, as far as both say something."""
    if card.kind is CardKind.FOREIGN_2017:
        return card.number[:3] == card.nationality and card.number[7:13] == f"{card.birth:%y%m%d}"
    return birth_of(card.number) == card.birth and (card.sex not in {"1", "2"} or sex_of(card.number) == card.sex)
