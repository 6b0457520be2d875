"""What the box no longer needs goes: who was refused, and stores that were set aside."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from edge.store import file
from edge.store.journal import Journal
from edge.store.retention import ASIDE_KEPT_DAYS, REFUSAL_KEPT_DAYS, Retention
from edge.sync import wire
from tests.edge.store.box import FakeClock, opened, passage, record

DAY_MS = 24 * 3600 * 1000
REFUSED = wire.Refusal(wire.Reason.RIGHT_ENDED, wire.Method.ID_CARD, wire.Direction.IN, "1", 1, "wang-person")


def test_who_was_refused_is_forgotten_after_ninety_days_and_the_chain_still_holds(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path) as store:
        journal = Journal(store, clock)
        record(store, journal, passage(), REFUSED, passage(), REFUSED)
        journal.acknowledge(3)
        retention = Retention(store, journal, clock, 730)
        clock.go_on((REFUSAL_KEPT_DAYS - 1) * DAY_MS)
        retention.sweep()
        assert [bool(row.packed) for row in journal.range(1, 4)] == [True, True, True, True]
        clock.go_on(2 * DAY_MS)
        record(store, journal, REFUSED)
        retention.sweep()
        assert [bool(row.packed) for row in journal.range(1, 5)] == [True, False, True, True, True], "what waits to be sent stays"
        assert journal.verify() is None
        journal.acknowledge(5)
        retention.sweep()
        assert [bool(row.packed) for row in journal.range(1, 5)] == [True, False, True, False, True]
        assert journal.verify() is None
        assert b"wang-person" not in b"".join(row.packed for row in journal.range(2, 2) + journal.range(4, 4))
        with store.transaction():
            store.execute("UPDATE journal SET packed = ? WHERE seq = 3", b"altered")
        assert journal.verify() is not None, "only an erased row is taken for its place"


@pytest.mark.parametrize("trust", [wire.Clock.NTP, wire.Clock.RTC])
def test_a_store_set_aside_is_deleted_after_thirty_days_by_a_clock_that_is_right(tmp_path: Path, trust: wire.Clock) -> None:
    (tmp_path / "edge.db").write_bytes(b"names and templates" * 1000)
    clock = FakeClock(int(time.time() * 1000))
    with opened(tmp_path) as store:
        [aside] = tmp_path.glob("edge.db.damaged-*")
        retention = Retention(store, Journal(store, clock), clock, 730)
        retention.sweep()
        assert aside.exists()
        clock.go_on((ASIDE_KEPT_DAYS + 1) * DAY_MS)
        clock.trust = trust
        retention.sweep()
        assert aside.exists() is (trust is wire.Clock.RTC)
        assert (tmp_path / "edge.db").exists()
        assert file.forget_set_aside(store.path, 0) == []
