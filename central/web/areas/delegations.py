"""What a project's manager lets the members of the office do (A-06)."""

from __future__ import annotations

import datetime as dt
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Position, Role
from central.call import RowId
from central.clock import SITE_ZONE
from central.errors import Problem
from central.functions import NOT_DELEGABLE
from central.identity import delegations
from central.identity.rules import unpacked
from central.web.areas import Area, Entry
from central.web.forms import Field, Form, Form_, Section, Sent
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts

HERE: Final = "/delegations"


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def shown(request: Request, problem: Problem | None = None, sent: Sent | None = None) -> Response:
        access, t = signed_in(request), texts_of(request)
        with portal.database.reading() as session:
            rows = delegations.page_of_delegations(session, access, 0, 200)
            people = delegations.members(session, access) if access.may(Function.DELEGATE) else []
            form = grant_form(access, [(str(one.id), one.display_name) for one in people if one.position is not Position.MANAGER], t)
            if sent is not None and problem is not None:
                form = form.after(sent).refused(problem, t)
            values = {
                "rows": [(row, sorted(unpacked(row.functions) or ())) for row in reversed(rows)],
                "names": {one.id: one.display_name for one in people},
                "form": form if people else None,
            }
            return portal.page(request, "delegations.html", values, problem.status if problem else 200)

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
