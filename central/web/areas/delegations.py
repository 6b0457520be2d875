"""What a project's manager lets the members of the office do (A-06)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Position, Role
from central.call import RowId
from central.clock import SITE_ZONE
from central.errors import Problem
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.functions import NOT_DELEGABLE
from central.identity import delegation_list, delegations
from central.identity.delegation_list import DelegationLine
from central.identity.rules import unpacked
from central.web.areas import Area, Entry
from central.web.exporting import columns
from central.web.forms import Field, Form, Form_, Section, Sent
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts

HERE: Final = "/delegations"
COLUMNS: Final = ("delegate", "delegate_functions", "delegated_from", "delegated_until", "do")


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def found(session: Session, access: Access, listing: Listing, after: int, limit: int) -> list[DelegationLine]:
        at = portal.clock.now() if listing.filter("only") == "in_force" else None
        return delegation_list.page_of_lines(session, access, in_force_at=at, after=after, limit=limit, sort=listing.order)

    def shown(request: Request, problem: Problem | None = None, sent: Sent | None = None) -> Response:
        access, t, listing = signed_in(request), texts_of(request), _listing(request)
        with portal.database.reading() as session:
            lines = found(session, access, listing, listing.after_id, PAGE_SIZE)
            people = delegations.members(session, access) if access.may(Function.DELEGATE) else []
        form = grant_form(access, [(str(one.id), one.display_name) for one in people if one.position is not Position.MANAGER], t)
        if sent is not None and problem is not None:
            form = form.after(sent).refused(problem, t)
        rows = lines[:PAGE_SIZE]
        values = {
            "listing": listing,
            "rows": rows,
            "columns": COLUMNS if people else COLUMNS[:-1],
            "sortable": delegation_list.ORDER.columns,
            "functions": _functions,
            "may_export": access.may(Function.EXPORT),
            "more": str(rows[-1].delegation.id) if len(lines) > PAGE_SIZE else "",
            "form": form if people else None,
        }
        return portal.page(request, "delegations.html", values, problem.status if problem else 200)

    @pages.get(f"{HERE}/export.xlsx")
    def exported(request: Request) -> Response:
        access, listing = signed_in(request), _listing(request)
        access.require(Function.EXPORT)

        def lines(session: Session) -> Iterator[DelegationLine]:
            return every(lambda after: found(session, access, listing, after, BATCH), lambda row: row.delegation.id)

        subject = f"project:{access.project_id}"
        return book(portal.centre, access, lines, _columns(texts_of(request)), "授权", action="delegations.exported", of=subject)

    @pages.get(HERE)
    def page(request: Request) -> Response:
        return shown(request)

    @pages.post(HERE)
    def grant(request: Request, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            chosen = [function for function in Function if sent.get(f"may_{function}")]
            delegations.delegate(
                session, portal.clock, access, delegate_id=sent.number("delegate_id") or 0, functions=chosen, ends_at=_delegated_until(sent)
            )
            return told(HERE, "saved")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (400, 401):
                raise
            return shown(request, problem, sent)

    @pages.post(f"{HERE}/{{delegation_id}}/end")
    def end(request: Request, delegation_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            delegations.revoke(session, portal.clock, access, delegation_id)
            return told(HERE, "saved")

        return redirect(request, portal.write(request, sent, deed))

    return pages


def _listing(request: Request) -> Listing:
    return Listing.read(HERE, request.query_params, (), delegation_list.ORDER.columns, ("only",))


def _functions(line: DelegationLine) -> list[Function]:
    return sorted(unpacked(line.delegation.functions) or ())


def _columns(t: Texts) -> tuple[Column[DelegationLine], ...]:
    cells: dict[str, Callable[[DelegationLine], Value]] = {
        "delegate": lambda row: row.delegate,
        "delegate_functions": lambda row: t("list_comma").join(t(f"function_{one}") for one in _functions(row)),
        "delegated_from": lambda row: row.delegation.starts_at,
        "delegated_until": lambda row: row.delegation.revoked_at or row.delegation.ends_at,
        "delegation_ended": lambda row: t(f"delegation_{row.delegation.revoke_cause}") if row.delegation.revoked_at else "",
    }
    return columns(t, cells, wide=("delegate_functions",))


def grant_form(access: Access, people: list[tuple[str, str]], t: Texts) -> Form:
    """To whom, until when, and a mark for each of the manager's own functions."""
    to = (Field("delegate_id", "select", required=True, options=people), Field("delegated_until", "date"))
    marks = tuple(Field(f"may_{one}", "check", label=t(f"function_{one}")) for one in sorted(access.functions - NOT_DELEGABLE))
    return Form("delegate", HERE, (Section("delegate", to), Section("delegate_functions", marks)), submit="delegate")


def _delegated_until(sent: Sent) -> dt.datetime | None:
    """The end of the last day, at the sites. Raises `Problem` 422 FIELD_NOT_A_DATE."""
    text = sent.get("delegated_until")
    if not text:
        return None
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise Problem("FIELD_NOT_A_DATE", 422, "delegated_until") from None
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), SITE_ZONE)


AREA: Final = Area(router=router, entries=(Entry("delegations", (Role.CONTRACTOR,), HERE, "user-share", 85),))
