"""核验窗口: who is not verified yet and why; the officer who saw person and card settles it (A-25, A-26)."""

from __future__ import annotations

import secrets
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Role
from central.call import RowId
from central.errors import Problem, declare
from central.verification import service
from central.web import choices
from central.web.areas import Area, Entry
from central.web.forms import Form_
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, signed_in, texts_of, told

COLUMNS: Final = ("name", "id", "employer", "identity", "cause", "settle")

declare({"VERIFICATION_EVIDENCE_REQUIRED": ("请写明核验依据，如受理单号。", "Say what was seen, such as the receipt's number.")})


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/verification")
    def desk(request: Request) -> Response:
        access, t = signed_in(request), texts_of(request)
        listing = Listing.read("/verification", request.query_params, (), ())
        after = listing.after_id
        with portal.database.reading() as session:
            found = service.waiting(session, access, after=after, limit=PAGE_SIZE)
            back_at = service.opening(session, portal.clock.now(), portal.centre.settings.identity_outage_weekdays)
        rows = found[:PAGE_SIZE]
        values = {
            "listing": listing,
            "rows": rows,
            "more": str(rows[-1].worker.id) if len(found) > PAGE_SIZE else "",
            "columns": COLUMNS,
            "words": lambda prefix, code: choices.word(prefix, code, t),
            "back_at": back_at,
            "once": secrets.token_urlsafe(18),
        }
        return portal.page(request, "verification.html", values)

    @pages.post("/verification/{worker_id}")
    def settle(request: Request, worker_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            evidence = sent.get("evidence")[:200]
            if not evidence:
                raise Problem("VERIFICATION_EVIDENCE_REQUIRED", 422, "evidence")
            verified = sent.get("do") == "verified"
            service.settle_in_person(session, portal.clock, access, worker_id, verified=verified, evidence=evidence)
            return told("/verification", "verified" if verified else "rejected")

        return redirect(request, portal.write(request, sent, deed))

    return pages


AREA: Final = Area(router=router, entries=(Entry("verification", (Role.AUTHORITY,), "/verification", "id-badge-2", 30),))
