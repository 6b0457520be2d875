"""Help: the path to people, the questions asked most, tickets with a screenshot and the number of the page (A-09, A-10)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Role
from central.call import RowId
from central.errors import Problem
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.help import service as help_
from central.help.modules import MODULES
from central.web.areas import ALL, Area, Entry
from central.web.exporting import columns
from central.web.forms import Field, Form, Form_, Section, Sent
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import HEADERS, Portal, local_path, redirect, signed_in, texts_of, told, visitor_of
from central.web.texts import Texts

QUESTIONS: Final = 4
STATES: Final = ("open", "answered")


def ticket_form(about: str, page: str) -> Form:
    """A-09: what is wrong, a screenshot, and the page's number, which comes by itself."""
    fields = (
        Field("said", "area", limit=2000),
        Field("shot", "file", accept="image/png,image/jpeg,image/webp"),
        Field("about", limit=64),
        Field("page", limit=200),
    )
    return Form("ticket", "/help", (Section("ticket", fields),), submit="send", values={"about": about, "page": page})


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def asked(session: Session, access: Access, listing: Listing, after: int, limit: int) -> list[help_.Shown]:
        keys = portal.centre.secrets
        return help_.tickets(session, keys, access, after=after, limit=limit, state=listing.state, sort=listing.order)

    def shown(request: Request, form: Form, status: int = 200) -> Response:
        access = visitor_of(request).access
        mine: list[help_.Shown] = []
        if access is not None:
            with portal.database.reading() as session:
                mine = help_.tickets(session, portal.centre.secrets, access, limit=5)[:5]
        values = {"form": form if access else None, "tickets": mine, "questions": QUESTIONS, "modules": list(MODULES)}
        return portal.page(request, "help.html", values, status)

    @pages.get("/help")
    def page(request: Request, about: str = "", page: str = "") -> Response:
        return shown(request, ticket_form(about[:64], local_path(page)[:200] if page else ""))

    @pages.post("/help")
    def ask(request: Request, sent: Form_) -> Response:
        signed_in(request)
        try:
            return redirect(request, portal.write(request, sent, _asking(portal, sent)))
        except Problem as problem:
            return shown(request, ticket_form("", "").after(sent).refused(problem, texts_of(request)), problem.status)

    @pages.get("/tickets")
    def tickets(request: Request) -> Response:
        access, listing = signed_in(request), _listing(request)
        with portal.database.reading() as session:
            found = asked(session, access, listing, listing.after_id, PAGE_SIZE)
        values = {
            "listing": listing,
            "tickets": found[:PAGE_SIZE],
            "sortable": help_.ORDER.columns,
            "more": str(found[PAGE_SIZE - 1].ticket.id) if len(found) > PAGE_SIZE else "",
            "states": STATES,
        }
        return portal.page(request, "tickets.html", values)

    @pages.get("/tickets/export.xlsx")
    def exported(request: Request) -> Response:
        access, listing = signed_in(request), _listing(request)

        def rows(session: Session) -> Iterator[help_.Shown]:
            return every(lambda after: asked(session, access, listing, after, BATCH), lambda row: row.ticket.id)

        return book(portal.centre, access, rows, _columns(texts_of(request)), "工单", action="tickets.exported", of=access.actor)

    @pages.get("/tickets/{ticket_id}")
    def ticket(request: Request, ticket_id: RowId) -> Response:
        with portal.database.reading() as session:
            found = help_.ticket(session, portal.centre.secrets, signed_in(request), ticket_id)
        return portal.page(request, "ticket.html", {"found": found, "form": _answer_form(ticket_id, found)})

    @pages.get("/tickets/{ticket_id}/screenshot")
    def screenshot(request: Request, ticket_id: RowId) -> Response:
        with portal.database.reading() as session:
            picture, kind = help_.screenshot(session, portal.centre.secrets, signed_in(request), ticket_id)
        return Response(picture, media_type=kind, headers=HEADERS)

    @pages.post("/tickets/{ticket_id}")
    def answer(request: Request, ticket_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            help_.answer(session, portal.clock, access, ticket_id, sent.get("answer"))
            return told(f"/tickets/{ticket_id}", "saved")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.field is None:
                raise
            with portal.database.reading() as session:
                found = help_.ticket(session, portal.centre.secrets, signed_in(request), ticket_id)
            form = _answer_form(ticket_id, found).after(sent).refused(problem, texts_of(request))
            return portal.page(request, "ticket.html", {"found": found, "form": form}, problem.status)

    return pages


def _listing(request: Request) -> Listing:
    return Listing.read("/tickets", request.query_params, STATES, help_.ORDER.columns)


def _columns(t: Texts) -> tuple[Column[help_.Shown], ...]:
    cells: dict[str, Callable[[help_.Shown], Value]] = {
        "said": lambda row: row.said or t("ticket_picture_only"),
        "about": lambda row: row.ticket.about,
        "who": lambda row: t(f"role_{row.ticket.role}"),
        "asked": lambda row: row.ticket.created_at,
        "ticket_state": lambda row: t(f"ticket_{row.ticket.state}"),
        "answer": lambda row: row.ticket.answer,
    }
    return columns(t, cells, text=("about",), wide=("said", "answer"))


def _asking(portal: Portal, sent: Sent) -> Callable[[Session, Access], str]:
    shot = sent.files["shot"].file.read() if "shot" in sent.files else b""

    def deed(session: Session, access: Access) -> str:
        made = help_.ask(
            session,
            portal.clock,
            portal.centre.secrets,
            access,
            said=sent.get("said"),
            shot=shot,
            about=sent.get("about"),
            page=local_path(sent.get("page")),
        )
        return told(f"/tickets/{made.id}", "ticket_asked")

    return deed


def _answer_form(ticket_id: int, found: help_.Shown) -> Form:
    fields = (Field("answer", "area", required=True, limit=2000),)
    return Form(f"answer-{ticket_id}", f"/tickets/{ticket_id}", (Section("answer", fields),), values={"answer": found.ticket.answer})


AREA: Final = Area(
    router=router,
    entries=(
        Entry("help", tuple(role for role in ALL if role is not Role.ADMINISTRATOR), "/help", "lifebuoy", 90, ("/tickets",)),
        Entry("tickets", (Role.ADMINISTRATOR,), "/tickets", "lifebuoy", 80, ("/help",)),
    ),
)
