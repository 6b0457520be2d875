"""The live board as data: for a wall screen of somebody else's making."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter
from pydantic import BaseModel, Field

from central.attendance import board_live
from central.attendance.board_live import GateNow, Snapshot
from central.call import Caller, RowId
from central.problems import RESPONSES

router = APIRouter(prefix="/api/v1", tags=["attendance"], responses=RESPONSES)


class HeadsOut(BaseModel):
    """Distinct people on site of one team or trade; the empty name is for those without."""

    name: str
    heads: int


class HourOut(BaseModel):
    """An hour of today at the site."""

    hour: int
    came: int
    went: int


class PassedOut(BaseModel):
    """A passage, its worker masked."""

    at: dt.datetime
    name: str
    team: str
    direction: str
    gate: str


class GateNowOut(BaseModel):
    """A gate, and when it was last heard."""

    name: str
    lane: str
    direction: str
    online: bool
    claimed: bool = Field(description="已登记、尚未接入 / registered, has not come yet")
    last_seen_at: dt.datetime | None

    @classmethod
    def of(cls, gate: GateNow) -> GateNowOut:
        """From the board."""
        return cls.model_validate(gate, from_attributes=True)


class RefusedOut(BaseModel):
    """How often a gate refused for that reason today."""

    reason: str
    times: int


class BoardOut(BaseModel):
    """A project now. `long_stays`: people on site for more than twelve hours; `absent`: absent for the project's alert days."""

    at: dt.datetime
    on_site: int
    teams: list[HeadsOut]
    trades: list[HeadsOut]
    hours: list[HourOut]
    passages: list[PassedOut]
    gates: list[GateNowOut]
    refused: list[RefusedOut]
    long_stays: int
    absent: int
    silent_gates: int

    @classmethod
    def of(cls, now: Snapshot) -> BoardOut:
        """From the board."""
        return cls(
            at=now.at,
            on_site=now.on_site,
            teams=[HeadsOut(name=name, heads=heads) for name, heads in now.teams],
            trades=[HeadsOut(name=code, heads=heads) for code, heads in now.trades],
            hours=[HourOut(hour=hour, came=came, went=went) for hour, came, went in now.hours],
            passages=[PassedOut.model_validate(one, from_attributes=True) for one in now.passages],
            gates=[GateNowOut.of(gate) for gate in now.gates],
            refused=[RefusedOut(reason=reason, times=times) for reason, times in now.refused],
            long_stays=len(now.long_stays),
            absent=now.absent,
            silent_gates=len(now.silent),
        )


@router.get("/projects/{project_id}/board", response_model=BoardOut, summary="看板 / the board now")
def of_project(caller: Caller, project_id: RowId) -> BoardOut:
    """Who is on site now, masked; the general contractor's and the authorities'."""
    with caller.reading() as session:
        board_live.visible(session, caller.access, project_id)
        return BoardOut.of(board_live.snapshot(session, project_id, caller.centre.clock.now()))
