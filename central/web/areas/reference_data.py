"""基础数据: banks, the regional reference wage, announced outages of the verification service (A-18, A-21, A-26)."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Role
from central.call import RowId
from central.clock import SITE_ZONE
from central.errors import Problem
from central.people import banks, reference_list
from central.people.reference_api import BankIn, BaseIn
from central.people.reference_model import SHANGHAI
from central.verification import outages
from central.web.areas import Area, Entry, outage_list
from central.web.forms import Field, Form, Form_, Section, Sent, typed
from central.web.pages import Portal, redirect, signed_in, texts_of, told

HERE: Final = "/reference"
SHOWN: Final = 30
"""Outages on the page; the API lists them all."""
CODE: Final = re.compile(r"[0-9A-Z]{1,8}")


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def page(request: Request, refused: Form | None = None, status: int = 200) -> Response:
        with portal.database.reading() as session:
            known = reference_list.every_bank(session, signed_in(request))
            bases = banks.bases(session)
            weekdays = portal.centre.settings.identity_outage_weekdays
            back_at = outages.opening(session, portal.clock.now(), weekdays)
            planned = outages.page_of(session, after=0, limit=SHOWN)
        forms = [refused if refused and refused.key == form.key else form for form in (_bank_form(), _base_form(), _outage_form())]
        values = {
            "banks": known,
            "bases": list(reversed(bases)),
            "back_at": back_at,
            "weekdays": sorted(weekdays),
            "outages": [(one, outages.state(one, portal.clock.now())) for one in planned[:SHOWN]],
            "shown": forms,
            "once": secrets.token_urlsafe(18),
        }
        return portal.page(request, "reference.html", values, status)

    def written(request: Request, sent: Sent, form: Form, deed: Callable[[Session, Access], str]) -> Response:
        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            names = {"name": "bank_name", "ends_at": "outage_ends", "begins_at": "outage_begins"}
            for one in problem.errors or (problem,):
                one.field = names.get(one.field or "", one.field)
            return page(request, form.after(sent).refused(problem, texts_of(request)), problem.status)

    @pages.get(HERE)
    def shown(request: Request) -> Response:
        return page(request)

    @pages.post(f"{HERE}/banks")
    def set_bank(request: Request, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            code = sent.get("bank_number").upper()
            if not CODE.fullmatch(code):
                raise Problem("FIELD_INVALID", 422, "bank_number")
            said = typed(BankIn, {"name": sent.get("bank_name"), "active": sent.get("do") != "withdraw"})
            banks.set_bank(session, access, code, said.name, is_active=said.active)
            return told(HERE, "saved")

        return written(request, sent, _bank_form(), deed)

    @pages.post(f"{HERE}/bases")
    def set_base(request: Request, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            said = typed(BaseIn, {name: sent.get(name) or None for name in ("valid_from", "amount")})
            banks.set_base(session, access, SHANGHAI, said.valid_from, said.amount)
            return told(HERE, "saved")

        return written(request, sent, _base_form(), deed)

    @pages.post(f"{HERE}/outages")
    def plan(request: Request, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            begins, ends = _moment(sent, "outage_begins"), _moment(sent, "outage_ends")
            outages.plan(session, access, begins, ends, sent.get("outage_reason")[:200])
            return told(HERE, "outage_planned")

        return written(request, sent, _outage_form(), deed)

    @pages.post(HERE + "/outages/{outage_id}/withdrawal")
    def withdraw(request: Request, outage_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            weekdays = portal.centre.settings.identity_outage_weekdays
            outages.withdraw(session, portal.clock, access, outage_id, weekdays=weekdays)
            return told(HERE, "outage_withdrawn")

        return written(request, sent, _outage_form(), deed)

    return pages


def _moment(sent: Sent, name: str) -> dt.datetime:
    """A minute at the sites. Raises `Problem` 422 FIELD_NOT_A_DATE."""
    try:
        return dt.datetime.fromisoformat(sent.get(name)).replace(tzinfo=SITE_ZONE)
    except ValueError:
        raise Problem("FIELD_NOT_A_DATE", 422, name) from None


def _bank_form() -> Form:
    fields = (Field("bank_number", required=True, limit=8), Field("bank_name", required=True))
    return Form("bank", f"{HERE}/banks", (Section("bank", fields),))


def _base_form() -> Form:
    fields = (Field("valid_from", "date", required=True), Field("amount", "number", required=True, limit=12))
    return Form("base", f"{HERE}/bases", (Section("base", fields),))


def _outage_form() -> Form:
    fields = (
        Field("outage_begins", "datetime-local", required=True),
        Field("outage_ends", "datetime-local", required=True),
        Field("outage_reason", limit=200, wide=True),
    )
    return Form("outage", f"{HERE}/outages", (Section("outage", fields),), submit="plan_outage")


AREA: Final = Area(
    router=router, entries=(Entry("reference", (Role.ADMINISTRATOR,), HERE, "list-details", 30, active=(outage_list.HERE,)),)
)
