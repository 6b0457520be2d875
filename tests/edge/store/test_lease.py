"""How long an old roster may be acted on: no clock turned back, no reboot and no replayed message makes it longer."""

from __future__ import annotations

from pathlib import Path

from edge.store.roster import Roster
from edge.sync import wire
from tests.edge.store.box import NOON_MS, FakeClock, opened

HOUR_MS = 3600 * 1000


def pointer(issued_ms: int = NOON_MS, lease_s: int = 72 * 3600) -> wire.RosterPointer:
    return wire.RosterPointer(1, b"hash", 0, issued_ms, lease_s)


def test_a_lease_that_was_never_given_is_over(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        assert Roster(store).lease_left_s(FakeClock()) == 0


def test_it_counts_from_when_the_centre_issued_it_and_by_the_monotonic_clock(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path) as store:
        roster = Roster(store)
        assert roster.lease.renew(pointer(NOON_MS - 2 * HOUR_MS), clock)
        assert roster.lease_left_s(clock) == 70 * 3600
        clock.wall_ms -= 500 * HOUR_MS
        clock.since_boot_ms += 71 * HOUR_MS
        assert roster.lease_left_s(clock) == -3600


def test_a_replayed_pointer_renews_nothing_and_a_newer_one_does(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path) as store:
        roster = Roster(store)
        roster.lease.renew(pointer(), clock)
        clock.go_on(10 * HOUR_MS)
        assert not roster.lease.renew(pointer(), clock) and roster.lease_left_s(clock) == 62 * 3600
        assert roster.lease.renew(pointer(NOON_MS + 10 * HOUR_MS), clock) and roster.lease_left_s(clock) == 72 * 3600


def test_across_a_reboot_the_wall_clock_counts_but_never_in_the_boxs_favour(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path) as store:
        roster = Roster(store)
        roster.lease.renew(pointer(), clock)
        clock.go_on(10 * HOUR_MS)
        roster.lease.note(clock)
        clock.boot_id, clock.since_boot_ms, clock.wall_ms = 99, 5, 0
        assert roster.lease_left_s(clock) == 62 * 3600, "a clock that fell back to 1970 gives nothing back"
        clock.wall_ms = NOON_MS + 30 * HOUR_MS
        assert roster.lease_left_s(clock) == 42 * 3600


def test_a_box_that_does_not_know_the_time_takes_a_new_pointer_as_fresh(tmp_path: Path) -> None:
    clock = FakeClock(now_ms=NOON_MS + 9000 * HOUR_MS)
    clock.trust = wire.Clock.NONE
    with opened(tmp_path) as store:
        roster = Roster(store)
        roster.lease.renew(pointer(), clock)
        assert roster.lease_left_s(clock) == 72 * 3600
