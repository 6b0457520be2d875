"""Routes for comparing without reveal, and for the reveal that is recorded."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session

from central.call import Caller, RowId
from central.entry import comparison
from central.entry.batch_schemas import ComparisonIn, ComparisonOut, RevealIn, RevealOut

router = APIRouter()


@router.post("/assignments/{assignment_id}/comparison", response_model=ComparisonOut, summary="比对号码 / compare numbers")
def compare(call: Caller, assignment_id: RowId, body: ComparisonIn) -> Response:
    """A-44：只回答一致或不一致，留痕并限次；不显示完整号码。"""

    def deed(session: Session) -> ComparisonOut:
        found = comparison.compare(
            session,
            call.centre.clock,
            call.centre.secrets,
            call.access,
            assignment_id,
            id_number=body.id_number,
            phone=body.phone,
            card_read=body.card_read,
        )
        return ComparisonOut.model_validate(found)

    return call.write(body, deed)


@router.post("/assignments/{assignment_id}/reveal", response_model=RevealOut, summary="查看完整号码 / see the numbers in clear")
def reveal(call: Caller, assignment_id: RowId, body: RevealIn) -> Response:
    """A-44：仅限接收方和监管部门，须说明用途，全部留痕。"""
    with call.centre.database.writing() as session:
        shown = RevealOut.model_validate(
            comparison.reveal(session, call.centre.secrets, call.access, assignment_id, purpose=body.purpose, remark=body.remark)
        )
    return JSONResponse(shown.model_dump(), headers={"Cache-Control": "no-store"})
