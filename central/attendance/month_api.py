"""Routes of months, wages, labour counts, rates and corrections."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Path, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import paging
from central.attendance import corrections, days_sight, labour_count, published, rates, sheet, sheet_parts, wage_sheet
from central.attendance.corrections import Request
from central.attendance.month_schemas import (
    AnswerIn,
    CorrectionIn,
    CorrectionOut,
    CoverageOut,
    DayOut,
    DifferenceOut,
    FreezeIn,
    FrozenOut,
    LabourOut,
    LineOut,
    MonthOut,
    ObjectionIn,
    ObjectionOut,
    RatesOut,
    ReconciledOut,
    ReconciliationOut,
    RejectionIn,
    WageOut,
    WagesOut,
)
from central.attendance.papers import CorrectionState
from central.attendance.published import Complaint
from central.attendance.sheet import Wanted
from central.call import Call, Caller, RowId
from central.clock import today
from central.exchange.workbook import answer as download
from central.paging import Cursor, Limit, Page
from central.problems import RESPONSES

router = APIRouter(prefix="/api/v1", tags=["attendance"], responses=RESPONSES)
Month = Annotated[str, Path(min_length=7, max_length=7, description="yyyy-mm", examples=["2026-04"])]
Part = Annotated[int | None, Query(ge=1, le=2**53)]


@router.get("/projects/{project_id}/months/{month}", response_model=MonthOut, summary="月考勤表 / the monthly sheet")
def of_month(  # noqa: PLR0917  FastAPI names them
    caller: Caller,
    project_id: RowId,
    month: Month,
    employer_id: Part = None,
    team_id: Part = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> MonthOut:
    """A line a worker, a cell a date; as published where the month is frozen, with what changed since beside it."""
    wanted = Wanted(_month(caller, month), employer_id, team_id)
    with caller.reading() as session:
        clock, access = caller.centre.clock, caller.access
        found = published.page(session, clock, access, project_id, wanted, after=paging.after(cursor), limit=limit)
    shown = paging.page(found.sheet.lines, limit, lambda line: line.assignment_id, LineOut.of)
    inside = {line.assignment_id for line in shown.items}
    last = max(inside, default=0)
    return MonthOut(
        month=month,
        profile=found.sheet.profile,
        items=shown.items,
        next_cursor=shown.next_cursor,
        as_of=found.sheet.as_of,
        complete_days=sorted(found.sheet.complete),
        pending=found.sheet.pending,
        frozen=FrozenOut.of(found.frozen) if found.frozen is not None else None,
        differences=[DifferenceOut.of(d) for d in found.differences if d.assignment_id <= last or shown.next_cursor is None],
    )


@router.get("/projects/{project_id}/months/{month}/sheet.xlsx", summary="月考勤表 Excel / the monthly sheet as a workbook")
def workbook(caller: Caller, project_id: RowId, month: Month, employer_id: Part = None, team_id: Part = None) -> Response:
    """A4 landscape with a column to sign, a worksheet for each employer and team; names and numbers masked as on the screen."""
    wanted = Wanted(_month(caller, month), employer_id, team_id)
    with caller.centre.database.writing() as session:
        file = sheet_parts.workbook(session, caller.centre.clock, caller.access, project_id, wanted)
    return download(file, f"考勤表-{month}")


@router.post("/projects/{project_id}/months/{month}/freeze", response_model=FrozenOut, summary="定稿公示 / freeze and publish a month")
def freeze(caller: Caller, project_id: RowId, month: Month, body: FreezeIn) -> Response:
    """The general contractor freezes a month that is over; it never changes from then on."""

    def deed(session: Session) -> FrozenOut:
        return FrozenOut.of(
            published.freeze(
                session,
                caller.centre.clock,
                caller.access,
                project_id,
                _month(caller, month),
                public_days=body.public_days,
                despite_incomplete=body.despite_incomplete,
            )
        )

    return caller.write(body, deed)


@router.get("/projects/{project_id}/months/{month}/wages", response_model=WagesOut, summary="工资发放依据 / the wage basis of a month")
def wages(  # noqa: PLR0917
    caller: Caller,
    project_id: RowId,
    month: Month,
    employer_id: Part = None,
    team_id: Part = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> WagesOut:
    """A-15 to A-19: days times what was agreed, every amount with its dates and its sum."""
    wanted = Wanted(_month(caller, month), employer_id, team_id)
    with caller.reading() as session:
        clock, access = caller.centre.clock, caller.access
        found = wage_sheet.page(session, clock, access, project_id, wanted, after=paging.after(cursor), limit=limit)
    shown = paging.page(found.lines, limit, lambda one: one.line.assignment_id, WageOut.of)
    frozen = FrozenOut.of(found.frozen) if found.frozen is not None else None
    return WagesOut(items=shown.items, next_cursor=shown.next_cursor, frozen=frozen, pending=found.pending)


@router.get("/projects/{project_id}/months/{month}/rates", response_model=RatesOut, summary="出勤率 / attendance rates")
def of_rates(caller: Caller, project_id: RowId, month: Month) -> RatesOut:
    """Valid days over expected days; whoever is presumed to have left is expected no more."""
    with caller.reading() as session:
        return RatesOut.of(rates.of_month(session, caller.centre.clock, caller.access, project_id, _month(caller, month)))


@router.get(
    "/projects/{project_id}/months/{month}/reconciliation", response_model=ReconciliationOut, summary="对账报告 / the reconciliation report"
)
def reconciliation(  # noqa: PLR0917
    caller: Caller, project_id: RowId, month: Month, employer_id: Part = None, cursor: Cursor = None, limit: Limit = 50
) -> ReconciliationOut:
    """Workers with few days, missing punches, corrections, or passages without a right: to look at before a wage sheet is signed."""
    wanted = Wanted(_month(caller, month), employer_id)
    with caller.reading() as session:
        after, clock = paging.after(cursor), caller.centre.clock
        found = rates.reconciliation(session, clock, caller.access, project_id, wanted, after=after, limit=limit)
    shown = paging.page(found.items, limit, lambda one: one.line.assignment_id, ReconciledOut.of)
    return ReconciliationOut(items=shown.items, next_cursor=shown.next_cursor, total=found.total)


@router.get("/projects/{project_id}/labour/{date}", response_model=LabourOut, summary="每日用工 / the daily labour count")
def labour(caller: Caller, project_id: RowId, date: dt.date) -> LabourOut:
    """Distinct people by level, employer, team and trade (A-43)."""
    with caller.reading() as session:
        return LabourOut.of(labour_count.of_date(session, caller.centre.clock, caller.access, project_id, date))


@router.get("/supervision/coverage/{date}", response_model=CoverageOut, summary="覆盖率与更新率 / coverage and update rate")
def coverage(caller: Caller, date: dt.date) -> CoverageOut:
    """Over all projects under way."""
    with caller.reading() as session:
        return CoverageOut.of(rates.coverage(session, caller.access, date))


@router.get("/assignments/{assignment_id}/days/{date}", response_model=DayOut, summary="一日考勤明细 / a day with its passages")
def of_day(caller: Caller, assignment_id: RowId, date: dt.date) -> DayOut:
    """What a figure of the sheet rests on, down to the passages."""
    with caller.reading() as session:
        record = days_sight.of_day(session, caller.access, assignment_id, date)
        return DayOut.of(record, days_sight.passages_of_day(session, record))


@router.post("/projects/{project_id}/months/{month}/objections", response_model=ObjectionOut, status_code=201, summary="提出异议 / object")
def object_to(caller: Caller, project_id: RowId, month: Month, body: ObjectionIn) -> Response:
    """While the month is public."""

    def deed(session: Session) -> ObjectionOut:
        wanted = Complaint(body.assignment_id, body.text, body.work_date)
        month_ = _month(caller, month)
        return ObjectionOut.of(published.object_to(session, caller.centre.clock, caller.access, project_id, month_, wanted))

    return caller.write(body, deed, 201)


@router.get("/projects/{project_id}/months/{month}/objections", response_model=Page[ObjectionOut], summary="异议 / objections")
def objections(caller: Caller, project_id: RowId, month: Month, cursor: Cursor = None, limit: Limit = 50) -> Page[ObjectionOut]:
    """A month's objections and their answers."""
    with caller.reading() as session:
        rows = published.objections(session, caller.access, project_id, _month(caller, month), after=paging.after(cursor), limit=limit)
    return paging.page(rows, limit, lambda row: row.id, ObjectionOut.of)


@router.post("/objections/{objection_id}/answer", response_model=ObjectionOut, summary="答复异议 / answer an objection")
def answer(caller: Caller, objection_id: RowId, body: AnswerIn) -> Response:
    """Once; the published line stays, a correction shows as a difference."""

    def deed(session: Session) -> ObjectionOut:
        return ObjectionOut.of(
            published.answer(session, caller.centre.clock, caller.access, objection_id, text=body.text, accepted=body.accepted)
        )

    return caller.write(body, deed)


@router.post("/corrections", response_model=CorrectionOut, status_code=201, summary="补卡申请 / ask for a missing punch")
def request(caller: Caller, body: CorrectionIn) -> Response:
    """With a reason of the list; until day N of the next month."""
    wanted = Request(body.at if body.at.tzinfo else body.at.replace(tzinfo=dt.UTC), body.direction, body.reason, body.note, body.evidence)

    def deed(session: Session) -> CorrectionOut:
        return CorrectionOut.of(corrections.request(session, caller.centre.clock, caller.access, body.assignment_id, wanted))

    return caller.write(body, deed, 201)


@router.get("/projects/{project_id}/corrections", response_model=Page[CorrectionOut], summary="补卡列表 / requests for missing punches")
def of_project(
    caller: Caller, project_id: RowId, state: CorrectionState | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[CorrectionOut]:
    """The requests of a project, as far as their workers are seen."""
    with caller.reading() as session:
        rows = corrections.page(session, caller.access, project_id, state=state, after=paging.after(cursor), limit=limit)
    return paging.page(rows, limit, lambda row: row.id, CorrectionOut.of)


@router.post("/corrections/{correction_id}/approve", response_model=CorrectionOut, summary="批准补卡 / approve a missing punch")
def approve(caller: Caller, correction_id: RowId) -> Response:
    """The general contractor's real-name manager, not who asked; adds a manual event, edits none."""
    return caller.write(
        None, lambda session: CorrectionOut.of(corrections.approve(session, caller.centre.clock, caller.access, correction_id))
    )


@router.post("/corrections/{correction_id}/reject", response_model=CorrectionOut, summary="驳回补卡 / refuse a missing punch")
def reject(caller: Caller, correction_id: RowId, body: RejectionIn) -> Response:
    """With a reason."""

    def deed(session: Session) -> CorrectionOut:
        return CorrectionOut.of(corrections.reject(session, caller.centre.clock, caller.access, correction_id, body.why))

    return caller.write(body, deed)


def _month(caller: Call, text: str) -> dt.date:
    return sheet.month_of(text, today(caller.centre.clock))
