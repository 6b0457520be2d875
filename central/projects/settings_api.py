"""Routes for a project's settings, suspensions and beginning."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session

from central.call import Caller, RowId, expected_version, tagged
from central.paging import Cursor, Limit, Page, after, page
from central.projects import settings
from central.projects.model import Project
from central.projects.schemas import (
    GatePolicyIn,
    ProjectOut,
    ResumptionIn,
    SettingsIn,
    SettingsOut,
    SuspensionIn,
    SuspensionOut,
    project_out,
)

router = APIRouter()


@router.get("/projects/{project_id}/settings", response_model=SettingsOut, summary="项目设置 / a project's settings")
def read(call: Caller, project_id: RowId) -> Response:
    """ETag 为版本号。日切、有效考勤口径、日历、预警与推定退场天数、门禁策略。A-60：总承包单位和监督方可看。"""
    with call.reading() as session:
        shown = _shown(settings.shown(session, call.access, project_id))
    return tagged(JSONResponse(shown.model_dump(mode="json")), shown.version)


@router.patch("/projects/{project_id}/settings", response_model=SettingsOut, summary="修改项目设置 / change settings")
def change(call: Caller, project_id: RowId, body: SettingsIn, if_match: Annotated[str | None, Header()] = None) -> Response:
    """A-54、A-56：总承包单位修改；报建名称只能由系统管理员修改。名称、联系方式、门禁策略随即下发到各盒子。"""
    version = expected_version(if_match, body.version)
    given: dict[str, Any] = {name: getattr(body, name) for name in body.model_fields_set - {"version"}}
    nullable = {"completion_planned"}
    changed = {name: value for name, value in given.items() if value is not None or name in nullable}
    if body.gate_policy is not None:
        changed["gate_policy"] = body.gate_policy.model_dump(mode="json", exclude_none=True)

    def deed(session: Session) -> SettingsOut:
        return _shown(settings.change(session, call.access, project_id, version=version, changed=changed))

    return call.write(body, deed)


@router.post("/projects/{project_id}/beginning", response_model=ProjectOut, summary="开工 / begin")
def begin(call: Caller, project_id: RowId) -> Response:
    """总承包单位登记开工；重复登记不变。"""
    return call.write(None, lambda session: project_out(settings.begin(session, call.access, project_id)))


@router.post("/projects/{project_id}/suspensions", status_code=201, response_model=SuspensionOut, summary="登记停工 / suspend the project")
def suspend(call: Caller, project_id: RowId, body: SuspensionIn) -> Response:
    """停工日期内不计考勤应到；可不填截止日期。"""

    def deed(session: Session) -> SuspensionOut:
        row = settings.suspend(
            session,
            call.centre.clock,
            call.access,
            project_id,
            first_day=body.first_day,
            last_day=body.last_day,
            reason=body.reason,
        )
        return SuspensionOut.model_validate(row)

    return call.write(body, deed, 201)


@router.get("/projects/{project_id}/suspensions", summary="停工记录 / suspensions")
def suspensions(call: Caller, project_id: RowId, cursor: Cursor = None, limit: Limit = 50) -> Page[SuspensionOut]:
    """按登记先后排列。"""
    with call.reading() as session:
        rows = settings.page_of_suspensions(session, call.access, project_id, after(cursor), limit)
        return page(rows, limit, lambda row: row.id, SuspensionOut.model_validate)


@router.post("/projects/{project_id}/suspensions/{suspension_id}/end", response_model=SuspensionOut, summary="复工 / end a suspension")
def resume(call: Caller, project_id: RowId, suspension_id: RowId, body: ResumptionIn) -> Response:
    """填写停工的最后一天；尚未开始的停工可以提前取消。"""

    def deed(session: Session) -> SuspensionOut:
        row = settings.resume(session, call.centre.clock, call.access, project_id, suspension_id=suspension_id, last_day=body.last_day)
        return SuspensionOut.model_validate(row)

    return call.write(body, deed)


def _shown(project: Project) -> SettingsOut:
    kept = {name: getattr(project, name) for name in SettingsOut.model_fields if name not in ("project_id", "gate_policy")}
    return SettingsOut(project_id=project.id, gate_policy=GatePolicyIn.model_validate(_named(project)), **kept)


def _named(project: Project) -> dict[str, object]:
    policy = settings.gate_policy(project)
    return {name: getattr(policy, name) for name in policy.__struct_fields__}
