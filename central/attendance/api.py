"""Routes of attendance."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from central.attendance import month_api, presence_api, service
from central.attendance.schemas import AttendancePage, PassageOut
from central.call import Caller
from central.problems import RESPONSES

router = APIRouter(tags=["attendance"], responses=RESPONSES)
router.include_router(presence_api.router)
router.include_router(month_api.router)


@router.get("/api/v1/attendance", response_model=AttendancePage, summary="拉取考勤 / pull attendance")
def attendance(
    caller: Caller,
    cursor: Annotated[str | None, Query(max_length=100, description="上次返回的 next_cursor / next_cursor of the last answer")] = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="每页条数 / rows in a page")] = 200,
) -> AttendancePage:
    """Passages in the order in which they became known: none missing, none twice, also while boxes deliver late."""
    with caller.reading() as session:
        if session.get_bind().dialect.name == "postgresql":  # the page and what it promises to be complete must be of one moment
            session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        page = service.pull(session, caller.access, cursor, limit)
        items = [PassageOut.of(row) for row in page.rows]
        return AttendancePage(items=items, next_cursor=page.next_cursor, complete_until=page.complete_until)
