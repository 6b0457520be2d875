"""Routes for the lanes of a worker and of a team, and for who may pass while the project stands still."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Header
from fastapi.responses import JSONResponse, Response
from pydantic import Field
from sqlalchemy.orm import Session

from central.call import Caller, RowId, expected_version, tagged
from central.entry import lanes
from central.entry.lanes import Limits
from central.schemas import In, Out, ShortLine, example

router = APIRouter()
Lanes = Annotated[list[ShortLine], Field(max_length=lanes.MOST, description="通道名称；空表示全部通道 / lanes; empty: all of them")]


class TeamLanesIn(In):
    """Where a team's members may pass."""

    model_config = example({"lanes": [], "maintenance": True, "version": 1})

    lanes: Lanes = Field(default_factory=list)
    maintenance: bool = Field(default=False, description="停工期间可进场 / may enter while the project stands still")
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class LanesIn(In):
    """Where a worker may pass; `lanes` null: where the team may."""

    model_config = example({"lanes": [], "maintenance": True, "version": 1})

    lanes: Lanes | None = None
    maintenance: bool = Field(default=False, description="停工期间可进场 / may enter while the project stands still")
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class LanesOut(Out):
    """What is set and what follows: `effective` empty is every lane; `gone` are lanes among them that no gate has any more."""

    version: int
    own: list[str] | None
    maintenance: bool
    team_lanes: list[str]
    team_maintenance: bool
    effective: list[str]
    on_duty: bool
    of_project: list[str]
    gone: list[str]


@router.get("/assignments/{assignment_id}/lanes", response_model=LanesOut, summary="一名工人的通道 / a worker's lanes")
def of_worker(call: Caller, assignment_id: RowId) -> Response:
    """能看到该分派的单位都可查看，便于解释“此通道不可用”。ETag 为分派的版本号。"""
    with call.reading() as session:
        return _answer(lanes.of_worker(session, call.access, assignment_id))


@router.put("/assignments/{assignment_id}/lanes", response_model=LanesOut, summary="设置一名工人的通道 / set a worker's lanes")
def limit_worker(call: Caller, assignment_id: RowId, body: LanesIn, if_match: Annotated[str | None, Header()] = None) -> Response:
    """A-60：由总承包单位设置，随即下发到各门禁；`lanes` 为空值时按班组。"""
    version = expected_version(if_match, body.version)

    def deed(session: Session) -> LanesOut:
        found = lanes.limit_worker(session, call.access, assignment_id, version=version, lanes=body.lanes, maintenance=body.maintenance)
        return LanesOut.model_validate(found)

    return call.write(body, deed)


@router.get("/teams/{team_id}/lanes", response_model=LanesOut, summary="班组的通道 / a team's lanes")
def of_team(call: Caller, team_id: RowId) -> Response:
    """总承包单位和监督机构可查看。ETag 为班组的版本号。"""
    with call.reading() as session:
        return _answer(lanes.of_team(session, call.access, team_id))


@router.put("/teams/{team_id}/lanes", response_model=LanesOut, summary="设置班组的通道 / set a team's lanes")
def limit_team(call: Caller, team_id: RowId, body: TeamLanesIn, if_match: Annotated[str | None, Header()] = None) -> Response:
    """A-60：由总承包单位设置，对该班组现在和以后的成员有效，单独设置过的成员除外。"""
    version = expected_version(if_match, body.version)

    def deed(session: Session) -> LanesOut:
        found = lanes.limit_team(session, call.access, team_id, version=version, lanes=body.lanes, maintenance=body.maintenance)
        return LanesOut.model_validate(found)

    return call.write(body, deed)


def _answer(found: Limits) -> Response:
    return tagged(JSONResponse(LanesOut.model_validate(found).model_dump(mode="json")), found.version)
