"""印证材料: dated photos and documents about a worker or an assignment; they change no time of the system (A-27, A-28)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.errors import Problem, declare
from central.evidence import listing, service
from central.evidence.listing import EvidenceLine, Wanted
from central.evidence.service import Statement
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.people.typed import day
from central.projects.service import visible_project
from central.web.areas import Area, Entry, Part, needs
from central.web.exporting import columns
from central.web.forms import Field, Form, Form_, Section
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import HEADERS, Portal, local_path, redirect, signed_in, texts_of, told
from central.web.texts import Texts

SEEN_BY: Final = (Role.EMPLOYER, Role.CONTRACTOR, Role.AUTHORITY, Role.HEAD_STATION)
COLUMNS: Final = ("about_on", "name", "evidence_file", "attached_by", "attached_at")
INLINE: Final = frozenset({"image/png", "image/jpeg", "image/webp"})

declare({"EVIDENCE_FILE_REQUIRED": ("请选择照片或文件。", "Choose a photo or a document.")})


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)
    keys = portal.centre.secrets

    @pages.get("/projects/{project_id}/evidence")
    def of_project(request: Request, project_id: RowId) -> Response:
        access, kept = signed_in(request), _listing(request, project_id)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            found = listing.page_of_project(
                session, access, project_id, _wanted(kept), after=kept.after_id, limit=PAGE_SIZE, sort=kept.order
            )
        shown = found[:PAGE_SIZE]
        values = {
            "project": project,
            "listing": kept,
            "rows": shown,
            "columns": COLUMNS,
            "sortable": listing.ORDER.columns,
            "may_export": access.may(Function.EXPORT),
            "more": str(shown[-1].evidence.id) if len(found) > PAGE_SIZE else "",
        }
        return portal.page(request, "evidence_list.html", values)

    @pages.get("/projects/{project_id}/evidence/export.xlsx")
    def exported(request: Request, project_id: RowId) -> Response:
        """What there is; the files themselves are looked at one by one, each look recorded."""
        access, kept = signed_in(request), _listing(request, project_id)
        access.require(Function.EXPORT)

        def lines(session: Session) -> Iterator[EvidenceLine]:
            visible_project(session, access, project_id)

            def some(after: int) -> list[EvidenceLine]:
                return listing.page_of_project(session, access, project_id, _wanted(kept), after=after, limit=BATCH, sort=kept.order)

            return every(some, lambda row: row.evidence.id)

        return book(
            portal.centre, access, lines, _columns(texts_of(request)), "印证材料", action="evidence.exported", of=f"project:{project_id}"
        )

    @pages.post("/evidence")
    def attach(request: Request, sent: Form_) -> Response:
        signed_in(request)
        file, back = sent.files.get("evidence_file"), local_path(sent.get("back"))
        content = file.file.read() if file is not None else b""

        def deed(session: Session, access: Access) -> str:
            about = day(sent.get("about_on"))
            if about is None:
                raise Problem("FIELD_NOT_A_DATE", 422, "about_on")
            if not content:
                raise Problem("EVIDENCE_FILE_REQUIRED", 422, "evidence_file")
            name = (file.filename if file else None) or "file"
            said = Statement(
                about, sent.get("evidence_note")[:200], name[-200:], sent.number("worker_id"), None, sent.number("assignment_id")
            )
            service.attach(session, portal.clock, keys, access, said=said, content=content)
            return told(back, "evidence_kept")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            form = _form(_about(sent.said), back).after(sent).refused(problem, texts_of(request))
            return portal.page(request, "evidence_new.html", {"form": form, "about": _about(sent.said), "back": back}, problem.status)

    @pages.get("/evidence/{evidence_id}")
    def one(request: Request, evidence_id: RowId) -> Response:
        """The file; looking at it is recorded."""
        access = signed_in(request)
        with portal.database.writing() as session:
            kept, found = service.opened(session, keys, access, evidence_id)
            kind = kept.media_type
        content = service.readable(found)
        headers = {**HEADERS, "Content-Disposition": "inline" if kind in INLINE else "attachment"}
        return Response(content, media_type=kind, headers=headers)

    return pages


def _listing(request: Request, project_id: int) -> Listing:
    path = f"/projects/{project_id}/evidence"
    return Listing.read(path, request.query_params, (), listing.ORDER.columns, ("about_from", "about_to"))


def _wanted(kept: Listing) -> Wanted:
    return Wanted(kept.q, day(kept.filter("about_from")), day(kept.filter("about_to")))


def _columns(t: Texts) -> tuple[Column[EvidenceLine], ...]:
    cells: dict[str, Callable[[EvidenceLine], Value]] = {
        "about_on": lambda row: row.evidence.about_on,
        "name": lambda row: row.name,
        "id": lambda row: row.id_masked,
        "evidence_note": lambda row: row.evidence.note,
        "evidence_file": lambda row: row.evidence.file_name,
        "attached_by": lambda row: row.company,
        "attached_at": lambda row: row.evidence.at,
    }
    return columns(t, cells, text=("id",), wide=("evidence_note", "evidence_file", "attached_by"))


def _form(about: dict[str, str], back: str) -> Form:
    fields = (
        Field("evidence_file", "file", required=True, accept="image/*,.pdf"),
        Field("about_on", "date", required=True),
        Field("evidence_note", limit=200),
    )
    key = "evidence-" + "-".join(about.values())
    return Form(key, "/evidence", (Section("evidence", fields),), submit="attach", back=back)


def _about(said: Any) -> dict[str, str]:
    return {name: said[name] for name in ("worker_id", "assignment_id") if said.get(name)}


def _tab(place: str) -> Any:
    """The tab of a worker or an assignment."""
    name = f"{place}_id"

    def values(portal: Portal, request: Request, session: Session, record: int) -> dict[str, Any]:
        access = signed_in(request)
        which = {"worker_id": record} if place == "worker" else {"assignment_id": record}
        rows = service.listed(session, access, after=0, limit=200, **which)
        form = _form({name: str(record)}, request.url.path + "?tab=evidence")
        may_attach = access.may(Function.ATTACH_EVIDENCE)
        return {"evidence": rows, "evidence_form": form if may_attach else None, "about": {name: str(record)}}

    return values


AREA: Final = Area(
    router=router,
    entries=(Entry("evidence", (Role.CONTRACTOR,), "/projects/{project}/evidence", "paperclip", 80, shown=needs(Function.VIEW_PEOPLE)),),
    parts=(
        Part("worker", "evidence", 60, "evidence_tab.html", _tab("worker"), SEEN_BY),
        Part("assignment", "evidence", 60, "evidence_tab.html", _tab("assignment"), SEEN_BY),
    ),
)
