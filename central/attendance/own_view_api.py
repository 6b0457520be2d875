"""The route by which a kiosk or another system gets a worker's own link to print."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from central.attendance import own_view
from central.call import Caller, RowId
from central.problems import RESPONSES

router = APIRouter(prefix="/api/v1", tags=["attendance"], responses=RESPONSES)


class OwnLinkIn(BaseModel):
    """For how long the link is to open."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"hours": 24}]})

    hours: int = Field(default=24, ge=1, le=own_view.LONGEST_H, description="有效小时数，最长 7 天 / hours, at most 7 days")


class OwnLinkOut(BaseModel):
    """The link, whole, to be shown as a QR code; it is not stored and cannot be read again."""

    url: str = Field(examples=["https://centre.example/own/AAAA…"])
    until: dt.datetime


@router.post(
    "/assignments/{assignment_id}/own-link", response_model=OwnLinkOut, status_code=201, summary="工人本人查询链接 / a worker's own link"
)
def issue(caller: Caller, assignment_id: RowId, body: OwnLinkIn) -> Response:
    """Opens this worker's own days, and nobody else's."""
    centre = caller.centre

    def deed(session: Session) -> OwnLinkOut:
        token, link = own_view.issue(session, centre.clock, centre.secrets, caller.access, assignment_id, hours=body.hours)
        return OwnLinkOut(url=f"{centre.settings.public_url.rstrip('/')}/own/{token}", until=link.until)

    return caller.write(body, deed, 201)
