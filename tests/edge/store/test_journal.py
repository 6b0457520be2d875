"""The journal: one sequence without gaps, chained, with its outbox in the same row."""

from __future__ import annotations

from pathlib import Path

import pytest

from edge.errors import CentreAhead
from edge.store.journal import Journal
from edge.store.passages import Passages
from edge.sync import wire
from tests.edge.store.box import NOON_MS, FakeClock, opened, passage, record

DAY_MS = 24 * 3600 * 1000


def test_facts_are_numbered_without_gaps_and_each_carries_on_the_hash_before(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        journal = Journal(store, FakeClock())
        record(store, journal, passage("a"), passage("b"), wire.Incident("DOOR"))
        rows = journal.unsent(0, 10)
        assert [row.seq for row in rows] == [1, 2, 3]
        assert rows[0].prev_hash == wire.GENESIS
        assert rows[1].prev_hash == wire.chain(wire.GENESIS, rows[0].packed)
        assert rows[2].prev_hash == wire.chain(rows[1].prev_hash, rows[1].packed)
        assert wire.decode(rows[2].packed, wire.Event).body == wire.Incident("DOOR")
        assert journal.verify() is None


def test_a_fact_of_a_transaction_that_fails_was_never_there(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        journal = Journal(store, FakeClock())
        with pytest.raises(ZeroDivisionError), store.transaction():
            journal.record(passage())
            raise ZeroDivisionError
        assert journal.max_seq() == 0 and Passages(store).recent(5) == []
        assert [event.seq for event in record(store, journal, passage())] == [1]


def test_an_inner_transaction_that_fails_takes_only_its_own_part_with_it(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        journal = Journal(store, FakeClock())
        with store.transaction():
            journal.record(passage("stays"))
            with pytest.raises(ZeroDivisionError), store.transaction():
                journal.record(passage("goes"))
                raise ZeroDivisionError
            journal.record(passage("stays too"))
        assert [(seen.seq, seen.person) for seen in Passages(store).since(0)] == [(1, "stays"), (2, "stays too")]
        assert journal.verify() is None


def test_a_fact_cannot_be_recorded_beside_a_transaction(tmp_path: Path) -> None:
    with opened(tmp_path) as store, pytest.raises(RuntimeError):
        Journal(store, FakeClock()).record(passage())


def test_times_are_kept_with_the_boot_they_belong_to(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path) as store:
        journal = Journal(store, clock)
        clock.trust = wire.Clock.NONE
        [first] = record(store, journal, passage())
        clock.boot_id, clock.since_boot_ms, clock.trust = 4712, 3, wire.Clock.RTC
        [second] = record(store, journal, passage())
    assert (first.boot, first.at_ms, first.mono_ms, first.clock) == (1, NOON_MS, 60_000, wire.Clock.NONE)
    assert (second.boot, second.mono_ms, second.clock) == (2, 3, wire.Clock.RTC)
    with opened(tmp_path) as store:
        assert Journal(store, clock).boot() == 2


def test_acknowledged_facts_leave_the_outbox_and_an_older_acknowledgement_brings_none_back(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        journal = Journal(store, FakeClock())
        record(store, journal, *(passage() for _ in range(5)))
        assert journal.acknowledge(3, quarantined=(2,)) == 3
        assert journal.acknowledge(1) == 0
        assert journal.acked() == 3 and [row.seq for row in journal.unsent(journal.acked(), 10)] == [4, 5]
        assert journal.quarantined() == [2]
        with pytest.raises(CentreAhead):
            journal.acknowledge(6)


@pytest.mark.parametrize(
    ("damage", "first_broken"),
    [
        ("UPDATE journal SET packed = x'00' WHERE seq = 3", 3),
        ("UPDATE journal SET packed = x'00' WHERE seq = 5", 5),
        ("DELETE FROM journal WHERE seq = 2", 2),
        ("DELETE FROM journal WHERE seq = 5", 5),
        ("DELETE FROM journal", 1),
        ("DELETE FROM journal WHERE seq = 1", 1),
        ("UPDATE journal SET prev_hash = x'00' WHERE seq = 1", 1),
    ],
)
def test_an_altered_or_removed_row_is_found(tmp_path: Path, damage: str, first_broken: int) -> None:
    with opened(tmp_path) as store:
        journal = Journal(store, FakeClock())
        record(store, journal, *(passage() for _ in range(5)))
        with store.transaction():
            store.execute(damage)
        assert journal.verify() == first_broken


def test_only_old_and_acknowledged_facts_are_purged_and_only_a_few_at_a_time(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path) as store:
        journal = Journal(store, clock)
        record(store, journal, *(passage() for _ in range(10)))
        clock.go_on(100 * DAY_MS)
        record(store, journal, passage())
        journal.acknowledge(8)
        before = clock.now_ms() - 30 * DAY_MS
        assert journal.purge(before, limit=5) == 5
        assert journal.purge(before, limit=5) == 3
        assert journal.purge(before, limit=5) == 0
        assert [row.seq for row in journal.range(1, 99)] == [9, 10, 11]
        assert journal.verify() is None
        journal.acknowledge(11)
        assert journal.purge(before) == 2 and [row.seq for row in journal.range(1, 99)] == [11]
        assert journal.verify() is None


def test_a_fact_from_the_far_future_of_a_wrong_clock_does_not_stop_the_purge(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path) as store:
        journal = Journal(store, clock)
        clock.wall_ms += 9000 * DAY_MS
        record(store, journal, passage())
        clock.wall_ms = NOON_MS
        record(store, journal, passage())
        clock.go_on(100 * DAY_MS)
        journal.acknowledge(2)
        assert journal.purge(clock.now_ms() - DAY_MS) == 2


def test_a_new_epoch_begins_with_what_was_not_acknowledged_in_the_old_one(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path) as store:
        journal = Journal(store, clock)
        record(store, journal, passage("a"), passage("b"), passage("c"))
        journal.acknowledge(1)
        old = journal.epoch
        with store.transaction():
            store.execute("UPDATE journal SET packed = x'ff' WHERE seq = 3")
        clock.go_on(5000)
        new = journal.begin_epoch()
        assert new != old and journal.head()[:2] == (new, 2) and journal.acked() == 0
        event = wire.decode(journal.range(1, 1)[0].packed, wire.Event)
        assert event.seq == 1 and event.at_ms == NOON_MS and event.body == passage("b")
        assert journal.range(2, 2)[0].packed == b"\xff", "what cannot be read is kept as it is"
        assert journal.verify() is None
        assert len(Passages(store).since(0)) == 3


def test_presence_follows_the_last_passage_that_was_no_duplicate(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path) as store:
        journal, passages = Journal(store, clock), Passages(store)
        assert passages.last("a") is None
        record(store, journal, passage("a"), passage("b"))
        clock.go_on(60_000)
        record(store, journal, passage("a", duplicate=True), passage("b", wire.Direction.OUT))
        assert passages.last("a") == (wire.Direction.IN, NOON_MS)
        assert passages.last("b") == (wire.Direction.OUT, NOON_MS + 60_000)
        assert passages.on_site_count() == 1
        newest = passages.recent(2)[0]
        assert (newest.person, newest.direction, newest.seq, newest.duplicate) == ("b", wire.Direction.OUT, 4, False)
        assert [seen.duplicate for seen in passages.since(NOON_MS + 1)] == [True, False]
        assert passages.purge(NOON_MS + 1) == 2 and passages.last("a") is None


def test_who_is_on_site_is_counted_only_where_both_ways_are_seen(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path) as store:
        journal, passages = Journal(store, clock), Passages(store)
        record(store, journal, passage("a"), passage("b"))
        assert passages.on_site_count() is None
        record(store, journal, passage("b", wire.Direction.OUT))
        assert passages.on_site_count() == 1
        assert passages.on_site_count(since_ms=NOON_MS + 1) is None
