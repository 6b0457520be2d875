"""What the box says of itself: to the centre at birth, every half minute and as its last will; to the other processes in the store."""

from __future__ import annotations

import os
from importlib import metadata
from typing import Any, Final

from edge.clock import Clock
from edge.store.database import Store
from edge.store.health import Health
from edge.store.journal import Journal
from edge.store.roster import Roster
from edge.sync import wire

BEAT_MS: Final = 30_000
REPORT_MS: Final = 5_000
LOW_PCT: Final = 20
NEARLY_FULL_PCT: Final = 10


class Heartbeat:
    """Collects the box's state."""

    def __init__(self, store: Store, journal: Journal, roster: Roster, clock: Clock) -> None:
        self._store = store
        self._journal = journal
        self._roster = roster
        self._clock = clock
        self._health = Health(store, clock)
        self._beat_ms: int | None = None
        self._reported_ms: int | None = None
        self._connected = False
        self._since_ms = clock.now_ms()
        self._software = metadata.version("gongmen")

    def state(self, online: bool = True) -> wire.BoxState:
        """The box now. A will (`online` false) is written at the connection's beginning; its numbers are of that time."""
        head = self._journal.head()
        return wire.BoxState(
            epoch=head.epoch,
            boot=self._journal.boot(),
            online=online,
            max_seq=head.seq,
            acked=head.acked,
            roster_version=self._roster.version(),
            roster_hash=self._roster.hash(),
            clock=self._clock.quality(),
            at_ms=self._clock.now_ms(),
            disk_free_pct=self._store.reserve.free_pct(),
            software=self._software,
            faults=self.faults() if online else (),
            wire=wire.VERSION,
        )

    def connected(self, connected: bool) -> None:
        """The centre came into reach or went out of it; a birth is due, or only a note to the others."""
        if connected != self._connected:
            self._connected, self._since_ms = connected, self._clock.now_ms()
        self._beat_ms = self._reported_ms = None

    def due(self) -> list[tuple[wire.Up, wire.Message]]:
        """A state for the centre, if it is time for one."""
        now = self._clock.mono_ms()
        if self._beat_ms is not None and now - self._beat_ms < BEAT_MS:
            return []
        self._beat_ms = now
        return [(wire.Up.STATE, self.state())]

    def report(self, more: dict[str, Any]) -> None:
        """Tells the other processes how the way to the centre is, if it is time."""
        now = self._clock.mono_ms()
        if self._reported_ms is not None and now - self._reported_ms < REPORT_MS:
            return
        self._reported_ms = now
        head = self._journal.head()
        standing = {
            "connected": self._connected,
            "since_ms": self._since_ms,
            "acked": head.acked,
            "max_seq": head.seq,
            "roster_version": self._roster.version(),
            "lease_left_s": self._roster.lease_left_s(self._clock),
            "disk_free_pct": self._store.reserve.free_pct(),
            "clock": self._clock.quality(),
            "pid": os.getpid(),
        }
        self._health.report("sync", standing | more)

    def faults(self) -> tuple[str, ...]:
        """Codes of what is wrong at this box: of the disk, and of every process by its own report (`faults`, `…_fault`)."""
        free = self._store.reserve.free_pct()
        found = ["DISK_NEARLY_FULL"] if free < NEARLY_FULL_PCT else ["DISK_LOW"] if free < LOW_PCT else []
        for report in self._health.all().values():
            found += [str(code) for code in report.get("faults") or ()]
            found += [value for key, value in report.items() if key.endswith("_fault") and isinstance(value, str)]
        return tuple(dict.fromkeys(found))[:32]
