"""Questions of the kiosk about a card that is not on the roster. The kiosk writes the question here, sync carries it, the answer comes
back here; offline it stays unanswered, and the kiosk says that it cannot know.
"""

from __future__ import annotations

import secrets
from typing import Final

from edge.clock import Clock, SystemClock
from edge.store.database import Store
from edge.sync import wire

ASKED_FOR_S: Final = 60
"""A question is worth an answer while somebody stands at the kiosk."""
KEPT_S: Final = 600
"""An answer names somebody: it is deleted after this."""


class Lookups:
    """Questions and answers."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        self._store = store
        self._clock = clock or SystemClock()

    def ask(self, card_hash: bytes) -> str:
        """Writes a question down; the request's id. The same card within a minute is the same question."""
        now = self._clock.now_ms()
        with self._store.transaction():
            open_one = self._store.row(
                "SELECT request FROM lookups WHERE card = ? AND answer IS NULL AND asked_ms > ?", card_hash, now - ASKED_FOR_S * 1000
            )
            if open_one:
                return str(open_one[0])
            request = secrets.token_urlsafe(12)
            self._store.execute("INSERT INTO lookups VALUES (?, ?, ?, NULL)", request, card_hash, now)
        return request

    def answer(self, request: str) -> wire.LookupAnswer | None:
        """What the centre said; None while it has not."""
        found = self._store.row("SELECT answer FROM lookups WHERE request = ?", request)
        return wire.decode(found[0], wire.LookupAnswer) if found and isinstance(found[0], bytes) else None

    def open_questions(self) -> list[wire.Lookup]:
        """What still waits for an answer that somebody still waits for, oldest first."""
        found = self._store.rows(
            "SELECT request, card FROM lookups WHERE answer IS NULL AND asked_ms > ? ORDER BY asked_ms",
            self._clock.now_ms() - ASKED_FOR_S * 1000,
        )
        return [wire.Lookup(request, card) for request, card in found if isinstance(request, str) and isinstance(card, bytes)]

    def put_answer(self, answer: wire.LookupAnswer) -> bool:
        """Keeps an answer; False if nobody asked, or it was answered before."""
        with self._store.transaction():
            touched = self._store.execute(
                "UPDATE lookups SET answer = ? WHERE request = ? AND answer IS NULL", wire.encode(answer), answer.request
            )
        return touched > 0

    def purge(self) -> int:
        """Deletes what nobody waits for any more; how many."""
        with self._store.transaction():
            return self._store.execute("DELETE FROM lookups WHERE asked_ms < ?", self._clock.now_ms() - KEPT_S * 1000)
