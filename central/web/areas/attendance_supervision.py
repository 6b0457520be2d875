"""覆盖与更新: for the supervision, which projects under way tell what of a day, down to each project (domain.md, Attendance 2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import paging
from central.access import Access, Function, Role
from central.attendance import rates, reporting
from central.attendance.reporting import Reporting
from central.clock import today
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Value
from central.web.areas import Area, Entry
from central.web.exporting import columns
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of

COLUMNS: Final = ("project", "judged", "seen_heads", "told_until", "gates_now", "links")


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/supervision/coverage")
    def page(request: Request) -> Response:
        access, now, listing = signed_in(request), today(portal.clock), _listing(request)
        on = _date(listing, now)
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

    @pages.get("/supervision/coverage/export.xlsx")
    def exported(request: Request) -> Response:
        access, t, listing = signed_in(request), texts_of(request), _listing(request)
        access.require(Function.EXPORT)
        on = _date(listing, today(portal.clock))

        def rows(session: Session) -> Iterator[Reporting]:
            return every(lambda after: reporting.page(session, access, on, after=after, limit=BATCH), lambda row: row.project_id)

        cells: dict[str, Callable[[Reporting], Value]] = {
            "project": lambda row: row.name,
            "reg_no": lambda row: row.reg_no,
            "judged": lambda row: t(f"reporting_{row.state}"),
            "seen_heads": lambda row: row.seen,
            "told_until": lambda row: row.complete_until,
            "gates_online": lambda row: row.gates_online,
            "gates_all": lambda row: row.gates,
        }
        shown = columns(t, cells, text=("reg_no",), wide=("project",))
        return book(portal.centre, access, rows, shown, f"覆盖 {on}", action="coverage.exported", of="projects")

    return pages


def _listing(request: Request) -> Listing:
    return Listing.read("/supervision/coverage", request.query_params, (), (), ("date",))


def _date(listing: Listing, now: dt.date) -> dt.date:
    """The date asked for, none after today; yesterday where none was."""
    with suppress(ValueError):
        return min(dt.date.fromisoformat(listing.filter("date")), now)
    return now - dt.timedelta(days=1)


def _supervises(access: Access) -> bool:
    return access.may(Function.SUPERVISE)


AREA: Final = Area(
    router=router,
    entries=(Entry("coverage", (Role.AUTHORITY, Role.HEAD_STATION), "/supervision/coverage", "chart-bar", 15, shown=_supervises),),
)
