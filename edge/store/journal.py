"""The journal: every fact of this box in one sequence without gaps, each carrying on the hash of the one before.

What the centre has not acknowledged yet is the outbox: a fact and its place in the outbox are one row, so they commit together.
"""

from __future__ import annotations

import secrets
from typing import NamedTuple

import msgspec

from edge.clock import Clock
from edge.errors import CentreAhead, StoreDamaged
from edge.store import projections
from edge.store.copies import Copies
from edge.store.database import Store, Value
from edge.store.local_words import LocalWords
from edge.sync import wire

_ERASED = "refusals_erased"
_FAR_FUTURE_MS = 24 * 3600 * 1000
"""An event later than now by more than this was written under a wrong clock; its age cannot be told, and it must not stop the purge."""


class Head(NamedTuple):
    """Where the journal stands: `seq` is the last one given, `hash` is over everything up to it."""

    epoch: str
    seq: int
    hash: bytes
    acked: int


class Row(NamedTuple):
    """One fact as it goes up."""

    seq: int
    packed: bytes
    prev_hash: bytes


class Journal:
    """The facts of this box, written and read through one store."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def record(self, body: wire.Body) -> wire.Event:
        """Writes a fact down inside the caller's transaction: it stands, with its place in the outbox, when that commits."""
        if not self._store.in_transaction:
            raise RuntimeError("a fact is recorded together with what it is about: open a transaction")
        clock, head = self._clock, self.head()
        event = wire.Event(head.seq + 1, clock.now_ms(), clock.mono_ms(), self.boot(), clock.quality(), body)
        self._append(event, head.hash)
        projections.project(self._store, event)
        return event

    def _append(self, event: wire.Event, prev_hash: bytes) -> bytes:
        return self._write(event.seq, str(event.body.__struct_config__.tag), event.at_ms, wire.encode(event), prev_hash)

    def _write(self, seq: int, kind: str, at_ms: int, packed: bytes, prev_hash: bytes) -> bytes:
        """Writes the row and moves the head; the new head's hash."""
        new_hash = wire.chain(prev_hash, packed)
        self._store.execute("INSERT INTO journal VALUES (?, ?, ?, ?, ?)", seq, prev_hash, kind, at_ms, packed)
        self._store.execute("UPDATE head SET seq = ?, hash = ?", seq, new_hash)
        return new_hash

    def boot(self) -> int:
        """Which boot of this store this is: 1, 2, 3 …"""
        boot_id = self._clock.boot()
        found = self._store.row("SELECT boot FROM boots WHERE id = ?", boot_id)
        if found is None:
            with self._store.transaction():
                self._store.execute("INSERT OR IGNORE INTO boots (id) VALUES (?)", boot_id)
            found = self._store.row("SELECT boot FROM boots WHERE id = ?", boot_id)
        return int(found[0]) if found and isinstance(found[0], int) else 0

    def now_ms(self) -> int:
        """The wall time that facts are written with."""
        return self._clock.now_ms()

    def head(self) -> Head:
        """Where the journal stands."""
        found = self._store.row("SELECT epoch, seq, hash, acked FROM head")
        if found is None:
            raise StoreDamaged("the journal has no head")
        return msgspec.convert(found, Head)

    @property
    def epoch(self) -> str:
        """The name of this sequence: a new store, a new epoch."""
        return self.head().epoch

    def max_seq(self) -> int:
        """The last sequence number given; 0 in an empty journal."""
        return self.head().seq

    def acked(self) -> int:
        """The centre has committed everything up to here."""
        return self.head().acked

    def unsent(self, after_seq: int, limit: int) -> list[Row]:
        """What follows `after_seq`, at most `limit`."""
        return _rows(self._store.rows(f"{_SELECT} seq > ? ORDER BY seq LIMIT ?", after_seq, limit))

    def range(self, first: int, last: int) -> list[Row]:
        """What stands from `first` to `last`, both included; less where it was purged."""
        return _rows(self._store.rows(f"{_SELECT} seq BETWEEN ? AND ? ORDER BY seq", first, last))

    def written_ms(self, seq: int) -> int | None:
        """The wall time of one fact."""
        found = self._store.row("SELECT at_ms FROM journal WHERE seq = ?", seq)
        return found[0] if found and isinstance(found[0], int) else None

    def hash_at(self, seq: int) -> bytes | None:
        """The chain's hash at a fact, as this journal has it; None where it is purged or was never written."""
        if seq == 0:
            return wire.GENESIS
        head = self.head()
        if seq == head.seq:
            return head.hash
        found = self._store.row("SELECT prev_hash, packed FROM journal WHERE seq = ?", seq)
        return (
            wire.chain(found[0], found[1]) if found and isinstance(found[0], bytes) and isinstance(found[1], bytes) and found[1] else None
        )

    def newest_ms(self) -> int | None:
        """The wall time of the newest fact that was written under a clock; None where it was written under none."""
        found = self._store.row("SELECT packed FROM journal ORDER BY seq DESC LIMIT 1")
        if found is None or not isinstance(found[0], bytes) or not found[0]:
            return None
        try:
            event = wire.decode(found[0], wire.Event)
        except wire.WireError:
            return None
        return None if event.clock is wire.Clock.NONE else event.at_ms

    def acknowledge(self, upto: int, quarantined: tuple[int, ...] = ()) -> int:
        """The centre has committed up to here; how many of these are news. Raises `CentreAhead` if we do not hold as much."""
        with self._store.transaction():
            head = self.head()
            if upto > head.seq:
                raise CentreAhead(f"acknowledged {upto}, written {head.seq}")
            self._store.write_all("INSERT OR IGNORE INTO quarantined VALUES (?, ?)", [(head.epoch, seq) for seq in quarantined])
            if upto > head.acked:
                self._store.execute("UPDATE head SET acked = ?", upto)
        return max(0, upto - head.acked)

    def quarantined(self) -> list[int]:
        """The facts that the centre keeps but could not read."""
        return [int(seq) for (seq,) in self._store.rows("SELECT seq FROM quarantined ORDER BY seq") if isinstance(seq, int)]

    def verify(self) -> int | None:
        """The first sequence number whose row is missing or altered; None where the chain holds."""
        first = self._store.row("SELECT min(seq) FROM journal")
        head = self.head()
        if first is None or not isinstance(first[0], int):
            return None if head.seq == head.acked else head.acked + 1
        expected = first[0]
        if expected > head.acked + 1:
            return head.acked + 1
        running = wire.GENESIS if expected == 1 else None
        last: int | None = None
        while rows := self.unsent(expected - 1, 1000):
            for row in rows:
                if row.seq != expected:
                    return expected
                if running is not None and row.prev_hash != running:
                    return last or row.seq
                # an erased refusal has kept its place only: what its hash was, the next one says
                running = wire.chain(row.prev_hash, row.packed) if row.packed else None
                last, expected = row.seq, expected + 1
        if expected <= head.seq:
            return expected
        return None if running in (None, head.hash) else last

    def purge(self, older_than_ms: int, limit: int = 500) -> int:
        """Deletes at most `limit` of the oldest facts that the centre holds and that are older; how many. Never what waits to be sent."""
        later = self._clock.now_ms() + _FAR_FUTURE_MS
        with self._store.transaction():
            oldest = self._store.rows("SELECT seq, at_ms FROM journal WHERE seq <= ? ORDER BY seq LIMIT ?", self.acked(), limit)
            upto = 0
            for seq, at_ms in oldest:
                if isinstance(seq, int) and isinstance(at_ms, int) and (at_ms < older_than_ms or at_ms > later):
                    upto = seq
                else:
                    break
            return self._store.execute("DELETE FROM journal WHERE seq <= ?", upto)

    def erase_refusals(self, older_than_ms: int, limit: int = 500) -> int:
        """Empties refusals that are older and that the centre holds: who was turned away is nobody's business for long (privacy.md C2, 6).
        Their places and hashes stay, so that the chain still shows what was removed otherwise. Looks at `limit` facts at most."""
        with self._store.transaction():
            head, seen = self.head(), str(self._store.meta(_ERASED) or "")
            upto = int(seen.partition("/")[2]) if seen.startswith(f"{head.epoch}/") else 0
            oldest = self._store.rows(
                "SELECT seq, kind, at_ms FROM journal WHERE seq > ? AND seq <= ? ORDER BY seq LIMIT ?", upto, head.acked, limit
            )
            erased = 0
            for seq, kind, at_ms in oldest:
                if not isinstance(seq, int) or not isinstance(at_ms, int) or at_ms >= older_than_ms:
                    break
                upto = seq
                if kind == "r":
                    erased += self._store.execute("UPDATE journal SET packed = x'' WHERE seq = ?", seq)
            if oldest:
                self._store.set_meta(_ERASED, f"{head.epoch}/{upto}")
        return erased

    def begin_epoch(self) -> str:
        """Starts a new sequence, with what was not acknowledged written anew at its beginning. For a store that is an old copy."""
        with self._store.transaction():
            waiting = self.unsent(self.acked(), -1)
            before, epoch = self.epoch, secrets.token_hex(4)
            self._store.execute("DELETE FROM journal")
            self._store.execute("UPDATE head SET epoch = ?, seq = 0, hash = ?, acked = 0", epoch, wire.GENESIS)
            last, numbers = wire.GENESIS, {row.seq: number for number, row in enumerate(waiting, 1)}
            for row in waiting:
                last = self._append_again(row, numbers, last, before)
                for beside in (Copies(self._store), LocalWords(self._store)):
                    beside.renumber((before, row.seq), (epoch, numbers[row.seq]))
        return epoch

    def _append_again(self, row: Row, numbers: dict[int, int], prev_hash: bytes, epoch: str) -> bytes:
        seq = numbers[row.seq]
        try:
            event = msgspec.structs.replace(wire.decode(row.packed, wire.Event), seq=seq)
            if isinstance(event.body, wire.NotPassed):
                event = msgspec.structs.replace(event, body=_renumbered(event.body, numbers, epoch))
        except wire.WireError:  # damaged here: the centre keeps the bytes as they are, for an operator to look at
            return self._write(seq, "?", self.now_ms(), row.packed, prev_hash)
        return self._append(event, prev_hash)


def _renumbered(body: wire.NotPassed, numbers: dict[int, int], epoch: str) -> wire.Body:
    """The same word about the passage under its new number. A passage that stays in the old epoch cannot be named by a number of the new
    one: then it is told as an incident, for somebody to look at."""
    if body.passage_seq in numbers:
        return wire.NotPassed(numbers[body.passage_seq])
    return wire.Incident("PASSAGE_NOT_MADE", f"{epoch}/{body.passage_seq}")


_SELECT = "SELECT seq, packed, prev_hash FROM journal WHERE"


def _rows(found: list[tuple[Value, ...]]) -> list[Row]:
    return [msgspec.convert(row, Row) for row in found]
