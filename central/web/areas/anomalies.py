"""异常: what a project's general contractor must look at, and for supervision how much there is on every project (A-54, A-60)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import paging
from central.access import Access, Function, Role
from central.anomalies import service
from central.anomalies.kinds import BY_KEY, KINDS
from central.anomalies.service import Anomaly, Found, ProjectFound
from central.anomalies.words import WORDS, what_said
from central.call import RowId
from central.exchange.listing_book import BATCH, book, every, every_counted
from central.exchange.workbook import Column, Value
from central.projects.service import visible_project
from central.web.areas import Area, Entry, needs
from central.web.exporting import columns
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of
from central.web.paging import counted
from central.web.texts import Texts

FIRST: Final = 5
"""Rows of a kind on the overview."""
PROJECTS: Final = 20
DAYS: Final = {str(days): days for days in service.DAYS}
SERIOUS: Final = frozenset({"doubtful", "identity_lost", "lookalike", "box_told", "contract_over"})


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/projects/{project_id}/anomalies")
    def of_project(request: Request, project_id: RowId) -> Response:
        access, t, listing = signed_in(request), texts_of(request), _listing(request, tuple(BY_KEY))
        days = _days(listing)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            if listing.state:
                one = service.of_kind(
                    session, portal.clock, access, project_id, listing.state, days=days, offset=listing.offset, limit=PAGE_SIZE
                )
                found: list[Found] = [one]
            else:
                found = service.of_project(session, portal.clock, access, project_id, days=days, most=FIRST)
        values = {
            "project": project,
            "listing": listing,
            "found": found,
            "days": days,
            "choices": [(n, listing.with_filter("days", "" if n == _DEFAULT else str(n)).url) for n in service.DAYS],
            "kinds": len(KINDS),
            "may_export": access.may(Function.EXPORT),
            "serious": SERIOUS,
            "title": lambda kind: t.problem(WORDS[kind].said),
            "todo": lambda kind: t.problem(WORDS[kind].do),
            "says": lambda row: _says(row, t),
            **counted(listing, found[0].matching if listing.state else 0, len(found[0].rows) if listing.state else 0),
        }
        return portal.page(request, "anomalies.html", values)

    @pages.get("/projects/{project_id}/anomalies/export.xlsx")
    def exported(request: Request, project_id: RowId) -> Response:
        """Of the chosen kind all, else all of every kind."""
        access, t, listing = signed_in(request), texts_of(request), _listing(request, tuple(BY_KEY))
        access.require(Function.EXPORT)
        days = _days(listing)

        def page(session: Session, kind: str, offset: int) -> Sequence[Anomaly]:
            return service.of_kind(session, portal.clock, access, project_id, kind, days=days, offset=offset, limit=BATCH).rows

        def rows(session: Session) -> Iterator[Anomaly]:
            for kind in [listing.state] if listing.state else service.kinds(access):
                yield from every_counted(partial(page, session, kind))

        cells: dict[str, Callable[[Anomaly], Value]] = {
            "anomaly_kind": lambda row: t.problem(WORDS[row.kind].said),
            "anomaly_who": lambda row: row.name,
            "anomaly_what": lambda row: _says(row, t),
            "anomaly_n": lambda row: row.n,
            "anomaly_at": lambda row: row.at,
            "anomaly_do": lambda row: t.problem(WORDS[row.kind].do),
        }
        shown = columns(t, cells, wide=("anomaly_kind", "anomaly_what", "anomaly_do"))
        return book(portal.centre, access, rows, shown, "异常", action="anomalies.exported", of=f"project:{project_id}")

    @pages.get("/supervision/anomalies")
    def of_projects(request: Request) -> Response:
        access, t, listing = signed_in(request), texts_of(request), _listing(request)
        days = _days(listing)
        with portal.database.reading() as session:
            after = paging.after(listing.after or None)
            found = service.of_projects(session, portal.clock, access, days=days, after=after, limit=PROJECTS)
        shown = found[:PROJECTS]
        values = {
            "listing": listing,
            "found": shown,
            "more": paging.cursor_after(shown[-1].project.id) if len(found) > PROJECTS else "",
            "days": days,
            "choices": [(n, listing.with_filter("days", "" if n == _DEFAULT else str(n)).url) for n in service.DAYS],
            "serious": SERIOUS,
            "title": lambda kind: t.problem(WORDS[kind].said),
        }
        return portal.page(request, "anomalies_projects.html", values)

    @pages.get("/supervision/anomalies/export.xlsx")
    def of_projects_exported(request: Request) -> Response:
        access, t, listing = signed_in(request), texts_of(request), _listing(request)
        access.require(Function.EXPORT)

        def rows(session: Session) -> Iterator[ProjectFound]:
            page = partial(service.of_projects, session, portal.clock, access, days=_days(listing), limit=BATCH)
            return every(lambda after: page(after=after), lambda row: row.project.id)

        cells: dict[str, Callable[[ProjectFound], Value]] = {
            "project": lambda row: row.project.name,
            "reg_no": lambda row: row.project.reg_no,
            "anomaly_total": lambda row: row.total,
        }
        each = [Column(t.problem(WORDS[kind.key].said), partial(_count, kind.key), 20) for kind in KINDS]
        shown = (*columns(t, cells, text=("reg_no",), wide=("project",)), *each)
        return book(portal.centre, access, rows, shown, "异常", action="anomalies.exported", of="projects")

    return pages


_DEFAULT: Final = 7


def _listing(request: Request, states: tuple[str, ...] = ()) -> Listing:
    return Listing.read(request.url.path.removesuffix("/export.xlsx"), request.query_params, states, (), ("days",))


def _count(kind: str, row: ProjectFound) -> int:
    return row.counts.get(kind, 0)


def _days(listing: Listing) -> int:
    return DAYS.get(listing.filter("days"), _DEFAULT)


def _says(row: Anomaly, t: Texts) -> str:
    return t.problem(what_said(row.kind, row.what))


def _supervises(access: Access) -> bool:
    return access.may(Function.SUPERVISE)


AREA: Final = Area(
    router=router,
    entries=(
        Entry(
            "anomalies",
            (Role.CONTRACTOR,),
            "/projects/{project}/anomalies",
            "alert-triangle",
            15,
            shown=needs(Function.VIEW_ATTENDANCE),
            general=True,
        ),
        Entry("anomalies", (Role.AUTHORITY, Role.HEAD_STATION), "/supervision/anomalies", "alert-triangle", 16, shown=_supervises),
    ),
)
