"""默认值: what an employer's forms fill in where nothing is typed, for the whole company, a project or a team (A-14)."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.errors import Problem
from central.people import banks, defaults
from central.people.model import EmploymentForm
from central.projects import team_list
from central.web import choices
from central.web.areas import Area, Entry, needs
from central.web.areas.teams import project_options
from central.web.areas.worker_forms import wage_fields
from central.web.forms import Field, Form, Form_, Section, Sent
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts

HERE: Final = "/defaults"
PLAIN: Final = ("employment_form", "main_trade", "contract_start", "contract_end")


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def page(request: Request, at: str, sent: Sent | None = None, problem: Problem | None = None) -> Response:
        access, t = signed_in(request), texts_of(request)
        with portal.database.reading() as session:
            found = {one.scope: json.loads(one.told) for one in defaults.profiles(session, access)}
            places = _places(session, access, t)
            form = _form(t, banks.active(session), places, found.get(at, {}) | {"default_place": at})
        if sent is not None and problem is not None:
            form = form.after(sent).refused(problem, t)
        rows = [(scope, dict(places).get(scope, scope), sorted(values)) for scope, values in found.items()]
        values = {"rows": rows, "form": form, "at": at, "words": lambda name: choices.word("field", name, t)}
        return portal.page(request, "wage_defaults.html", values, problem.status if problem else 200)

    @pages.get(HERE)
    def shown(request: Request, at: str = defaults.COMPANY) -> Response:
        return page(request, at[:32])

    @pages.post(HERE)
    def save(request: Request, sent: Form_) -> Response:
        at = sent.get("default_place")[:32]

        def deed(session: Session, access: Access) -> str:
            if at not in dict(_places(session, access, texts_of(request))):
                raise Problem("FIELD_MISSING", 422, "default_place")
            said = {name: sent.get(name) for name in defaults.FILLABLE if sent.get(name)}
            defaults.set_profile(session, portal.clock, access, said, **_scope(at))
            return told(f"{HERE}?at={at}", "saved")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403):
                raise
            return page(request, at, sent, problem)

    return pages


def _places(session: Session, access: Access, t: Texts) -> list[tuple[str, str]]:
    """Where defaults may stand: the company, its projects, its teams."""
    projects = [(defaults.scope_of(int(id_)), name) for id_, name in project_options(session, access)]
    teams = team_list.of_employer(session, access, limit=199)
    lines = [(defaults.scope_of(team_id=one.team.id), f"{one.team.name} · {one.project}") for one in teams]
    return [(defaults.COMPANY, t("default_company")), *projects, *lines]


def _scope(at: str) -> dict[str, Any]:
    kind, _, number = at.partition(":")
    return {f"{kind}_id": int(number)} if number.isdigit() and kind in {"project", "team"} else {}


def _form(t: Texts, known: dict[str, str], places: list[tuple[str, str]], values: dict[str, str]) -> Form:
    wages = [replace(one, required=False) for one in wage_fields(t, known) if one.name in defaults.FILLABLE]
    contract = (
        Field("employment_form", "select", options=choices.of(EmploymentForm, "form", t)),
        Field("main_trade", "select", options=choices.trades(t)),
        Field("contract_start", "date"),
        Field("contract_end", "date"),
    )
    place = Section("default_place", (Field("default_place", "select", required=True, options=places, wide=True),))
    return Form("defaults", HERE, (place, Section("contract", contract), Section("wages", wages)), values=values)


AREA: Final = Area(
    router=router,
    entries=(Entry("defaults", (Role.EMPLOYER,), HERE, "forms", 60, shown=needs(Function.REGISTER)),),
)
