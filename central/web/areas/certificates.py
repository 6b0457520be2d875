"""An enterprise's certificates, each an operator with rights of its own (A-05)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.functions import OF_ROLE
from central.identity import certificates
from central.identity.rules import unpacked
from central.web.areas import Area, Entry
from central.web.forms import Form_, Sent
from central.web.pages import Portal, redirect, signed_in, told

HERE: Final = "/certificates"
Deed = Callable[[Session, Access], object]


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def done(request: Request, sent: Sent, deed: Deed) -> Response:
        def write(session: Session, access: Access) -> str:
            deed(session, access)
            return told(HERE, "saved")

        return redirect(request, portal.write(request, sent, write))

    @pages.get(HERE)
    def page(request: Request) -> Response:
        access = signed_in(request)
        with portal.database.reading() as session:
            found = certificates.page_of_certificates(session, access, None, 0, 200)
            rows = [(row, unpacked(row.functions)) for row in found[:200]]
            return portal.page(request, "certificates.html", {"rows": rows, "functions": sorted(OF_ROLE["employer"]), "me": access.actor})

    @pages.post(f"{HERE}/{{certificate_id}}/functions")
    def grant(request: Request, certificate_id: RowId, sent: Form_) -> Response:
        chosen = [Function(name) for name in sent.lists.get("function", []) if name in set(Function)]
        return done(request, sent, lambda session, access: certificates.grant(session, access, certificate_id, chosen))

    @pages.post(f"{HERE}/{{certificate_id}}/disable")
    def disable(request: Request, certificate_id: RowId, sent: Form_) -> Response:
        return done(request, sent, lambda session, access: certificates.disable(session, portal.clock, access, certificate_id))

    @pages.post(f"{HERE}/{{certificate_id}}/enable")
    def enable(request: Request, certificate_id: RowId, sent: Form_) -> Response:
        return done(request, sent, lambda session, access: certificates.enable(session, access, certificate_id))

    return pages


AREA: Final = Area(
    router=router,
    entries=(
        Entry(
            "certificates",
            (Role.EMPLOYER, Role.SECURITY),
            HERE,
            "certificate",
            85,
            shown=lambda access: access.may(Function.MANAGE_CERTIFICATES),
        ),
    ),
)
