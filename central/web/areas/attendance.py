"""考勤: a project's month as a heat map of days, to print and to take away; every cell leads to its passages (A-45, A-60, A-63)."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import paging
from central.access import Access, Function, Role
from central.attendance import published, sheet_groups, sheet_parts
from central.attendance.published import MonthPage
from central.attendance.sheet import Wanted
from central.call import RowId
from central.exchange.workbook import answer as download
from central.projects.service import visible_project
from central.web.areas import Area, Entry
from central.web.areas.attendance_words import dates, frame, month_of, months_around
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of
from central.web.texts import Texts
from central.web.trades import trade_name

FILTERS: Final = ("month", "employer", "team", "trade")
MOST_PRINTED: Final = 2000


def wanted_of(listing: Listing, portal: Portal) -> Wanted:
    """Which part of which month an address asks for."""
    employer, team = (_number(listing.filter(name)) for name in ("employer", "team"))
    return Wanted(month_of(listing.filter("month"), portal.clock), employer, team, trade=listing.filter("trade") or None)


def narrowing(groups: sheet_groups.Groups, t: Texts) -> tuple[tuple[str, list[tuple[str, str]]], ...]:
    """The filters with their options."""
    return (
        ("employer", [(str(id_), name) for id_, name in groups.employers]),
        ("team", [(str(id_), name) for id_, name in groups.teams]),
        ("trade", [(code, trade_name(code, t)) for code in groups.trades]),
    )


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def read(request: Request, project_id: int, limit: int) -> tuple[Listing, Wanted, MonthPage, dict[str, Any]]:
        access, t = signed_in(request), texts_of(request)
        listing = Listing.read(f"/projects/{project_id}/attendance", request.query_params, (), (), FILTERS)
        wanted = wanted_of(listing, portal)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            after = paging.after(listing.after or None)
            found = published.page(session, portal.clock, access, project_id, wanted, after=after, limit=limit)
            groups = sheet_groups.of_project(session, access, project_id)
        values = {
            **frame(project_id, access, "month", t),
            **months_around(wanted.month, portal.clock),
            "project": project,
            "listing": listing,
            "filters": narrowing(groups, t),
            "dates": dates(wanted.month),
            "found": found,
            "changed": {one.assignment_id: one.dates for one in found.differences},
            "trade_of": lambda code: trade_name(code, t) if code else "",
            "query": listing.query,
            "may_correct": access.may(Function.CORRECT_ATTENDANCE),
            "may_export": access.may(Function.EXPORT),
        }
        return listing, wanted, found, values

    @pages.get("/projects/{project_id}/attendance")
    def month(request: Request, project_id: RowId) -> Response:
        _, _, found, values = read(request, project_id, PAGE_SIZE)
        lines = found.sheet.lines[:PAGE_SIZE]
        more = paging.cursor_after(lines[-1].assignment_id) if len(found.sheet.lines) > PAGE_SIZE else ""
        return portal.page(request, "attendance/month.html", values | {"lines": lines, "more": more})

    @pages.get("/projects/{project_id}/attendance/print")
    def to_print(request: Request, project_id: RowId) -> Response:
        _, _, found, values = read(request, project_id, MOST_PRINTED)
        parts: dict[tuple[str, str, str], list[Any]] = {}
        for line in found.sheet.lines[:MOST_PRINTED]:
            parts.setdefault((line.using_unit, line.employer, line.team), []).append(line)
        return portal.page(request, "attendance/print.html", values | {"parts": sorted(parts.items())})

    @pages.get("/projects/{project_id}/attendance/sheet.xlsx")
    def workbook(request: Request, project_id: RowId) -> Response:
        access = signed_in(request)
        listing = Listing.read(f"/projects/{project_id}/attendance", request.query_params, (), (), FILTERS)
        wanted = wanted_of(listing, portal)
        with portal.database.writing() as session:
            file = sheet_parts.workbook(session, portal.clock, access, project_id, wanted)
        return download(file, f"考勤表-{wanted.month:%Y-%m}")

    return pages


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _sees(access: Access) -> bool:
    return access.may(Function.VIEW_ATTENDANCE)


AREA: Final = Area(
    router=router,
    entries=(Entry("attendance", (Role.CONTRACTOR,), "/projects/{project}/attendance", "calendar-stats", 50, shown=_sees),),
)
