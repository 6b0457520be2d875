"""Routes for workers."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse, Response

from central.call import Caller, RowId, expected_version, tagged
from central.paging import Cursor, Limit, Page, after, page
from central.people import service
from central.people.schemas import RegistrationIn, VerificationIn, WorkerEdit, WorkerOut, worker_out
from central.people.service import Registration
from central.problems import RESPONSES
from central.schemas import Search

router = APIRouter(prefix="/api/v1", tags=["人员 people"], responses=RESPONSES)


@router.post("/workers", status_code=201, response_model=WorkerOut, summary="登记工人 / register a worker")
def register(call: Caller, body: RegistrationIn) -> Response:
    """A-01：由用人单位登记基本信息和劳动合同；A-11：合同截止日期必填。"""
    said = Registration(
        name=body.name,
        id_number=body.id_number,
        id_type=body.id_type,
        contract_start=body.contract_start,
        contract_end=body.contract_end,
        contract_type=body.contract_type,
        employment_form=body.employment_form,
        category=body.category,
        identity_source=body.identity.source,
        employer_id=body.employer_id,
        phone=body.phone,
        nation=body.nation,
    )
    centre = call.centre
    types = centre.settings.allowed_contract_types
    return call.write(
        body,
        lambda session: worker_out(service.register(session, centre.clock, centre.secrets, call.access, said, contract_types=types)),
        201,
    )


@router.get("/workers", summary="工人列表 / workers")
def workers(
    call: Caller, cursor: Cursor = None, limit: Limit = 50, q: Annotated[Search, Query(description="姓名片段或证件号末几位")] = ""
) -> Page[WorkerOut]:
    """A-63：用人单位看到本单位全部工人，看不到其他单位的。"""
    with call.reading() as session:
        return page(service.workers(session, call.access, after(cursor), limit, q), limit, lambda found: found.worker.id, worker_out)


@router.get("/workers/{worker_id}", response_model=WorkerOut, summary="工人详情 / a worker")
def worker(call: Caller, worker_id: RowId) -> Response:
    """ETag 为版本号，修改时用 If-Match 带回。"""
    with call.reading() as session:
        shown = worker_out(service.employed(session, call.access, worker_id))
    return tagged(JSONResponse(shown.model_dump(mode="json")), shown.version)


@router.patch("/workers/{worker_id}", response_model=WorkerOut, summary="修改联系方式 / change the phone number")
def change(call: Caller, worker_id: RowId, body: WorkerEdit, if_match: Annotated[str | None, Header()] = None) -> Response:
    """A-22：保存后读到的就是新值，版本号加一；版本过期返回 409。"""
    version = expected_version(if_match, body.version)
    return call.write(
        body,
        lambda session: worker_out(
            service.change_phone(session, call.centre.secrets, call.access, worker_id, version=version, phone=body.phone)
        ),
    )


@router.post("/workers/{worker_id}/verification", response_model=WorkerOut, summary="身份核验结果 / outcome of verification")
def verify(call: Caller, worker_id: RowId, body: VerificationIn) -> Response:
    """A-25、A-26：无法读卡时，用人单位凭材料登记核验结果，全程留痕。"""
    return call.write(
        body,
        lambda session: worker_out(service.verify(session, call.access, worker_id, verified=body.verified, evidence=body.evidence)),
    )
