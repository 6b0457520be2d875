"""The card readers on an employer's desks: pairing one with a one-time code, revoking it, and the nonce of the next read (A-24, A-25)."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Header, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.errors import Problem
from central.people import readers
from central.web.areas import Area, Entry
from central.web.forms import Form_
from central.web.pages import Portal, redirect, signed_in, told

_UNKEPT: Final = {"Cache-Control": "no-store"}


def router(portal: Portal) -> APIRouter:
    """The pages of this module, and the two questions that the registration page's script asks."""
    pages = APIRouter(include_in_schema=False)

    def shown(request: Request, code: str = "") -> Response:
        access = signed_in(request)
        access.require(Function.REGISTER)
        with portal.database.reading() as session:
            found = readers.readers(session, access)
        centre = portal.centre.settings.public_url or str(request.base_url).rstrip("/")
        return portal.page(request, "office_readers.html", {"readers": found, "code": code, "centre": centre})

    @pages.get("/readers")
    def page(request: Request) -> Response:
        return shown(request)

    @pages.post("/readers/code")
    def code(request: Request, sent: Form_) -> Response:
        """A-24: shown on this answer only; it stands in no address and is kept nowhere."""
        access = signed_in(request)
        if not portal.is_own_form(request, sent.csrf):
            raise Problem("FORM_EXPIRED", 400)
        with portal.database.writing() as session:
            made, _ = readers.ask_code(session, portal.clock, portal.centre.secrets, access)
        return shown(request, made)

    @pages.post("/readers/{reader_id}/revoke")
    def revoke(request: Request, reader_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            readers.revoke(session, portal.clock, access, reader_id)
            return told("/readers", "reader_revoked")

        return redirect(request, portal.write(request, sent, deed))

    @pages.get("/readers/known")
    def known(request: Request) -> Response:
        """Whether this employer has a reader at all: without one no page looks for a bridge on its user's machine."""
        with portal.database.reading() as session:
            count = sum(reader.revoked_at is None for reader in readers.readers(session, signed_in(request)))
        return JSONResponse({"readers": count}, headers=_UNKEPT)

    @pages.post("/readers/nonce")
    def nonce(request: Request, csrf: Annotated[str, Header(alias="X-CSRF-Token")] = "") -> Response:
        """A-25: what the next read must contain."""
        access = signed_in(request)
        if not portal.is_own_form(request, csrf):
            raise Problem("FORM_EXPIRED", 400)
        made, _ = readers.nonce(portal.clock, portal.centre.secrets, access)
        return JSONResponse({"nonce": made}, headers=_UNKEPT)

    return pages


AREA: Final = Area(router=router, entries=(Entry("readers", (Role.EMPLOYER,), "/readers", "id", 70),))
