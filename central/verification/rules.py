"""The rules of verification: when the service is open, when to ask again, what a cause is. Pure functions of values."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from enum import StrEnum
from typing import Final

from central.clock import SITE_ZONE
from central.errors import Problem

CAUSES: Final = ("VERIFY_NETWORK", "PERSON_CARD_MISMATCH", "CARD_UNREADABLE", "CARD_SUSPECT", "CARD_EXPIRED")
"""A-25: why somebody could not be verified, each with a text of its own that says what to do."""
REFUSING: Final = frozenset({"PERSON_CARD_MISMATCH", "CARD_SUSPECT", "CARD_EXPIRED"})
"""Causes that are a verdict; the others only say that there was none."""


class OutageState(StrEnum):
    """Where an announced outage stands."""

    COMING = "coming"
    RUNNING = "running"
    PAST = "past"
    WITHDRAWN = "withdrawn"


LONGEST_WAIT: Final = dt.timedelta(hours=1)

Span = tuple[dt.datetime, dt.datetime]


def opens_at(now: dt.datetime, weekdays: Collection[int], spans: Sequence[Span]) -> dt.datetime | None:
    """A-26: when the service is planned to be back, aware UTC; None if it is planned to be there now.

    `weekdays` (0 is Monday, local days of the sites) are those without the service, `spans` dated outages.
    """
    moment = now
    for _ in range(400):
        later = _after(moment, weekdays, spans)
        if later == moment:
            return None if moment == now else moment
        moment = later
    raise ValueError("an outage without end")


def _after(moment: dt.datetime, weekdays: Collection[int], spans: Sequence[Span]) -> dt.datetime:
    for begin, end in spans:
        if begin <= moment < end:
            return end
    local = moment.astimezone(SITE_ZONE)
    if len(set(weekdays)) < 7 and local.weekday() in weekdays:
        return dt.datetime.combine(local.date() + dt.timedelta(days=1), dt.time(), SITE_ZONE).astimezone(dt.UTC)
    return moment


def outage_state(begins_at: dt.datetime, ends_at: dt.datetime, now: dt.datetime, *, is_withdrawn: bool) -> OutageState:
    """A-26: at this moment."""
    if is_withdrawn:
        return OutageState.WITHDRAWN
    if now >= ends_at:
        return OutageState.PAST
    return OutageState.RUNNING if now >= begins_at else OutageState.COMING


def next_attempt(now: dt.datetime, attempts: int, opening: dt.datetime | None) -> dt.datetime:
    """When to ask again: at the planned opening, else after one, two, four… minutes, at most an hour."""
    if opening is not None:
        return opening
    return now + min(dt.timedelta(minutes=2 ** min(attempts, 10)), LONGEST_WAIT)


def cause(given: str) -> str:
    """A-25: one of the list."""
    if given not in CAUSES:
        raise Problem("IDENTITY_CAUSE_UNKNOWN", 422, "cause")
    return given
