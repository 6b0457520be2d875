"""The centre's clock, injected wherever a time is taken: rules say 'server clock' (A-41), never a client's."""

from __future__ import annotations

import datetime as dt
from typing import Final, Protocol
from zoneinfo import ZoneInfo

SITE_ZONE: Final = ZoneInfo("Asia/Shanghai")
"""Working days, departure dates and everything a person reads are in this zone."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> dt.datetime:
        """Aware UTC, whole milliseconds."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> dt.datetime:
        """Aware UTC, cut to whole milliseconds so that every database keeps it exactly."""
        now = dt.datetime.now(dt.UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


def today(clock: Clock) -> dt.date:
    """The date at the sites (Asia/Shanghai)."""
    return clock.now().astimezone(SITE_ZONE).date()
