"""Routes for the employer's view across projects, for lists as workbooks, and for misc. staff in one click."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Function
from central.call import Call, Caller, RowId
from central.entry import enterprise, misc_staff, service, sheet
from central.entry.model import AssignmentState
from central.entry.schemas import AssignmentOut, EmployerProjectOut, assignment_out, employer_project_out
from central.entry.store import AssignmentView
from central.exchange.listing_book import ANSWERS, book
from central.paging import Cursor, Limit, Page, after, page
from central.people.registration import Policy
from central.people.schemas import RegistrationIn
from central.schemas import Search

router = APIRouter()
_OTHER_TRADE: Final = "1000"


@router.get("/employer/projects", summary="本单位的项目 / an employer's projects")
def employer_projects(call: Caller, cursor: Cursor = None, limit: Limit = 50) -> Page[EmployerProjectOut]:
    """A-56、A-63：本单位参建的项目和本单位人数；无合同名称时显示报建名称并标明〔报建〕。"""
    with call.reading() as session:
        rows = enterprise.projects_of_employer(session, call.access, after(cursor), limit)
        return page(rows, limit, lambda row: row.project_id, employer_project_out)


@router.get("/assignments/export.xlsx", response_class=Response, responses=ANSWERS, summary="导出本单位的分派 / export")
def export_assignments(
    call: Caller,
    q: Search = "",
    state: Annotated[list[AssignmentState] | None, Query()] = None,
    project_id: Annotated[int | None, Query(ge=1, le=2**53)] = None,
) -> Response:
    """A-33：与列表同样的条件、遮盖和可见范围。"""

    def rows(session: Session) -> Callable[[int, int], list[AssignmentView]]:
        keys, states = call.centre.secrets, tuple(state or ())
        return lambda after, limit: service.assignments_of_employer(
            session, call.access, after, limit, states=states, project_id=project_id, q=q, keys=keys
        )

    return _workbook(call, rows, f"company:{call.access.company_id or 0}", "分派")


@router.get("/projects/{project_id}/people/export.xlsx", response_class=Response, responses=ANSWERS, summary="导出用工查询 / export")
def export_people(
    call: Caller, project_id: RowId, state: Annotated[list[AssignmentState] | None, Query()] = None, q: Search = ""
) -> Response:
    """A-33、A-45：只含当前账号可以看到的人员。"""

    def rows(session: Session) -> Callable[[int, int], list[AssignmentView]]:
        keys, states = call.centre.secrets, tuple(state or ())
        return lambda after, limit: service.people_on_project(
            session, call.access, project_id, after=after, limit=limit, states=states, q=q, keys=keys
        )

    return _workbook(call, rows, f"project:{project_id}", "现场人员")


@router.post(
    "/projects/{project_id}/misc-staff", status_code=201, response_model=AssignmentOut, summary="勤杂、保安一次办理 / take on misc. staff"
)
def take_on(call: Caller, project_id: RowId, body: RegistrationIn) -> Response:
    """A-29：总承包单位作为用人单位登记、分派并确认进场，一次完成；须读取身份证（A-26）。"""
    said, read, centre = body.said(), body.chip_read(), call.centre

    def deed(session: Session) -> AssignmentOut:
        made = misc_staff.take_on(
            session,
            centre.clock,
            centre.secrets,
            call.access,
            project_id,
            said=said,
            trade=said.main_trade or _OTHER_TRADE,
            policy=Policy.of(centre.settings),
            chip_read=read,
        )
        return assignment_out(made)

    return call.write(body, deed, 201)


def _workbook(call: Call, rows: Callable[[Session], Callable[[int, int], list[AssignmentView]]], subject: str, title: str) -> Response:
    call.access.require(Function.EXPORT)
    return book(
        call.centre, call.access, lambda session: sheet.every(rows(session)), sheet.COLUMNS, title, action="people.exported", of=subject
    )
