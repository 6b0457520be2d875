"""Carries the journal up: reads what the uploader wants, packs batches, writes the centre's acknowledgements down."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
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
HELD_MS: Final = 2_000
"""How long facts wait after a birth for the centre's first word, by which a journal that lost its tail is known in time."""
PROBE_AGAIN_MS: Final = 5_000

DIVERGED: Final = "JOURNAL_DIVERGED"
"""The incident of a box whose store is an old copy that went on in another way than the centre has it."""


@dataclass
class _Probe:
    """Facts sent to learn whether they are the centre's, up to `last`. The answer begins with a word that this journal agrees to: what is
    contradicted before that was said to something else."""

    last: int
    sent_ms: int
    answered: bool = False


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
        self._held_until_ms = 0
        self._probe: _Probe | None = None

    def opened(self) -> None:
        """A new connection stands, and the birth is on its way: its answer says whether this journal is still the centre's."""
        self.connected()
        self._held_until_ms = self._clock.mono_ms() + HELD_MS

    def connected(self) -> None:
        """Sending starts over: a new connection, a centre that came back, a new epoch."""
        head = self._journal.head()
        self._under_way.clear()
        self._probe = None
        self._uploader.connected(head.acked, head.seq, self._clock.mono_ms())

    def disconnected(self) -> None:
        """The connection is gone; what was under way may or may not have arrived."""
        self._under_way.clear()
        self._uploader.disconnected()
        self._probe = None

    def pump(self) -> int:
        """Sends what is due; how many batches."""
        now = self._clock.mono_ms()
        if self._probe is not None:
            self._probe_again(self._probe)
            return 0
        if now < self._held_until_ms:
            return 0
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
        """The centre has committed. A centre that holds more than we do, or other facts than ours, has seen another life of this store: a
        new epoch begins, with what it lacks."""
        if ack.epoch != self._journal.epoch:
            return
        self._held_until_ms = 0
        if not self._agrees(ack):
            self._leave_the_common_way(ack)
            return
        self._journal.acknowledge(ack.upto, ack.quarantined)
        if self._probe is not None:
            self._probe.answered = True
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

    def _agrees(self, ack: wire.Ack) -> bool:
        if ack.upto > self._journal.max_seq():
            return False
        own = self._journal.hash_at(ack.upto) if ack.hash else None
        return own is None or own == ack.hash

    def _leave_the_common_way(self, ack: wire.Ack) -> None:
        """Up to where do both hold the same facts? What is known to be common is acknowledged already; of the rest a batch is sent that the
        centre holds in one way or the other, and its answer comes nearer. Nothing new
        is sent before the new epoch, so nothing is doubled."""
        if self._probe is not None and not self._probe.answered:
            return
        head = self._journal.head()
        last = min(ack.upto, head.seq)
        if head.acked < last and (self._probe is None or head.acked >= self._probe.last):
            self._ask_what_is_common(last)
            return
        code = CentreAhead.code if ack.upto > head.seq else DIVERGED
        self._begin_epoch(code, f"the centre holds {ack.upto}, written {head.seq}, common {head.acked}")

    def _probe_again(self, probe: _Probe) -> None:
        if self._clock.mono_ms() - probe.sent_ms < PROBE_AGAIN_MS:
            return
        if self._journal.acked() < probe.last:
            self._ask_what_is_common(probe.last)
        else:  # all of it was common, and nobody contradicts any more
            self.connected()

    def _ask_what_is_common(self, upto: int) -> None:
        first = self._journal.acked() + 1
        rows = _fitting(self._journal.range(first, min(upto, first + wire.MAX_EVENTS - 1)), first)
        if not rows:
            self._begin_epoch("JOURNAL_BROKEN", f"{first} is missing")
            return
        self._publish(wire.Up.EVENTS, self._batch(rows))
        self._probe = _Probe(rows[-1].seq, self._clock.mono_ms())

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
