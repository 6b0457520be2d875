"""转入转出 as a list: by side or progress, found, sorted, and taken away as a workbook (A-30, A-33)."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.people import transfer_list
from central.people.transfer_list import Side, TransferView
from central.people.transfer_model import TransferState
from central.web import choices
from central.web.exporting import columns
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of
from central.web.texts import Texts

PATH: Final = "/transfers"
EMPLOYER_COLUMNS: Final = ("name", "id", "transfer_company", "transfer_state", "asked_at", "due")
ALL_COLUMNS: Final = ("name", "id", "transfer_from", "transfer_to", "transfer_state", "asked_at", "due")
EMPLOYER_BOOK: Final = ("name", "id", "transfer_side", "transfer_company", "transfer_state", "asked_at", "answer_by", "joins_on")
ALL_BOOK: Final = (*ALL_COLUMNS[:-1], "answer_by", "joins_on")


def add(portal: Portal, pages: APIRouter) -> None:
    """The list and its workbook."""

    @pages.get(PATH)
    def transfers(request: Request) -> Response:
        access, t = signed_in(request), texts_of(request)
        is_employer = access.role is Role.EMPLOYER
        listing = _listing(request, access)
        with portal.database.reading() as session:
            found = _found(session, access, listing, listing.after_id, PAGE_SIZE)
            heads: dict[Any, int] = (
                transfer_list.by_side(session, access, state=_state(listing, access), q=listing.q)
                if is_employer
                else transfer_list.heads(session, access, listing.q)
            )
        rows = found[:PAGE_SIZE]
        values = {
            "listing": listing,
            "rows": rows,
            "more": str(rows[-1].transfer.id) if len(found) > PAGE_SIZE else "",
            "heads": {str(key): count for key, count in heads.items()},
            "total": sum(heads.values()),
            "columns": EMPLOYER_COLUMNS if is_employer else ALL_COLUMNS,
            "sortable": transfer_list.SORTABLE,
            "progress": choices.of(TransferState, "transfer_state", t) if is_employer else (),
            "may_register": access.may(Function.REGISTER),
            "may_export": access.may(Function.EXPORT),
        }
        return portal.page(request, "transfers.html", values)

    @pages.get(PATH + "/export.xlsx")
    def exported(request: Request) -> Response:
        access = signed_in(request)
        access.require(Function.EXPORT)
        listing = _listing(request, access)

        def lines(session: Session) -> Iterator[TransferView]:
            return every(lambda after: _found(session, access, listing, after, BATCH), lambda row: row.transfer.id)

        shown = _columns(texts_of(request), EMPLOYER_BOOK if access.role is Role.EMPLOYER else ALL_BOOK)
        return book(portal.centre, access, lines, shown, "转入转出", action="transfers.exported", of=f"company:{access.company_id or 0}")


def _listing(request: Request, access: Access) -> Listing:
    """An employer looks by side and by progress, supervision by progress."""
    is_employer = access.role is Role.EMPLOYER
    states = [str(one) for one in (Side if is_employer else TransferState)]
    return Listing.read(PATH, request.query_params, states, transfer_list.SORTABLE, ("progress",) if is_employer else ())


def _state(listing: Listing, access: Access) -> TransferState | None:
    said = listing.filter("progress") if access.role is Role.EMPLOYER else listing.state
    return TransferState(said) if said in list(TransferState) else None


def _found(session: Session, access: Access, listing: Listing, after: int, limit: int) -> list[TransferView]:
    side = Side(listing.state) if listing.state and access.role is Role.EMPLOYER else None
    state = _state(listing, access)
    return transfer_list.page_of(session, access, side=side, state=state, q=listing.q, after=after, limit=limit, sort=listing.order)


def _columns(t: Texts, keys: Collection[str]) -> tuple[Column[TransferView], ...]:
    cells: dict[str, Callable[[TransferView], Value]] = {
        "name": lambda row: row.transfer.name_said,
        "id": lambda row: row.id_masked,
        "transfer_side": lambda row: t(f"transfer_side_{row.side}"),
        "transfer_company": lambda row: row.to_name if row.side is Side.ASKED else row.from_name,
        "transfer_from": lambda row: row.from_name,
        "transfer_to": lambda row: row.to_name,
        "transfer_state": lambda row: t(f"transfer_state_{row.transfer.state}"),
        "asked_at": lambda row: row.transfer.asked_at,
        "answer_by": lambda row: row.transfer.lapses_at if row.transfer.state is TransferState.WAITING else None,
        "joins_on": lambda row: row.transfer.departs_on,
    }
    return columns(t, {key: cells[key] for key in keys}, text=("id",), wide=("transfer_company", "transfer_from", "transfer_to"))
