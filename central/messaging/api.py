"""Routes for the operator: what was quarantined, what was alarming. Administrators and authorities only."""

from __future__ import annotations

from typing import TypeVar

from fastapi import APIRouter
from sqlalchemy import select

from central.access import Role
from central.call import Call, Caller
from central.messaging.model import Incident, QuarantinedEvent
from central.messaging.schemas import IncidentOut, QuarantinedOut
from central.paging import Cursor, Limit, Page, after, page
from central.problems import RESPONSES

router = APIRouter(prefix="/api/v1", tags=["messaging"], responses=RESPONSES)
Row = TypeVar("Row", QuarantinedEvent, Incident)


@router.get("/quarantine", response_model=Page[QuarantinedOut], summary="隔离区 / the quarantine")
def quarantine(caller: Caller, cursor: Cursor = None, limit: Limit = 50) -> Page[QuarantinedOut]:
    """Events that could not be taken for what they say: kept, acknowledged to the box, waiting for somebody to look."""
    return page(_rows(caller, QuarantinedEvent, cursor, limit), limit, lambda row: row.id, QuarantinedOut.of)


@router.get("/incidents", response_model=Page[IncidentOut], summary="盒子事件与告警 / incidents and alarms of boxes")
def incidents(caller: Caller, cursor: Cursor = None, limit: Limit = 50) -> Page[IncidentOut]:
    """What boxes told about themselves, and what the centre saw: CLONE_ALARM, CHAIN_BROKEN."""
    return page(_rows(caller, Incident, cursor, limit), limit, lambda row: row.id, IncidentOut.of)


def _rows(caller: Call, kind: type[Row], cursor: str | None, limit: int) -> list[Row]:
    caller.access.require_role(Role.ADMINISTRATOR, Role.AUTHORITY)
    with caller.reading() as session:
        return list(session.scalars(select(kind).where(kind.id > after(cursor)).order_by(kind.id).limit(limit + 1)))
