"""被拒记录 as data: who was refused at a project's gates, and what each reason means."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import Response
from pydantic import BaseModel, Field

from central import paging
from central.attendance import refusals
from central.attendance import refusals_sheet as sheet
from central.attendance.refusals import Refused, Wanted
from central.attendance.schemas import CHECKS_SAID
from central.call import Caller, RowId
from central.exchange.listing_book import ANSWERS, book
from central.messaging import box_words
from central.paging import Cursor, Limit, Page
from central.problems import RESPONSES
from edge.sync.wire import Reason

router = APIRouter(prefix="/api/v1", tags=["attendance"], responses=RESPONSES)
Why = Annotated[Reason | None, Query(description="原因代码 / the reason's code")]
Gate = Annotated[str | None, Query(max_length=16, description="门禁设备编号 / the box's id")]
Day = Annotated[dt.date | None, Query(description="日期，零点起 / a date at the site, from midnight")]
Whose = Annotated[int | None, Query(ge=1, le=2**53, description="某人的分派 / one worker's assignment")]
Way = Annotated[Literal["time", "-time"], Query(description="按时间，默认最近在前 / by time, the newest first by default")]


class RefusalOut(BaseModel):
    """A refusal at a gate: no image, no card number; who it was only where the gate knew, masked, for ninety days."""

    id: int
    at: dt.datetime
    gate: str
    lane: str
    direction: str = Field(description="01 进 / in, 02 出 / out")
    method: str = Field(description="001 人脸 / face, 005 身份证 / ID card, …")
    method_says: str = Field(examples=["人脸"])
    method_says_en: str
    reason: str = Field(examples=["NOT_CONFIRMED"])
    says: str = Field(examples=["未确认进场"])
    says_en: str
    do: str = Field(description="怎么办；空为无需处理 / what to do; empty: nothing")
    do_en: str
    checks: list[str] = Field(description=CHECKS_SAID, examples=[["sharpness", "colour"]])
    checks_say: list[str] = Field(examples=[["画面清晰度", "画面色彩"]])
    checks_say_en: list[str]
    score: int | None = Field(description="人脸相似度千分数；没有比对为 null / likeness per mille; null: no face was compared")
    offline: bool
    assignment_id: int | None = Field(description="null: 闸机不认识此人 / the gate knew nobody")
    name: str | None = Field(description="脱敏姓名 / masked name", examples=["张*"])
    id_number: str | None = Field(description="脱敏证件号 / masked number", examples=["310***********1234"])
    employer: str | None
    team: str | None

    @classmethod
    def of(cls, row: Refused) -> RefusalOut:
        """From the service, with words."""
        why = box_words.of_reason(row.reason)
        ran = [box_words.of_check(code, passed=False) for code in row.checks]
        by = box_words.of_method(row.method)
        told = ("id", "at", "gate", "lane", "direction", "method", "reason", "score", "offline", "assignment_id")
        return cls(
            **{field: getattr(row, field) for field in told},
            method_says=by.zh,
            method_says_en=by.en,
            says=why.zh,
            says_en=why.en,
            do=why.do_zh,
            do_en=why.do_en,
            checks=list(row.checks),
            checks_say=[words.zh for words in ran],
            checks_say_en=[words.en for words in ran],
            name=row.name or None,
            id_number=row.id_masked or None,
            employer=row.employer or None,
            team=row.team or None,
        )


@router.get("/projects/{project_id}/refusals", response_model=Page[RefusalOut], summary="被拒记录 / denied attempts")
def of_project(  # noqa: PLR0917  FastAPI names them
    caller: Caller,
    project_id: RowId,
    reason: Why = None,
    gate: Gate = None,
    day: Day = None,
    assignment_id: Whose = None,
    sort: Way = "-time",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RefusalOut]:
    """The general contractor and the authorities see all of a project; others the refusals of their own people."""
    wanted = Wanted(reason.value if reason else None, gate, day, assignment_id)
    with caller.reading() as session:
        found = refusals.page(session, caller.access, project_id, wanted, sort, after=paging.after(cursor), limit=limit)
    return paging.page(found, limit, lambda row: row.id, RefusalOut.of)


@router.get(
    "/projects/{project_id}/refusals/export.xlsx",
    response_class=Response,
    responses=ANSWERS,
    summary="导出被拒记录 / export denied attempts",
)
def export(  # noqa: PLR0917  FastAPI names them
    caller: Caller,
    project_id: RowId,
    reason: Why = None,
    gate: Gate = None,
    day: Day = None,
    assignment_id: Whose = None,
    sort: Way = "-time",
) -> Response:
    """A-33: the whole list under the same conditions, masked like there; written into the audit."""
    wanted = Wanted(reason.value if reason else None, gate, day, assignment_id)
    rows = partial(sheet.every, access=caller.access, project_id=project_id, wanted=wanted, sort=sort)
    return book(caller.centre, caller.access, rows, sheet.COLUMNS, sheet.TITLE, action=sheet.EXPORTED, of=f"project:{project_id}")
