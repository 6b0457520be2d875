"""覆盖与更新: for the supervision, which projects under way tell what of a day, down to each project (domain.md, Attendance 2)."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import paging
from central.access import Access, Function, Role
from central.attendance import rates, reporting
from central.clock import today
from central.web.areas import Area, Entry
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in

COLUMNS: Final = ("project", "judged", "seen_heads", "told_until", "gates_now", "links")


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/supervision/coverage")
    def page(request: Request) -> Response:
        access, now = signed_in(request), today(portal.clock)
        listing = Listing.read("/supervision/coverage", request.query_params, (), (), ("date",))
        on = now - dt.timedelta(days=1)
        with suppress(ValueError):
            on = min(dt.date.fromisoformat(listing.filter("date")), now)
        with portal.database.reading() as session:
            whole = rates.coverage(session, access, on)
            found = reporting.page(session, access, on, after=paging.after(listing.after or None), limit=PAGE_SIZE)
        shown = found[:PAGE_SIZE]
        values = {
            "listing": listing,
            "date": on,
            "today": now,
            "day_before": on - dt.timedelta(days=1),
            "day_after": on + dt.timedelta(days=1) if on < now else None,
            "whole": whole,
            "update_line": rates.UPDATE_LINE,
            "columns": COLUMNS,
            "rows": shown,
            "more": paging.cursor_after(shown[-1].project_id) if len(found) > PAGE_SIZE else "",
        }
        return portal.page(request, "attendance/coverage.html", values)

    return pages


def _supervises(access: Access) -> bool:
    return access.may(Function.SUPERVISE)


AREA: Final = Area(
    router=router,
    entries=(Entry("coverage", (Role.AUTHORITY, Role.HEAD_STATION), "/supervision/coverage", "chart-bar", 15, shown=_supervises),),
)
