"""Passages and approved corrections as the days see them, in few queries for many assignments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator
from typing import Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from central.attendance.model import Passage
from central.attendance.pairing import Punch
from central.attendance.papers import ManualEvent
from central.attendance.rules import Judged
from central.bulk import chunks
from edge.sync.wire import Direction, Method

MANUAL: Final = "manual"
_WAYS: Final = {way.value: way for way in Direction}
_METHODS: Final = {method.value: method for method in Method}
_PASSAGE: Final = (
    Passage.assignment_id,
    Passage.box_id,
    Passage.epoch,
    Passage.seq,
    Passage.at,
    Passage.direction,
    Passage.method,
    Passage.duplicate,
    Passage.revision,
)


def counted() -> ColumnElement[bool]:
    """A-03: which passages are attendance: those of a right that stood then, at this project's gates, where somebody went through."""
    return (Passage.judged == Judged.OK) & Passage.counted


def load(
    session: Session, assignment_ids: Collection[int], start: dt.datetime, end: dt.datetime, undirected: Collection[str]
) -> Iterator[Punch]:
    """The punches of these assignments with `start` <= at < `end`, in no particular order."""
    for some in chunks(sorted(assignment_ids)):
        within = Passage.assignment_id.in_(some), Passage.at >= start, Passage.at < end, counted()
        for assignment, box, epoch, seq, at, direction, method, duplicate, revision in session.execute(select(*_PASSAGE).where(*within)):
            way = None if box in undirected else _WAYS[direction]
            yield Punch((box, epoch, seq), assignment, way, at, box, _METHODS[method], duplicate, False, revision)
        told = select(ManualEvent).where(ManualEvent.assignment_id.in_(some), ManualEvent.at >= start, ManualEvent.at < end)
        for event in session.scalars(told):
            yield _manual(event)


def _manual(event: ManualEvent) -> Punch:
    """A correction has no gate: it repeats no passage and no passage repeats it."""
    way = Direction(event.direction)
    return Punch((MANUAL, "correction", event.id), event.assignment_id, way, event.at, f"{MANUAL}:{event.id}", Method.GUARD, manual=True)
