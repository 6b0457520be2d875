"""The monthly sheet (月考勤表) from day records: one line a worker, one cell a date, every figure traceable to its day and passages."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.attendance import absence, deriving, presence
from central.attendance.ledger import DayRecord
from central.attendance.presence import Ground
from central.attendance.valid_day import Expected, Mark, marks
from central.attendance.working_calendar import between
from central.bulk import chunks
from central.clock import SITE_ZONE, Clock
from central.entry import sight, store
from central.entry.model import Assignment
from central.entry.store import AssignmentView
from central.errors import Problem, declare

declare(
    {
        "MONTH_INVALID": ("月份格式应为 yyyy-mm，且不晚于本月。", "A month is yyyy-mm, and not after the present one."),
    }
)
_DAY: Final = dt.timedelta(days=1)


class Cell(msgspec.Struct, array_like=True, frozen=True):
    """A date of a line. `marks` are the sheet's marks as one text, `halves` half days, `seconds` on site; `expected` an `Expected`."""

    marks: str = ""
    halves: int = 0
    seconds: int = 0
    expected: str = Expected.NOT_ASSIGNED.value


class Line(msgspec.Struct, frozen=True):
    """A worker's month. `cells` are the dates from the first on; `expected` are the working days on which the worker was assigned."""

    assignment_id: int
    worker_id: int
    name: str
    id_masked: str
    employer_id: int
    employer: str
    using_unit: str
    level: int
    team_id: int | None
    team: str
    trade: str
    cells: tuple[Cell, ...]

    @property
    def days(self) -> Decimal:
        """出勤天数."""
        return Decimal(sum(cell.halves for cell in self.cells)) / 2

    @property
    def seconds(self) -> int:
        """总工时, in whole seconds."""
        return sum(cell.seconds for cell in self.cells)

    @property
    def expected(self) -> int:
        """应出勤天数: working days of the month on which the worker was assigned."""
        return sum(cell.expected == Expected.WORK.value for cell in self.cells)

    @property
    def missing_punches(self) -> int:
        """Dates that show △."""
        return sum(Mark.MISSING_PUNCH.value in cell.marks for cell in self.cells)

    @property
    def manual_days(self) -> int:
        """Dates that rest on a correction."""
        return sum(Mark.MANUAL.value in cell.marks for cell in self.cells)


@dataclass(frozen=True, slots=True)
class _Kept:
    is_incomplete: bool
    is_manual: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a month's sheet: of one employer, one team, one trade, some assignments, or everybody."""

    month: dt.date
    employer_id: int | None = None
    team_id: int | None = None
    assignment_ids: tuple[int, ...] | None = None
    trade: str | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A part of a month's sheet as it stands now. `complete` are the dates on which everything has arrived, `pending` the marks that wait
    to be derived; with any of them the sheet may still change."""

    month: dt.date
    lines: Sequence[Line]
    complete: frozenset[dt.date]
    as_of: dt.date
    pending: int
    profile: str


def month_of(text: str, today: dt.date) -> dt.date:
    """The first day of `yyyy-mm`. Raises `Problem` 422 MONTH_INVALID."""
    try:
        first = dt.datetime.strptime(text, "%Y-%m").replace(tzinfo=SITE_ZONE).date()
    except ValueError:
        raise Problem("MONTH_INVALID", 422, "month") from None
    if first > today or first.year < 2000 or len(text) != 7:
        raise Problem("MONTH_INVALID", 422, "month")
    return first


def last_of(month: dt.date) -> dt.date:
    """The last day of the month that begins on that date."""
    return month.replace(day=calendar.monthrange(month.year, month.month)[1])


def page(session: Session, clock: Clock, access: Access, project_id: int, wanted: Wanted, *, after: int = 0, limit: int = 50) -> Sheet:
    """A-45, A-60, A-63: the lines that this principal sees of a project's month, in the order of assignments, and one more."""
    access.require(Function.VIEW_ATTENDANCE)
    seen = sight.on_project(session, access, project_id)(Assignment)
    return read(session, presence.ground(session, clock, project_id), seen, wanted, after=after, limit=limit + 1)


def read(session: Session, on: Ground, seen: ColumnElement[bool], wanted: Wanted, *, after: int = 0, limit: int | None = None) -> Sheet:
    """The same for whoever has checked who asks; all lines where there is no `limit`. A fixed number of queries for a page."""
    last = last_of(wanted.month)
    asked = store.views(and_(seen, _within(on, wanted, last), Assignment.id > after))
    views = [store.view(row) for row in session.execute(asked.limit(limit) if limit is not None else asked)]
    records = records_between(session, [view.assignment.id for view in views], wanted.month, last)
    complete = absence.complete_dates([gate.report for gate in on.gates], wanted.month, min(last, on.as_of), on.parameters.days)
    dates = list(between(wanted.month, last))
    told = complete - on.calendar.uncertain  # where a gate stood open for nobody known, nobody is certainly absent
    lines = [_line(on, view, records.get(view.assignment.id, {}), told, dates) for view in views]
    profile = on.parameters.valid.profile.value
    return Sheet(wanted.month, lines, complete, on.as_of, deriving.pending(session, on.parameters.project_id), profile)


def records_between(
    session: Session, assignment_ids: Collection[int], first: dt.date, last: dt.date
) -> dict[int, dict[dt.date, DayRecord]]:
    """Day records by assignment and date."""
    found: dict[int, dict[dt.date, DayRecord]] = defaultdict(dict)
    for some in chunks(sorted(assignment_ids)):
        of_month = DayRecord.assignment_id.in_(some), DayRecord.work_date >= first, DayRecord.work_date <= last
        for record in session.scalars(select(DayRecord).where(*of_month)):
            found[record.assignment_id][record.work_date] = record
    return found


def _within(on: Ground, wanted: Wanted, last: dt.date) -> ColumnElement[bool]:
    start, end = on.parameters.days.start_of(wanted.month), on.parameters.days.start_of(last + _DAY)
    parts = [Assignment.entry_time.is_not(None), Assignment.entry_time < end]
    parts.append(or_(Assignment.ended_at.is_(None), Assignment.ended_at >= start))
    if wanted.employer_id is not None:
        parts.append(Assignment.employer_id == wanted.employer_id)
    if wanted.team_id is not None:
        parts.append(Assignment.team_id == wanted.team_id)
    if wanted.assignment_ids is not None:
        parts.append(Assignment.id.in_(wanted.assignment_ids))
    if wanted.trade is not None:
        parts.append(Assignment.main_trade == wanted.trade)
    return and_(*parts)


def _line(
    on: Ground, view: AssignmentView, records: Mapping[dt.date, DayRecord], complete: frozenset[dt.date], dates: Sequence[dt.date]
) -> Line:
    assignment = view.assignment
    return Line(
        assignment_id=assignment.id,
        worker_id=assignment.worker_id,
        name=view.worker,
        id_masked=view.id_masked,
        employer_id=assignment.employer_id,
        employer=view.employer,
        using_unit=view.using_unit,
        level=view.level,
        team_id=assignment.team_id,
        team=view.team or "",
        trade=assignment.main_trade,
        cells=tuple(_cell(on, assignment, date, records.get(date), complete) for date in dates),
    )


def _cell(on: Ground, assignment: Assignment, date: dt.date, record: DayRecord | None, complete: frozenset[dt.date]) -> Cell:
    expected = expected_on(on, assignment, date)
    if record is None and date > on.as_of and expected is Expected.WORK:
        return Cell(expected=expected.value)
    has_day = record is not None and (record.halves or record.incomplete or record.seconds or record.manual)
    is_over = date <= on.as_of
    day = _Kept(record.incomplete and is_over, record.manual) if record is not None and has_day else None
    halves = record.halves if record is not None else 0
    was_seen = record is not None and record.seen
    shown = marks(day, Decimal(halves) / 2, expected, was_seen=was_seen, is_complete=date in complete)
    return Cell("".join(mark.value for mark in shown), halves, record.seconds if record is not None else 0, expected.value)


def expected_on(on: Ground, assignment: Assignment, date: dt.date) -> Expected:
    """A-41, A-49: from the date of the entry to the last valid day the project's calendar says; before and after, not assigned."""
    days = on.parameters.days
    if assignment.entry_time is None or date < days.date_of(assignment.entry_time):
        return Expected.NOT_ASSIGNED
    if assignment.ended_at is not None and date > days.date_of(assignment.ended_at):
        return Expected.NOT_ASSIGNED
    return on.calendar.expects(date)


def count(session: Session, on: Ground, wanted: Wanted) -> int:
    """How many lines a whole month has."""
    asked = select(func.count()).where(Assignment.project_id == on.parameters.project_id, _within(on, wanted, last_of(wanted.month)))
    return session.scalar(asked) or 0
