"""How long the box may still act on the roster it has. Monotonic within a boot, so that nobody stretches it by turning the clock back;
across a reboot the wall clock counts, and never in the box's favour beyond what was left.
"""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from edge.clock import Clock
from edge.store.database import Store
from edge.sync import wire


class _Seen(NamedTuple):
    """The lease as last written down."""

    issued_ms: int
    left_ms: int
    boot_id: int
    mono_ms: int
    wall_ms: int


class Lease:
    """Renewed by every newer pointer that names the roster this box holds."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def left_s(self, clock: Clock) -> int:
        """Seconds left; 0 or less when it is over, or was never given."""
        seen = self._seen()
        return _left_ms(seen, clock) // 1000 if seen else 0

    def issued_ms(self) -> int:
        """When the centre issued the last pointer, by its own clock; 0 before the first."""
        seen = self._seen()
        return seen.issued_ms if seen else 0

    def renew(self, pointer: wire.RosterPointer, clock: Clock) -> bool:
        """Counts the lease anew from when the centre issued it; False if this pointer is no newer than the last (a replay)."""
        with self._store.transaction():
            seen = self._seen()
            if seen and pointer.issued_ms <= seen.issued_ms:
                return False
            age_ms = max(0, clock.now_ms() - pointer.issued_ms) if clock.quality() is wire.Clock.NTP else 0
            self._write(_Seen(pointer.issued_ms, pointer.lease_s * 1000 - age_ms, clock.boot(), clock.mono_ms(), clock.now_ms()))
        return True

    def note(self, clock: Clock) -> None:
        """Writes down what is left, so that a reboot under a wrong clock loses no more than the time since. Called every few minutes."""
        with self._store.transaction():
            seen = self._seen()
            if seen:
                wall_ms = max(seen.wall_ms, clock.now_ms())  # a boot that believes in 1970 must not make the next one seem decades later
                self._write(_Seen(seen.issued_ms, _left_ms(seen, clock), clock.boot(), clock.mono_ms(), wall_ms))

    def _seen(self) -> _Seen | None:
        found = self._store.row("SELECT issued_ms, left_ms, boot_id, mono_ms, wall_ms FROM lease")
        return msgspec.convert(found, _Seen) if found else None

    def _write(self, seen: _Seen) -> None:
        self._store.execute("INSERT OR REPLACE INTO lease VALUES (1, ?, ?, ?, ?, ?)", *seen)


def _left_ms(seen: _Seen, clock: Clock) -> int:
    if clock.boot() == seen.boot_id:
        return seen.left_ms - (clock.mono_ms() - seen.mono_ms)
    return seen.left_ms - max(0, clock.now_ms() - seen.wall_ms)
