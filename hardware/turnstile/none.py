"""A lane without a barrier: passages are written down, nothing moves."""

from __future__ import annotations

from hardware.turnstile import Way


class NoTurnstile:
    """Takes every pulse and has no sensor."""

    def open(self, way: Way) -> None:
        """Nothing to open."""

    def passed(self, timeout_s: float) -> bool | None:
        """None: no sensor."""
        return None

    def hold(self, opened: bool) -> None:
        """Nothing to hold."""

    def light(self, on: bool) -> None:
        """No lamp."""

    def pressed(self) -> bool:
        """No button."""
        return False

    def alarms(self) -> frozenset[str]:
        """None ever."""
        return frozenset()

    def close(self) -> None:
        """Nothing to let go."""
