"""Routes of anomalies: a project's by kind, and how many there are on every project under way."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Final

from fastapi import APIRouter, Query
from pydantic import Field

from central.anomalies import service
from central.anomalies.kinds import KINDS
from central.anomalies.service import Anomaly
from central.anomalies.words import WORDS, what_said
from central.call import Caller, RowId
from central.paging import Cursor, Limit, Page, after, cursor_after, page
from central.problems import RESPONSES
from central.schemas import Out

router = APIRouter(prefix="/api/v1", tags=["异常 anomalies"], responses=RESPONSES)
_KINDS: Final = "|".join(kind.key for kind in KINDS)
KindKey = Annotated[str, Query(pattern=f"^({_KINDS})$", description="种类 / the kind")]
Days = Annotated[int, Query(ge=1, le=31, description="事件向前看几天 / how many days back events are looked at")]


class AnomalyOut(Out):
    """One thing to look at. `says` says what in Chinese; `link` is the portal's page where it is dealt with."""

    kind: str = Field(examples=["never_seen"])
    at: dt.datetime | dt.date | None
    assignment_id: int | None
    name: str
    what: str = Field(description="代码或通道 / a code, or a lane", examples=["WRONG_LANE"])
    says: str
    n: int | None
    link: str


class CountOut(Out):
    """How many there are of a kind, and what to do about it."""

    kind: str
    n: int
    title: str
    title_en: str
    do: str
    do_en: str


class ProjectAnomaliesOut(Out):
    """A project under way with its counts."""

    project_id: int
    reg_no: str
    name: str
    total: int
    counts: dict[str, int]


@router.get("/projects/{project_id}/anomalies", summary="异常概览 / a project's anomalies by kind")
def overview(call: Caller, project_id: RowId, days: Days = 7) -> list[CountOut]:
    """总承包单位和监督机构可查看。只列出有的种类。"""
    with call.reading() as session:
        found = service.of_project(session, call.centre.clock, call.access, project_id, days=days, most=1)
    return [_count(one.kind, one.matching) for one in found]


@router.get("/projects/{project_id}/anomaly-list", summary="一种异常的清单 / the anomalies of a kind")
def listed(
    *, call: Caller, project_id: RowId, kind: KindKey = "never_seen", days: Days = 7, cursor: Cursor = None, limit: Limit = 50
) -> Page[AnomalyOut]:
    """每一条都给出处理它的页面。原因消除后自动消失。"""
    first = after(cursor)
    with call.reading() as session:
        found = service.of_kind(session, call.centre.clock, call.access, project_id, kind, days=days, offset=first, limit=limit)
    more = cursor_after(first + limit) if found.matching > first + limit else None
    return Page(items=[_row(one) for one in found.rows], next_cursor=more)


@router.get("/supervision/anomalies", summary="各项目的异常数 / anomalies of all projects")
def of_projects(call: Caller, days: Days = 7, cursor: Cursor = None, limit: Limit = 20) -> Page[ProjectAnomaliesOut]:
    """监督机构：在建和停工的项目，按登记先后。"""
    with call.reading() as session:
        rows = service.of_projects(session, call.centre.clock, call.access, days=days, after=after(cursor), limit=limit)
    return page(rows, limit, lambda row: row.project.id, _project)


def _project(row: service.ProjectFound) -> ProjectAnomaliesOut:
    of = row.project
    return ProjectAnomaliesOut(project_id=of.id, reg_no=of.reg_no, name=of.name, total=row.total, counts=row.counts)


def _count(kind: str, n: int) -> CountOut:
    words = WORDS[kind]
    return CountOut(kind=kind, n=n, title=words.zh, title_en=words.en, do=words.do_zh, do_en=words.do_en)


def _row(one: Anomaly) -> AnomalyOut:
    return AnomalyOut(
        kind=one.kind,
        at=one.at,
        assignment_id=one.assignment_id,
        name=one.name,
        what=one.what,
        says=what_said(one.kind, one.what)[0],
        n=one.n,
        link=one.link,
    )
