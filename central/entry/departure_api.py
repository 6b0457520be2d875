"""Routes for departures and deaths."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.call import Caller, RowId
from central.entry import batch, departure
from central.entry.batch_schemas import (
    BatchOut,
    DeathIn,
    DeathOut,
    DepartureIn,
    DepartureLine,
    DepartureOut,
    DeparturesIn,
    batch_out,
    departure_line,
    named,
)
from central.paging import Cursor, Limit, Page, after, page, sorted_by

router = APIRouter()


@router.post("/workers/{worker_id}/departure", status_code=201, response_model=DepartureOut, summary="登记离职 / record a departure")
def depart(call: Caller, worker_id: RowId, body: DepartureIn) -> Response:
    """A-49、A-51、A-37：只能选择明天及以后；到期当日 0 时起权利终止。班组长离职须同时指定新班组长。"""
    leaving = body.leaving(worker_id)

    def deed(session: Session) -> DepartureOut:
        return DepartureOut.model_validate(departure.schedule(session, call.centre.clock, call.access, leaving))

    return call.write(body, deed, 201)


@router.delete("/workers/{worker_id}/departure", response_model=DepartureOut, summary="撤销离职 / cancel a departure")
def cancel(call: Caller, worker_id: RowId) -> Response:
    """到期之前可以撤销，门禁随即恢复。"""

    def deed(session: Session) -> DepartureOut:
        return DepartureOut.model_validate(departure.cancel(session, call.centre.clock, call.access, worker_id))

    return call.write(None, deed)


@router.post("/departures", response_model=BatchOut, summary="批量离职 / many departures")
def depart_many(call: Caller, body: DeparturesIn) -> Response:
    """A-40：逐行返回结果。没有批量退场（A-50）。"""

    def deed(session: Session) -> BatchOut:
        leavings = [row.leaving(row.worker_id) for row in body.rows]
        return batch_out(batch.depart(session, call.centre.clock, call.access, leavings, all_or_nothing=body.all_or_nothing))

    return call.write(body, deed)


@router.get("/departures", summary="离职记录 / departures")
def departures(
    call: Caller, sort: Annotated[str, sorted_by(departure.ORDER.columns)] = "", cursor: Cursor = None, limit: Limit = 50
) -> Page[DepartureLine]:
    """本单位的离职登记，按登记先后排列，除非另指定排序。"""
    with call.reading() as session:
        rows = departure.page_of_departures(session, call.access, after(cursor), limit, sort)
        return page(rows, limit, lambda row: row[0].id, departure_line)


@router.post("/workers/{worker_id}/death", status_code=201, response_model=DeathOut, summary="登记身亡 / record a death")
def record_death(call: Caller, worker_id: RowId, body: DeathIn) -> Response:
    """A-52：立即从所有项目退场，各盒子删除人脸模板；记录保留。"""

    def deed(session: Session) -> DeathOut:
        death = departure.record_death(
            session,
            call.centre.clock,
            call.access,
            worker_id,
            died_on=body.died_on,
            note=body.note,
            successors=named(body.successors),
        )
        return DeathOut.model_validate(death)

    return call.write(body, deed, 201)
