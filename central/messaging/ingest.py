"""Batches of events into the centre's store: each event once, in one transaction with everything that follows from it.

    lock the journals -> tell new events from known ones -> check the chain -> keep them -> draw the conclusions -> move the watermarks

Nothing is refused: what cannot be read is quarantined and counts as received, what contradicts earlier events raises an alarm and is
kept. `ingest` never commits; the acknowledgements it returns may be sent only after the commit (sync rules 3 and 4).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from central.attendance.recording import Reported
from central.messaging import store
from central.messaging.facts import Fact, facts_of, read_event, unstorable
from central.messaging.projections import project
from central.messaging.sequence import Received, ranges_of
from edge.sync import wire


@dataclass(frozen=True, slots=True)
class Delivery:
    """A batch whose sender is known and checked, and the project whose gate the box stands at."""

    box: str
    project_id: int
    batch: wire.EventBatch


@dataclass(frozen=True, slots=True)
class Receipt:
    """What to tell a box once the transaction is committed."""

    box: str
    ack: wire.Ack | wire.CopiesTaken


@dataclass
class _Journal:
    """One box's journal of one epoch within one transaction: what was there, what is new, what came again."""

    key: store.Key
    project_id: int
    received: Received
    last_hash: bytes
    new: dict[int, Fact] = field(default_factory=dict)
    again: list[Fact] = field(default_factory=list)
    joints: dict[int, bytes] = field(default_factory=dict)
    quarantined: set[int] = field(default_factory=set)
    common: tuple[int, bytes] = (0, wire.GENESIS)

    def take(self, batch: wire.EventBatch, facts: Iterable[Fact]) -> None:
        """Sorts a batch's events into new ones and ones that came before."""
        self.joints[batch.seq0] = batch.prev_hash
        missing = {
            n for low, high in self.received.missing_of(batch.seq0, batch.seq0 + len(batch.events) - 1) for n in range(low, high + 1)
        }
        for fact in facts:
            if fact.seq in missing and fact.seq not in self.new:
                self.new[fact.seq] = fact
            else:
                self.again.append(fact)


def ingest(session: Session, deliveries: Sequence[Delivery], now: dt.datetime, *, give_up: bool = False) -> list[Receipt]:
    """Stores the deliveries and what follows from them; returns the receipts for each journal, in the order in which to send them.

    With `give_up` no event is read: all are kept raw in the quarantine (the last resort for a batch that the database refuses).
    """
    projects = {(d.box, d.batch.epoch): d.project_id for d in deliveries}
    marks = store.lock_watermarks(session, projects, now)
    journals = {key: _Journal(key, projects[key], *mark) for key, mark in marks.items()}
    for delivery in deliveries:
        facts = facts_of(delivery.batch)
        journals[delivery.box, delivery.batch.epoch].take(delivery.batch, map(unstorable, facts) if give_up else facts)
    for journal in journals.values():
        _check(session, journal, now)
        _keep(session, journal, now)
    _conclude(session, journals, now)
    return _advance(session, journals.values(), now)


def _check(session: Session, journal: _Journal, now: dt.datetime) -> None:
    """Same number, another hash: somebody else writes under this box's name. A link that does not hold: a row was changed."""
    follows = [high + 1 for _, high in ranges_of(journal.new) if journal.received.holds(high + 1)]
    before = {seq - 1 for seq in journal.joints if journal.received.holds(seq - 1)}
    stored = _stored(session, journal, before.union(follows, (fact.seq for fact in journal.again)))
    for fact in journal.again:
        first = journal.new[fact.seq].hash if fact.seq in journal.new else stored[fact.seq][0]
        if first == fact.hash:
            journal.common = max(journal.common, (fact.seq, first))
        else:
            store.quarantine(session, journal.key, [(fact, "CLONE_ALARM", "the same number with another hash")], now)
            store.raise_alarm(session, journal.key, fact.seq, "CLONE_ALARM", now)
    for seq, claimed in journal.joints.items():
        link = journal.new[seq - 1].hash if seq - 1 in journal.new else stored[seq - 1][0] if seq - 1 in stored else claimed
        if link != claimed:
            store.raise_alarm(session, journal.key, seq, "CHAIN_BROKEN", now)
        elif seq - 1 in before:
            journal.common = max(journal.common, (seq - 1, claimed))
    for seq in follows:
        if wire.chain(journal.new[seq - 1].hash, stored[seq][1]) != stored[seq][0]:
            store.raise_alarm(session, journal.key, seq, "CHAIN_BROKEN", now)


def _stored(session: Session, journal: _Journal, seqs: Collection[int]) -> dict[int, tuple[bytes, bytes]]:
    """Hash and bytes of events that are there already; of the one at the watermark, where most chains go on, the hash only."""
    known = {0: (wire.GENESIS, b""), journal.received.upto: (journal.last_hash, b"")}
    return known | store.hashes(session, journal.key, {seq for seq in seqs if seq not in known and seq not in journal.new})


def _keep(session: Session, journal: _Journal, now: dt.datetime) -> None:
    store.keep(session, journal.key, journal.new.values(), now)
    malformed = [fact for fact in journal.new.values() if fact.event is None]
    journal.quarantined.update(fact.seq for fact in malformed)
    store.quarantine(session, journal.key, [(fact, fact.code, fact.detail) for fact in malformed], now)


def _conclude(session: Session, journals: dict[store.Key, _Journal], now: dt.datetime) -> None:
    reports = [
        Reported(*journal.key, journal.project_id, fact.event)
        for journal in journals.values()
        for fact in journal.new.values()
        if fact.event is not None
    ]
    for report, code in project(session, reports, now):
        journal = journals[report.box, report.epoch]
        journal.quarantined.add(report.event.seq)
        store.quarantine(session, journal.key, [(journal.new[report.event.seq], code, type(report.event.body).__name__)], now)


def _advance(session: Session, journals: Iterable[_Journal], now: dt.datetime) -> list[Receipt]:
    receipts: list[Receipt] = []
    marks: list[store.Mark] = []
    for journal in journals:
        received = journal.received.with_numbers(journal.new)
        newest = journal.new.get(received.upto)
        hash_, event = (newest.hash, newest.event) if newest else (journal.last_hash, None)
        if newest is None and received.upto > journal.received.upto:
            hash_, packed = _stored(session, journal, [received.upto])[received.upto]
            event = read_event(received.upto, packed)
        marks.append(store.Mark(journal.key, received, hash_, event))
        quarantined = tuple(sorted(journal.quarantined))
        receipts += receipts_of(journal.key, journal.common if journal.again else None, received, hash_, quarantined)
    store.move_watermarks(session, marks, now)
    return receipts


def receipts_of(
    key: store.Key, common: tuple[int, bytes] | None, received: Received, hash_: bytes, quarantined: tuple[int, ...] = ()
) -> list[Receipt]:
    """What to tell a journal's box: first how far its own journal is known to be ours, if that is less than what arrived; then all that
    arrived. A box whose journal has left ours (a lost tail, an old image) begins a new epoch after the first, and sends nothing twice."""
    acks = [wire.Ack(key[1], received.upto, received.needs(), quarantined, hash_)]
    if common is not None and common[0] < received.upto:
        acks.insert(0, wire.Ack(key[1], common[0], hash=common[1]))
    return [Receipt(key[0], ack) for ack in acks]
