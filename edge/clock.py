"""The box's clock: wall time with how far it can be trusted, and a monotonic time that a change of the wall clock cannot move."""

from __future__ import annotations

import contextlib
import ctypes
import time
from pathlib import Path
from typing import Final, Protocol

from edge.sync import wire

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_RTC = Path("/sys/class/rtc/rtc0")
_TIMEX_BYTES = 256
"""More than `struct timex` needs on any 64-bit Linux (208); `modes` 0 stands first and asks only (adjtimex(2))."""
_TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""
LOOK_AGAIN_MS: Final = 30_000
"""How often a process looks whether another one has raised the floor."""
_BUILT_S = 1_735_689_600
"""2025-01-01: a wall clock before the software existed is wrong for sure."""


class Clock(Protocol):
    """Where all of the box takes its time from."""

    def now_ms(self) -> int:
        """Wall time, ms since 1970 UTC."""

    def mono_ms(self) -> int:
        """Ms since this boot, sleep included; never goes back within a boot."""

    def boot(self) -> int:
        """A number that differs from boot to boot; the journal maps it to a counter."""

    def quality(self) -> wire.Clock:
        """How far `now_ms` can be trusted."""


class SystemClock:
    """The machine's own clock."""

    def __init__(self) -> None:
        self._boot = int(_BOOT_ID.read_text().replace("-", "")[:12], 16)

    def now_ms(self) -> int:
        """Wall time, ms since 1970 UTC."""
        return time.time_ns() // 1_000_000

    def mono_ms(self) -> int:
        """Ms since this boot (CLOCK_BOOTTIME)."""
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME) // 1_000_000

    def boot(self) -> int:
        """The first 48 bits of the kernel's random boot id."""
        return self._boot

    def quality(self) -> wire.Clock:
        """`ntp` while the kernel's clock is disciplined, `rtc` with a hardware clock, else `none`."""
        if time.time() < _BUILT_S:
            return wire.Clock.NONE
        if _is_disciplined():
            return wire.Clock.NTP
        return wire.Clock.RTC if _RTC.exists() else wire.Clock.NONE


class Floor:
    """A time that it is past for sure, written down in the box's home by sync and read by every process: what the centre last said that it
    was, when facts were last written, and how long the machine has run since. It lifts a clock that starts in the past (a battery that
    is empty); a clock that is synchronised needs none, and sets it right."""

    def __init__(self, home: Path) -> None:
        self._path = home / "clock-floor"

    def at_ms(self, clock: Clock) -> int:
        """The floor now, ms since 1970 UTC; 0 where none is known."""
        try:
            wall_ms, boot, mono_ms = (int(number) for number in self._path.read_text("ascii").split())
        except (OSError, ValueError):
            return 0
        return wall_ms + clock.mono_ms() - (mono_ms if boot == clock.boot() else 0)

    def note(self, clock: Clock, *known_ms: int) -> None:
        """Writes the floor down: the time itself from a synchronised clock, else the latest of what is known. Best effort."""
        now_ms = clock.now_ms() if clock.quality() is wire.Clock.NTP else max(self.at_ms(clock), *known_ms)
        beside = self._path.with_suffix(".new")
        with contextlib.suppress(OSError):
            beside.write_text(f"{now_ms} {clock.boot()} {clock.mono_ms()}", "ascii")
            beside.replace(self._path)


class FlooredClock:
    """A clock that is never earlier than the floor in a box's home, unless it is synchronised."""

    def __init__(self, clock: Clock, home: Path) -> None:
        self._clock, self._floor = clock, Floor(home)
        self._floor_ms, self._looked_ms = 0, -LOOK_AGAIN_MS

    def now_ms(self) -> int:
        """Wall time, ms since 1970 UTC."""
        if self._clock.quality() is wire.Clock.NTP:
            return self._clock.now_ms()
        mono_ms = self._clock.mono_ms()
        if mono_ms - self._looked_ms >= LOOK_AGAIN_MS:
            self._floor_ms, self._looked_ms = self._floor.at_ms(self._clock), mono_ms
        return max(self._clock.now_ms(), self._floor_ms + mono_ms - self._looked_ms if self._floor_ms else 0)

    def mono_ms(self) -> int:
        """Ms since this boot."""
        return self._clock.mono_ms()

    def boot(self) -> int:
        """The boot's number."""
        return self._clock.boot()

    def quality(self) -> wire.Clock:
        """How far `now_ms` can be trusted."""
        return self._clock.quality()


_libc = ctypes.CDLL(None, use_errno=True)


def _is_disciplined() -> bool:
    status: int = _libc.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return 0 <= status < _TIME_ERROR
