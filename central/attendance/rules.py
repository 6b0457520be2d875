"""What the centre thinks of a passage that happened. Pure; a passage is never refused here, it is judged beside."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

CLOCK_TOLERANCE: Final = dt.timedelta(seconds=60)
"""How far the clocks of a box and of the centre may differ before a time proves anything."""


AHEAD: Final = dt.timedelta(hours=1)
"""A passage further ahead of the centre's clock than this says nothing of when somebody was last seen."""


class Judged(StrEnum):
    """What is wrong with a passage, if anything: for people to look at, never a reason to lose it."""

    OK = "ok"
    NOT_CONFIRMED_THEN = "not_confirmed_then"
    RIGHT_ENDED_THEN = "right_ended_then"
    OTHER_PROJECT = "other_project"
    UNKNOWN_PERSON = "unknown_person"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands, as far as a passage's judgement asks."""

    assignment_id: int
    worker_id: int
    employer_id: int
    project_id: int
    entry_time: dt.datetime | None
    ended_at: dt.datetime | None


def judge(standing: Standing | None, project_id: int, at: dt.datetime, leaving: bool) -> Judged:
    """A-03: a right exists from the general contractor's acceptance (A-41) until the assignment ends; going OUT is never wrong for
    its end (domain.md, Model 4). `at` is the best known time of the passage at a gate of `project_id`."""
    if standing is None:
        return Judged.UNKNOWN_PERSON
    if standing.project_id != project_id:
        return Judged.OTHER_PROJECT
    if standing.entry_time is None or at < standing.entry_time - CLOCK_TOLERANCE:
        return Judged.NOT_CONFIRMED_THEN
    if standing.ended_at is not None and not leaving and at > standing.ended_at + CLOCK_TOLERANCE:
        return Judged.RIGHT_ENDED_THEN
    return Judged.OK


LAST_MS: Final = 4_102_444_799_999
"""The end of 2099: what a broken counter says beyond it must not break what is reckoned with it."""


def corrected(mono_ms: int, synced_at_ms: int, synced_mono_ms: int) -> int:
    """The wall time (ms) of a moment of a boot, from a later moment of the same boot whose wall time is right; 1970 to 2099."""
    return min(max(0, synced_at_ms - (synced_mono_ms - mono_ms)), LAST_MS)


def shown_name(name: str) -> str:
    """A name as a gate or a feed may show it: the first character, the others hidden (domain.md, Model 4)."""
    return name[:1] + "*" * min(2, max(1, len(name) - 1))
