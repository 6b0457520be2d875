"""Routes for many at once: assignments, whole teams, acceptances."""

from __future__ import annotations

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.call import Caller, RowId
from central.entry import batch
from central.entry.batch_schemas import AcceptancesIn, AssignmentsIn, BatchOut, TeamSendIn, batch_out

router = APIRouter()


@router.post("/assignments/batch", response_model=BatchOut, summary="批量分派 / assign many")
def assign(call: Caller, body: AssignmentsIn) -> Response:
    """A-35、A-39：逐行返回结果；已分派的为 duplicate。可选全部成功才生效。"""

    def deed(session: Session) -> BatchOut:
        orders = [row.order() for row in body.rows]
        return batch_out(batch.assign(session, call.centre.clock, call.access, orders, all_or_nothing=body.all_or_nothing))

    return call.write(body, deed)


@router.post("/projects/{project_id}/team-assignments", response_model=BatchOut, summary="整班组分派至项目 / send a whole team")
def send_team(call: Caller, project_id: RowId, body: TeamSendIn) -> Response:
    """A-36、A-39：一次把整个班组派到项目；重复发送不会产生重复的班组或分派。"""
    order = batch.TeamOrder(
        project_id,
        body.from_team_id,
        [(worker.worker_id, worker.main_trade) for worker in body.workers],
        body.team_id,
        body.team_name,
        body.main_trade,
        body.participant_id,
    )

    def deed(session: Session) -> BatchOut:
        return batch_out(batch.send_team(session, call.centre.clock, call.access, order, all_or_nothing=body.all_or_nothing))

    return call.write(body, deed)


@router.post("/acceptances", response_model=BatchOut, summary="批量确认进场 / accept many")
def accept(call: Caller, body: AcceptancesIn) -> Response:
    """A-40、A-48：逐行返回结果，重试不会重复；每人的进场时间为各自被接收的服务器时间。"""

    def deed(session: Session) -> BatchOut:
        done = batch.accept(
            session,
            call.centre.clock,
            call.access,
            body.assignment_ids,
            project_id=body.project_id,
            entry_time=body.entry_time,
            all_or_nothing=body.all_or_nothing,
        )
        return batch_out(done)

    return call.write(body, deed)
