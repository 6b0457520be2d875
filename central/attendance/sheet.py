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
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.attendance import absence, deriving, presence
from central.attendance.ledger import DayRecord
from central.attendance.presence import Ground
from central.attendance.sheet_cells import Cell, DateOf, Figures, cell_of
from central.attendance.valid_day import Expected, Mark
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
_FIGURES: Final = (
    DayRecord.assignment_id,
    DayRecord.work_date,
    DayRecord.halves,
    DayRecord.seconds,
    DayRecord.incomplete,
    DayRecord.manual,
    DayRecord.seen,
)


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
    asked = store.views(and_(seen, within(on, wanted), Assignment.id > after))
    views = [store.view(row) for row in session.execute(asked.limit(limit) if limit is not None else asked)]
    figures = figures_between(session, [view.assignment.id for view in views], wanted.month, last)
    of_month = dates_of(on, wanted.month)
    lines = [_line(on, view, figures.get(view.assignment.id, {}), of_month) for view in views]
    profile, pending = on.parameters.valid.profile.value, deriving.pending(session, on.parameters.project_id)
    return Sheet(wanted.month, lines, complete_in(on, wanted.month), on.as_of, pending, profile)


def complete_in(on: Ground, month: dt.date) -> frozenset[dt.date]:
    """The dates of a month on which everything has arrived."""
    return absence.complete_dates([gate.report for gate in on.gates], month, min(last_of(month), on.as_of), on.parameters.days)


def dates_of(on: Ground, month: dt.date) -> list[DateOf]:
    """A month's dates as they are for everybody. Where a gate stood open for nobody known, nobody is certainly absent."""
    told = complete_in(on, month) - on.calendar.uncertain
    return [DateOf(date, on.calendar.expects(date), date in told, date <= on.as_of) for date in between(month, last_of(month))]


def figures_between(session: Session, assignment_ids: Collection[int], first: dt.date, last: dt.date) -> dict[int, dict[dt.date, Figures]]:
    """What the sheet shows of day records, by assignment and date, without what they rest on."""
    found: dict[int, dict[dt.date, Figures]] = defaultdict(dict)
    for some in chunks(sorted(assignment_ids)):
        of_month = DayRecord.assignment_id.in_(some), DayRecord.work_date >= first, DayRecord.work_date <= last
        for id_, date, *told in session.execute(select(*_FIGURES).where(*of_month)):
            found[id_][date] = Figures._make(told)
    return found


def within(on: Ground, wanted: Wanted) -> ColumnElement[bool]:
    """Who stands on that part of a month's sheet: confirmed before its end, and not ended before its beginning."""
    start, end = on.parameters.days.start_of(wanted.month), on.parameters.days.start_of(last_of(wanted.month) + _DAY)
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


def _line(on: Ground, view: AssignmentView, figures: Mapping[dt.date, Figures], dates: Sequence[DateOf]) -> Line:
    assignment = view.assignment
    first, last = span_of(on, assignment.entry_time, assignment.ended_at)
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
        cells=tuple(cell_of(of, figures.get(of.date), is_assigned=first <= of.date <= last) for of in dates),
    )


def span_of(on: Ground, entry_time: dt.datetime | None, ended_at: dt.datetime | None) -> tuple[dt.date, dt.date]:
    """A-41, A-49: on which dates a worker is expected as the project's calendar says: from that of the entry to the last valid one."""
    days = on.parameters.days
    first = days.date_of(entry_time) if entry_time is not None else dt.date.max
    return first, days.date_of(ended_at) if ended_at is not None else dt.date.max
