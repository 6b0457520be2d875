"""被拒记录: a project's denied attempts, by reason, gate and day; and those of one worker on the worker's page (A-03, A-45, A-60)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Function, Role
from central.attendance import day_lines, refusals, refusals_sheet
from central.attendance.refusals import Refused, Wanted
from central.attendance.rules import shown_name
from central.call import RowId
from central.entry import service as entry
from central.exchange.listing_book import book
from central.messaging import box_words
from central.people.typed import day
from central.projects.service import visible_project
from central.web import choices
from central.web.areas import Area, Entry, Part, needs
from central.web.areas.attendance_words import checks_said, likeness, word
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of
from central.web.texts import Texts
from edge.sync.wire import Reason

FILTERS: Final = ("refused_why", "gate", "day", "assignment")
COLUMNS: Final = ("time", "refused_who", "gate", "method", "refused_why", "checks")
LAST: Final = 20
"""Refusals of one worker on the worker's page; the list has all."""


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/projects/{project_id}/refusals")
    def of_project(request: Request, project_id: RowId) -> Response:
        access, t, listing = signed_in(request), texts_of(request), _listing(request, project_id)
        wanted = _wanted(listing)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            found = refusals.page(session, access, project_id, wanted, listing.order, after=listing.after_id, limit=PAGE_SIZE)
            gates = day_lines.names_of_gates(session, project_id)
            whose = entry.seen(session, access, wanted.assignment_id) if wanted.assignment_id else None
        rows = found[:PAGE_SIZE]
        values = {
            "say": lambda row: said(row, t),
            "project": project,
            "listing": listing,
            "rows": rows,
            "more": str(rows[-1].id) if len(found) > PAGE_SIZE else "",
            "columns": COLUMNS,
            "sortable": refusals.ORDER.columns,
            "filters": (
                ("refused_why", choices.of(Reason, "why", t)),
                ("gate", sorted(gates.items(), key=lambda gate: gate[1])),
            ),
            "whose": shown_name(whose.worker) if whose else "",
            "may_export": access.may(Function.EXPORT),
        }
        return portal.page(request, "refusals.html", values)

    @pages.get("/projects/{project_id}/refusals/export.xlsx")
    def exported(request: Request, project_id: RowId) -> Response:
        access, listing = signed_in(request), _listing(request, project_id)

        def rows(session: Session) -> Iterator[Refused]:
            return refusals_sheet.every(session, access, project_id, _wanted(listing), listing.order)

        sheet = refusals_sheet
        return book(portal.centre, access, rows, sheet.COLUMNS, sheet.TITLE, action=sheet.EXPORTED, of=f"project:{project_id}")

    return pages


@dataclass(frozen=True)
class Said:
    """A refusal in words; empty for what there is none of."""

    why: str
    do: str
    method: str
    checks: str
    likeness: str


def said(row: Refused, t: Texts) -> Said:
    """A refusal in the reader's language. Of movements only that they were asked for: which one failed is not told."""
    why = box_words.of_reason(row.reason)
    ran = checks_said(row.checks, t, passed=False)
    return Said(t.problem(why.said), t.problem(why.do), word("method", row.method, t), ran, likeness(row.score))


def _listing(request: Request, project_id: int) -> Listing:
    """The newest first, and said to be so, unless the address sorts otherwise."""
    listing = Listing.read(f"/projects/{project_id}/refusals", request.query_params, (), refusals.ORDER.columns, FILTERS)
    return listing if listing.sort else replace(listing, sort="time", descending=True)


def _wanted(listing: Listing) -> Wanted:
    """What the address asks for; a reason, date or worker that is none narrows nothing."""
    reason, whose = listing.filter("refused_why"), listing.filter("assignment")
    return Wanted(
        reason=reason if reason in list(Reason) else None,
        gate=listing.filter("gate") or None,
        day=day(listing.filter("day")),
        assignment_id=int(whose) if whose.isascii() and whose.isdigit() and len(whose) < 16 else None,
    )


def _tab(portal: Portal, request: Request, session: Session, assignment_id: int) -> Mapping[str, Any]:
    """The tab of a worker's page on a project: why could I not come in."""
    del portal
    access, t = signed_in(request), texts_of(request)
    project_id = entry.seen(session, access, assignment_id).assignment.project_id
    rows: list[Refused] = []
    if access.may(Function.VIEW_ATTENDANCE):
        rows = refusals.page(session, access, project_id, Wanted(assignment_id=assignment_id), limit=LAST)
    return {
        "say": lambda row: said(row, t),
        "refused": rows[:LAST],
        "more_refused": len(rows) > LAST,
        "may_see_refused": access.may(Function.VIEW_ATTENDANCE),
        "at_refusals": f"/projects/{project_id}/refusals?assignment={assignment_id}",
    }


AREA: Final = Area(
    router=router,
    entries=(
        Entry("refusals", (Role.CONTRACTOR,), "/projects/{project}/refusals", "hand-stop", 55, shown=needs(Function.VIEW_ATTENDANCE)),
    ),
    parts=(
        Part("assignment", "refusals", 50, "refusals_tab.html", _tab, (Role.EMPLOYER, Role.CONTRACTOR, Role.AUTHORITY, Role.HEAD_STATION)),
    ),
)
