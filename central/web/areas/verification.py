"""核验窗口: who is not verified yet and why; the officer who saw person and card settles it (A-25, A-26)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.errors import Problem, declare
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.people.model import IdentityState
from central.people.store import EmployedWorker
from central.verification import desk, service
from central.verification.desk import Wanted
from central.verification.rules import CAUSES
from central.web import choices
from central.web.areas import Area, Entry, outage_list
from central.web.exporting import columns
from central.web.forms import Form_
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts

COLUMNS: Final = ("name", "id", "employer", "registered_on", "identity", "cause", "settle")

declare({"VERIFICATION_EVIDENCE_REQUIRED": ("请写明核验依据，如受理单号。", "Say what was seen, such as the receipt's number.")})


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/verification")
    def waiting(request: Request) -> Response:
        access, t, listing = signed_in(request), texts_of(request), _listing(request)
        with portal.database.reading() as session:
            found = desk.waiting(session, access, _wanted(listing), after=listing.after_id, limit=PAGE_SIZE, sort=listing.order)
            back_at = service.opening(session, portal.clock.now(), portal.centre.settings.identity_outage_weekdays)
        rows = found[:PAGE_SIZE]
        values = {
            "listing": listing,
            "rows": rows,
            "more": str(rows[-1].worker.id) if len(found) > PAGE_SIZE else "",
            "columns": COLUMNS,
            "sortable": desk.ORDER.columns,
            "filters": (("identity", choices.of(desk.UNVERIFIED, "identity", t)), ("cause", choices.of(CAUSES, "cause", t))),
            "words": lambda prefix, code: choices.word(prefix, code, t),
            "back_at": back_at,
            "may_export": access.may(Function.EXPORT),
            "once": secrets.token_urlsafe(18),
        }
        return portal.page(request, "verification.html", values)

    @pages.get("/verification/export.xlsx")
    def exported(request: Request) -> Response:
        access, listing = signed_in(request), _listing(request)
        access.require(Function.EXPORT)

        def lines(session: Session) -> Iterator[EmployedWorker]:
            wanted = _wanted(listing)
            return every(
                lambda after: desk.waiting(session, access, wanted, after=after, limit=BATCH, sort=listing.order), lambda row: row.worker.id
            )

        return book(portal.centre, access, lines, _columns(texts_of(request)), "待核验", action="verification.exported", of="verification")

    outage_list.add(portal, pages)

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


def _listing(request: Request) -> Listing:
    return Listing.read("/verification", request.query_params, (), desk.ORDER.columns, ("identity", "cause"))


def _wanted(listing: Listing) -> Wanted:
    state = listing.filter("identity")
    return Wanted(listing.q, IdentityState(state) if state in list(desk.UNVERIFIED) else None, listing.filter("cause"))


def _columns(t: Texts) -> tuple[Column[EmployedWorker], ...]:
    cells: dict[str, Callable[[EmployedWorker], Value]] = {
        "name": lambda row: row.worker.name,
        "id": lambda row: row.worker.id_masked,
        "employer": lambda row: row.employer,
        "registered_on": lambda row: row.worker.created_at,
        "identity": lambda row: choices.word("identity", row.worker.identity_state, t),
        "cause": lambda row: choices.word("cause", row.worker.identity_cause, t),
    }
    return columns(t, cells, text=("id",), wide=("employer", "cause"))


AREA: Final = Area(router=router, entries=(Entry("verification", (Role.AUTHORITY,), "/verification", "id-badge-2", 30),))
