"""上报: how a project's uploads to the national platform stand, what failed and why; for the administrator, those of all."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.errors import TEXTS as PROBLEMS
from central.errors import Problem
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.platform import service, sight
from central.platform.model import PlatformChannel, UploadKind, UploadState
from central.projects.model import Project
from central.web.areas import Area, Entry
from central.web.exporting import columns
from central.web.forms import Form_
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts

COLUMNS: Final = ("upload", "upload_state", "upload_why", "upload_at", "do")
STATES: Final = tuple(state.value for state in UploadState)
KINDS: Final = tuple(kind.value for kind in UploadKind)


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/platform")
    def everywhere(request: Request) -> Response:
        access, listing = signed_in(request), _everywhere(request)
        with portal.database.reading() as session:
            found = sight.channels(session, access, after=listing.after_id, limit=PAGE_SIZE, sort=listing.order)
        rows = found[:PAGE_SIZE]
        values = {
            "rows": rows,
            "listing": listing,
            "sortable": sight.CHANNELS.columns,
            "more": str(rows[-1][0].id) if len(found) > PAGE_SIZE else "",
            "configured": bool(portal.centre.settings.platform_url),
            "allowed": portal.centre.settings.platform_projects,
        }
        return portal.page(request, "platform_projects.html", values)

    @pages.get("/platform/export.xlsx")
    def everywhere_exported(request: Request) -> Response:
        access, t, order = signed_in(request), texts_of(request), _everywhere(request).order

        def rows(session: Session) -> Iterator[tuple[Project, PlatformChannel | None]]:
            return every(lambda after: sight.channels(session, access, after, BATCH, order), lambda row: row[0].id)

        cells: dict[str, Callable[[tuple[Project, PlatformChannel | None]], Value]] = {
            "project": lambda row: row[0].name,
            "reg_no": lambda row: row[0].reg_no,
            "platform": lambda row: t("platform_is_on", since=row[1].since) if row[1] and row[1].switched_on else t("platform_is_off"),
            "upload_why": lambda row: t("platform_paused") if row[1] and row[1].paused_code else "",
        }
        shown = columns(t, cells, text=("reg_no",), wide=("project", "platform"))
        return book(portal.centre, access, rows, shown, "上报", action="platform.exported", of="projects")

    @pages.get("/projects/{project_id}/platform/export.xlsx")
    def of_project_exported(request: Request, project_id: RowId) -> Response:
        access, t, listing = signed_in(request), texts_of(request), _of_project(request, project_id)

        def rows(session: Session) -> Iterator[sight.Line]:
            return every(lambda after: _lines(session, access, project_id, listing, after=after, limit=BATCH), lambda line: line.upload.id)

        return book(portal.centre, access, rows, _columns(t), "上报", action="platform.exported", of=f"project:{project_id}")

    @pages.get("/projects/{project_id}/platform")
    def of_project(request: Request, project_id: RowId) -> Response:
        access, t, listing = signed_in(request), texts_of(request), _of_project(request, project_id)
        with portal.database.reading() as session:
            status = sight.status(session, access, portal.centre.settings, project_id)
            found = _lines(session, access, project_id, listing, after=listing.after_id, limit=PAGE_SIZE)
        lines = found[:PAGE_SIZE]
        values = {
            "status": status,
            "channel": status.channel,
            "is_on": status.channel is not None and status.channel.switched_on,
            "counts": {one.value: status.counts.get(one, 0) for one in UploadState},
            "lines": lines,
            "listing": listing,
            "columns": COLUMNS,
            "kinds": KINDS,
            "keep_days": portal.centre.settings.platform_keep_days,
            "more": str(lines[-1].upload.id) if len(found) > PAGE_SIZE else "",
            "may_switch": access.may(Function.MANAGE_SETTINGS),
            "why": lambda code: _why(code, t),
        }
        return portal.page(request, "platform.html", values)

    @pages.post("/projects/{project_id}/platform")
    def change(request: Request, project_id: RowId, sent: Form_) -> Response:
        """What a button asks for: on, off, resume, try everything again, or one record again, or leave it."""
        here = f"/projects/{project_id}/platform"

        def deed(session: Session, access: Access) -> str:
            asked, clock = sent.get("do"), portal.clock
            if asked in {"on", "off"}:
                settings, since = portal.centre.settings, _date(sent.get("since"))
                service.switch(session, clock, access, settings, project_id, on=asked == "on", since=since)
                return told(here, f"platform_{asked}")
            if asked == "resume":
                service.resume(session, access, project_id)
                return told(here, "platform_resumed")
            if asked == "retry":
                return told(here, "platform_retried", n=service.retry_all(session, clock, access, project_id))
            if asked == "skip":
                service.skip(session, clock, access, project_id, sent.number("upload") or 0, reason=sent.get("reason"))
                return told(here, "platform_skipped")
            service.retry(session, clock, access, project_id, sent.number("upload") or 0)
            return told(here, "platform_retried", n=1)

        return redirect(request, portal.write(request, sent, deed))

    return pages


def _everywhere(request: Request) -> Listing:
    return Listing.read("/platform", request.query_params, (), sight.CHANNELS.columns)


def _of_project(request: Request, project_id: int) -> Listing:
    return Listing.read(f"/projects/{project_id}/platform", request.query_params, STATES, (), ("day", "kind"))


def _why(code: str, t: Texts) -> str:
    return t.problem(PROBLEMS[code]) if code in PROBLEMS else code


def _columns(t: Texts) -> tuple[Column[sight.Line], ...]:
    cells: dict[str, Callable[[sight.Line], Value]] = {
        "upload": lambda line: t(f"upload_{line.upload.kind}"),
        "name": lambda line: line.name,
        "id": lambda line: line.id_masked,
        "upload_state": lambda line: t(f"upload_state_{line.upload.state}"),
        "upload_why": lambda line: _why(line.upload.code, t) if line.upload.code else "",
        "upload_said": lambda line: line.upload.said,
        "upload_at": lambda line: line.upload.settled_at or line.upload.sent_at or line.upload.created_at,
    }
    return columns(t, cells, text=("id",), wide=("upload_why", "upload_said"))


def _lines(session: Session, access: Access, project_id: int, listing: Listing, *, after: int, limit: int) -> list[sight.Line]:
    """What stands in the queue or, of a date, what is packed of it; and one more than a page."""
    if listing.filter("day"):
        day = _date(listing.filter("day")) or dt.date.min
        return sight.packed(session, access, project_id, day, after=after, limit=limit)
    state = UploadState(listing.state) if listing.state else None
    kind = UploadKind(listing.filter("kind")) if listing.filter("kind") in KINDS else None
    return sight.page(session, access, project_id, state=state, kind=kind, after=after, limit=limit)


def _date(given: str) -> dt.date | None:
    try:
        return dt.date.fromisoformat(given) if given else None
    except ValueError:
        raise Problem("FIELD_NOT_A_DATE", 422, "since") from None


AREA: Final = Area(
    router=router,
    entries=(
        Entry("platform", (Role.ADMINISTRATOR,), "/platform", "cloud-upload", 60),
        Entry(
            "platform",
            (Role.CONTRACTOR,),
            "/projects/{project}/platform",
            "cloud-upload",
            85,
            shown=lambda access: access.may(Function.MANAGE_PROJECT),
            general=True,
        ),
    ),
)
