"""Who was let through, and whether they went: what the turnstile's sensor says after each pulse, without ever waiting for it.

A sensor counts, it knows nobody. Where a pulse follows before the one before it was answered, they are settled together: as many
closings as pulses, all went; none at all, nobody did; anything between, and who it was stays unsure. Then nobody loses attendance, and
nobody is believed to be inside.

A sensor that says nothing may also be one that is cut off: nobody going and nobody being seen look alike. So "nobody went" is believed once
the contact has closed again, for somebody after: until then it is held back. Where `SILENT_AFTER` people in a row are said not to have
gone, or the contact stays closed, the sensor counts as absent until it closes again. Of the two errors the one left is the lesser: an
attendance that nobody made stands in the journal with a doubt beside it, and somebody can ask; one that was made and is taken away costs a
worker the day's pay, and nobody but the worker would ever know. What it costs: who turned back counts as having gone until the next one
goes, and for good where the gate ends before that or five in a row turn back; a loose wire that closes now and then can still wrong four.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from hardware.errors import DeviceError
from hardware.turnstile import Turnstile

GOES_WITHIN_S: Final = 8.0
"""A turnstile locks again after five seconds; a slow arm gets some more."""
MOST_TOGETHER: Final = 20
SILENT_AFTER: Final = 5
"""So many people in a row do not all turn back: the sensor does not see them."""
LINGERS_S: Final = 120.0
"""Whoever is let through again within this, and nobody else between, stands there and is one."""
MOST_HELD_BACK: Final = 100
"""Somebody known who stands before the camera is let through again and again, and does not go."""
SENSOR_SILENT: Final = "SENSOR_SILENT"
"""The passage sensor has seen none of those who were let through last."""
_REMEMBERED: Final = 5_000


@dataclass(frozen=True)
class _Pulse:
    """A pulse that is not answered yet: its passage and whose it is, None for somebody whom no passage names; when (monotonic seconds)."""

    seq: int | None
    person: str | None
    at_s: float


@dataclass(frozen=True)
class Settled:
    """What is to be said now: the passages that nobody made, those of which nobody knows, and how many of these `went`."""

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
        self._missed: list[_Pulse] = []
        self._stuck = self._was_stuck = False
        self.is_silent = False
        """It is taken for absent, until it closes."""
        self.has_sensor = True
        """Until the turnstile says that it has none."""

    def opened(self, seq: int | None, person: str | None, at_s: float) -> None:
        """A pulse was given, for this passage or for somebody whom none names."""
        if person is not None:
            self._went.pop(person, None)
        self._pulses.append(_Pulse(seq, person, at_s))

    def stuck(self, stuck: bool) -> None:
        """Whether the board says that something stays closed: what the sensor does not see meanwhile proves nothing."""
        self._stuck = stuck
        self._was_stuck |= stuck

    def awaited(self) -> tuple[int, ...]:
        """The passages that are not answered yet, or whose answer is held back."""
        return _passages([*self._missed, *self._pulses])

    def doubts(self, person: str) -> bool:
        """Whether the sensor saw this person not go, and is not proven yet: nothing is held against them meanwhile."""
        return not self.is_silent and any(pulse.person == person for pulse in self._missed)

    def settle(self, now_s: float) -> Settled:
        """Asks the sensor; what there is to be said of pulses that it did not answer each."""
        pulses, before = self._pulses, self._closings
        is_answered = bool(pulses) and self._counted(len(pulses))
        told = self._of_those_before(closed=self._closings > before)
        if not is_answered:
            self._begin_anew()
        elif self._closings == len(pulses):
            for pulse in pulses:
                self._note(pulse.person)
            self._begin_anew()
        elif now_s - pulses[-1].at_s >= GOES_WITHIN_S or len(pulses) >= MOST_TOGETHER:
            went = self._closings
            return Settled(told.not_made, told.unsure + self._unanswered(), went)
        return told

    def _of_those_before(self, *, closed: bool) -> Settled:
        """What was held back, as soon as the sensor proves that it sees, or that it does not."""
        if not closed and not self._was_stuck:
            return Settled()
        is_doubtful = self._was_stuck or self.is_silent
        self.is_silent = self.is_silent and not closed
        held_back = self._take_missed()
        return Settled(unsure=held_back) if is_doubtful else Settled(not_made=held_back)

    def _unanswered(self) -> tuple[int, ...]:
        """The time of these pulses is over: which passages nobody can say anything of. What nobody seems to have made is held back; where
        the sensor is silent, so that one doubt is written for many."""
        pulses, is_doubtful, was_silent = self._pulses, self._closings or self._was_stuck, self.is_silent
        self._begin_anew()
        if is_doubtful:
            return _passages(pulses)
        self._missed += [pulse for pulse in pulses if pulse.seq is not None]
        self.is_silent = was_silent or _people(self._missed) >= SILENT_AFTER
        is_enough = self.is_silent != was_silent or len(self._missed) >= (MOST_TOGETHER if self.is_silent else MOST_HELD_BACK)
        return self._take_missed() if is_enough else ()

    def _take_missed(self) -> tuple[int, ...]:
        missed, self._missed = self._missed, []
        return _passages(missed)

    def _counted(self, most: int) -> bool:
        """False where there is no sensor, or one that fails: it takes nobody's attendance away."""
        try:
            while self._closings < most:
                went = self._turnstile.passed(0.0)
                if went is None:
                    self.has_sensor = self.is_silent = False
                    self._missed = []
                    return False
                if not went:
                    return True
                self._closings += 1
        except DeviceError:
            return False
        return True

    def _begin_anew(self) -> None:
        self._pulses, self._closings, self._was_stuck = [], 0, self._stuck

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


def _people(missed: list[_Pulse]) -> int:
    """How many were there one after the other."""
    new = (one.person != before.person or one.at_s - before.at_s >= LINGERS_S for before, one in pairwise(missed))
    return sum(new) + bool(missed)


def _passages(pulses: Iterable[_Pulse]) -> tuple[int, ...]:
    return tuple(pulse.seq for pulse in pulses if pulse.seq is not None)
