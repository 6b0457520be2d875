"""Routes for companies, projects, participants and teams."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.call import Caller, RowId
from central.paging import Cursor, Limit, Page, after, page, sorted_by
from central.problems import RESPONSES
from central.projects import company_list, project_list, service, settings_api, team_list, teams
from central.projects.chain import Link
from central.projects.model import Participant, ParticipantState
from central.projects.schemas import (
    CompanyIn,
    CompanyOut,
    ParticipantIn,
    ParticipantOut,
    ProjectIn,
    ProjectOut,
    TeamIn,
    TeamOut,
    project_out,
)
from central.schemas import Search

router = APIRouter(prefix="/api/v1", tags=["项目 projects"], responses=RESPONSES)
router.include_router(settings_api.router)


@router.post("/companies", status_code=201, response_model=CompanyOut, summary="登记企业 / register a company")
def register_company(call: Caller, body: CompanyIn) -> Response:
    """系统管理员登记；统一社会信用代码校验并唯一。"""

    def deed(session: Session) -> CompanyOut:
        return CompanyOut.model_validate(service.register_company(session, call.centre.clock, call.access, body.uscc, body.name))

    return call.write(body, deed, 201)


@router.get("/companies", summary="企业列表 / companies")
def companies(
    *,
    call: Caller,
    q: Annotated[Search, Query(description="名称、统一社会信用代码 / name or code")] = "",
    sort: Annotated[str, sorted_by(company_list.ORDER.columns)] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CompanyOut]:
    """按登记先后排列，除非另指定排序。"""
    with call.reading() as session:
        found = company_list.page_of_all(session, call.access, q=q, after=after(cursor), limit=limit, sort=sort)
        return page(found, limit, lambda c: c.id, CompanyOut.model_validate)


@router.post("/projects", status_code=201, response_model=ProjectOut, summary="登记项目 / register a project")
def register_project(call: Caller, body: ProjectIn) -> Response:
    """系统管理员登记；报建编号唯一。"""

    def deed(session: Session) -> ProjectOut:
        project = service.register_project(
            session,
            call.centre.clock,
            call.centre.secrets,
            call.access,
            reg_no=body.reg_no,
            name=body.name,
            completion_planned=body.completion_planned,
            contact=body.contact,
            contract_name=body.contract_name,
        )
        return project_out(project)

    return call.write(body, deed, 201)


@router.get("/projects", summary="项目列表 / projects")
def projects(
    *,
    call: Caller,
    q: Annotated[Search, Query(description="项目名称、报建编号 / name or number")] = "",
    sort: Annotated[str, sorted_by(project_list.ORDER.columns)] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ProjectOut]:
    """企业看到参建的项目，项目账号看到本项目，监管部门看到全部。"""
    with call.reading() as session:
        found = project_list.page_of_all(session, call.access, q=q, after=after(cursor), limit=limit, sort=sort)
        return page(found, limit, lambda p: p.id, project_out)


@router.get("/projects/{project_id}", summary="项目详情 / a project")
def project(call: Caller, project_id: RowId) -> ProjectOut:
    """无权查看的项目返回 404。"""
    with call.reading() as session:
        return project_out(service.visible_project(session, call.access, project_id))


@router.post(
    "/projects/{project_id}/participants", status_code=201, response_model=ParticipantOut, summary="登记参建单位 / add a participant"
)
def add_participant(call: Caller, project_id: RowId, body: ParticipantIn) -> Response:
    """系统管理员登记总承包单位；其余由总承包单位或系统管理员登记。"""

    def deed(session: Session) -> ParticipantOut:
        participant: Participant = service.add_participant(
            session, call.centre.clock, call.access, project_id, company_id=body.company_id, role=body.role, parent_id=body.parent_id
        )
        return _participant(service.chain(session, project_id)[participant.id])

    return call.write(body, deed, 201)


@router.get("/projects/{project_id}/participants", summary="参建单位 / participants")
def participants(call: Caller, project_id: RowId, cursor: Cursor = None, limit: Limit = 50) -> Page[ParticipantOut]:
    """按登记先后排列，含所在层级。"""
    with call.reading() as session:
        service.visible_project(session, call.access, project_id)
        links = [link for link in service.chain(session, project_id).links if link.id > after(cursor)]
        return page(links, limit, lambda link: link.id, _participant)


@router.post("/projects/{project_id}/teams", status_code=201, response_model=TeamOut, summary="建立班组 / add a team")
def add_team(call: Caller, project_id: RowId, body: TeamIn) -> Response:
    """A-36：用人单位为自己在该项目建立班组；同一单位同一项目不得重名。"""

    def deed(session: Session) -> TeamOut:
        made = teams.add_team(
            session,
            call.centre.clock,
            call.access,
            project_id,
            name=body.name,
            leader_worker_id=body.leader_worker_id,
            may_number=body.may_number,
        )
        return TeamOut.model_validate(made)

    return call.write(body, deed, 201)


@router.get("/projects/{project_id}/teams", summary="班组列表 / teams")
def teams_of_project(
    *,
    call: Caller,
    project_id: RowId,
    q: Annotated[Search, Query(description="班组、班组长、用人单位 / team, leader, employer")] = "",
    sort: Annotated[str, sorted_by(team_list.ORDER.columns)] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
    assignable: Annotated[bool, Query(description="只列可分派的班组 / only those that take members (A-36)")] = False,
) -> Page[TeamOut]:
    """总承包单位看到全部，分包单位看到自己及下级的班组。"""
    with call.reading() as session:
        rows = team_list.of_project(
            session, call.access, project_id, q=q, assignable=assignable, after=after(cursor), limit=limit, sort=sort
        )
        return page(rows, limit, lambda row: row.team.id, lambda row: TeamOut.model_validate(row.team))


def _participant(link: Link) -> ParticipantOut:
    state = ParticipantState.ACTIVE if link.active else ParticipantState.COMPLETED
    return ParticipantOut(
        id=link.id,
        project_id=link.project_id,
        company_id=link.company_id,
        company=link.company,
        role=link.role,
        parent_id=link.parent_id,
        level=link.level,
        state=state,
    )
