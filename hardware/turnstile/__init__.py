"""The port of a turnstile: one pulse lets one person through; its own board does the motion and frees people in a fire."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol


class Way(StrEnum):
    """Which way the arm is released."""

    IN = "in"
    OUT = "out"


FREES: Final = (Way.OUT, Way.IN)
"""In which order relays are pulled to hold the gate open: whoever is inside comes first."""


class Turnstile(Protocol):
    """One lane's turnstile. Its outputs are idle when this process dies."""

    def open(self, way: Way) -> None:
        """One pulse for one person, that way. Raises `DeviceError` if the board did not take it."""

    def passed(self, timeout_s: float) -> bool | None:
        """Whether somebody went through, told once for every `open`: False when the time is over, None where there is no sensor."""

    def hold(self, opened: bool) -> None:
        """Held open every way it can, or let go again: one-key and emergency opening. Safe to repeat. A relay that fails keeps none of the
        others: each is tried, out first, and only then is `DeviceError` raised."""

    def light(self, on: bool) -> None:
        """The lane's lamp; nothing where none is wired. Safe to repeat. Raises `DeviceError`."""

    def pressed(self) -> bool:
        """Whether the exit button was pressed since the last call; False where none is wired. Raises `DeviceError`."""

    def alarms(self) -> frozenset[str]:
        """What the board reports now, any of FIRE, TAMPER, STUCK; empty when all is well."""

    def close(self) -> None:
        """Outputs to idle, device let go; safe to repeat."""
