"""项目: the projects that an account may look at, found, sorted and exported; the rest of a project begins behind its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Role
from central.exchange.listing_book import BATCH, book, every_counted
from central.exchange.workbook import Value
from central.projects import project_list
from central.projects.project_list import ProjectLine
from central.web.areas import Area, Entry
from central.web.exporting import columns
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of
from central.web.paging import counted

PATH: Final = "/projects"


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get(PATH)
    def listed(request: Request) -> Response:
        listing = _listing(request)
        order = listing.order or "project"
        with portal.database.reading() as session:
            found, total = project_list.find(session, signed_in(request), listing.q, listing.offset, PAGE_SIZE, sort=order)
        values = {"listing": listing, "rows": found, "columns": project_list.ORDER.columns, **counted(listing, total, len(found))}
        return portal.page(request, "projects.html", values)

    @pages.get(f"{PATH}/export.xlsx")
    def exported(request: Request) -> Response:
        access, t, listing = signed_in(request), texts_of(request), _listing(request)

        def rows(session: Session) -> Iterator[ProjectLine]:
            order = listing.order or "project"
            return every_counted(lambda offset: project_list.find(session, access, listing.q, offset, BATCH, sort=order)[0])

        cells: dict[str, Callable[[ProjectLine], Value]] = {
            "project": lambda row: row.project.name,
            "reg_no": lambda row: row.project.reg_no,
            "general_contractor": lambda row: row.general_contractor,
            "project_state": lambda row: t(f"project_{row.project.state}"),
            "planned": lambda row: row.project.completion_planned,
        }
        shown = columns(t, cells, text=("reg_no",), wide=("project", "general_contractor"))
        return book(portal.centre, access, rows, shown, "项目", action="projects.exported", of=f"company:{access.company_id or 0}")

    return pages


def _listing(request: Request) -> Listing:
    return Listing.read(PATH, request.query_params, (), project_list.ORDER.columns)


AREA: Final = Area(
    router=router,
    entries=(Entry("projects", (Role.AUTHORITY, Role.HEAD_STATION, Role.ADMINISTRATOR), PATH, "building-skyscraper", 10),),
)
