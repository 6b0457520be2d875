"""历史数据 as lists: the requests, and the records that a granted one shows; each found, sorted and taken away (A-57, A-33)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.call import RowId
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.history import listing, records
from central.history.listing import RequestLine
from central.history.model import HistoryState
from central.history.records import OldRecord
from central.web import choices
from central.web.exporting import columns
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of
from central.web.texts import Texts
from central.web.trades import trade_name

HERE: Final = "/history"
COLUMNS: Final = ("asked_from", "asked_until", "history_state", "statement", "asked_at")
RECORD_COLUMNS: Final = ("name", "id", "employer", "trade", "first_day", "last_day")


def add(portal: Portal, pages: APIRouter) -> None:
    """The workbooks of both."""

    @pages.get(f"{HERE}/export.xlsx")
    def exported(request: Request) -> Response:
        access, t, kept = signed_in(request), texts_of(request), _listing(request)
        access.require(Function.EXPORT)

        def lines(session: Session) -> Iterator[RequestLine]:
            return every(lambda after: _found(session, access, kept, after, BATCH), lambda row: row.request.id)

        return book(portal.centre, access, lines, _columns(t), "历史数据申请", action="history.exported", of="history_requests")

    @pages.get(f"{HERE}/{{request_id}}/export.xlsx")
    def records_exported(request: Request, request_id: RowId) -> Response:
        access, t, kept = signed_in(request), texts_of(request), _records_listing(request, request_id)
        access.require(Function.EXPORT)

        def lines(session: Session) -> Iterator[OldRecord]:
            def some(after: int) -> list[OldRecord]:
                return records.page_of_records(session, access, request_id, q=kept.q, after=after, limit=BATCH, sort=kept.order)

            return every(some, lambda row: row.id)

        subject = f"history_request:{request_id}"
        return book(portal.centre, access, lines, _record_columns(t), "历史数据", action="history.records_exported", of=subject)


def requests(session: Session, request: Request) -> dict[str, Any]:
    """What the page of requests shows."""
    access, kept = signed_in(request), _listing(request)
    found = _found(session, access, kept, kept.after_id, PAGE_SIZE)
    rows = found[:PAGE_SIZE]
    return {
        "listing": kept,
        "rows": rows,
        "columns": ("project", *COLUMNS) if access.project_id is None else COLUMNS,
        "sortable": listing.ORDER.columns,
        "states": choices.of(HistoryState, "history", texts_of(request)),
        "may_export": access.may(Function.EXPORT),
        "more": str(rows[-1].request.id) if len(found) > PAGE_SIZE else "",
    }


def records_of(session: Session, request: Request, request_id: int) -> dict[str, Any]:
    """What a granted request's page shows of the records, to whoever may read them."""
    access, t, kept = signed_in(request), texts_of(request), _records_listing(request, request_id)
    found = records.page_of_records(session, access, request_id, q=kept.q, after=kept.after_id, limit=PAGE_SIZE, sort=kept.order)
    rows = found[:PAGE_SIZE]
    return {
        "listing": kept,
        "records": rows,
        "trade": lambda code: trade_name(code, t),
        "columns": RECORD_COLUMNS,
        "sortable": records.ORDER.columns,
        "may_export": access.may(Function.EXPORT),
        "more": str(rows[-1].id) if len(found) > PAGE_SIZE else "",
    }


def _listing(request: Request) -> Listing:
    return Listing.read(HERE, request.query_params, (), listing.ORDER.columns, ("progress",))


def _records_listing(request: Request, request_id: int) -> Listing:
    return Listing.read(f"{HERE}/{request_id}", request.query_params, (), records.ORDER.columns)


def _found(session: Session, access: Access, kept: Listing, after: int, limit: int) -> list[RequestLine]:
    said = kept.filter("progress")
    state = HistoryState(said) if said in list(HistoryState) else None
    return listing.page_of_requests(session, access, state=state, q=kept.q, after=after, limit=limit, sort=kept.order)


def _columns(t: Texts) -> tuple[Column[RequestLine], ...]:
    cells: dict[str, Callable[[RequestLine], Value]] = {
        "project": lambda row: row.project,
        "asked_from": lambda row: row.request.first_day,
        "asked_until": lambda row: row.request.last_day,
        "history_state": lambda row: t(f"history_{row.request.state}"),
        "statement": lambda row: row.request.statement,
        "asked_at": lambda row: row.request.created_at,
    }
    return columns(t, cells, wide=("project", "statement"))


def _record_columns(t: Texts) -> tuple[Column[OldRecord], ...]:
    cells: dict[str, Callable[[OldRecord], Value]] = {
        "name": lambda row: row.worker,
        "id": lambda row: row.id_masked,
        "employer": lambda row: row.employer,
        "trade": lambda row: trade_name(row.trade, t),
        "first_day": lambda row: row.first_day,
        "last_day": lambda row: row.last_day,
    }
    return columns(t, cells, text=("id",), wide=("employer",))
