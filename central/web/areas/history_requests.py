"""历史数据: a project's request for what the old system knew, through its five steps, and the records once they are given (A-57)."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.errors import Problem
from central.history import records, service
from central.history.model import HistoryAct
from central.history.schemas import HistoryRequestIn
from central.web.areas import Area, Entry, history_lists, needs
from central.web.forms import Field, Form, Form_, Section, Sent, typed
from central.web.pages import HEADERS, Portal, redirect, signed_in, texts_of, told

WAY: Final = ("statement", "owner", "supervisor", "contractor", "verification", "acceptance", "release")
ACTS: Final = frozenset(WAY)


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)
    keys = portal.centre.secrets

    def listed(request: Request, form: Form | None = None, status: int = 200) -> Response:
        access = signed_in(request)
        may_ask = access.may(Function.REQUEST_HISTORY) and access.project_id is not None
        with portal.database.reading() as session:
            values = history_lists.requests(session, request)
        values["form"] = (form or _form()) if may_ask else None
        return portal.page(request, "history_requests.html", values, status)

    history_lists.add(portal, pages)  # first: its paths stand before the one that takes a number

    @pages.get("/history")
    def requests(request: Request) -> Response:
        return listed(request)

    @pages.post("/history")
    def ask(request: Request, sent: Form_) -> Response:
        access = signed_in(request)
        try:
            said = typed(HistoryRequestIn, {name: sent.get(name) for name in ("first_day", "last_day", "statement")})

            def deed(session: Session, acting: Access) -> str:
                made = service.ask(
                    session,
                    portal.clock,
                    acting,
                    access.project_id or 0,
                    first_day=said.first_day,
                    last_day=said.last_day,
                    statement=said.statement,
                )
                return told(f"/history/{made.request.id}", "history_asked")

            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            return listed(request, _form().after(sent).refused(problem, texts_of(request)), problem.status)

    def shown(request: Request, request_id: int, refusal: str = "", status: int = 200) -> Response:
        access = signed_in(request)
        with portal.database.reading() as session:
            found = service.seen(session, access, request_id)
            can_read = records.may_read(session, access, found.request)
            given = history_lists.records_of(session, request, request_id) if can_read else {"columns": ()}
        values = {
            "found": found,
            "way": WAY,
            "done": {step.act.value: step for step in found.steps},
            "open": {act.value for act in found.outstanding},
            "refusal": refusal,
            "may_refuse": access.may(Function.HISTORY_VERIFY) or access.may(Function.HISTORY_ACCEPT),
            "once": secrets.token_urlsafe(18),
        }
        return portal.page(request, "history_request.html", values | given, status)

    @pages.get("/history/{request_id}")
    def one(request: Request, request_id: RowId) -> Response:
        return shown(request, request_id)

    @pages.post("/history/{request_id}")
    def act(request: Request, request_id: RowId, sent: Form_) -> Response:
        signed_in(request)
        try:
            return redirect(request, portal.write(request, sent, _doing(portal, request_id, sent)))
        except Problem as problem:
            if problem.status in (401, 404):
                raise
            return shown(request, request_id, texts_of(request).problem(problem.text), problem.status)

    @pages.get("/history/{request_id}/files/{file_id}")
    def paper(request: Request, request_id: RowId, file_id: RowId) -> Response:
        with portal.database.writing() as session:
            _, found = service.content(session, keys, signed_in(request), request_id, file_id)
        content = service.readable(found)
        return Response(content, media_type="application/octet-stream", headers={**HEADERS, "Content-Disposition": "attachment"})

    return pages


def _doing(portal: Portal, request_id: int, sent: Sent) -> Callable[[Session, Access], str]:
    """One act with its paper, or the refusal of the request."""
    file = sent.files.get("paper")
    content = file.file.read() if file is not None else b""

    def deed(session: Session, access: Access) -> str:
        path, kind = f"/history/{request_id}", sent.get("do")
        if kind == "refuse":
            service.refuse(session, portal.clock, access, request_id, sent.get("remark")[:200])
            return told(path, "saved")
        if kind not in ACTS:
            raise Problem("NOT_FOUND", 404)
        if content:
            name = (file.filename if file else None) or "file"
            service.attach(
                session, portal.clock, portal.centre.secrets, access, request_id, act=HistoryAct(kind), name=name[-200:], content=content
            )
        service.act(session, portal.clock, access, request_id, HistoryAct(kind), remark=sent.get("remark")[:200])
        return told(path, "saved")

    return deed


def _form() -> Form:
    fields = (
        Field("first_day", "date", required=True),
        Field("last_day", "date", required=True),
        Field("statement", "area", required=True, limit=4000),
    )
    return Form("history", "/history", (Section("history", fields),), submit="send")


AREA: Final = Area(
    router=router,
    entries=(
        Entry(
            "history", (Role.CONTRACTOR, Role.AUTHORITY, Role.HEAD_STATION), "/history", "archive", 83, shown=needs(Function.VIEW_PEOPLE)
        ),
    ),
)
