"""Routes of a project's attendance settings."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from central.attendance import settings
from central.attendance.ledger import AttendanceSettings
from central.call import Caller, RowId, expected_version, tagged
from central.problems import RESPONSES
from central.schemas import In

router = APIRouter(prefix="/api/v1", tags=["attendance"], responses=RESPONSES)


class AttendanceSettingsIn(In):
    """What is to be changed; what is left out stays. `version` or If-Match says from which version."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"version": 1, "correct_until_day": 8}]})

    version: int | None = None
    max_span_min: int = Field(default=960, description="一次在场最长分钟数，60 至 1200 / the longest stay")
    debounce_s: int = Field(default=120, description="重复识别合并秒数，0 至 1800 / repeats within this are one passage")
    correct_until_day: int = Field(default=5, description="次月几日前可补卡，1 至 28 / corrections until this day of the next month")
    undirected_lanes: list[str] = Field(default_factory=list, max_length=200, description="进出同道的设备编号 / boxes that serve both ways")


class AttendanceSettingsOut(BaseModel):
    """The settings as they stand."""

    project_id: int
    max_span_min: int
    debounce_s: int
    correct_until_day: int
    undirected_lanes: list[str]
    version: int

    @classmethod
    def of(cls, row: AttendanceSettings) -> AttendanceSettingsOut:
        """From the record."""
        return cls.model_validate(row, from_attributes=True)


@router.get("/projects/{project_id}/attendance-settings", response_model=AttendanceSettingsOut, summary="考勤参数 / attendance settings")
def of_project(caller: Caller, project_id: RowId) -> Response:
    """The project's, or the defaults."""
    with caller.reading() as session:
        told = AttendanceSettingsOut.of(settings.of_project(session, caller.access, project_id))
    return tagged(Response(told.model_dump_json(), media_type="application/json"), told.version)


@router.patch("/projects/{project_id}/attendance-settings", response_model=AttendanceSettingsOut, summary="修改考勤参数 / change them")
def change(caller: Caller, project_id: RowId, body: AttendanceSettingsIn, if_match: Annotated[str | None, Header()] = None) -> Response:
    """The general contractor's; every day is derived anew under them, frozen months stay."""
    version = expected_version(if_match, body.version)
    changed = body.model_dump(exclude_unset=True, exclude={"version"})

    def deed(session: Session) -> AttendanceSettingsOut:
        return AttendanceSettingsOut.of(settings.change(session, caller.access, project_id, version=version, changed=changed))

    return caller.write(body, deed)
