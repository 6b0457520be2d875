"""Routes of attendance: the feed, and those of its other modules."""

from __future__ import annotations

import gzip
import hashlib
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response

from central.attendance import board_api, month_api, own_view_api, presence_api, refusals_api, roots_api, service, settings_api
from central.attendance.schemas import AttendancePage, PassageOut
from central.call import Caller
from central.database import see_one_moment
from central.problems import RESPONSES

_WORTH_PACKING: Final = 1024
router = APIRouter(tags=["attendance"], responses=RESPONSES)
for part in (presence_api, month_api, roots_api, settings_api, board_api, own_view_api, refusals_api):
    router.include_router(part.router)


@router.get(
    "/api/v1/attendance",
    response_model=AttendancePage,
    responses={304: {"description": "没有变化 / nothing changed since that ETag"}},
    summary="拉取考勤 / pull attendance",
)
def attendance(
    caller: Caller,
    cursor: Annotated[str | None, Query(max_length=100, description="上次返回的 next_cursor / next_cursor of the last answer")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="每页条数 / rows in a page")] = 200,
    if_none_match: Annotated[str | None, Header(description="上次的 ETag / the last ETag")] = None,
    accept_encoding: Annotated[str | None, Header(description="gzip")] = None,
) -> Response:
    """Passages and corrections in the order in which they became known: none missing, none twice, also while boxes deliver late."""
    with caller.reading() as session:
        see_one_moment(session)  # the page and what it promises to be complete
        page = service.pull(session, caller.centre.secrets, caller.access, cursor, limit)
        items = [PassageOut.of(row) for row in page.rows]
        told = AttendancePage(items=items, next_cursor=page.next_cursor, at_end=page.at_end, complete_until=page.complete_until)
    return _answer(told.model_dump_json().encode(), if_none_match or "", accept_encoding or "")


def _answer(body: bytes, known: str, accepted: str) -> Response:
    """304 where the caller has it; packed where the caller takes that. A page is told by what it holds, so the tag is its digest."""
    tag = f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization, Accept-Encoding"}
    if tag in {one.strip().removeprefix("W/") for one in known.split(",")}:
        return Response(status_code=304, headers=headers)
    if "gzip" in accepted and len(body) >= _WORTH_PACKING:
        return Response(gzip.compress(body, 5, mtime=0), media_type="application/json", headers=headers | {"Content-Encoding": "gzip"})
    return Response(body, media_type="application/json", headers=headers)
