"""A worker's date as a line of passages, with everything that its mark rests on: pairs, raw passages, corrections, silent gates."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.attendance import completeness, presence, sheet
from central.attendance.completeness import GateEvidence
from central.attendance.day_rows import KeptStay, stays_of
from central.attendance.ledger import DayRecord
from central.attendance.model import Passage
from central.attendance.papers import Correction
from central.attendance.parameters import Parameters
from central.attendance.sheet import Line, Wanted
from central.attendance.sheet_cells import Cell
from central.clock import Clock
from central.devices.model import Box
from central.entry.model import Assignment
from central.identity.model import KioskOperator

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayLine:
    """`cell` is what the sheet shows, `stays` the pairs it follows from, `passages` all that the gates told between this date's cut and the
    next, `missing` the gates that have not told all of it. `gates` are names by box id, `guards` those who let the worker through by hand,
    by the id that their passage names."""

    date: dt.date
    line: Line
    cell: Cell
    stays: Sequence[KeptStay]
    passages: Sequence[Passage]
    corrections: Sequence[Correction]
    missing: Sequence[GateEvidence]
    gates: Mapping[str, str]
    guards: Mapping[str, str]
    parameters: Parameters
    digest: str


def of_date(session: Session, clock: Clock, assignment: Assignment, date: dt.date) -> DayLine | None:
    """The date of an assignment whose right to be seen the caller has checked; None in a month in which it was not on the project."""
    on = presence.ground(session, clock, assignment.project_id)
    month = date.replace(day=1)
    found = sheet.read(session, on, Assignment.id == assignment.id, Wanted(month))
    if not found.lines:
        return None
    [line] = found.lines
    record = session.get(DayRecord, (assignment.id, date))
    told = completeness.completeness(session, assignment.project_id, date, on.parameters.days)
    start, end = (on.parameters.days.start_of(date + n * _DAY) for n in (0, 1))
    came = passages(session, assignment.id, start, end)
    return DayLine(
        date=date,
        line=line,
        cell=line.cells[date.day - 1],
        stays=stays_of(record.stays) if record is not None else (),
        passages=came,
        corrections=_corrections(session, assignment.id, start, end),
        missing=told.missing,
        gates=names_of_gates(session, assignment.project_id),
        guards=_guards(session, assignment.project_id, {one.operator for one in came}),
        parameters=on.parameters,
        digest=record.digest.hex() if record is not None else "",
    )


def passages(session: Session, assignment_id: int, start: dt.datetime, end: dt.datetime) -> list[Passage]:
    """All that the gates told of somebody between two moments, also what did not count."""
    wanted = select(Passage).where(Passage.assignment_id == assignment_id, Passage.at >= start, Passage.at < end)
    return list(session.scalars(wanted.order_by(Passage.at, Passage.box_id, Passage.seq).limit(500)))


def names_of_gates(session: Session, project_id: int) -> dict[str, str]:
    """Names by box id, also of gates that are gone."""
    return dict(session.execute(select(Box.id, Box.name).where(Box.project_id == project_id)).all())


def _guards(session: Session, project_id: int, operators: Collection[str]) -> dict[str, str]:
    known = [int(one) for one in operators if one.isascii() and one.isdigit() and len(one) < 16]
    wanted = select(KioskOperator.id, KioskOperator.name).where(KioskOperator.project_id == project_id, KioskOperator.id.in_(known))
    return {str(id_): name for id_, name in session.execute(wanted)} if known else {}


def _corrections(session: Session, assignment_id: int, start: dt.datetime, end: dt.datetime) -> list[Correction]:
    wanted = select(Correction).where(Correction.assignment_id == assignment_id, Correction.at >= start, Correction.at < end)
    return list(session.scalars(wanted.order_by(Correction.at, Correction.id)))
