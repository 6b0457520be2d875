"""The card reader as the kiosk's desk sees it: swipes turned into what a screen may show, with what speaks against a card (A-25)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Final

from edge.kiosk.parts import CardSeen, Reading
from edge.reader.card_seen import CardSeen as Laid
from edge.reader.causes import Caution
from edge.reader.id_card import LONG_TERM, IdCard
from edge.reader.identity import cautions, flaws
from edge.reader.swipes import Swipe, Swipes, SwipeState

SHANGHAI: Final = timezone(timedelta(hours=8))


class SwipePlace:
    """A `CardPlace` over swipes. `card_key` gives the project's key, or None before the first roster."""

    def __init__(self, swipes: Swipes, card_key: Callable[[], bytes | None], now_ms: Callable[[], int]) -> None:
        self._swipes, self._card_key, self._now_ms = swipes, card_key, now_ms

    def reading(self) -> Reading:
        """What lies there now."""
        swipe: Swipe = self._swipes.latest()
        if swipe.state is SwipeState.CARD and swipe.seen is not None:
            return Reading("card", seen=self._seen(swipe, swipe.seen), number=swipe.number)
        return Reading(swipe.state.value, swipe.cause.value if swipe.cause else None, number=swipe.number)

    def again(self) -> None:
        """The card that lies there counts anew."""
        self._swipes.forget()

    def _seen(self, swipe: Swipe, laid: Laid) -> CardSeen:
        key = self._card_key()
        hashed, problem = (laid.hashed(key), None) if key else (b"", "NO_ROSTER")
        if laid.id_card is None:
            return CardSeen("", "", "", "", "", "", hashed, problem, (Caution.COPYABLE_NUMBER.value,), laid.kind.value)
        card, today = laid.id_card, datetime.fromtimestamp(self._now_ms() / 1000, UTC).astimezone(SHANGHAI).date()
        found = flaws(card, today)
        known = tuple(caution.value for caution in cautions(card, today))
        return _with_text(card, hashed, found[0].value if found else problem, known, swipe.data.photo if swipe.data else b"")


def _with_text(card: IdCard, hashed: bytes, problem: str | None, known: tuple[str, ...], photo: bytes) -> CardSeen:
    return CardSeen(
        name=" ".join(filter(None, (card.name, card.english_name))),
        sex=card.sex_name,
        nation=card.nationality or card.nation_name,
        birth=card.birth.isoformat(),
        valid_until=_until(card.valid_until),
        masked=card.shown_number,
        card_hash=hashed,
        problem=problem,
        cautions=known,
        photo=photo,
    )


def _until(day: date | None) -> str:
    return LONG_TERM if day is None else day.isoformat()
