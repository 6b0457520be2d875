"""Whether this box is in touch with the centre, by what the sync process last said of itself."""

from __future__ import annotations

from typing import Final

from edge.clock import Clock
from edge.store.health import Health

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
            self._since = self._health.offline_since_ms(self._began_ms)
        return self._since

    def is_offline(self) -> bool:
        """Whether the box is cut off."""
        return self.offline_since_ms() is not None
