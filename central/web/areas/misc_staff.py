"""勤杂、保安 in one step: the general contractor registers, assigns and confirms its own (A-29)."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.entry import misc_staff
from central.errors import Problem
from central.people import banks, defaults
from central.people.registration import Policy
from central.people.schemas import RegistrationIn
from central.projects import project_list
from central.projects import service as projects
from central.web.areas import Area, Entry, needs
from central.web.areas.worker_forms import registration_form, stated
from central.web.forms import Field, Form, Form_, Section, Sent, typed
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts

HERE: Final = "/misc-staff"
OTHER_TRADE: Final = "1000"
"""其他 of the national list."""


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)
    centre = portal.centre

    def form(session: Session, access: Access, t: Texts) -> Form:
        company = access.require_employer()
        access.require(Function.REGISTER)
        access.require(Function.ASSIGN)
        led = {link.project_id for link in projects.parts_of(session, company) if link.role == "general_contractor" and link.active}
        found, _ = project_list.find(session, access, "", 0, 500)
        where = [(str(one.project.id), one.project.name) for one in found if one.project.id in led]
        return misc_form(registration_form(t, banks.active(session), defaults.values(session, company)), where)

    @pages.get(HERE)
    def ask(request: Request) -> Response:
        with portal.database.reading() as session:
            shown = form(session, signed_in(request), texts_of(request))
        return portal.page(request, "misc_staff.html", {"form": shown, "chip_read": ""})

    @pages.post(HERE)
    def take_on(request: Request, sent: Form_) -> Response:
        try:
            said = typed(RegistrationIn, stated(sent) | {"category": "misc"})

            def deed(session: Session, access: Access) -> str:
                made = misc_staff.take_on(
                    session,
                    centre.clock,
                    centre.secrets,
                    access,
                    _project(sent),
                    said=said.said(),
                    trade=said.main_trade or OTHER_TRADE,
                    policy=Policy.of(centre.settings),
                    chip_read=said.chip_read(),
                ).assignment
                return told(f"/projects/{made.project_id}/people/{made.id}", "misc_taken_on")

            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (403, 404):
                raise
            with portal.database.reading() as session:
                shown = form(session, signed_in(request), texts_of(request)).after(sent)
            return portal.refusal(request, "misc_staff.html", shown, problem, {"chip_read": sent.get("chip_read")})

    return pages


def _project(sent: Sent) -> int:
    chosen = sent.number("project_id")
    if chosen is None:
        raise Problem("FIELD_MISSING", 422, "project_id")
    return chosen


def misc_form(whole: Form, where: list[tuple[str, str]]) -> Form:
    """The registration's form without its category, and with the project."""
    place = Section("misc_place", (Field("project_id", "select", required=True, options=where, wide=True),))
    kept = [replace(one, fields=[field for field in one.fields if field.name != "category"]) for one in whole.sections]
    values = {"main_trade": OTHER_TRADE, **({"project_id": where[0][0]} if len(where) == 1 else {}), **whole.values}
    return replace(whole, key="misc-staff", action=HERE, sections=(place, *kept), submit="take_on", back="/workers", values=values)


AREA: Final = Area(
    router=router,
    entries=(Entry("misc_staff", (Role.EMPLOYER,), HERE, "user-plus", 25, shown=needs(Function.REGISTER), general=True),),
)
