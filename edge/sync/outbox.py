"""Carries the journal up: reads what the uploader wants, packs batches, writes the centre's acknowledgements down."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Final

from edge.clock import Clock
from edge.errors import CentreAhead
from edge.store.database import Store
from edge.store.journal import Journal, Row
from edge.store.roster import Roster
from edge.sync import wire
from edge.sync.uploader import Flight, Kind, Uploader, Wish

MAX_BATCH_BYTES: Final = 48 * 1024
"""Packed events in one batch, before compression; a single larger event goes alone."""
_REMEMBERED: Final = 512

Publish = Callable[[wire.Up, wire.Message], int | None]
"""Sends a message to the centre; its number for the broker's answer, None where there is no connection."""


class Outbox:
    """The journal's way up."""

    def __init__(self, store: Store, journal: Journal, roster: Roster, clock: Clock, publish: Publish) -> None:
        self._store = store
        self._journal = journal
        self._roster = roster
        self._clock = clock
        self._publish = publish
        self._uploader = Uploader()
        self._under_way: dict[int, Flight] = {}
        self._ack_ms: deque[int] = deque(maxlen=_REMEMBERED)

    def connected(self) -> None:
        """A new connection stands."""
        head = self._journal.head()
        self._under_way.clear()
        self._uploader.connected(head.acked, head.seq, self._clock.mono_ms())

    def disconnected(self) -> None:
        """The connection is gone; what was under way may or may not have arrived."""
        self._under_way.clear()
        self._uploader.disconnected()

    def pump(self) -> int:
        """Sends what is due; how many batches."""
        self._uploader.written(self._journal.max_seq())
        count = 0
        while (wish := self._uploader.next(self._clock.mono_ms())) is not None:
            rows = _fitting(self._journal.range(wish.first, wish.last), wish.first)
            if not rows:
                self._nothing_there(wish)
                continue
            number = self._publish(wire.Up.EVENTS, self._batch(rows))
            if number is None:
                break
            self._under_way[number] = self._uploader.sent(wish, rows[-1].seq, self._clock.mono_ms())
            count += 1
        return count

    def delivered(self, number: int) -> None:
        """The broker has one of our batches."""
        flight = self._under_way.pop(number, None)
        if flight is not None:
            flight.delivered = True

    def acknowledged(self, ack: wire.Ack) -> None:
        """The centre has committed. A centre that holds more than we do has seen another life of this store: a new epoch begins."""
        if ack.epoch != self._journal.epoch:
            return
        try:
            self._journal.acknowledge(ack.upto, ack.quarantined)
        except CentreAhead as ahead:
            self._begin_epoch(ahead.code, ahead.detail)
            return
        now = self._clock.now_ms()
        for flight in self._uploader.acknowledged(ack, self._clock.mono_ms()):
            written = self._journal.written_ms(flight.last) if flight.kind is Kind.LIVE else None
            if written is not None:
                self._ack_ms.append(max(0, now - written))

    def commit_to_ack_ms(self) -> dict[str, int]:
        """Of the latest facts sent live: how long from the commit here to the centre's acknowledgement; empty before the first."""
        ordered = sorted(self._ack_ms)
        if not ordered:
            return {}
        return {"p50": ordered[len(ordered) // 2], "p99": ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]}

    def _batch(self, rows: list[Row]) -> wire.EventBatch:
        return wire.EventBatch(self._journal.epoch, rows[0].seq, rows[0].prev_hash, self._roster.version(), [row.packed for row in rows])

    def _nothing_there(self, wish: Wish) -> None:
        """What was acknowledged long ago may be purged. A gap in what was not means that somebody removed a row: that is told, and what
        is left goes up in a new epoch rather than never."""
        if wish.last <= self._uploader.acked:
            self._uploader.gone(wish)
        else:
            self._begin_epoch("JOURNAL_BROKEN", f"{wish.first} is missing")

    def _begin_epoch(self, code: str, detail: str) -> None:
        with self._store.transaction():
            self._journal.begin_epoch()
            self._journal.record(wire.Incident(code, detail))
        self.connected()


def _fitting(rows: list[Row], first: int) -> list[Row]:
    """The leading rows that follow `first` without a gap and fit into one batch; at least one if it is there."""
    fitting: list[Row] = []
    size = 0
    for row in rows:
        size += len(row.packed)
        if row.seq != first + len(fitting) or (fitting and size > MAX_BATCH_BYTES):
            break
        fitting.append(row)
    return fitting
