"""进场确认: what waits for this office's acceptance: one or many, accepted or returned with a reason (A-02, A-40, A-41, A-48)."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.entry import acceptance, batch, people_list, sheet
from central.entry.batch import Outcome
from central.entry.store import AssignmentView
from central.errors import Problem, declare
from central.exchange.listing_book import BATCH, book, every_counted
from central.projects.service import visible_project
from central.web import saved_views
from central.web.areas import Area, Entry, needs
from central.web.areas.people import query_of
from central.web.forms import Form_, Sent
from central.web.listing import Listing
from central.web.pages import Portal, redirect, refused_rows, signed_in, texts_of, told
from central.web.paging import counted
from central.web.trades import trade_name

COLUMNS: Final = ("name", "id", "phone", "trade", "team", "employer", "using_unit", "level", "since")

declare({"RETURN_REASON_REQUIRED": ("请写明退回原因，以便用人单位修改。", "Say why it is returned, so that the employer can mend it.")})


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/projects/{project_id}/queue")
    def queue(request: Request, project_id: RowId) -> Response:
        access, t, listing = signed_in(request), texts_of(request), _listing(request)
        query = replace(query_of(listing, portal), state="", turn_of=access.company_id)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            page = people_list.of_project(session, access, project_id, query)
            values = {
                "project": project,
                "listing": listing,
                "page": page,
                "columns": COLUMNS,
                "sortable": people_list.COLUMNS,
                "saved": saved_views.of_list(session, access, listing.path),
                "refused": refused_rows(request),
                "may_confirm": access.may(Function.CONFIRM_ENTRY),
                "may_export": access.may(Function.EXPORT),
                "once": secrets.token_urlsafe(18),
                "trade_of": lambda code: trade_name(code, t),
                **counted(listing, page.matching, len(page.lines)),
            }
            return portal.page(request, "queue.html", values)

    @pages.get("/projects/{project_id}/queue/export.xlsx")
    def exported(request: Request, project_id: RowId) -> Response:
        access = signed_in(request)
        access.require(Function.EXPORT)
        query = replace(query_of(_listing(request), portal), state="", turn_of=access.company_id, limit=BATCH)

        def rows(session: Session) -> Iterator[AssignmentView]:
            return every_counted(lambda offset: people_list.of_project(session, access, project_id, replace(query, offset=offset)).lines)

        return book(portal.centre, access, rows, sheet.COLUMNS, "待确认", action="people.exported", of=f"project:{project_id}")

    @pages.post("/projects/{project_id}/queue")
    def decide(request: Request, project_id: RowId, sent: Form_) -> Response:
        return redirect(request, portal.write(request, sent, lambda session, access: _decided(portal, session, access, project_id, sent)))

    return pages


def _listing(request: Request) -> Listing:
    path = request.url.path.removesuffix("/export.xlsx")
    return Listing.read(path, request.query_params, (), people_list.COLUMNS)


def _decided(portal: Portal, session: Session, access: Access, project_id: int, sent: Sent) -> str:
    """Accept the marked rows, or return them all for one reason; where to go then."""
    path, ids = sent.get("back") or f"/projects/{project_id}/queue", sent.ids()
    if not path.startswith(f"/projects/{project_id}/"):
        path = f"/projects/{project_id}/queue"
    if sent.get("do") == "return":
        reason = sent.get("reason")
        if not reason:
            raise Problem("RETURN_REASON_REQUIRED", 422, "reason")
        for assignment_id in sorted(ids):
            acceptance.send_back(session, access, assignment_id, reason[:200])
        return told(path, "returned", len(ids))
    done = batch.accept(session, portal.clock, access, ids, project_id=project_id)
    refused = [(row.key, row.problem.code) for row in done.rows if row.problem is not None]
    return told(path, "accepted", done.count(Outcome.OK) + done.count(Outcome.DUPLICATE), refused)


AREA: Final = Area(
    router=router,
    entries=(Entry("queue", (Role.CONTRACTOR,), "/projects/{project}/queue", "user-check", 20, shown=needs(Function.VIEW_PEOPLE)),),
)
