"""考勤参数: the longest stay, the de-bounce, the last day for corrections, lanes that serve both ways (A-22, A-60)."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.attendance import settings
from central.attendance.ledger import AttendanceSettings
from central.call import RowId
from central.errors import Problem
from central.projects.service import visible_project
from central.web.areas import Area
from central.web.areas.attendance_words import frame
from central.web.forms import Field, Form, Form_, Section, Sent
from central.web.pages import Portal, redirect, signed_in, texts_of, told

NUMBERS: Final = tuple(settings.RANGES)


def settings_form(row: AttendanceSettings) -> Form:
    """The settings as they stand; the lanes are ticks of their own beside it."""
    fields = tuple(Field(name, "number", required=True, limit=4) for name in NUMBERS)
    values = {name: str(getattr(row, name)) for name in (*NUMBERS, "version")}
    defaults = {name: str(value) for name, value in settings.DEFAULTS.items()}
    path = f"/projects/{row.project_id}/attendance/settings"
    return Form(f"attendance-settings-{row.project_id}", path, (Section("attendance", fields),), values=values, defaults=defaults)


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def page(request: Request, project_id: int, sent: Sent | None = None, problem: Problem | None = None) -> Response:
        access, t = signed_in(request), texts_of(request)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            row = settings.of_project(session, access, project_id)
            lanes = settings.lanes(session, project_id)
        form, chosen = settings_form(row), set(map(str, row.undirected_lanes))
        if sent is not None and problem is not None:
            theirs = form.values if problem.code == "VERSION_CONFLICT" else None
            form = form.after(sent).refused(problem, t, theirs).at_version(str(row.version))
            chosen = set(sent.lists.get("lane", ()))
        values: dict[str, Any] = {
            **frame(project_id, access, "settings", t),
            "month": "",
            "project": project,
            "form": form,
            "lanes": lanes,
            "chosen": chosen,
            "may_manage": access.may(Function.MANAGE_PROJECT) and access.role is Role.CONTRACTOR,
        }
        return portal.page(request, "attendance/settings.html", values, problem.status if problem else 200)

    @pages.get("/projects/{project_id}/attendance/settings")
    def show(request: Request, project_id: RowId) -> Response:
        return page(request, project_id)

    @pages.post("/projects/{project_id}/attendance/settings")
    def change(request: Request, project_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            changed: dict[str, Any] = {name: _number(sent, name) for name in NUMBERS}
            changed["undirected_lanes"] = sorted(sent.lists.get("lane", ()))
            settings.change(session, access, project_id, version=sent.number("version") or 0, changed=changed)
            return told(f"/projects/{project_id}/attendance/settings", "saved")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            return page(request, project_id, sent, problem)

    return pages


def _number(sent: Sent, name: str) -> int:
    number = sent.number(name)
    if number is None:
        raise Problem("FIELD_NOT_A_NUMBER", 422, name)
    return number


AREA: Final = Area(router=router)
