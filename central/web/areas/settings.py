"""设置: a project's names, day cut, profile and calendar, absence days, gate policy; its suspensions (A-54, A-56, A-60)."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import changes
from central.access import Access, Function, Role
from central.attendance.valid_day import Profile
from central.call import RowId
from central.clock import today
from central.errors import Problem
from central.people.typed import day
from central.projects import settings
from central.projects.model import Calendar, Project
from central.projects.schemas import SettingsIn
from central.projects.service import visible_project
from central.web import choices
from central.web import told as told_
from central.web.areas import Area, Entry
from central.web.forms import Field, Form, Form_, Section, Sent, typed
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts

POLICY: Final = {
    "anti_passback": ("off", "soft", "hard"),
    "when_stale": ("deny", "card_guard"),
    "liveness": ("always", "risk", "never"),
    "movements": ("1", "2"),
}
PLAIN: Final = ("contract_name", "contact", "completion_planned", "valid_day_profile", "calendar")
NUMBERS: Final = ("day_cut_min", "full_day_min", "alert_days", "presumed_exit_days")


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def page(request: Request, project_id: int, sent: Sent | None = None, problem: Problem | None = None) -> Response:
        access, t = signed_in(request), texts_of(request)
        listing = Listing.read(f"/projects/{project_id}/settings", request.query_params, (), ())
        with portal.database.reading() as session:
            project = settings.shown(session, access, project_id)
            rows = settings.page_of_suspensions(session, access, project_id, 0, 100)
            history = changes.of_record(session, [f"project:{project_id}"], before=listing.after_id, limit=PAGE_SIZE)
        form, pause = settings_form(t, project), _suspension_form(t, project_id)
        if sent is not None and problem is not None:
            if "first_day" in sent.said:
                pause = pause.after(sent).refused(problem, t)
            else:
                theirs = form.values if problem.code == "VERSION_CONFLICT" else None
                form = form.after(sent).refused(problem, t, theirs).at_version(str(project.version))
        values = {
            "project": project,
            "form": form,
            "pause": pause,
            "suspensions": rows,
            "listing": listing,
            "changes": told_.lines(history[:PAGE_SIZE], t),
            "more": str(history[PAGE_SIZE - 1].id) if len(history) > PAGE_SIZE else "",
            "may_manage": access.may(Function.MANAGE_PROJECT),
            "may_resume": lambda row: row.last_day is None or row.last_day >= today(portal.clock),
            "tomorrow": today(portal.clock) + dt.timedelta(days=1),
            "refusal": t.problem(problem.text) if problem and sent is None else "",
        }
        return portal.page(request, "settings.html", values, problem.status if problem else 200)

    @pages.get("/projects/{project_id}/settings")
    def show(request: Request, project_id: RowId) -> Response:
        return page(request, project_id)

    @pages.post("/projects/{project_id}/settings")
    def change(request: Request, project_id: RowId, sent: Form_) -> Response:
        try:
            said = typed(SettingsIn, _said(sent)).model_dump(exclude_unset=True)

            def deed(session: Session, access: Access) -> str:
                project = visible_project(session, access, project_id)
                new = _changed(project, said)
                settings.change(session, access, project_id, version=sent.number("version") or 0, changed=new)
                return told(f"/projects/{project_id}/settings", "saved")

            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            return page(request, project_id, sent, problem)

    @pages.post("/projects/{project_id}/suspensions")
    def suspend(request: Request, project_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            first, reason = day(sent.get("first_day")), sent.get("suspension_reason")[:200]
            if first is None:
                raise Problem("FIELD_NOT_A_DATE", 422, "first_day")
            if not reason:
                raise Problem("FIELD_MISSING", 422, "suspension_reason")
            last = day(sent.get("last_day"))
            settings.suspend(session, portal.clock, access, project_id, first_day=first, last_day=last, reason=reason)
            return told(f"/projects/{project_id}/settings", "suspended")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            return page(request, project_id, sent, problem)

    @pages.post("/projects/{project_id}/suspensions/{suspension_id}/resume")
    def resume(request: Request, project_id: RowId, suspension_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            last = _day_before(sent.get("resumed_on"))
            settings.resume(session, portal.clock, access, project_id, suspension_id=suspension_id, last_day=last)
            return told(f"/projects/{project_id}/settings", "resumed")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            return page(request, project_id, problem=problem)

    return pages


def settings_form(t: Texts, project: Project) -> Form:
    """The project's settings as they stand."""
    names = (Field("contract_name", limit=200, wide=True), Field("contact", limit=200), Field("completion_planned", "date"))
    profile = Field("valid_day_profile", "select", required=True, options=choices.of([p.value for p in Profile], "profile", t))
    days = (
        Field("day_cut_min", "number", required=True, limit=4),
        profile,
        Field("full_day_min", "number", limit=4, show="valid_day_profile=HOURS_N"),
        Field("calendar", "select", required=True, options=choices.of(Calendar, "calendar", t)),
        Field("alert_days", "number", required=True, limit=2),
        Field("presumed_exit_days", "number", required=True, limit=2),
    )
    gate = tuple(Field(name, "select", required=True, options=choices.of(words, name, t)) for name, words in POLICY.items())
    policy = settings.gate_policy(project)
    values = {name: str(getattr(project, name) or "") for name in (*PLAIN, *NUMBERS, "version")}
    values |= {name: str(getattr(policy, name)) for name in POLICY}
    path = f"/projects/{project.id}/settings"
    return Form(f"settings-{project.id}", path, (Section("names", names), Section("days", days), Section("policy", gate)), values=values)


def _suspension_form(t: Texts, project_id: int) -> Form:
    fields = (
        Field("first_day", "date", required=True),
        Field("last_day", "date", note="hint_until_resumed"),
        Field("suspension_reason", required=True, limit=200),
    )
    action = f"/projects/{project_id}/suspensions"
    return Form(f"suspend-{project_id}", action, (Section("suspension", fields),), submit="suspend", confirm=t("suspend_ask"))


def _day_before(given: str) -> dt.date:
    """The last day of standing still, before the one on which work resumes. Raises `Problem` 422 FIELD_NOT_A_DATE."""
    resumed = day(given)
    if resumed is None:
        raise Problem("FIELD_NOT_A_DATE", 422, "resumed_on")
    return resumed - dt.timedelta(days=1)


def _said(sent: Sent) -> dict[str, Any]:
    """What the form says: a cleared date is said as none, an empty number not at all."""
    said: dict[str, Any] = {name: sent.get(name) for name in PLAIN if name in sent.said}
    said |= {name: sent.get(name) for name in NUMBERS if sent.get(name)}
    if not said.get("completion_planned"):
        said["completion_planned"] = None
    return said | {"gate_policy": {name: sent.get(name) for name in POLICY if sent.get(name)}}


def _changed(project: Project, said: dict[str, Any]) -> dict[str, Any]:
    """Columns by name; of the gate policy what this form does not show stays as it is."""
    policy = {**project.gate_policy, **{name: value for name, value in said.pop("gate_policy", {}).items() if name in POLICY}}
    kept = policy != project.gate_policy and any(project.gate_policy.get(n) != v for n, v in policy.items())
    return {**said, **({"gate_policy": policy} if kept else {})}


def _may_look(access: Access) -> bool:
    return access.may(Function.MANAGE_PROJECT) or access.may(Function.MANAGE_GATES)


AREA: Final = Area(
    router=router,
    entries=(Entry("settings", (Role.CONTRACTOR,), "/projects/{project}/settings", "settings", 85, shown=_may_look, general=True),),
)
