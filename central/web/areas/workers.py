"""工人: an employer's workers, found, and one worker with everything that is known (A-32, A-63, A-65)."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import changes
from central.access import Access, Function, Role
from central.call import RowId
from central.entry import people_list
from central.errors import TEXTS as PROBLEMS
from central.errors import Problem
from central.people import search, sorting, wage_sight
from central.people import service as people
from central.people.model import Category, EmploymentForm, EmploymentState, IdentityState
from central.people.search import WorkerQuery
from central.people.service import EmployedWorker
from central.people.typed import day
from central.web import choices, saved_views
from central.web import told as told_
from central.web.areas import Area, Entry
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of, visitor_of
from central.web.texts import Texts
from central.web.trades import trade_name

COLUMNS: Final = ("name", "id", "phone", "trade", "form", "contract_end", "registered_on", "identity", "employment")
FILTERS: Final = ("identity", "form", "employment", "trade", "category", "ends_from", "ends_to")
TABS: Final = ("basic", "wages", "projects", "changes")


def query_of(listing: Listing) -> WorkerQuery:
    """What the address asks for, as the service takes it; a word that is none narrows nothing."""
    return WorkerQuery(
        q=listing.q,
        identity_state=_member(IdentityState, listing.filter("identity")),
        employment_form=_member(EmploymentForm, listing.filter("form")),
        category=_member(Category, listing.filter("category")),
        employment_state=_member(EmploymentState, listing.filter("employment")),
        trade=listing.filter("trade"),
        contract_ends_from=day(listing.filter("ends_from")),
        contract_ends_to=day(listing.filter("ends_to")),
        sort=listing.order,
    )


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)
    keys = portal.centre.secrets

    @pages.get("/workers")
    def workers(request: Request) -> Response:
        access, t = signed_in(request), texts_of(request)
        listing = Listing.read("/workers", request.query_params, (), sorting.COLUMNS, FILTERS)
        after = listing.after_id
        with portal.database.reading() as session:
            query = query_of(listing)
            found = search.find(session, keys, access, query, after=after, limit=PAGE_SIZE)
            saved = saved_views.of_list(session, access, listing.path)
        shown = found[:PAGE_SIZE]
        values = {
            "listing": listing,
            "workers": shown,
            "more": str(search.mark(query, shown[-1])) if len(found) > PAGE_SIZE else "",
            "saved": saved,
            "sortable": sorting.COLUMNS,
            "columns": COLUMNS if access.role is Role.EMPLOYER else (*COLUMNS[:4], "employer", *COLUMNS[4:]),
            "trade_of": lambda code: trade_name(code, t) if code else "—",
            "filters": (
                ("identity", choices.of(IdentityState, "identity", t)),
                ("form", choices.of(EmploymentForm, "form", t)),
                ("employment", choices.of((EmploymentState.ACTIVE, EmploymentState.DEPARTURE_SCHEDULED), "employment", t)),
                ("trade", choices.trades(t)),
                *((("category", choices.of(Category, "category", t)),) if _has_others(request) else ()),
            ),
            "may_register": access.may(Function.REGISTER),
        }
        return portal.page(request, "workers.html", values)

    @pages.get("/workers/{worker_id}")
    def worker(request: Request, worker_id: RowId, tab: str = "basic") -> Response:
        access, t = signed_in(request), texts_of(request)
        parts = portal.parts("worker", access)
        with portal.database.reading() as session:
            found = people.employed(session, access, worker_id)
            part = next((one for one in parts if one.key == tab), None)
            chosen = tab if tab in TABS or part else "basic"
            values = part.values(portal, request, session, worker_id) if part else _tab(session, access, found, tab=chosen, t=t)
        shown: dict[str, Any] = {
            "found": found,
            "tab": chosen,
            "tabs": [*TABS[:3], *(one.key for one in parts), TABS[3]],
            "part": part,
            "trade_of": lambda code: trade_name(code, t) if code else "—",
            "words": lambda prefix, code: choices.word(prefix, code, t),
            "warnings": _warnings(request),
            "may_register": access.may(Function.REGISTER),
            "may_depart": access.may(Function.DEPART),
            "may_assign": access.may(Function.ASSIGN),
            **values,
        }
        return portal.page(request, "worker.html", shown)

    return pages


def _tab(session: Session, access: Access, found: EmployedWorker, *, tab: str, t: Texts) -> dict[str, Any]:
    """What a tab shows; each is read only when it is opened."""
    worker_id = found.worker.id
    if tab == "wages":
        return {"wages": wage_sight.comparable(session, access, worker_id) if found.wages else None}
    if tab == "projects":
        return {"lines": people_list.of_worker(session, access, worker_id)}
    if tab == "changes":
        subjects = [
            f"worker:{worker_id}",
            *(f"assignment:{line.assignment.id}" for line in people_list.of_worker(session, access, worker_id)),
        ]
        return {"changes": told_.lines(changes.of_record(session, subjects), t)}
    return {}


def _has_others(request: Request) -> bool:
    """A-29: a general contractor's list, and supervision's, may hold misc. staff; nobody else's does."""
    return signed_in(request).sees_everything or visitor_of(request).is_general


def _warnings(request: Request) -> list[tuple[str, str]]:
    """What a deed warned of: its codes come by the address, their words from the table."""
    codes = request.query_params.get("warn", "").split(",")
    return [Problem(code, 200).text for code in codes if code in PROBLEMS]


def _member(kind: Any, value: str) -> Any:
    return kind(value) if value in list(kind) else None


AREA: Final = Area(
    router=router,
    entries=(
        Entry("workers", (Role.EMPLOYER,), "/workers", "users", 20),
        Entry("all_workers", (Role.AUTHORITY, Role.HEAD_STATION), "/workers", "users", 20),
    ),
)
