"""What a guard or manager asks of the gate by hand: the kiosk writes it down, the gate finds it there, acts, and answers beside it.

Box processes meet in the store and nowhere else. An ask is for now: one that the gate finds late is not acted on, nor after a restart of
the gate one that lets somebody in. To hold open and to close works where the table takes nothing more (`edge.store.urgent_ask`).
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress
from typing import Final, NamedTuple

import msgspec

from edge.clock import Clock
from edge.errors import StoreBusy, StoreError, StoreFull, StoreUnwritable
from edge.store.database import Store
from edge.store.urgent_ask import UrgentAsk, UrgentPlace
from edge.sync.wire import Method

GOOD_FOR_MS: Final = 10_000
"""Whoever asked has gone on after so long."""
TOO_LATE: Final = "ASKED_TOO_LATE"
_KEPT: Final = 200
_PASSING: Final = (StoreFull, StoreBusy, StoreUnwritable)

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
        self._urgent = UrgentPlace(store.path.parent)

    def ask(self, kind: str, method: Method, operator: str, why: str, person: str = "") -> int:
        """Writes one down; its number, to look for the answer. Raises `StoreError` where no place takes it."""
        try:
            return self._into_table(kind, method, operator, why, person)
        except _PASSING as error:
            if kind == ADMIT:
                raise
            return self._into_place(kind, method, operator, why, error)

    def _into_table(self, kind: str, method: Method, operator: str, why: str, person: str) -> int:
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

    def _into_place(self, kind: str, method: Method, operator: str, why: str, error: StoreError) -> int:
        now_ms = self._clock.mono_ms()
        ask = UrgentAsk(-1 - now_ms, kind, method.value, operator, why, self._clock.boot(), now_ms)
        try:
            self._urgent.ask(ask)
        except OSError:
            raise error from None
        return ask.number

    def answer(self, number: int) -> str | None:
        """What came of it: None while the gate has not acted, empty where it opened, else the code of why not."""
        if number < 0:
            return self._urgent.answer(number)
        found = self._store.row("SELECT answer FROM hand_asks WHERE id = ?", number)
        return None if found is None or found[0] is None else str(found[0])

    def waiting(self, acted: Collection[int] = (), since_ms: int = 0) -> list[HandAsk]:
        """What the gate has not acted on, oldest first, without those of `acted`, whose answers could not be written yet.

        What came too late is answered here and never acted on; so is what would let somebody in and was asked before `since_ms`, when
        this gate began: the one before may have done it. Raises `StoreError` where nothing can be read.
        """
        urgent = self._urgently()
        try:
            return [*urgent, *(ask for ask in self._in_time(since_ms, acted) if ask.id not in acted)]
        except StoreError:
            if urgent:
                return urgent
            raise

    def _urgently(self) -> list[HandAsk]:
        ask, now_ms = self._urgent.asked(), self._clock.mono_ms()
        if ask is None or ask.boot != self._clock.boot() or now_ms - ask.asked_mono_ms > GOOD_FOR_MS:
            return []
        return [HandAsk(ask.number, ask.kind, "", Method(ask.method), ask.operator, ask.why)]

    def _in_time(self, since_ms: int, acted: Collection[int]) -> list[HandAsk]:
        unanswered = "FROM hand_asks WHERE answer IS NULL"
        if self._store.row(f"SELECT 1 {unanswered}") is None:
            return []
        late = "(boot <> ? OR asked_mono_ms < ? OR (kind = ? AND asked_mono_ms < ?))"
        bounds = (self._clock.boot(), self._clock.mono_ms() - GOOD_FOR_MS, ADMIT, since_ms)
        rows = self._store.rows(f"SELECT id, kind, person, method, operator, why {unanswered} AND NOT {late} ORDER BY id", *bounds)
        if not acted:  # whose own answers come first
            with suppress(*_PASSING), self._store.transaction():  # where that cannot be said now, it is said later, and not acted on
                self._store.execute(f"UPDATE hand_asks SET answer = ? WHERE answer IS NULL AND {late}", TOO_LATE, *bounds)  # noqa: S608
        return [msgspec.convert(row, HandAsk) for row in rows]

    def settle(self, number: int, answer: str) -> None:
        """The gate has acted: empty where it opened, else why not. Raises `StoreError`."""
        if number < 0:
            try:
                self._urgent.settle(number, answer)
            except OSError as error:
                raise StoreUnwritable(str(error.strerror)) from error
            return
        with self._store.transaction():
            self._store.execute("UPDATE hand_asks SET answer = ? WHERE id = ?", answer, number)
