"""用工查询 and its kin: everyone on a project, one person's way to the gate, an employer's workers, the projects (A-46, A-63)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.attendance.board import board, last_directions
from central.call import RowId
from central.entry import people_list
from central.entry.model import Assignment, AssignmentState, FaceState
from central.entry.people_list import STATES, PeoplePage, PeopleQuery, WhyEmpty
from central.errors import Problem
from central.projects.service import chain, visible_project
from central.web.areas import Area, Entry, needs
from central.web.areas.teams import project_options
from central.web.figures import strip
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, is_part, signed_in, texts_of
from central.web.paging import counted
from central.web.texts import Texts
from central.web.trades import trade_name

POLL_S: Final = 10
PROJECT_COLUMNS: Final = ("name", "trade", "team", "employer", "using_unit", "level", "state", "entry", "face", "seen")
EMPLOYER_COLUMNS: Final = ("name", "trade", "team", "project", "using_unit", "level", "state", "entry", "face", "seen")


def face_of(assignment: Assignment) -> str:
    """How a list names the face: with the right its template has ended too (privacy duty 5)."""
    if assignment.face is FaceState.GRANTED and assignment.state is AssignmentState.ENDED:
        return "ended"
    return str(assignment.face.value)


@dataclass(frozen=True)
class Empty:
    """Why there is no row, and what to do about it (A-47)."""

    icon: str
    title: str
    why: str
    action: str = ""
    label: str = ""


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/projects/{project_id}/people")
    def people(request: Request, project_id: RowId) -> Response:
        access, t = signed_in(request), texts_of(request)
        listing = _listing(request)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            page = people_list.of_project(session, access, project_id, query_of(listing, portal))
            shown: dict[str, object] = {
                "project": project,
                "columns": PROJECT_COLUMNS,
                "ways": _ways(session, page),
                "figures": strip(board(session, project_id, portal.clock.now()), t) if _runs_gates(session, access, project_id) else [],
                "empty": empty_reason(listing, page, None if page.total else people_list.why_empty(session, access, project_id), t),
            }
        return _list_page(portal, request, listing, page, shown)

    @pages.get("/assignments")
    def assignments(request: Request) -> Response:
        access, listing = signed_in(request), _listing(request, ("project",))
        with portal.database.reading() as session:
            page = people_list.of_employer(session, access, query_of(listing, portal))
            ways = _ways(session, page)
            options = [] if is_part(request) else project_options(session, access)
        empty = empty_reason(listing, page, None, texts_of(request))
        shown: dict[str, object] = {"project": None, "columns": EMPLOYER_COLUMNS, "ways": ways, "figures": [], "empty": empty}
        shown["projects"] = options
        return _list_page(portal, request, listing, page, shown)

    return pages


def empty_reason(listing: Listing, page: PeoplePage, why: WhyEmpty | None, t: Texts) -> Empty:
    """A-47: an empty list says whether conditions, the wrong account, or a missing acceptance is the cause."""
    if page.total and listing.is_filtered:
        unmatched = t("empty_no_match_why", total=page.total)
        return Empty("search-off", t("empty_no_match"), unmatched, listing.path, t("empty_no_match_do"))
    if page.total:
        return Empty("stack-2", t("empty_no_match"), t("range", first=0, last=0, total=page.matching), listing.at(1).url, t("all"))
    if why is None:
        return Empty("users", t("empty_workers"), t("empty_workers_why"))
    if why.code == "EMPTY_WAITING":
        return Empty("clock", t("empty_waiting"), t("empty_waiting_why", companies=_waiting(page, t)))
    words = t.problem(Problem(why.code, 200, count=why.count, companies=why.companies).text)
    icon = "user-question" if why.code == "EMPTY_WRONG_ACCOUNT" else "users"
    return Empty(icon, t(f"why_{why.code}"), words)


def _list_page(portal: Portal, request: Request, listing: Listing, page: PeoplePage, shown: Mapping[str, object]) -> Response:
    t = texts_of(request)
    values = {
        "listing": listing,
        "page": page,
        "sortable": people_list.COLUMNS,
        "poll_s": POLL_S,
        "waiting": _waiting(page, t),
        "trade_of": lambda code: trade_name(code, t),
        "face_of": face_of,
        **counted(listing, page.matching, len(page.lines)),
        **shown,
    }
    return portal.page(request, "people_live.html" if is_part(request) else "people.html", values)


def _runs_gates(session: Session, access: Access, project_id: int) -> bool:
    """A-60: the gates, and what they count, are the general contractor's; an authority looks on."""
    gc = chain(session, project_id).general_contractor
    return access.sees_everything or (gc is not None and gc.company_id == access.company_id)


def _ways(session: Session, page: PeoplePage) -> Mapping[int, str]:
    return last_directions(session, [line.assignment.id for line in page.lines])


def _waiting(page: PeoplePage, t: Texts) -> str:
    return ("、" if t.language == "zh" else "; ").join(t("waiting_item", company=name, count=count) for name, count in page.waiting)


def _listing(request: Request, filters: tuple[str, ...] = ()) -> Listing:
    return Listing.read(request.url.path, request.query_params, STATES, people_list.COLUMNS, filters)


def query_of(listing: Listing, portal: Portal) -> PeopleQuery:
    """What the address asks for; whole numbers are sought by their index, never as text (A-32)."""
    keys, project = portal.centre.secrets, project_of(listing)
    return PeopleQuery(listing.state, listing.q, listing.sort, listing.descending, listing.offset, PAGE_SIZE, keys=keys, project_id=project)


def project_of(listing: Listing) -> int | None:
    """The one project that an employer's list is kept to; nothing for what is no number."""
    given = listing.filter("project")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None


AREA: Final = Area(
    router=router,
    entries=(
        Entry("assignments", (Role.EMPLOYER,), "/assignments", "map-pins", 40, ("/assign", "/projects")),
        Entry("project", (Role.CONTRACTOR,), "/projects/{project}/people", "users", 30, shown=needs(Function.VIEW_PEOPLE)),
    ),
)
