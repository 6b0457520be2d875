"""Who was let through, and whether they went: what the turnstile's sensor says after each pulse, without ever waiting for it.

A sensor counts, it knows nobody. Where a pulse follows before the one before it was answered, they are settled together: as many
closings as pulses, all went; none at all, nobody did; anything between, and who it was stays unsure. Then nobody loses attendance, and
nobody is believed to be inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from hardware.errors import DeviceError
from hardware.turnstile import Turnstile

GOES_WITHIN_S: Final = 8.0
"""A turnstile locks again after five seconds; a slow arm gets some more."""
MOST_TOGETHER: Final = 20
_REMEMBERED: Final = 5_000


@dataclass(frozen=True)
class _Pulse:
    """A pulse that is not answered yet: its passage and whose it is, None for somebody whom no passage names; when (monotonic seconds)."""

    seq: int | None
    person: str | None
    at_s: float


@dataclass(frozen=True)
class Settled:
    """What came of pulses whose time is over: the passages that nobody made, or those of which `went` were made and nobody knows which."""

    not_made: tuple[int, ...] = ()
    unsure: tuple[int, ...] = ()
    went: int = 0


class ThresholdWatch:
    """Watches one turnstile. The lane's thread only; a turnstile without a sensor says nothing and costs nothing."""

    def __init__(self, turnstile: Turnstile) -> None:
        self._turnstile = turnstile
        self._pulses: list[_Pulse] = []
        self._closings = 0
        self._went: dict[str, None] = {}
        self.has_sensor = True
        """Until the turnstile says that it has none."""

    def opened(self, seq: int | None, person: str | None, at_s: float) -> None:
        """A pulse was given, for this passage or for somebody whom none names."""
        if person is not None:
            self._went.pop(person, None)
        self._pulses.append(_Pulse(seq, person, at_s))

    def awaited(self) -> tuple[int, ...]:
        """The passages that are not answered yet."""
        return tuple(pulse.seq for pulse in self._pulses if pulse.seq is not None)

    def settle(self, now_s: float) -> Settled:
        """Asks the sensor; what there is to be said of pulses that it did not answer each."""
        pulses = self._pulses
        if not pulses or not self._counted(len(pulses)):
            self._begin_anew()
            return Settled()
        if self._closings == len(pulses):
            for pulse in pulses:
                self._note(pulse.person)
            self._begin_anew()
        elif now_s - pulses[-1].at_s >= GOES_WITHIN_S or len(pulses) >= MOST_TOGETHER:
            seqs, went = self.awaited(), self._closings
            self._begin_anew()
            return Settled(unsure=seqs, went=went) if went else Settled(not_made=seqs)
        return Settled()

    def _counted(self, most: int) -> bool:
        """False where there is no sensor, or one that fails: it takes nobody's attendance away."""
        try:
            while self._closings < most:
                went = self._turnstile.passed(0.0)
                if went is None:
                    self.has_sensor = False
                    return False
                if not went:
                    return True
                self._closings += 1
        except DeviceError:
            return False
        return True

    def _begin_anew(self) -> None:
        self._pulses, self._closings = [], 0

    def saw(self, person: str) -> bool:
        """Whether the sensor saw this person go through since this process began."""
        return person in self._went

    def _note(self, person: str | None) -> None:
        if person is None:
            return
        self._went.pop(person, None)
        self._went[person] = None
        if len(self._went) > _REMEMBERED:
            self._went.pop(next(iter(self._went)))
