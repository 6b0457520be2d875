"""Routes for transfers: asked for, answered, taken back, looked at (A-30)."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.call import Call, Caller, RowId
from central.entry.batch_schemas import DepartureIn, named
from central.paging import Cursor, Limit, Page, after, page, sorted_by
from central.people import transfer, transfer_list
from central.people.registration import Policy
from central.people.schemas import NoticeOut, RegistrationIn, notice_out
from central.people.transfer_list import Side, TransferView
from central.people.transfer_model import Transfer, TransferState
from central.people.wages import Notice
from central.schemas import In, Moment, Out, Search, ShortLine, example

router = APIRouter()


class RefusalIn(In):
    """Why the worker stays; the asking company reads it."""

    model_config = example({"reason": "合同履行中，工程关键工序暂不能离岗"})

    reason: ShortLine


class TransferOut(Out):
    """A request. `worker_id` is null for whoever only asks; `cause` says why it ended by itself; `side` is null for supervision."""

    id: int
    side: Side | None
    state: TransferState
    name: str
    id_masked: str
    worker_id: int | None
    from_id: int
    from_name: str
    to_id: int
    to_name: str
    asked_at: Moment
    lapses_at: Moment
    answered_at: Moment | None
    departs_on: dt.date | None
    reason: str
    cause: NoticeOut | None
    ended_at: Moment | None


@router.post("/transfers", status_code=201, response_model=TransferOut, summary="申请转入 / ask for a transfer")
def ask(call: Caller, body: RegistrationIn) -> Response:
    """A-30：该人员现有其他用人单位时提出；内容与登记相同并先行校验、加密保存；再次提出以后一次为准。对方办理离职并到期后自动完成登记。"""
    said, read, centre = body.said(), body.chip_read(), call.centre
    policy = Policy.of(centre.settings)

    def deed(session: Session) -> TransferOut:
        made = transfer.ask(session, centre.clock, centre.secrets, call.access, said, policy=policy, chip_read=read)
        return _seen(call, session, made)

    return call.write(body, deed, 201)


@router.get("/transfers", summary="转入转出申请 / transfers")
def transfers(
    *,
    call: Caller,
    q: Annotated[Search, Query(description="姓名、单位 / a worker's or a company's name")] = "",
    side: Side | None = None,
    state: TransferState | None = None,
    sort: Annotated[str, sorted_by(transfer_list.SORTABLE)] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[TransferOut]:
    """A-30：本单位提出的（asking）和须由本单位答复的（asked），新的在前；监管部门可看全部。"""
    with call.reading() as session:
        found = transfer_list.page_of(session, call.access, side=side, state=state, q=q, after=after(cursor), limit=limit, sort=sort)
        return page(found, limit, lambda row: row.transfer.id, transfer_out)


@router.get("/transfers/{transfer_id}", summary="一项申请 / a transfer")
def one(call: Caller, transfer_id: RowId) -> TransferOut:
    """A-30：状态、答复和日期；提出方看不到对方登记的任何资料。"""
    with call.reading() as session:
        return transfer_out(transfer_list.one(session, call.access, transfer_id))


@router.post("/transfers/{transfer_id}/release", response_model=TransferOut, summary="同意转出 / release")
def release(call: Caller, transfer_id: RowId, body: DepartureIn) -> Response:
    """A-30、A-37、A-49、A-51：现用人单位同意并登记离职（明天及以后）；此前权利不变，到期后对方的登记自动完成。"""
    successors = named(body.successors)

    def deed(session: Session) -> TransferOut:
        answered = transfer.release(
            session,
            call.centre.clock,
            call.access,
            transfer_id,
            departs_on=body.departs_on,
            reason=body.reason,
            successors=successors,
        )
        return _seen(call, session, answered)

    return call.write(body, deed)


@router.post("/transfers/{transfer_id}/refusal", response_model=TransferOut, summary="不同意转出 / refuse")
def refuse(call: Caller, transfer_id: RowId, body: RefusalIn) -> Response:
    """A-30：现用人单位不同意，须说明理由；提出方可见。"""
    return call.write(
        body, lambda session: _seen(call, session, transfer.refuse(session, call.centre.clock, call.access, transfer_id, body.reason))
    )


@router.post("/transfers/{transfer_id}/withdrawal", response_model=TransferOut, summary="撤回申请 / withdraw")
def withdraw(call: Caller, transfer_id: RowId) -> Response:
    """提出方撤回；保存的登记内容随即删除。"""
    return call.write(None, lambda session: _seen(call, session, transfer.withdraw(session, call.centre.clock, call.access, transfer_id)))


def transfer_out(view: TransferView) -> TransferOut:
    """As this side sees it."""
    kept = view.transfer
    return TransferOut(
        id=kept.id,
        side=view.side,
        state=kept.state,
        name=kept.name_said,
        id_masked=view.id_masked,
        worker_id=view.worker_id,
        from_id=kept.from_id,
        from_name=view.from_name,
        to_id=kept.to_id,
        to_name=view.to_name,
        asked_at=kept.asked_at,
        lapses_at=kept.lapses_at,
        answered_at=kept.answered_at,
        departs_on=kept.departs_on,
        reason=kept.reason,
        cause=notice_out(Notice(kept.cause, "", {})) if kept.cause else None,
        ended_at=kept.ended_at,
    )


def _seen(call: Call, session: Session, made: Transfer) -> TransferOut:
    return transfer_out(transfer_list.one(session, call.access, made.id))
