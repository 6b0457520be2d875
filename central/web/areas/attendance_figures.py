"""工资发放依据, 每日用工, 出勤率与对账: figures of a project, each leading to the days it rests on (A-15 to A-19, A-43, A-61)."""

from __future__ import annotations

import datetime as dt
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import paging
from central.access import Function
from central.attendance import labour_count, rates, sheet_groups, wage_sheet
from central.call import RowId
from central.clock import today
from central.projects.service import visible_project
from central.web.areas import Area
from central.web.areas.attendance import FILTERS, narrowing, wanted_of
from central.web.areas.attendance_words import date_asked, frame, months_around
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of
from central.web.trades import trade_name


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/projects/{project_id}/attendance/wages")
    def wages(request: Request, project_id: RowId) -> Response:
        access, t = signed_in(request), texts_of(request)
        listing = Listing.read(f"/projects/{project_id}/attendance/wages", request.query_params, (), (), FILTERS)
        wanted = wanted_of(listing, portal)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            after = paging.after(listing.after or None)
            found = wage_sheet.page(session, portal.clock, access, project_id, wanted, after=after, limit=PAGE_SIZE)
            groups = sheet_groups.of_project(session, access, project_id)
        lines = found.lines[:PAGE_SIZE]
        values = {
            **frame(project_id, access, "wages", t),
            **months_around(wanted.month, portal.clock),
            "project": project,
            "listing": listing,
            "filters": narrowing(groups, t),
            "may_export": access.may(Function.EXPORT),
            "found": found,
            "lines": lines,
            "more": paging.cursor_after(lines[-1].line.assignment_id) if len(found.lines) > PAGE_SIZE else "",
        }
        return portal.page(request, "attendance/wages.html", values)

    @pages.get("/projects/{project_id}/attendance/labour")
    def labour(request: Request, project_id: RowId) -> Response:
        access, t, on = signed_in(request), texts_of(request), date_asked(request.query_params.get("date", ""), portal.clock)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            found = labour_count.of_date(session, portal.clock, access, project_id, on)
        values = {
            **frame(project_id, access, "labour", t),
            "month": "",
            "project": project,
            "listing": Listing.read(request.url.path, request.query_params, (), (), ("date",)),
            "may_export": access.may(Function.EXPORT),
            "found": found,
            "today": today(portal.clock),
            "day_before": on - dt.timedelta(days=1),
            "day_after": on + dt.timedelta(days=1) if on < today(portal.clock) else None,
            "trade_of": lambda code: trade_name(code, t) if code else "—",
        }
        return portal.page(request, "attendance/labour.html", values)

    @pages.get("/projects/{project_id}/attendance/checks")
    def checks(request: Request, project_id: RowId) -> Response:
        access, t = signed_in(request), texts_of(request)
        listing = Listing.read(f"/projects/{project_id}/attendance/checks", request.query_params, (), (), FILTERS)
        wanted = wanted_of(listing, portal)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            rate = rates.of_month(session, portal.clock, access, project_id, wanted.month)
            after = paging.after(listing.after or None)
            doubts = rates.reconciliation(session, portal.clock, access, project_id, wanted, after=after, limit=PAGE_SIZE)
            leaders = sheet_groups.people(session, [id_ for id_, _ in rate.key_below])
        values = {
            **frame(project_id, access, "checks", t),
            **months_around(wanted.month, portal.clock),
            "project": project,
            "rate": rate,
            "below": [(leaders[id_], own) for id_, own in rate.key_below],
            "listing": listing,
            "doubts": doubts.items[:PAGE_SIZE],
            "doubts_in_all": doubts.total,
            "may_export": access.may(Function.EXPORT),
            "more": paging.cursor_after(doubts.items[PAGE_SIZE - 1].line.assignment_id) if len(doubts.items) > PAGE_SIZE else "",
        }
        return portal.page(request, "attendance/checks.html", values)

    return pages


AREA: Final = Area(router=router)
