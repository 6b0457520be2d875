"""Until when a project's gates have told everything (rules.md A8): the evidence without which no day counts as absent.

A box has told everything before its `complete_until`: its journal had drained then, by its own clock. Beyond that there are holes,
in which something may be missing for good: between the last that is known of a journal and the beginning of the next one (the box was
set up anew), around events that could not be read, and around passages whose time nobody knows yet.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from sqlalchemy import func, literal_column, select
from sqlalchemy.orm import Session

from central.attendance.absence import GateReport, complete_dates
from central.attendance.model import Passage
from central.attendance.pairing import DayRules
from central.devices.model import Box, BoxState
from central.messaging.model import BoxEvent, QuarantinedEvent, Watermark
from edge.sync import wire

MARGIN: Final = dt.timedelta(minutes=10)
"""How far two readings of one box's clock may lie apart: what a box says is believed up to this long before it said so."""
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_EVER: Final = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
_DAY: Final = dt.timedelta(days=1)
_READABLE: Final = ("PERSON_UNKNOWN",)
Hole = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, slots=True)
class GateEvidence:
    """A box at a gate: what it has told, and how it is now."""

    box: str
    name: str
    lane: str
    report: GateReport
    online: bool
    last_seen_at: dt.datetime | None
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DayCompleteness:
    """Whether a date is complete, and the gates that have not told all of it."""

    date: dt.date
    complete: bool
    missing: tuple[GateEvidence, ...]


def gates(session: Session, project_id: int) -> list[GateEvidence]:
    """The gates of a project, also those that are gone, with what they have told."""
    wanted = select(Box).where(Box.project_id == project_id, Box.state != BoxState.CLAIMED).order_by(Box.id)
    boxes = session.scalars(wanted).all()
    holes = _holes(session, project_id, boxes)
    return [
        GateEvidence(
            box=box.id,
            name=box.name,
            lane=box.lane,
            report=_report(box, holes.get(box.id, ())),
            online=box.online,
            last_seen_at=box.last_seen_at,
            faults=tuple(filter(None, box.faults.split(","))),
        )
        for box in boxes
    ]


def completeness(session: Session, project_id: int, date: dt.date, rules: DayRules) -> DayCompleteness:
    """Rules.md A8: a date is complete when every gate of the project has reported past its cut-off."""
    known = gates(session, project_id)
    whole = complete_dates([gate.report for gate in known], date, date, rules)
    start, end = rules.start_of(date), rules.start_of(date + _DAY)
    return DayCompleteness(date, date in whole, tuple(gate for gate in known if not gate.report.covers(start, end)))


def _report(box: Box, holes: Sequence[Hole]) -> GateReport:
    until = box.complete_until - MARGIN if box.complete_until is not None else None
    return GateReport(box.id, box.provisioned_at or box.created_at, until, box.revoked_at, tuple(sorted(holes)))


def _holes(session: Session, project_id: int, boxes: Collection[Box]) -> dict[str, list[Hole]]:
    found: dict[str, list[Hole]] = defaultdict(list)
    ids = [box.id for box in boxes]
    installed = {box.id: box.provisioned_at or box.created_at for box in boxes}
    for box, hole in (*_between_journals(session, ids, installed), *_around(session, project_id, ids, installed)):
        found[box].append(hole)
    return found


def _between_journals(session: Session, boxes: Sequence[str], installed: dict[str, dt.datetime]) -> Iterator[tuple[str, Hole]]:
    """From the last that is known of one journal to the first of the next: whatever the box wrote in between is lost or still to come."""
    marks = session.execute(select(Watermark.box_id, Watermark.epoch, Watermark.upto).where(Watermark.box_id.in_(boxes))).all()
    by_box: dict[str, list[tuple[str, int]]] = defaultdict(list)
    for box, epoch, upto in marks:
        by_box[box].append((epoch, upto))
    for box, journals in by_box.items():
        if len(journals) == 1:
            continue
        lives = sorted(_life(session, box, epoch, upto, installed[box]) for epoch, upto in journals)
        for (_, last), (first, _) in pairwise(lives):
            if first > last:
                yield box, (last, first)


def _life(session: Session, box: str, epoch: str, upto: int, installed_at: dt.datetime) -> Hole:
    """When a journal began at the latest, and up to when it is known at least; events never arrive before they happened."""
    arrived = session.scalar(select(func.min(BoxEvent.received_at)).where(BoxEvent.box_id == box, BoxEvent.epoch == epoch)) or _EVER
    first, last = (_time_of(session, box, epoch, seq) for seq in (1, upto))
    return min(first or arrived, arrived), last or installed_at


def _time_of(session: Session, box: str, epoch: str, seq: int) -> dt.datetime | None:
    """When that event happened by a clock that can be trusted."""
    packed = session.scalar(select(BoxEvent.packed).where(BoxEvent.box_id == box, BoxEvent.epoch == epoch, BoxEvent.seq == seq))
    if packed is None:
        return None
    try:
        event = wire.decode(packed, wire.Event)
    except wire.WireError:
        return None
    return None if event.clock is wire.Clock.NONE else _EPOCH + dt.timedelta(milliseconds=event.at_ms)


def _around(session: Session, project_id: int, boxes: Sequence[str], installed: dict[str, dt.datetime]) -> Iterator[tuple[str, Hole]]:
    """Around what could not be read, and around passages of a boot whose clock was never right: they happened between the trusted
    passages before and after them in the journal."""
    unread = select(QuarantinedEvent.box_id, QuarantinedEvent.epoch, QuarantinedEvent.seq).where(
        QuarantinedEvent.box_id.in_(boxes), QuarantinedEvent.code.not_in(_READABLE)
    )
    unsure = select(Passage.box_id, Passage.epoch, Passage.seq).where(
        Passage.project_id == project_id, Passage.clock == literal_column("'none'"), Passage.at == Passage.at_reported
    )
    numbers: dict[tuple[str, str], set[int]] = defaultdict(set)
    for wanted in (unread, unsure):
        for box, epoch, seq in session.execute(wanted):
            numbers[box, epoch].add(seq)
    for (box, epoch), seqs in numbers.items():
        if box in installed:
            for low, high in _runs(seqs):
                yield box, _bounds(session, box, epoch, (low, high), installed[box])


def _runs(numbers: Collection[int]) -> list[tuple[int, int]]:
    """Neighbouring numbers together; gaps of a few belong to one run, so that a bad stretch costs few queries."""
    runs: list[tuple[int, int]] = []
    for number in sorted(numbers):
        if runs and number - runs[-1][1] <= 50:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _bounds(session: Session, box: str, epoch: str, run: tuple[int, int], installed_at: dt.datetime) -> Hole:
    sure = select(Passage.at).where(Passage.box_id == box, Passage.epoch == epoch, Passage.clock != wire.Clock.NONE.value)
    before = session.scalar(sure.where(Passage.seq < run[0]).order_by(Passage.seq.desc()).limit(1))
    after = session.scalar(sure.where(Passage.seq > run[1]).order_by(Passage.seq).limit(1))
    return before or installed_at, after or _EVER
