"""Export what I see (A-33): workers and assignments as workbooks under the conditions of their address, masked like the screen.

The other lists export where they are shown (`central.web.exporting`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.call import RowId
from central.entry import service as entry
from central.entry import sheet
from central.entry.model import AssignmentState
from central.entry.store import AssignmentView
from central.exchange.listing_book import book
from central.people import search, sorting
from central.people.listing import COLUMNS
from central.web.areas import Area
from central.web.areas.people import project_of
from central.web.areas.workers import FILTERS, query_of
from central.web.listing import Listing
from central.web.pages import Portal, signed_in

Pages = Callable[[int, int], list[AssignmentView]]


def router(portal: Portal) -> APIRouter:
    """The downloads of this module. They stand before the pages whose paths take a number there."""
    pages = APIRouter(include_in_schema=False)
    keys = portal.centre.secrets

    def book_of(access: Access, rows: Callable[[Session], Pages], title: str, subject: str) -> Response:
        access.require(Function.EXPORT)
        return book(
            portal.centre, access, lambda session: sheet.every(rows(session)), sheet.COLUMNS, title, action="people.exported", of=subject
        )

    @pages.get("/workers/export.xlsx")
    def workers(request: Request) -> Response:
        access = signed_in(request)
        access.require(Function.EXPORT)
        listing = Listing.read("/workers", request.query_params, (), sorting.COLUMNS, FILTERS)
        of = f"company:{access.company_id or 0}"
        query = query_of(listing)
        return book(
            portal.centre,
            access,
            lambda session: search.all_of(session, keys, access, query),
            COLUMNS,
            "工人",
            action="workers.exported",
            of=of,
        )

    @pages.get("/assignments/export.xlsx")
    def assignments(request: Request) -> Response:
        access, listing = signed_in(request), _listing(request)

        def rows(session: Session) -> Pages:
            return lambda after, limit: entry.assignments_of_employer(
                session, access, after, limit, states=_states(listing), project_id=project_of(listing), q=listing.q, keys=keys
            )

        return book_of(access, rows, "分派", f"company:{access.company_id or 0}")

    @pages.get("/projects/{project_id}/people/export.xlsx")
    def people(request: Request, project_id: RowId) -> Response:
        access, listing = signed_in(request), _listing(request)

        def rows(session: Session) -> Pages:
            return lambda after, limit: entry.people_on_project(
                session, access, project_id, after=after, limit=limit, states=_states(listing), q=listing.q, keys=keys
            )

        return book_of(access, rows, "现场人员", f"project:{project_id}")

    return pages


def _listing(request: Request) -> Listing:
    return Listing.read("", request.query_params, [state.value for state in AssignmentState], (), ("project",))


def _states(listing: Listing) -> tuple[AssignmentState, ...]:
    return (AssignmentState(listing.state),) if listing.state else ()


AREA: Final = Area(router=router)
