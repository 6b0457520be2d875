"""Every announced outage of the verification service as a list: sorted, and taken away as a workbook (A-26, A-33)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Function
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.verification import outages
from central.verification.model import PlannedOutage
from central.web.exporting import columns
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of
from central.web.texts import Texts

HERE: Final = "/verification/outages"
COLUMNS: Final = ("outage_begins", "outage_ends", "outage_reason", "outage_state")


def add(portal: Portal, pages: APIRouter) -> None:
    """The list and its workbook: facts for whoever is signed in."""

    @pages.get(HERE)
    def every_outage(request: Request) -> Response:
        access, listing = signed_in(request), _listing(request)
        now = portal.clock.now()
        with portal.database.reading() as session:
            found = outages.page_of(session, after=listing.after_id, limit=PAGE_SIZE, sort=listing.order)
        rows = found[:PAGE_SIZE]
        values = {
            "listing": listing,
            "rows": rows,
            "columns": COLUMNS,
            "sortable": outages.ORDER.columns,
            "state_of": lambda outage: outages.state(outage, now),
            "is_desk": access.may(Function.VERIFY_IDENTITY),
            "more": str(rows[-1].id) if len(found) > PAGE_SIZE else "",
        }
        return portal.page(request, "outages.html", values)

    @pages.get(f"{HERE}/export.xlsx")
    def exported(request: Request) -> Response:
        access, order = signed_in(request), _listing(request).order

        def lines(session: Session) -> Iterator[PlannedOutage]:
            return every(lambda after: outages.page_of(session, after=after, limit=BATCH, sort=order), lambda row: row.id)

        return book(portal.centre, access, lines, _columns(portal, texts_of(request)), "核验停机", action="outages.exported", of="outages")


def _listing(request: Request) -> Listing:
    return Listing.read(HERE, request.query_params, (), outages.ORDER.columns)


def _columns(portal: Portal, t: Texts) -> tuple[Column[PlannedOutage], ...]:
    now = portal.clock.now()
    cells: dict[str, Callable[[PlannedOutage], Value]] = {
        "outage_begins": lambda row: row.begins_at,
        "outage_ends": lambda row: row.ends_at,
        "outage_reason": lambda row: row.reason,
        "outage_state": lambda row: t(f"outage_{outages.state(row, now)}"),
    }
    return columns(t, cells, wide=("outage_reason",))
