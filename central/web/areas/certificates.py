"""An enterprise's certificates, each an operator with rights of its own (A-05)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.functions import OF_ROLE
from central.identity import certificates
from central.identity.model import Certificate
from central.identity.rules import unpacked
from central.web.areas import Area, Entry
from central.web.exporting import columns
from central.web.forms import Form_, Sent
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts

HERE: Final = "/certificates"
COLUMNS: Final = ("operator", "company", "serial", "certificate_until", "certificate_used", "certificate_state", "do")
Row = tuple[Certificate, str]
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
        access, listing = signed_in(request), _listing(request)
        with portal.database.reading() as session:
            found = _found(session, access, listing, listing.after_id, PAGE_SIZE)
        rows = found[:PAGE_SIZE]
        values = {
            "listing": listing,
            "rows": rows,
            "columns": COLUMNS if access.role is Role.SECURITY else tuple(key for key in COLUMNS if key != "company"),
            "sortable": certificates.ORDER.columns,
            "more": str(rows[-1][0].id) if len(found) > PAGE_SIZE else "",
            "functions": sorted(OF_ROLE["employer"]),
            "granted": lambda one: unpacked(one.functions),
            "me": access.actor,
        }
        return portal.page(request, "certificates.html", values)

    @pages.get(f"{HERE}/export.xlsx")
    def exported(request: Request) -> Response:
        access, listing = signed_in(request), _listing(request)

        def rows(session: Session) -> Iterator[Row]:
            return every(lambda after: _found(session, access, listing, after, BATCH), lambda row: row[0].id)

        return book(portal.centre, access, rows, _columns(texts_of(request)), "证书", action="certificates.exported", of=access.actor)

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


def _listing(request: Request) -> Listing:
    return Listing.read(HERE, request.query_params, (), certificates.ORDER.columns)


def _found(session: Session, access: Access, listing: Listing, after: int, limit: int) -> list[Row]:
    return certificates.find(session, access, q=listing.q, after=after, limit=limit, sort=listing.order)


def _columns(t: Texts) -> tuple[Column[Row], ...]:
    def may(row: Row) -> str:
        granted = unpacked(row[0].functions)
        return "、".join(t(f"function_{one}") for one in sorted(OF_ROLE["employer"] if granted is None else granted))

    cells: dict[str, Callable[[Row], Value]] = {
        "operator": lambda row: row[0].operator,
        "company": lambda row: row[1],
        "serial": lambda row: row[0].serial,
        "certificate_until": lambda row: row[0].not_after,
        "certificate_used": lambda row: row[0].last_used_at,
        "certificate_state": lambda row: t("certificate_disabled") if row[0].disabled_at else "",
        "token_scope": may,
    }
    return columns(t, cells, text=("serial",), wide=("company", "serial", "token_scope"))


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
