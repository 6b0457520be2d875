"""An employer's imports as a list: found, sorted, and taken away as a workbook (A-62, A-33)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.exchange import listing
from central.exchange.listing_book import BATCH, book, every
from central.exchange.model import ImportJob, ImportState
from central.exchange.workbook import Column, Value
from central.web import choices
from central.web.exporting import columns
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of
from central.web.texts import Texts

HERE: Final = "/workers/import"


def add(portal: Portal, pages: APIRouter) -> None:
    """The workbook of the list."""

    @pages.get(f"{HERE}/export.xlsx")
    def exported(request: Request) -> Response:
        access, kept = signed_in(request), _listing(request)
        access.require(Function.EXPORT)

        def lines(session: Session) -> Iterator[ImportJob]:
            return every(lambda after: _found(session, access, kept, after, BATCH), lambda job: job.id)

        return book(
            portal.centre,
            access,
            lines,
            _columns(texts_of(request)),
            "批量登记",
            action="imports.exported",
            of=f"company:{access.company_id or 0}",
        )


def jobs(session: Session, request: Request) -> dict[str, Any]:
    """What the page shows of them."""
    access, kept = signed_in(request), _listing(request)
    found = _found(session, access, kept, kept.after_id, PAGE_SIZE)
    rows = found[:PAGE_SIZE]
    return {
        "listing": kept,
        "rows": rows,
        "columns": tuple(listing.ORDER.columns),
        "sortable": listing.ORDER.columns,
        "states": choices.of(ImportState, "import", texts_of(request)),
        "may_export": access.may(Function.EXPORT),
        "more": str(rows[-1].id) if len(found) > PAGE_SIZE else "",
    }


def _listing(request: Request) -> Listing:
    return Listing.read(HERE, request.query_params, (), listing.ORDER.columns, ("progress",))


def _found(session: Session, access: Access, kept: Listing, after: int, limit: int) -> list[ImportJob]:
    said = kept.filter("progress")
    state = ImportState(said) if said in list(ImportState) else None
    return listing.page_of_jobs(session, access, state=state, q=kept.q, after=after, limit=limit, sort=kept.order)


def _columns(t: Texts) -> tuple[Column[ImportJob], ...]:
    cells: dict[str, Callable[[ImportJob], Value]] = {
        "import_file": lambda job: job.file_name,
        "import_state": lambda job: t(f"import_{job.state}"),
        "taken_in_at": lambda job: job.created_at,
        "rows_total": lambda job: job.total,
        "rows_wrong": lambda job: job.bad + job.failed,
        "rows_done": lambda job: job.done,
    }
    return columns(t, cells, wide=("import_file",))
