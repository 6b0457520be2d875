"""What the old system knew, once a request for it is granted: found and sorted, read-only (A-57)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.errors import Problem
from central.history import rules
from central.history.model import HistoryRequest, HistoryState
from central.history.service import done, visible
from central.ordering import Order
from central.people.legacy_model import LegacyRecord
from central.people.model import Worker
from central.projects import service as projects
from central.projects.model import Project

ORDER: Final = Order(
    LegacyRecord.id,
    {
        "name": func.coalesce(Worker.name_order, ""),
        "employer": LegacyRecord.employer,
        "trade": LegacyRecord.trade,
        "first_day": func.coalesce(LegacyRecord.first_day, dt.date.min),
        "last_day": func.coalesce(LegacyRecord.last_day, dt.date.max),
    },
)


@dataclass(frozen=True)
class OldRecord:
    """One stretch that the old system knew; the name is known where the person is registered here too."""

    id: int
    worker: str
    id_masked: str
    employer: str
    project: str
    trade: str
    first_day: dt.date | None
    last_day: dt.date | None
    source: str


def page_of_records(
    session: Session, access: Access, request_id: int, *, q: str = "", after: int, limit: int, sort: str = ""
) -> list[OldRecord]:
    """A-57: what was asked for, after the last step only: to the general contractor who asked, and to supervision; and one more.

    `q` is part of a name, an employer's name or a trade.
    """
    request = visible(session, access, request_id)
    _entitled(session, access, request)
    rules.given(request.state, done(session, request.id))
    project = session.get_one(Project, request.project_id)
    rows = (
        select(LegacyRecord, Worker.name, Worker.id_masked)
        .outerjoin(Worker, Worker.id_index == LegacyRecord.id_index)
        .where(LegacyRecord.project.in_([name for name in (project.name, project.contract_name, project.reg_no) if name]))
        .where(or_(LegacyRecord.first_day.is_(None), LegacyRecord.first_day <= request.last_day))
        .where(or_(LegacyRecord.last_day.is_(None), LegacyRecord.last_day >= request.first_day))
    )
    said = (Worker.name, LegacyRecord.employer, LegacyRecord.trade)
    conditions = [or_(*(column.icontains(q, autoescape=True) for column in said))] if q else []
    return [_old(*row) for row in ORDER.page(session, rows, conditions, sort, after=after, limit=limit)]


def may_read(session: Session, access: Access, request: HistoryRequest) -> bool:
    """Whether these records are for this principal, of whom the request is visible."""
    try:
        _entitled(session, access, request)
    except Problem:
        return False
    return request.state is HistoryState.GIVEN


def _entitled(session: Session, access: Access, request: HistoryRequest) -> None:
    if not access.sees_everything:
        access.require(Function.REQUEST_HISTORY)
        projects.require_general_contractor(session, access, request.project_id)


def _old(row: LegacyRecord, name: str | None, id_masked: str | None) -> OldRecord:
    return OldRecord(row.id, name or "", id_masked or "", row.employer, row.project, row.trade, row.first_day, row.last_day, row.source)
