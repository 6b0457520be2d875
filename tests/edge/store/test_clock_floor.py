"""A clock that starts in the past is lifted to what is known for sure; one that runs ahead hides, but deletes nothing."""

from __future__ import annotations

from pathlib import Path

from edge.clock import LOOK_AGAIN_MS, Floor, FlooredClock
from edge.store.journal import Journal
from edge.store.roster import Roster
from edge.sync import wire
from tests.edge.store.box import NOON_MS, FakeClock, opened, passage, record

DAY_MS = 24 * 3600 * 1000


def reboot(clock: FakeClock, wall_ms: int, trust: wire.Clock) -> None:
    clock.boot_id += 1
    clock.wall_ms, clock.since_boot_ms, clock.trust = wall_ms, 5_000, trust


def test_a_battery_that_is_empty_does_not_make_an_ended_right_young_again(tmp_path: Path) -> None:
    clock = FakeClock()
    Floor(tmp_path).note(clock)
    for trust in (wire.Clock.NONE, wire.Clock.RTC):
        reboot(clock, NOON_MS - 400 * DAY_MS, trust)
        lifted = FlooredClock(clock, tmp_path)
        assert NOON_MS <= lifted.now_ms() <= NOON_MS + 10_000
        clock.go_on(DAY_MS)
        assert lifted.now_ms() >= NOON_MS + DAY_MS, "it goes on with the machine"


def test_a_synchronised_clock_needs_no_floor_and_sets_it_right(tmp_path: Path) -> None:
    clock = FakeClock(NOON_MS + 900 * DAY_MS)
    clock.trust = wire.Clock.RTC
    floor = Floor(tmp_path)
    floor.note(clock, clock.now_ms())
    reboot(clock, NOON_MS, wire.Clock.NTP)
    assert FlooredClock(clock, tmp_path).now_ms() == NOON_MS
    floor.note(clock, NOON_MS - DAY_MS)
    reboot(clock, NOON_MS + 60_000, wire.Clock.RTC)
    assert FlooredClock(clock, tmp_path).now_ms() == NOON_MS + 60_000


def test_what_the_centre_said_and_what_was_written_raise_it_within_the_half_minute(tmp_path: Path) -> None:
    clock = FakeClock(NOON_MS - 300 * DAY_MS)
    clock.trust = wire.Clock.RTC
    seen = FlooredClock(clock, tmp_path)
    assert seen.now_ms() == clock.now_ms()
    with opened(tmp_path) as store:
        journal, lease = Journal(store, clock), Roster(store).lease
        lease.renew(wire.RosterPointer(1, b"", 0, NOON_MS, 3600), clock)
        Floor(tmp_path).note(clock, lease.issued_ms(), journal.newest_ms() or 0)
        clock.go_on(LOOK_AGAIN_MS)
        assert seen.now_ms() >= NOON_MS
        clock.wall_ms = NOON_MS + DAY_MS
        record(store, journal, passage())
        Floor(tmp_path).note(clock, lease.issued_ms(), journal.newest_ms() or 0)
    reboot(clock, NOON_MS - 300 * DAY_MS, wire.Clock.RTC)
    assert FlooredClock(clock, tmp_path).now_ms() >= NOON_MS + DAY_MS


def test_facts_written_without_any_clock_say_nothing_of_the_time(tmp_path: Path) -> None:
    clock = FakeClock(NOON_MS + 900 * DAY_MS)
    clock.trust = wire.Clock.NONE
    with opened(tmp_path) as store:
        journal = Journal(store, clock)
        assert journal.newest_ms() is None
        record(store, journal, passage())
        assert journal.newest_ms() is None


def test_a_floor_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "clock-floor").write_text("half a li")
    clock = FakeClock()
    clock.trust = wire.Clock.RTC
    assert FlooredClock(clock, tmp_path).now_ms() == NOON_MS
