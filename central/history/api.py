"""Routes for requests for the data of the old system (A-57)."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.call import Caller, RowId
from central.history import listing, service
from central.history import records as old
from central.history.model import HistoryAct, HistoryState
from central.history.schemas import (
    HistoryActIn,
    HistoryFileIn,
    HistoryFileOut,
    HistoryLine,
    HistoryOut,
    HistoryRefusalIn,
    HistoryRequestIn,
    OldRecordOut,
    history_out,
)
from central.paging import Cursor, Limit, Page, after, page, sorted_by
from central.problems import RESPONSES
from central.schemas import Search

router = APIRouter(prefix="/api/v1", tags=["历史数据 history"], responses=RESPONSES)


@router.post(
    "/projects/{project_id}/history-requests", status_code=201, response_model=HistoryOut, summary="申请调取历史数据 / ask for old data"
)
def ask(call: Caller, project_id: RowId, body: HistoryRequestIn) -> Response:
    """A-57：总承包单位申请。五步：书面说明、三方（建、监、施）确认、监督机构核实、总站受理、提供数据。"""

    def deed(session: Session) -> HistoryOut:
        return history_out(
            service.ask(
                session,
                call.centre.clock,
                call.access,
                project_id,
                first_day=body.first_day,
                last_day=body.last_day,
                statement=body.statement,
            )
        )

    return call.write(body, deed, 201)


@router.get("/history-requests", summary="历史数据申请 / requests for old data")
def requests(
    *,
    call: Caller,
    q: Annotated[Search, Query(description="项目名称、说明 / project or statement")] = "",
    state: HistoryState | None = None,
    sort: Annotated[str, sorted_by(listing.ORDER.columns)] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HistoryLine]:
    """参建各方看到本项目的，监督机构和总站看到全部；新的在前，除非另指定排序。"""
    with call.reading() as session:
        rows = listing.page_of_requests(session, call.access, state=state, q=q, after=after(cursor), limit=limit, sort=sort)
        return page(rows, limit, lambda row: row.request.id, lambda row: HistoryLine.model_validate(row.request))


@router.get("/history-requests/{request_id}", summary="历史数据申请详情 / a request")
def request(call: Caller, request_id: RowId) -> HistoryOut:
    """含各步骤、文件和下一步。"""
    with call.reading() as session:
        return history_out(service.seen(session, call.access, request_id))


@router.post(
    "/history-requests/{request_id}/files",
    status_code=201,
    response_model=HistoryFileOut,
    summary="上传盖章文件 / a signed and sealed file",
)
def attach(call: Caller, request_id: RowId, body: HistoryFileIn) -> Response:
    """每一步先上传文件，再办理。"""

    def deed(session: Session) -> HistoryFileOut:
        file = service.attach(
            session,
            call.centre.clock,
            call.centre.secrets,
            call.access,
            request_id,
            act=HistoryAct(body.act),
            name=body.name,
            content=body.content,
        )
        return HistoryFileOut.model_validate(file)

    return call.write(body, deed, 201)


@router.get("/history-requests/{request_id}/files/{file_id}", response_class=Response, summary="下载文件 / a file's content")
def content(call: Caller, request_id: RowId, file_id: RowId) -> Response:
    """原样返回上传的文件，每次查看留痕；文件损坏时返回 503 并留痕。"""
    with call.centre.database.writing() as session:
        file, kept = service.content(session, call.centre.secrets, call.access, request_id, file_id)
    found = service.readable(kept)
    headers = {"Cache-Control": "no-store", "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
    return Response(found, media_type=file.media_type, headers=headers)


@router.post("/history-requests/{request_id}/acts", response_model=HistoryOut, summary="办理一步 / take a step")
def act(call: Caller, request_id: RowId, body: HistoryActIn) -> Response:
    """按顺序办理；未轮到的返回 409 HISTORY_REQUEST_INCOMPLETE。"""

    def deed(session: Session) -> HistoryOut:
        return history_out(service.act(session, call.centre.clock, call.access, request_id, HistoryAct(body.act), remark=body.remark))

    return call.write(body, deed)


@router.post("/history-requests/{request_id}/refusal", response_model=HistoryOut, summary="退回申请 / refuse a request")
def refuse(call: Caller, request_id: RowId, body: HistoryRefusalIn) -> Response:
    """监督机构或总站说明原因退回。"""
    return call.write(body, lambda session: history_out(service.refuse(session, call.centre.clock, call.access, request_id, body.reason)))


@router.get("/history-requests/{request_id}/records", summary="调取的历史数据 / the old data")
def records(
    *,
    call: Caller,
    request_id: RowId,
    q: Annotated[Search, Query(description="姓名、用人单位、工种 / name, employer or trade")] = "",
    sort: Annotated[str, sorted_by(old.ORDER.columns)] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[OldRecordOut]:
    """最后一步完成之后才提供；只读。"""
    with call.reading() as session:
        rows = old.page_of_records(session, call.access, request_id, q=q, after=after(cursor), limit=limit, sort=sort)
        return page(rows, limit, lambda row: row.id, OldRecordOut.model_validate)
