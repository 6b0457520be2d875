"""Routes for the life of a team: its members, its leader, its name, its end."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.call import Caller, RowId
from central.entry import succession
from central.entry.batch_schemas import LeaderIn, MemberOut, MovedOut, MoveIn, TeamNameIn
from central.paging import Cursor, Limit, Page, after, page
from central.projects.schemas import TeamOut

router = APIRouter()


@router.get("/teams/{team_id}/members", summary="班组成员 / a team's members")
def members(call: Caller, team_id: RowId, cursor: Cursor = None, limit: Limit = 50) -> Page[MemberOut]:
    """本单位班组的成员。"""
    with call.reading() as session:
        rows = [one for one in succession.members(session, call.access, team_id) if one.assignment_id > after(cursor)]
        return page(rows, limit, lambda one: one.assignment_id, MemberOut.model_validate)


@router.put("/teams/{team_id}/leader", response_model=TeamOut, summary="更换班组长 / change the leader")
def change_leader(call: Caller, team_id: RowId, body: LeaderIn) -> Response:
    """A-37：已确认的成员无需离职重新分派，进场时间不变。"""

    def deed(session: Session) -> TeamOut:
        return TeamOut.model_validate(succession.change_leader(session, call.access, team_id, body.leader_worker_id))

    return call.write(body, deed)


@router.put("/teams/{team_id}/name", response_model=TeamOut, summary="班组改名 / rename a team")
def rename(call: Caller, team_id: RowId, body: TeamNameIn) -> Response:
    """A-36：同一单位同一项目不得重名。"""
    return call.write(body, lambda session: TeamOut.model_validate(succession.rename(session, call.access, team_id, body.name)))


@router.post("/teams/{team_id}/moves", response_model=MovedOut, summary="成员转入其他班组 / move members")
def move(call: Caller, team_id: RowId, body: MoveIn) -> Response:
    """A-37：已确认的成员也可以转入，分派、进场时间、通行权不变。"""

    def deed(session: Session) -> MovedOut:
        moved = succession.move_members(session, call.access, team_id, body.into_team_id, body.worker_ids)
        return MovedOut(team_id=team_id, into_team_id=body.into_team_id, moved=moved)

    return call.write(body, deed)


@router.post("/teams/{team_id}/closing", response_model=TeamOut, summary="关闭班组 / close a team")
def close(call: Caller, team_id: RowId) -> Response:
    """A-36：没有成员的班组可以关闭，关闭后不能再分派。"""
    return call.write(None, lambda session: TeamOut.model_validate(succession.close(session, call.access, team_id)))
