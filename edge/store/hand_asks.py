"""What a guard or manager asks of the gate by hand: the kiosk writes it down, the gate finds it there, acts, and answers beside it.

Box processes meet in the store and nowhere else. An ask is for now: one that the gate finds late, or after a restart, is not acted on.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import msgspec

from edge.clock import Clock
from edge.store.database import Store
from edge.sync.wire import Method

GOOD_FOR_MS: Final = 10_000
"""Whoever asked has gone on after so long."""
TOO_LATE: Final = "ASKED_TOO_LATE"
_KEPT: Final = 200

ADMIT: Final = "admit"
OPEN: Final = "open"
CLOSE: Final = "close"


class HandAsk(NamedTuple):
    """One ask. `kind` is admit (one person, by guard), open or close (one-key, emergency); `why` a coded reason."""

    id: int
    kind: str
    person: str
    method: Method
    operator: str
    why: str


class HandAsks:
    """The asks of this box. Kiosk and gate each have their own store on the same file."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store, self._clock = store, clock

    def ask(self, kind: str, method: Method, operator: str, why: str, person: str = "") -> int:
        """Writes one down; its number, to look for the answer. Raises `StoreError`."""
        with self._store.transaction():
            self._store.execute("DELETE FROM hand_asks WHERE id <= (SELECT max(id) FROM hand_asks) - ?", _KEPT)
            self._store.execute(
                "INSERT INTO hand_asks (kind, person, method, operator, why, boot, asked_mono_ms) VALUES (?, ?, ?, ?, ?, ?, ?)",
                kind,
                person,
                method,
                operator,
                why,
                self._clock.boot(),
                self._clock.mono_ms(),
            )
            found = self._store.row("SELECT max(id) FROM hand_asks")
        return int(str(found[0])) if found else 0

    def answer(self, number: int) -> str | None:
        """What came of it: None while the gate has not acted, empty where it opened, else the code of why not."""
        found = self._store.row("SELECT answer FROM hand_asks WHERE id = ?", number)
        return None if found is None or found[0] is None else str(found[0])

    def waiting(self) -> list[HandAsk]:
        """What the gate has not acted on, oldest first. What came too late is answered here and never acted on."""
        if self._store.row("SELECT 1 FROM hand_asks WHERE answer IS NULL") is None:
            return []
        with self._store.transaction():
            self._store.execute(
                "UPDATE hand_asks SET answer = ? WHERE answer IS NULL AND (boot <> ? OR asked_mono_ms < ?)",
                TOO_LATE,
                self._clock.boot(),
                self._clock.mono_ms() - GOOD_FOR_MS,
            )
        rows = self._store.rows("SELECT id, kind, person, method, operator, why FROM hand_asks WHERE answer IS NULL ORDER BY id")
        return [msgspec.convert(row, HandAsk) for row in rows]

    def settle(self, number: int, answer: str) -> None:
        """The gate has acted: empty where it opened, else why not."""
        with self._store.transaction():
            self._store.execute("UPDATE hand_asks SET answer = ? WHERE id = ?", answer, number)
