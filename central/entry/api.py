"""Routes for assignments, acceptance, completion, and the people of a project."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header, Query
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session

from central.call import Caller, RowId, expected_version, tagged
from central.entry import (
    acceptance,
    batch_api,
    comparison_api,
    completion,
    departure_api,
    lanes_api,
    people_list,
    rules,
    service,
    team_api,
    views_api,
)
from central.entry.model import AssignmentState
from central.entry.schemas import (
    AcceptanceIn,
    AssignmentEdit,
    AssignmentIn,
    AssignmentOut,
    CompletionOut,
    HeadsOut,
    ReturnIn,
    assignment_out,
    why_out,
)
from central.paging import Cursor, Limit, Page, after, page
from central.problems import RESPONSES
from central.schemas import Search

router = APIRouter(prefix="/api/v1", tags=["进场 entry"], responses=RESPONSES)
for part in (batch_api, comparison_api, departure_api, lanes_api, team_api, views_api):  # before `/assignments/{assignment_id}`
    router.include_router(part.router)


@router.post("/assignments", status_code=201, response_model=AssignmentOut, summary="分派至项目 / assign to a project")
def assign(call: Caller, body: AssignmentIn) -> Response:
    """A-01、A-35：用人单位分派本单位已核验的工人；同一工人在同一项目只有一个有效分派。重发同一 Idempotency-Key 返回原结果。"""
    order = service.Order(body.worker_id, body.project_id, body.main_trade, body.team_id, body.participant_id, body.entry_time)

    def deed(session: Session) -> AssignmentOut:
        view = service.assign(session, call.centre.clock, call.access, order)
        return assignment_out(view, service.warnings(session, view.assignment))

    return call.write(body, deed, 201)


@router.get("/assignments", summary="本单位的分派 / an employer's assignments")
def assignments(
    *,
    call: Caller,
    cursor: Cursor = None,
    limit: Limit = 50,
    q: Search = "",
    state: Annotated[list[AssignmentState] | None, Query(description="状态，可多选 / states")] = None,
    project_id: Annotated[int | None, Query(ge=1, le=2**53, description="只看一个项目 / one project only")] = None,
) -> Page[AssignmentOut]:
    """A-32、A-63：跨项目，含各种状态；可按项目和状态筛选。"""
    with call.reading() as session:
        keys, states = call.centre.secrets, tuple(state or ())
        rows = service.assignments_of_employer(
            session, call.access, after(cursor), limit, states=states, project_id=project_id, q=q, keys=keys
        )
        return page(rows, limit, lambda view: view.assignment.id, assignment_out)


@router.get("/assignments/{assignment_id}", response_model=AssignmentOut, summary="分派详情 / an assignment")
def assignment(call: Caller, assignment_id: RowId) -> Response:
    """ETag 为版本号。尚待下级单位接收时返回 404 NOT_VISIBLE_YET（A-45）。"""
    with call.reading() as session:
        shown = assignment_out(service.seen(session, call.access, assignment_id))
    return tagged(JSONResponse(shown.model_dump(mode="json")), shown.version)


@router.patch("/assignments/{assignment_id}", response_model=AssignmentOut, summary="修改分派 / edit an assignment")
def edit(call: Caller, assignment_id: RowId, body: AssignmentEdit, if_match: Annotated[str | None, Header()] = None) -> Response:
    """A-34：用工单位接收前可修改；接收后返回 409 ASSIGNMENT_LOCKED。"""
    version = expected_version(if_match, body.version) if body.entry_time is None else body.version or 0
    change = service.Edit(version, body.project_id, body.main_trade, body.team_id, body.participant_id, body.entry_time)

    def deed(session: Session) -> AssignmentOut:
        view = service.edit(session, call.access, assignment_id, change)
        return assignment_out(view, service.warnings(session, view.assignment))

    return call.write(body, deed)


@router.post("/assignments/{assignment_id}/withdrawal", response_model=AssignmentOut, summary="撤回分派 / withdraw an assignment")
def withdraw(call: Caller, assignment_id: RowId) -> Response:
    """A-34：用工单位接收前，用人单位可撤回。"""
    return call.write(None, lambda session: assignment_out(service.withdraw(session, call.centre.clock, call.access, assignment_id)))


@router.post("/assignments/{assignment_id}/acceptance", response_model=AssignmentOut, summary="确认进场 / accept (confirm entry)")
def accept(call: Caller, assignment_id: RowId, body: AcceptanceIn | None = None) -> Response:
    """A-02、A-41：用工单位按合同层级依次接收，总承包单位接收的服务器时间即进场时间，不可填写、不可修改；重复接收返回同一结果。"""
    said = body or AcceptanceIn()

    def deed(session: Session) -> AssignmentOut:
        return assignment_out(
            acceptance.accept(
                session, call.centre.clock, call.access, assignment_id, project_id=said.project_id, entry_time=said.entry_time
            )
        )

    return call.write(said, deed)


@router.post("/assignments/{assignment_id}/return", response_model=AssignmentOut, summary="退回用人单位 / return to the employer")
def send_back(call: Caller, assignment_id: RowId, body: ReturnIn) -> Response:
    """轮到接收的用工单位可说明原因退回，由用人单位修改后重新分派。"""
    return call.write(body, lambda session: assignment_out(acceptance.send_back(session, call.access, assignment_id, body.reason)))


def no_exit(call: Caller, row_id: RowId) -> None:
    """A-50：退场以考勤为准，没有退场操作，也没有批量退场。"""
    rules.no_exit_action()


for _of in ("assignments", "workers", "teams", "projects"):
    router.add_api_route(
        f"/{_of}/{{row_id}}/exit",
        no_exit,
        methods=["POST"],
        status_code=410,
        response_model=None,
        summary="（无此操作）退场 / there is no exit action",
        operation_id=f"no_exit_{_of}",
    )


@router.get("/projects/{project_id}/people", summary="用工查询 / the people of a project")
def people(
    *,
    call: Caller,
    project_id: RowId,
    cursor: Cursor = None,
    limit: Limit = 50,
    state: Annotated[list[AssignmentState] | None, Query(description="状态，可多选 / states")] = None,
    q: Annotated[Search, Query(description="姓名、班组、用人单位片段，或证件号、手机号末几位 (A-32)")] = "",
) -> Page[AssignmentOut]:
    """A-45：总承包单位直接看到一级劳务的人员；二级劳务的人员在一级专业分包接收后可见。每人一行（A-43）。"""
    with call.reading() as session:
        keys, states = call.centre.secrets, tuple(state or ())
        rows = service.people_on_project(session, call.access, project_id, after=after(cursor), limit=limit, states=states, q=q, keys=keys)
        return page(rows, limit, lambda view: view.assignment.id, assignment_out)


@router.get("/projects/{project_id}/headcount", response_model_exclude_none=True, summary="人数 / head count")
def headcount(call: Caller, project_id: RowId) -> HeadsOut:
    """A-43：按状态统计不重复的工人数。"""
    with call.reading() as session:
        heads = service.heads(session, call.access, project_id)
        why = None if heads else people_list.why_empty(session, call.access, project_id)
    by_state = {state.value: count for state, count in heads.items()}
    return HeadsOut(total=sum(heads.values()), by_state=by_state, why_empty=why_out(why))


@router.post("/participants/{participant_id}/completion", response_model=CompletionOut, summary="分包竣工 / completion of a subcontract")
def complete(call: Caller, participant_id: RowId) -> Response:
    """A-53：总承包单位登记分包竣工，该单位及其下级单位的人员随之退场；总承包单位自身竣工即项目竣工。"""

    def deed(session: Session) -> CompletionOut:
        ended = completion.complete_participant(session, call.centre.clock, call.access, participant_id)
        return CompletionOut(participant_id=participant_id, ended_assignments=ended)

    return call.write(None, deed)


@router.post("/projects/{project_id}/completion", response_model=CompletionOut, summary="项目竣工 / completion of the project")
def complete_project(call: Caller, project_id: RowId) -> Response:
    """A-53：项目竣工，全部分派结束。"""

    def deed(session: Session) -> CompletionOut:
        participant_id, ended = completion.complete_project(session, call.centre.clock, call.access, project_id)
        return CompletionOut(participant_id=participant_id, ended_assignments=ended)

    return call.write(None, deed)
