"""Carries the sealed copies of templates up, beside the journal: each until the centre says that it has it."""

from __future__ import annotations

from typing import Final

from edge.clock import Clock
from edge.store.copies import Copies, Number
from edge.store.database import Store
from edge.sync import wire

SEND_AGAIN_MS: Final = 30_000
AT_ONCE: Final = 8
"""Enrolments whose copies go up in one step: the rest in the next, so that a box with a long day behind it still hears in between."""


class Courier:
    """What goes up, and when again."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._copies = Copies(store)
        self._sent: dict[Number, int] = {}

    def connected(self) -> None:
        """A new connection: whatever is still here goes up again."""
        self._sent.clear()

    def due(self) -> list[tuple[wire.Up, wire.Message]]:
        """Copies to be sent now."""
        now, ready = self._clock.mono_ms(), self._copies.ready()
        self._sent = {number: self._sent[number] for number in ready if number in self._sent}
        due = [number for number in ready if now - self._sent.get(number, -SEND_AGAIN_MS) >= SEND_AGAIN_MS][:AT_ONCE]
        self._sent |= dict.fromkeys(due, now)
        return [(wire.Up.COPIES, self._copies.of(number)) for number in due]

    def taken(self, word: wire.CopiesTaken) -> None:
        """The centre has them, or does not want them any more."""
        if self._copies.taken((word.epoch, word.seq)):
            self._store.forget_deleted()
