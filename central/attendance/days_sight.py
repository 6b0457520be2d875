"""One day of one worker, for whoever may see it."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.attendance import day_lines, parameters
from central.attendance.ledger import DayRecord
from central.attendance.model import Passage
from central.entry import sight
from central.entry.model import Assignment
from central.errors import Problem


def seen_assignment(session: Session, access: Access, assignment_id: int) -> Assignment:
    """A-45: the assignment, if this principal sees it. Raises `Problem` 403, 404 NOT_FOUND."""
    access.require(Function.VIEW_ATTENDANCE)
    assignment = session.get(Assignment, assignment_id)
    if assignment is not None:
        access.require_project(assignment.project_id)
        seen = sight.on_project(session, access, assignment.project_id)(Assignment)
        if session.scalar(select(Assignment.id).where(seen, Assignment.id == assignment_id)) is not None:
            return assignment
    raise Problem("NOT_FOUND", 404)


def of_day(session: Session, access: Access, assignment_id: int, date: dt.date) -> DayRecord:
    """The day record, with the events it rests on. Raises `Problem` 404 NOT_FOUND, also where nothing happened on that date."""
    seen_assignment(session, access, assignment_id)
    record = session.get(DayRecord, (assignment_id, date))
    if record is None:
        raise Problem("NOT_FOUND", 404)
    return record


def passages_of_day(session: Session, record: DayRecord) -> list[Passage]:
    """All that the gates told of that worker on the work date, also what did not count. The caller may see the record."""
    rules = parameters.of_project(session, record.project_id).days
    start, end = (rules.start_of(record.work_date + dt.timedelta(days=n)) for n in (0, 1))
    return day_lines.passages(session, record.assignment_id, start, end)
