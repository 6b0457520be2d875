"""Routes of presence and completeness."""

from __future__ import annotations

import datetime as dt
from typing import Final

from fastapi import APIRouter
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import paging
from central.access import Function
from central.attendance import completeness, exits, parameters, presence
from central.attendance.absence import PresenceState
from central.attendance.schemas import (
    CompletenessOut,
    DoneOut,
    GateOut,
    GroundOut,
    PresenceOfProject,
    PresenceOut,
    SuspensionSpan,
    TrainingIn,
)
from central.call import Caller, RowId
from central.paging import Cursor, Limit
from central.problems import RESPONSES
from central.projects import service as projects

REST_DAYS_TOLD: Final = dt.timedelta(days=800)
router = APIRouter(prefix="/api/v1", tags=["attendance"], responses=RESPONSES)


@router.get("/projects/{project_id}/presence", response_model=PresenceOfProject, summary="在场与推定退场 / presence and de-facto exit")
def of_project(
    caller: Caller, project_id: RowId, state: PresenceState | None = None, cursor: Cursor = None, limit: Limit = 50
) -> PresenceOfProject:
    """For each confirmed worker: state, since when, on which evidence, complete up to when (A-54, A-55). There is no exit action (A-50)."""
    with caller.reading() as session:
        found = presence.page(session, caller.centre.clock, caller.access, project_id, state=state, after=paging.after(cursor), limit=limit)
    shown = paging.page(found.lines, limit, lambda line: line.assignment_id, PresenceOut.of)
    return PresenceOfProject(
        items=shown.items,
        next_cursor=shown.next_cursor,
        as_of=found.as_of,
        gates=[GateOut.of(gate) for gate in found.gates],
        calendar_provisional_from=found.calendar_provisional_from,
    )


@router.get("/projects/{project_id}/completeness/{date}", response_model=CompletenessOut, summary="考勤日是否完整 / is a date complete")
def of_date(caller: Caller, project_id: RowId, date: dt.date) -> CompletenessOut:
    """Whether every gate has reported past the end of that work date; only then does absence count (rules.md A8)."""
    caller.access.require(Function.VIEW_ATTENDANCE)
    with caller.reading() as session:
        projects.visible_project(session, caller.access, project_id)
        found = completeness.completeness(session, project_id, date, parameters.of_project(session, project_id).days)
    return CompletenessOut(date=found.date, complete=found.complete, missing=[GateOut.of(gate) for gate in found.missing])


@router.get("/projects/{project_id}/completeness", response_model=GroundOut, summary="完整性与口径 / completeness and parameters")
def of_gates(caller: Caller, project_id: RowId) -> GroundOut:
    """Until when each gate has told everything, and the project's parameters: ask for it, pull to the end, and derive."""
    caller.access.require(Function.VIEW_ATTENDANCE)
    with caller.reading() as session:
        projects.visible_project(session, caller.access, project_id)
        on = presence.ground(session, caller.centre.clock, project_id)
    of = on.parameters
    return GroundOut(
        as_of=on.as_of,
        day_cut_min=of.days.day_cut.hour * 60 + of.days.day_cut.minute,
        alert_days=of.absence.alert_days,
        presumed_exit_days=of.absence.presumed_exit_days,
        calendar=of.calendar.value,
        suspensions=[SuspensionSpan(first=s.first, last=s.last) for s in on.calendar.suspensions],
        rest_days=on.calendar.resting(on.as_of - REST_DAYS_TOLD, on.as_of),
        gates=[GateOut.of(gate) for gate in on.gates],
    )


@router.post("/assignments/{assignment_id}/training", response_model=DoneOut, summary="登记复训 / record a new training")
def train(caller: Caller, assignment_id: RowId, body: TrainingIn) -> Response:
    """After a year without attendance the gates refuse until this is recorded."""

    def deed(session: Session) -> DoneOut:
        exits.record_training(session, caller.centre.clock, caller.access, assignment_id, on=body.on, evidence=body.evidence)
        return DoneOut(id=assignment_id)

    return caller.write(body, deed)
