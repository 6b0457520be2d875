"""A month's sums by worker, added up by the database: for what needs figures of everybody and lines of few."""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from central.attendance import sheet
from central.attendance.ledger import DayRecord
from central.attendance.presence import Ground
from central.attendance.sheet import Wanted
from central.attendance.valid_day import Expected
from central.attendance.working_calendar import between
from central.entry.model import Assignment


class Sums(NamedTuple):
    """A worker's month so far. `days` valid days up to `until`, `expected` the working days among them; `missing` and `manual` dates."""

    assignment_id: int
    worker_id: int
    days: Decimal
    expected: int
    missing: int
    manual: int


def of_month(session: Session, on: Ground, seen: ColumnElement[bool], wanted: Wanted, left_on: dict[int, dt.date]) -> list[Sums]:
    """Of everybody whom the sheet of that part would show, in the order of assignments; two queries. `left_on`: by assignment, from which
    date on a worker is expected no more."""
    last = min(sheet.last_of(wanted.month), on.as_of)
    working = [date for date in between(wanted.month, last) if on.calendar.expects(date) is Expected.WORK]
    among = and_(seen, sheet.within(on, wanted))
    people = session.execute(
        select(Assignment.id, Assignment.worker_id, Assignment.entry_time, Assignment.ended_at).where(among).order_by(Assignment.id)
    ).all()
    sums = _sums(session, among, wanted.month, last)
    found = []
    for id_, worker_id, entry_time, ended_at in people:
        first, gone = sheet.span_of(on, entry_time, ended_at)
        until = min(gone, left_on.get(id_, dt.date.max) - dt.timedelta(days=1))
        halves, missing, manual = sums.get(id_, (0, 0, 0))
        found.append(Sums(id_, worker_id, Decimal(halves) / 2, _count(working, first, until), missing, manual))
    return found


def _sums(session: Session, among: ColumnElement[bool], first: dt.date, last: dt.date) -> dict[int, tuple[int, int, int]]:
    """Half days, dates that lack a punch, dates that rest on a correction."""
    counted = (
        func.sum(DayRecord.halves),
        func.count().filter(DayRecord.incomplete),
        func.count().filter(DayRecord.manual),
    )
    wanted = (
        select(DayRecord.assignment_id, *counted)
        .join(Assignment, Assignment.id == DayRecord.assignment_id)
        .where(among, DayRecord.work_date >= first, DayRecord.work_date <= last)
        .group_by(DayRecord.assignment_id)
    )
    return {id_: (int(halves), missing, manual) for id_, halves, missing, manual in session.execute(wanted)}


def _count(dates: Sequence[dt.date], first: dt.date, last: dt.date) -> int:
    return max(0, bisect_right(dates, last) - bisect_left(dates, first))
