"""Whether this box is in touch with the centre, by what the sync process last said of itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from edge.clock import Clock
from edge.store.health import Health

SILENT_MS: Final = 30_000
"""A sync process that has said nothing for so long is down, and the box offline."""
_LOOK_MS: Final = 1_000


class Uplink:
    """Asks the store once a second at most."""

    def __init__(self, health: Health, clock: Clock) -> None:
        self._health, self._clock = health, clock
        self._looked_ms = -_LOOK_MS
        self._began_ms = clock.now_ms()
        self._since: int | None = None

    def offline_since_ms(self) -> int | None:
        """Since when (wall time) the box is cut off; None while it is in touch."""
        if self._clock.mono_ms() - self._looked_ms >= _LOOK_MS:
            self._looked_ms = self._clock.mono_ms()
            self._since = offline_since(self._health.all().get("sync"), self._clock.now_ms(), self._began_ms)
        return self._since

    def is_offline(self) -> bool:
        """Whether the box is cut off."""
        return self.offline_since_ms() is not None


def offline_since(said: Mapping[str, Any] | None, now_ms: int, began_ms: int) -> int | None:
    """From the sync process' report to a time: `connected` and fresh is None; a silent process counts from its last word."""
    if said is None:
        return began_ms
    at_ms = int(said.get("at_ms", 0))
    if now_ms - at_ms > SILENT_MS:
        return at_ms
    if said.get("connected"):
        return None
    since = said.get("since_ms")
    return at_ms if since is None else int(since)
