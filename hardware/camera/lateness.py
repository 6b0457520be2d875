"""How late a picture arrives: after a stall on the network a stream hands out in one burst what it had kept, and each is old already.

Told by the stream's own clock, which need not be right: only that it ran on while nothing arrived. A clock that does not run, or runs
wrongly, makes no picture old for longer than a burst takes.
"""

from __future__ import annotations

from typing import Final

STALL_S: Final = 0.3
"""Nothing for so long is a stall; shorter ones leave pictures that are fresh enough."""
BURST_S: Final = 5.0
"""A burst is read in a fraction of a second; whatever seems late after this is a clock that is wrong."""


class Lateness:
    """Of one stream, from its opening on. Times are seconds; `stream_s` is the stream's own, None where it has none."""

    def __init__(self) -> None:
        self._arrived_s = self._stream_s = self._until_s = 0.0
        self._late_s = 0.0
        self._begun = False

    def of(self, arrived_s: float, stream_s: float | None) -> float:
        """How many seconds before its arrival this picture was taken, beyond what the stream always takes; 0 or more."""
        if stream_s is None:
            self._begun, self._late_s = False, 0.0
            return 0.0
        waited_s, made_s = arrived_s - self._arrived_s, stream_s - self._stream_s
        begun, self._begun = self._begun, True
        self._arrived_s, self._stream_s = arrived_s, stream_s
        if not begun or made_s <= 0 or made_s > waited_s + BURST_S:
            self._late_s = 0.0
        elif waited_s >= STALL_S:
            self._late_s, self._until_s = max(0.0, self._late_s + waited_s - made_s), arrived_s + BURST_S
        elif self._late_s > 0:
            self._late_s = max(0.0, self._late_s + waited_s - made_s) if arrived_s < self._until_s else 0.0
        return self._late_s
