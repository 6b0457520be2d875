"""通道与值守: which lanes a worker or a team may use, who may enter while the project stands still (A-60)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.entry import lanes
from central.entry import service as entry
from central.entry.lanes import Limits
from central.errors import Problem
from central.exchange.listing_book import BATCH, every
from central.projects import team_list
from central.projects.service import chain, require_general_contractor, visible_project
from central.projects.team_list import TeamLine
from central.web.areas import Area, Entry, Part, needs
from central.web.forms import Field, Form, Form_, Section, Sent
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts

SEEN_BY: Final = (Role.EMPLOYER, Role.CONTRACTOR, Role.AUTHORITY)
CHOSEN: Final = "chosen"


def teams_set_apart(session: Session, access: Access, project_id: int) -> Iterator[TeamLine]:
    """The teams for which lanes or duty are set."""
    lines = every(lambda after: team_list.of_project(session, access, project_id, after=after, limit=BATCH), lambda line: line.team.id)
    return (line for line in lines if line.team.lanes or line.team.maintenance)


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/projects/{project_id}/lanes")
    def overview(request: Request, project_id: RowId) -> Response:
        access = signed_in(request)
        listing = Listing.read(request.url.path, request.query_params, (), ())
        after = listing.after_id
        with portal.database.reading() as session:
            access.require(Function.VIEW_DEVICES)
            project = visible_project(session, access, project_id)
            found = lanes.set_apart(session, access, project_id, after, PAGE_SIZE)
            teams = list(teams_set_apart(session, access, project_id))
            known = lanes.of_project(session, project_id)
        shown = found[:PAGE_SIZE]
        more = str(shown[-1].assignment.id) if len(found) > PAGE_SIZE else ""
        values = {"project": project, "listing": listing, "people": shown, "teams": teams, "lanes": known, "more": more}
        return portal.page(request, "lanes.html", {"may_export": access.may(Function.EXPORT), **values})

    def form_page(request: Request, of: _Subject, sent: Sent | None = None, problem: Problem | None = None) -> Response:
        access, t = signed_in(request), texts_of(request)
        with portal.database.reading() as session:
            found, name, lead, back = of.read(session, access)
        form, chosen = _form(found, of.path, back, t, is_worker=of.is_worker), set(found.effective)
        if sent is not None and problem is not None:
            theirs = form.values if problem.code == "VERSION_CONFLICT" else None
            form = form.after(sent).refused(problem, t, theirs)
            form = form.at_version(str(found.version)) if theirs else form
            chosen = set(sent.lists.get("lane", ()))
        values = {"form": form, "limits": found, "name": name, "lead": lead, "back": back, "chosen": chosen}
        return portal.page(request, "lanes_form.html", values, problem.status if problem else 200)

    def save(request: Request, of: _Subject, sent: Sent) -> Response:
        def deed(session: Session, access: Access) -> str:
            of.set(session, access, sent)
            return told(of.back, "lanes_set")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            return form_page(request, of, sent, problem)

    @pages.get("/projects/{project_id}/people/{assignment_id}/lanes")
    def worker(request: Request, project_id: RowId, assignment_id: RowId) -> Response:
        return form_page(request, _Worker(project_id, assignment_id))

    @pages.post("/projects/{project_id}/people/{assignment_id}/lanes")
    def set_worker(request: Request, project_id: RowId, assignment_id: RowId, sent: Form_) -> Response:
        return save(request, _Worker(project_id, assignment_id), sent)

    @pages.get("/projects/{project_id}/teams/{team_id}/lanes")
    def team(request: Request, project_id: RowId, team_id: RowId) -> Response:
        return form_page(request, _Team(project_id, team_id))

    @pages.post("/projects/{project_id}/teams/{team_id}/lanes")
    def set_team(request: Request, project_id: RowId, team_id: RowId, sent: Form_) -> Response:
        return save(request, _Team(project_id, team_id), sent)

    return pages


class _Subject:
    """Whose lanes a form is about."""

    is_worker: bool
    path: str
    back: str
    read: Callable[[Session, Access], tuple[Limits, str, str, str]]
    set: Callable[[Session, Access, Sent], Limits]


class _Worker(_Subject):
    is_worker = True

    def __init__(self, project_id: int, assignment_id: int) -> None:
        person = f"/projects/{project_id}/people/{assignment_id}"
        self.path, self.back = f"{person}/lanes", f"{person}?tab=lanes"

        def read(session: Session, access: Access) -> tuple[Limits, str, str, str]:
            access.require(Function.MANAGE_GATES)
            require_general_contractor(session, access, project_id)
            line = entry.seen(session, access, assignment_id)
            if line.assignment.project_id != project_id:
                raise Problem("NOT_FOUND", 404)
            return lanes.of_worker(session, access, assignment_id), line.worker, line.project, self.back

        def put(session: Session, access: Access, sent: Sent) -> Limits:
            read(session, access)
            way = sent.get("lanes_of", "team")
            names = None if way == "team" else [] if way == "all" else _chosen(sent)
            version, duty = sent.number("version") or 0, bool(sent.get("maintenance"))
            return lanes.limit_worker(session, access, assignment_id, version=version, lanes=names, maintenance=duty)

        self.read, self.set = read, put


class _Team(_Subject):
    is_worker = False

    def __init__(self, project_id: int, team_id: int) -> None:
        self.back = f"/projects/{project_id}/lanes"
        self.path = f"/projects/{project_id}/teams/{team_id}/lanes"

        def read(session: Session, access: Access) -> tuple[Limits, str, str, str]:
            access.require(Function.MANAGE_GATES)
            found = lanes.of_team(session, access, team_id)
            line = team_list.by_id(session, team_id)
            if line.team.project_id != project_id:
                raise Problem("NOT_FOUND", 404)
            return found, line.team.name, line.employer, self.back

        def put(session: Session, access: Access, sent: Sent) -> Limits:
            read(session, access)
            names = _chosen(sent) if sent.get("lanes_of") == CHOSEN else []
            version, duty = sent.number("version") or 0, bool(sent.get("maintenance"))
            return lanes.limit_team(session, access, team_id, version=version, lanes=names, maintenance=duty)

        self.read, self.set = read, put


def _chosen(sent: Sent) -> list[str]:
    """The ticked lanes: to limit somebody to none would lock them out by mistake."""
    names = [one.strip() for one in sent.lists.get("lane", ()) if one.strip()]
    if not names:
        raise Problem("LANES_NOT_CHOSEN", 422, "lanes_of")
    return names


def _form(found: Limits, path: str, back: str, t: Texts, *, is_worker: bool) -> Form:
    ways = [("team", t("lanes_as_team"))] if is_worker else []
    ways += [("all", t("lanes_all")), (CHOSEN, t("lanes_chosen"))]
    own = found.own if is_worker else found.team_lanes
    now = "team" if own is None else CHOSEN if own else "all"
    duty = found.maintenance if is_worker else found.team_maintenance
    values = {"lanes_of": now, "maintenance": "1" if duty else "", "version": str(found.version)}
    fields = (Field("lanes_of", "radio", options=ways), Field("maintenance", "check", wide=True, note="hint_maintenance"))
    return Form(path.replace("/", "-"), path, (Section("lanes_of", fields),), back=back, values=values)


def _tab(portal: Portal, request: Request, session: Session, assignment_id: int) -> dict[str, Any]:
    access = signed_in(request)
    found = lanes.of_worker(session, access, assignment_id)
    general = chain(session, entry.seen(session, access, assignment_id).assignment.project_id).general_contractor
    may = access.may(Function.MANAGE_GATES) and general is not None and general.company_id == access.company_id
    return {"limits": found, "may_limit": may}


AREA: Final = Area(
    router=router,
    entries=(
        Entry(
            "lanes", (Role.CONTRACTOR,), "/projects/{project}/lanes", "arrows-split-2", 72, shown=needs(Function.VIEW_DEVICES), general=True
        ),
    ),
    parts=(Part("assignment", "lanes", 40, "lanes_tab.html", _tab, SEEN_BY),),
)
