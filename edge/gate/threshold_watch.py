"""Who was let through, and whether they went: what the turnstile's sensor says after each pulse, without ever waiting for it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hardware.errors import DeviceError
from hardware.turnstile import Turnstile

GOES_WITHIN_S: Final = 8.0
"""A turnstile locks again after five seconds; a slow arm gets some more."""
_REMEMBERED: Final = 5_000


@dataclass(frozen=True)
class _Pulse:
    """A pulse that nobody has answered yet: its passage, whose it is, when (monotonic seconds)."""

    seq: int
    person: str
    at_s: float


class ThresholdWatch:
    """Watches one turnstile. The lane's thread only; a turnstile without a sensor says nothing and costs nothing."""

    def __init__(self, turnstile: Turnstile) -> None:
        self._turnstile = turnstile
        self._pulse: _Pulse | None = None
        self._went: dict[str, None] = {}

    def opened(self, seq: int, person: str, at_s: float) -> None:
        """A pulse was given for this passage. One that is still open counts as passed: the next person pushed it through."""
        if self._pulse is not None:
            self._note(self._pulse.person)
        self._pulse = _Pulse(seq, person, at_s)

    def nobody_went(self, now_s: float) -> tuple[int, ...]:
        """The passage that nobody made after all, once its time is over; else nothing."""
        pulse = self._pulse
        if pulse is None:
            return ()
        try:
            went = self._turnstile.passed(0.0)
        except DeviceError:
            self._pulse = None  # a sensor that fails takes nobody's attendance away
            return ()
        if went is None:
            self._pulse = None
        elif went:
            self._note(pulse.person)
            self._pulse = None
        elif now_s - pulse.at_s >= GOES_WITHIN_S:
            self._went.pop(pulse.person, None)
            self._pulse = None
            return (pulse.seq,)
        return ()

    def saw(self, person: str) -> bool:
        """Whether the sensor saw this person go through since this process began."""
        return person in self._went

    def _note(self, person: str) -> None:
        self._went.pop(person, None)
        self._went[person] = None
        if len(self._went) > _REMEMBERED:
            self._went.pop(next(iter(self._went)))
