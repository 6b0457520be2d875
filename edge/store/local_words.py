"""What was said at this box and the centre cannot know yet: an enrolment, a withdrawal, a card bound or released at this kiosk.

A roster that was written before the centre heard of it says otherwise. Until the centre has acknowledged the fact, the word given here
counts at this box; from then on the centre's does.
"""

from __future__ import annotations

from typing import Literal

from edge.store.database import Store

Face = Literal["granted", "refused"]
Number = tuple[str, int]
"""Epoch and seq of a fact."""

_FACE = (
    "SELECT w.engine FROM enrolments w JOIN head h ON h.epoch = w.epoch AND w.seq > h.acked WHERE w.person = ? ORDER BY w.id DESC LIMIT 1"
)
_CARDS = "SELECT w.card, w.person, w.bound FROM bound_cards w JOIN head h ON h.epoch = w.epoch AND w.seq > h.acked"
_HEARD = "NOT EXISTS (SELECT 1 FROM head h WHERE h.epoch = bound_cards.epoch AND bound_cards.seq > h.acked)"


class LocalWords:
    """The words that wait, read and applied within the caller's transaction."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def face(self, person: str) -> Face | None:
        """What this person last decided here; None where the centre has heard it, or there is nothing to hear."""
        found = self._store.row(_FACE, person)
        return None if found is None else "granted" if found[0] else "refused"

    def apply_cards(self, person: str, cards: tuple[bytes, ...]) -> None:
        """After the roster said that these are this person's cards: what the kiosk said since about them, and about this person."""
        for card, whose, bound in self._store.rows(_CARDS):
            if whose != person and card not in cards:
                continue
            if isinstance(card, bytes):
                self.set_card(card, str(whose), bound=bool(bound))

    def set_card(self, card: bytes, person: str, *, bound: bool) -> None:
        """The card opens for this person, if there is such a right, and for nobody else; or no longer for this one."""
        if bound:
            self._store.execute("INSERT OR REPLACE INTO cards SELECT ?, person FROM rights WHERE person = ?", card, person)
            self._store.execute("DELETE FROM ended WHERE card = ?", card)
        else:
            self._store.execute("DELETE FROM cards WHERE card = ? AND person = ?", card, person)

    def renumber(self, before: Number, after: Number) -> None:
        """The fact was written anew under another number (a new epoch)."""
        for table in ("enrolments", "bound_cards"):
            self._store.execute(f"UPDATE {table} SET epoch = ?, seq = ? WHERE epoch = ? AND seq = ?", *after, *before)  # noqa: S608 - ours

    def purge(self) -> int:
        """Forgets words about cards that the centre has heard; how many."""
        with self._store.transaction():
            return self._store.execute(f"DELETE FROM bound_cards WHERE {_HEARD}")  # noqa: S608 - ours
