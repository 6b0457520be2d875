"""What guards and managers ask of the gate by hand, and where the journal has it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from edge.clock import Clock
from edge.store.database import Store
from edge.store.hand_asks import ADMIT, HandAsks
from edge.store.journal import Journal
from edge.sync import wire
from edge.sync.wire import Method

_LOOKED_AT: Final = 20


class HandRecords:
    """Over the kiosk's own connection. Raises `EdgeError`."""

    def __init__(self, store: Callable[[], Store], clock: Clock) -> None:
        self._store, self._clock = store, clock

    def ask(self, kind: str, method: Method, operator: str, why: str, person: str = "") -> int:
        """Asks the gate: `kind` is one of `edge.store.hand_asks`; the number to look for its answer by."""
        return HandAsks(self._store(), self._clock).ask(kind, method, operator, why, person)

    def answer(self, number: int) -> str | None:
        """None while the gate has not acted, empty where it did, else the code of why not."""
        return HandAsks(self._store(), self._clock).answer(number)

    def written(self, kind: str, method: Method, operator: str, person: str, since_ms: int) -> str | None:
        """The journal's number (`epoch-seq`) of what came of an ask since then; None where nothing was written."""
        journal = Journal(self._store(), self._clock)
        head = journal.head()
        for row in reversed(journal.range(max(1, head.seq - _LOOKED_AT), head.seq)):
            event = wire.decode(row.packed, wire.Event) if row.packed else None
            if event is not None and event.at_ms >= since_ms and _is_of(event.body, kind, method, operator, person):
                return f"{head.epoch}-{event.seq}"
        return None

    def now_ms(self) -> int:
        """Wall time."""
        return self._clock.now_ms()


def _is_of(body: wire.Body, kind: str, method: Method, operator: str, person: str) -> bool:
    if kind != ADMIT:
        return isinstance(body, wire.Opening) and (body.method, body.operator) == (method, operator)
    if isinstance(body, wire.Passage):
        return (body.person, body.method, body.operator) == (person, method, operator)
    return isinstance(body, wire.Refusal) and (body.person, body.method) == (person, method)
