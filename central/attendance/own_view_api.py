"""The routes of a worker's own links: a kiosk or another system gets one to print, sees which were given out, and takes one back."""

from __future__ import annotations

import datetime as dt

from fastapi import APIRouter
from fastapi.responses import Response
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from central import paging
from central.attendance import own_links
from central.attendance.papers import OwnLink
from central.call import Caller, RowId
from central.paging import Cursor, Limit, Page
from central.problems import RESPONSES
from central.schemas import In

router = APIRouter(prefix="/api/v1", tags=["attendance"], responses=RESPONSES)


class OwnLinkIn(In):
    """For how long the link is to open."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"hours": 24}]})

    hours: int = Field(default=24, ge=1, le=own_links.LONGEST_H, description="有效小时数，最长 7 天 / hours, at most 7 days")


class OwnLinkOut(BaseModel):
    """The link, whole, to be shown as a QR code; it is not stored and cannot be read again."""

    id: int
    url: str = Field(examples=["https://centre.example/own/AAAA…"])
    until: dt.datetime


class OwnLinkToldOut(BaseModel):
    """A link that was given out; nothing here opens anything."""

    id: int
    assignment_id: int
    issued_by: str = Field(examples=["account:12"])
    issued_at: dt.datetime
    until: dt.datetime
    revoked_by: str
    revoked_at: dt.datetime | None

    @classmethod
    def of(cls, row: OwnLink) -> OwnLinkToldOut:
        """From the record."""
        return cls.model_validate(row, from_attributes=True)


@router.post(
    "/assignments/{assignment_id}/own-link", response_model=OwnLinkOut, status_code=201, summary="工人本人查询链接 / a worker's own link"
)
def issue(caller: Caller, assignment_id: RowId, body: OwnLinkIn) -> Response:
    """Opens this worker's own days, and nobody else's."""
    centre = caller.centre

    def deed(session: Session) -> OwnLinkOut:
        token, link = own_links.issue(session, centre.clock, centre.secrets, caller.access, assignment_id, hours=body.hours)
        return OwnLinkOut(id=link.id, url=f"{centre.settings.public_url.rstrip('/')}/own/{token}", until=link.until)

    return caller.write(body, deed, 201)


@router.get(
    "/assignments/{assignment_id}/own-links", response_model=Page[OwnLinkToldOut], summary="已发出的本人查询链接 / own links given out"
)
def given_out(caller: Caller, assignment_id: RowId, cursor: Cursor = None, limit: Limit = 50) -> Page[OwnLinkToldOut]:
    """When each was made, by whom, until when it opens, and whether it was taken back; the newest first."""
    with caller.reading() as session:
        rows = own_links.page(session, caller.access, assignment_id, before=paging.after(cursor), limit=limit)
    return paging.page(rows, limit, lambda row: row.id, OwnLinkToldOut.of)


@router.post("/own-links/{own_link_id}/revocation", response_model=OwnLinkToldOut, summary="作废本人查询链接 / take an own link back")
def revoke(caller: Caller, own_link_id: RowId) -> Response:
    """It opens nothing from now on; the worker's other links stay."""
    return caller.write(None, lambda session: OwnLinkToldOut.of(own_links.revoke(session, caller.centre.clock, caller.access, own_link_id)))
