"""The box's clock: wall time with how far it can be trusted, and a monotonic time that a change of the wall clock cannot move."""

from __future__ import annotations

import ctypes
import time
from pathlib import Path
from typing import Protocol

from edge.sync import wire

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
_RTC = Path("/sys/class/rtc/rtc0")
_TIMEX_BYTES = 256
"""More than `struct timex` needs on any 64-bit Linux (208); `modes` 0 stands first and asks only (adjtimex(2))."""
_TIME_ERROR = 5
"""adjtimex(2): the clock is not synchronised."""
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


_libc = ctypes.CDLL(None, use_errno=True)


def _is_disciplined() -> bool:
    status: int = _libc.adjtimex(ctypes.create_string_buffer(_TIMEX_BYTES))
    return 0 <= status < _TIME_ERROR
