"""班组: an employer's teams and their leaders, a project's teams (A-36, A-37)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.entry import succession
from central.errors import Problem
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.projects import project_list, team_list, teams
from central.projects.service import visible_project
from central.projects.team_list import TeamLine
from central.web.areas import Area, Entry, needs
from central.web.exporting import columns
from central.web.forms import Field, Form, Form_, Section
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, signed_in, texts_of, told, visitor_of
from central.web.texts import Texts

COLUMNS: Final = ("team", "project", "leader", "members", "team_state")
PROJECT_COLUMNS: Final = ("team", "employer", *COLUMNS[2:])


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)
    _lists(portal, pages)  # first: their paths stand before those that take a number there

    @pages.get("/teams/new")
    def new(request: Request) -> Response:
        with portal.database.reading() as session:
            form = _form(session, signed_in(request))
        return portal.page(request, "team_new.html", {"form": form})

    @pages.post("/teams/new")
    def add(request: Request, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            project = sent.number("project_id")
            if project is None:
                raise Problem("FIELD_MISSING", 422, "project_id")
            made = teams.add_team(session, portal.clock, access, project, name=sent.get("team_name"))
            return told(f"/teams/{made.id}", "team_added")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            problem.field = "team_name" if problem.field == "name" else problem.field
            with portal.database.reading() as session:
                form = _form(session, signed_in(request)).after(sent)
            return portal.refusal(request, "team_new.html", form, problem, {})

    @pages.get("/teams/{team_id}")
    def team(request: Request, team_id: RowId) -> Response:
        return _team_page(portal, request, team_id)

    @pages.post("/teams/{team_id}")
    def change(request: Request, team_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            if sent.get("do") == "close":
                succession.close(session, access, team_id)
                return told("/teams", "team_closed")
            if sent.get("do") == "move":
                moved = succession.move_members(session, access, team_id, sent.number("into") or 0, sent.ids() or None)
                return told(f"/teams/{team_id}", "team_moved", moved)
            if sent.get("do") == "leader":
                succession.change_leader(session, access, team_id, sent.number("leader_worker_id") or 0)
            else:
                succession.rename(session, access, team_id, sent.get("team_name"))
            return told(f"/teams/{team_id}", "saved")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            return _team_page(portal, request, team_id, texts_of(request).problem(problem.text), problem.status)

    return pages


def _lists(portal: Portal, pages: APIRouter) -> None:
    @pages.get("/teams")
    def mine(request: Request) -> Response:
        access = signed_in(request)
        listing = _listing(request)
        with portal.database.reading() as session:
            found = team_list.of_employer(
                session, access, after=listing.after_id, limit=PAGE_SIZE, leaderless=_leaderless(listing), sort=listing.order
            )
        return _list(portal, request, listing, found, project=None, columns=COLUMNS)

    @pages.get("/teams/export.xlsx")
    def mine_exported(request: Request) -> Response:
        access, listing = signed_in(request), _listing(request)
        access.require(Function.EXPORT)

        def lines(session: Session) -> Iterator[TeamLine]:
            def page(after: int) -> list[TeamLine]:
                only = _leaderless(listing)
                return team_list.of_employer(session, access, after=after, limit=BATCH, leaderless=only, sort=listing.order)

            return every(page, lambda row: row.team.id)

        shown = _columns(texts_of(request), ("team", "project", "employer", *COLUMNS[2:]))
        return book(portal.centre, access, lines, shown, "班组", action="teams.exported", of=f"company:{access.company_id or 0}")

    @pages.get("/projects/{project_id}/teams")
    def of_project(request: Request, project_id: RowId) -> Response:
        access = signed_in(request)
        listing = _listing(request)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            found = team_list.of_project(session, access, project_id, after=listing.after_id, limit=PAGE_SIZE, sort=listing.order)
        return _list(portal, request, listing, found, project=project, columns=PROJECT_COLUMNS)

    @pages.get("/projects/{project_id}/teams/export.xlsx")
    def of_project_exported(request: Request, project_id: RowId) -> Response:
        access, order = signed_in(request), _listing(request).order
        access.require(Function.EXPORT)

        def lines(session: Session) -> Iterator[TeamLine]:
            def page(after: int) -> list[TeamLine]:
                return team_list.of_project(session, access, project_id, after=after, limit=BATCH, sort=order)

            return every(page, lambda row: row.team.id)

        shown = _columns(texts_of(request), PROJECT_COLUMNS)
        return book(portal.centre, access, lines, shown, "班组", action="teams.exported", of=f"project:{project_id}")


def _listing(request: Request) -> Listing:
    path = request.url.path.removesuffix("/export.xlsx")
    return Listing.read(path, request.query_params, (), team_list.ORDER.columns, ("only",))


def _leaderless(listing: Listing) -> bool:
    return listing.filter("only") == "leaderless"


def _columns(t: Texts, keys: Collection[str]) -> tuple[Column[TeamLine], ...]:
    cells: dict[str, Callable[[TeamLine], Value]] = {
        "team": lambda row: row.team.name,
        "project": lambda row: row.project,
        "employer": lambda row: row.employer,
        "leader": lambda row: row.leader,
        "members": lambda row: row.members,
        "team_state": lambda row: t(f"team_{row.team.state}"),
    }
    return columns(t, {key: cells[key] for key in keys}, wide=("team", "project", "employer"))


def _list(portal: Portal, request: Request, listing: Listing, found: list[TeamLine], **values: object) -> Response:
    shown = found[:PAGE_SIZE]
    more = str(shown[-1].team.id) if len(found) > PAGE_SIZE else ""
    may = signed_in(request).may
    rights = {"may_assign": may(Function.ASSIGN), "may_export": may(Function.EXPORT), "may_limit": _is_office(request)}
    sortable = team_list.ORDER.columns
    return portal.page(request, "teams.html", {"listing": listing, "teams": shown, "more": more, "sortable": sortable, **rights, **values})


def _is_office(request: Request) -> bool:
    """Whether a project's teams lead on to their lanes: for the general contractor's office (A-60)."""
    visitor = visitor_of(request)
    access = visitor.access
    return access is not None and access.role is Role.CONTRACTOR and visitor.is_general and access.may(Function.MANAGE_GATES)


def _team_page(portal: Portal, request: Request, team_id: int, refusal: str = "", status: int = 200) -> Response:
    access = signed_in(request)
    with portal.database.reading() as session:
        line = team_list.own(session, access, team_id)
        members = succession.members(session, access, team_id)
        others = teams.page_of_teams(session, access, line.team.project_id, 0, 200, assignable=True)
        into = [(one.id, one.name) for one in others if one.employer_id == access.company_id and one.id != team_id]
    values = {"line": line, "members": members, "into": into, "refusal": refusal}
    return portal.page(request, "team.html", values, status)


def _form(session: Session, access: Access) -> Form:
    access.require_employer()
    access.require(Function.ASSIGN)
    fields = (Field("project_id", "select", required=True, options=project_options(session, access)), Field("team_name", required=True))
    return Form("team-new", "/teams/new", (Section("team", fields),), back="/teams")


def project_options(session: Session, access: Access) -> list[tuple[str, str]]:
    """The projects in which this company takes part."""
    found, _ = project_list.find(session, access, "", 0, 200)
    return [(str(one.project.id), one.project.name) for one in found]


AREA: Final = Area(
    router=router,
    entries=(
        Entry("teams", (Role.EMPLOYER,), "/teams", "users-group", 30),
        Entry("project_teams", (Role.CONTRACTOR,), "/projects/{project}/teams", "users-group", 40, shown=needs(Function.VIEW_PEOPLE)),
    ),
)
