"""Routes for workers: registered, found, edited, and what happened to them."""

from __future__ import annotations

import datetime as dt
from dataclasses import fields
from functools import partial
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Query
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import Caller, RowId, expected_version, tagged
from central.errors import Problem
from central.exchange.listing_book import ANSWERS, book
from central.paging import Cursor, Limit, Page, after, page
from central.people import editing, reader_api, record_api, reference_api, search, service, transfer_api
from central.people.listing import COLUMNS
from central.people.model import Category, EmploymentForm, EmploymentState, IdentityState
from central.people.registration import Policy
from central.people.schemas import RegistrationIn, WorkerEdit, WorkerOut, worker_out
from central.people.search import WorkerQuery
from central.people.service import EmployedWorker
from central.problems import RESPONSES
from central.schemas import Search

router = APIRouter(prefix="/api/v1", tags=["人员 people"], responses=RESPONSES)
Number = Annotated[int | None, Query(ge=1, le=2**53)]
Sort = Literal[
    "", "name", "-name", "trade", "-trade", "employer", "-employer", "registered_on", "-registered_on", "contract_end", "-contract_end"
]
"""As `central.people.sorting` does it."""


def sought(
    *,
    q: Annotated[Search, Query(description="姓名、拼音、首字母、证件号或手机号末几位 / name, pinyin, initials, number suffix")] = "",
    identity_state: IdentityState | None = None,
    employment_state: EmploymentState | None = None,
    employment_form: EmploymentForm | None = None,
    category: Category | None = None,
    employer: Search = "",
    employer_id: Number = None,
    project_id: Number = None,
    team_id: Number = None,
    trade: Annotated[str, Query(max_length=8)] = "",
    contract_ends_from: dt.date | None = None,
    contract_ends_to: dt.date | None = None,
    registered_from: dt.date | None = None,
    registered_to: dt.date | None = None,
    sort: Annotated[Sort, Query(description="排序列，前加减号为倒序 / a column; with a minus the other way round")] = "",
) -> WorkerQuery:
    """A-32: the conditions of a list, the same for the screen and for its export."""
    given = locals()
    return WorkerQuery(**{field.name: given[field.name] for field in fields(WorkerQuery)})


Sought = Annotated[WorkerQuery, Depends(sought)]


@router.post("/workers", status_code=201, response_model=WorkerOut, summary="登记工人 / register a worker")
def register(call: Caller, body: RegistrationIn) -> Response:
    """A-01、A-11 至 A-21、A-29 至 A-31：由用人单位登记基本信息、劳动合同和工资信息；一次返回全部有误的字段；warnings 只提醒不拒绝。"""
    said, read, centre = body.said(), body.chip_read(), call.centre
    policy = Policy.of(centre.settings)
    return call.write(
        body,
        lambda session: worker_out(
            service.register(session, centre.clock, centre.secrets, call.access, said, policy=policy, chip_read=read)
        ),
        201,
    )


@router.get("/workers", summary="工人列表 / workers")
def workers(call: Caller, query: Sought, cursor: Cursor = None, limit: Limit = 50) -> Page[WorkerOut]:
    """A-32、A-63：用人单位看到本单位全部工人，看不到其他单位的；按姓名、拼音、首字母、号码末几位和各种条件查询，按一列排序；翻页时条件与排序须保持不变。"""
    with call.reading() as session:
        found = search.find(session, call.centre.secrets, call.access, query, after=after(cursor), limit=limit)
        return page(found, limit, lambda row: search.mark(query, row), lambda row: _shown(call.access, row))


@router.get(
    "/workers/export.xlsx",
    response_class=Response,
    responses=ANSWERS,
    summary="导出工人列表 / export",
)
def export(call: Caller, query: Sought) -> Response:
    """A-33：与列表同样的条件、遮盖和可见范围；号码为文本，公式已消除。"""
    call.access.require(Function.EXPORT)
    rows = partial(search.all_of, keys=call.centre.secrets, access=call.access, query=query)
    return book(call.centre, call.access, rows, COLUMNS, "工人", action="workers.exported", of=f"company:{call.access.company_id or 0}")


@router.get("/workers/{worker_id}", response_model=WorkerOut, summary="工人详情 / a worker")
def worker(call: Caller, worker_id: RowId) -> Response:
    """ETag 为版本号，修改时用 If-Match 带回。"""
    with call.reading() as session:
        shown = _shown(call.access, service.employed(session, call.access, worker_id))
    return tagged(JSONResponse(shown.model_dump(mode="json")), shown.version)


@router.patch("/workers/{worker_id}", response_model=WorkerOut, summary="修改工人信息 / edit a worker")
def change(call: Caller, worker_id: RowId, body: WorkerEdit, if_match: Annotated[str | None, Header()] = None) -> Response:
    """A-22、A-23：保存后读到的就是新值，版本号加一；版本过期返回 409 并附当前内容 state。"""
    said = body.change(expected_version(if_match, body.version))
    centre = call.centre
    policy = Policy.of(centre.settings)

    def deed(session: Session) -> WorkerOut:
        try:
            edited = editing.edit(session, centre.clock, centre.secrets, call.access, worker_id, change=said, policy=policy)
        except Problem as problem:
            if problem.code == "VERSION_CONFLICT":
                problem.state = _shown(call.access, service.employed(session, call.access, worker_id)).model_dump(mode="json")
            raise
        return worker_out(edited)

    return call.write(body, deed)


def _shown(access: Access, found: EmployedWorker) -> WorkerOut:
    return worker_out(found, with_wages=access.role is Role.EMPLOYER and access.may(Function.VIEW_WAGES))


for _part in (reader_api, reference_api, record_api, transfer_api):
    router.include_router(_part.router)
