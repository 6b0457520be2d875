"""补卡: a missing punch is asked for from its day, waits in a queue, and is approved or refused by somebody else with a reason (A-60)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.attendance import corrections, days_sight, parameters, sheet_groups
from central.attendance.papers import Correction, CorrectionReason, CorrectionState
from central.call import RowId
from central.clock import SITE_ZONE
from central.errors import Problem, declare
from central.projects.service import visible_project
from central.web import choices
from central.web.areas import Area
from central.web.areas.attendance_words import date_of, frame
from central.web.forms import Field, Form, Form_, Section
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, refused_rows, signed_in, texts_of, told
from central.web.texts import Texts
from edge.sync.wire import Direction

COLUMNS: Final = ("name", "punch", "correction_reason", "asked_when", "correction_state", "do")
DECISIONS: Final = ("approve", "reject")

declare({"TIME_INVALID": ("时间格式应为 时:分，如 17:30。", "A time of day, such as 17:30.")})


def ask_form(t: Texts, path: str, name: str) -> Form:
    """The form that asks for one punch of a date."""
    ways = [(Direction.IN.value, t("lane_in")), (Direction.OUT.value, t("lane_out"))]
    fields = (
        Field("punch_time", "time", required=True, limit=5),
        Field("direction", "radio", required=True, options=ways),
        Field(
            "reason", "select", required=True, options=choices.of(CorrectionReason, "missing_because", t), label=t("col_correction_reason")
        ),
        Field("note", "area", limit=300),
        Field("correction_evidence", limit=200, wide=True),
    )
    return Form(f"correction-{name}", path, (Section("correction", fields),), submit="ask_correction", back=path.rpartition("/")[0])


def moment(date: dt.date, text: str, cut: dt.time) -> dt.datetime:
    """A time of day on a work date: before the day cut it is the small hours after it. Raises `Problem` 422 TIME_INVALID."""
    try:
        at = dt.time.fromisoformat(text)
    except ValueError:
        raise Problem("TIME_INVALID", 422, "punch_time") from None
    on = date + dt.timedelta(days=1) if at < cut else date
    return dt.datetime.combine(on, at.replace(tzinfo=None), SITE_ZONE).astimezone(dt.UTC)


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)
    _queue(portal, pages)
    _asking(portal, pages)
    return pages


def _queue(portal: Portal, pages: APIRouter) -> None:
    @pages.get("/projects/{project_id}/attendance/corrections")
    def queue(request: Request, project_id: RowId) -> Response:
        access, t = signed_in(request), texts_of(request)
        listing = Listing.read(
            f"/projects/{project_id}/attendance/corrections", request.query_params, tuple(CorrectionState), corrections.ORDER.columns
        )
        state = CorrectionState(listing.state) if listing.state else None
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            after, order = listing.after_id, listing.order
            rows = corrections.page(session, access, project_id, state=state, after=after, limit=PAGE_SIZE, sort=order)
            people = sheet_groups.people(session, [row.assignment_id for row in rows])
            cut = parameters.of_project(session, project_id).days
        shown: Sequence[Correction] = rows[:PAGE_SIZE]
        values: dict[str, Any] = {
            **frame(project_id, access, "corrections", t),
            "month": "",
            "project": project,
            "listing": listing,
            "counts": dict.fromkeys((one.value for one in CorrectionState), " "),
            "columns": COLUMNS,
            "rows": shown,
            "more": str(shown[-1].id) if len(rows) > PAGE_SIZE else "",
            "sortable": corrections.ORDER.columns,
            "may_export": access.may(Function.EXPORT),
            "people": people,
            "date_of": cut.date_of,
            "own": access.actor,
            "refused": refused_rows(request),
            "may_decide": access.may(Function.CORRECT_ATTENDANCE) and access.role is Role.CONTRACTOR,
        }
        return portal.page(request, "attendance/corrections.html", values)

    @pages.post("/projects/{project_id}/attendance/corrections/{correction_id}")
    def decide(request: Request, project_id: RowId, correction_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            asked = session.get(Correction, correction_id)
            if asked is None or asked.project_id != project_id:
                raise Problem("NOT_FOUND", 404)
            if sent.get("do") == "approve":
                corrections.approve(session, portal.clock, access, correction_id)
                return told(back, "correction_approved")
            corrections.reject(session, portal.clock, access, correction_id, sent.get("why")[:300])
            return told(back, "correction_rejected")

        back = f"/projects/{project_id}/attendance/corrections?state=requested"
        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 404):
                raise
            return redirect(request, told(back, "not_decided", 0, [(correction_id, problem.code)]))


def _asking(portal: Portal, pages: APIRouter) -> None:
    def asking(request: Request, project_id: int, assignment_id: int, date: str, **more: Any) -> tuple[Form, dict[str, Any]]:
        access, t = signed_in(request), texts_of(request)
        access.require(Function.CORRECT_ATTENDANCE)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            if days_sight.seen_assignment(session, access, assignment_id).project_id != project_id:
                raise Problem("NOT_FOUND", 404)
            view = sheet_groups.people(session, [assignment_id])[assignment_id]
        form = ask_form(t, request.url.path, f"{assignment_id}-{date}")
        return form, {"project": project, "view": view, "date": date_of(date), "back": form.back, **more}

    @pages.get("/projects/{project_id}/attendance/people/{assignment_id}/days/{date}/correction")
    def form(request: Request, project_id: RowId, assignment_id: RowId, date: str) -> Response:
        made, values = asking(request, project_id, assignment_id, date)
        return portal.page(request, "attendance/correction.html", {"form": made, **values})

    @pages.post("/projects/{project_id}/attendance/people/{assignment_id}/days/{date}/correction")
    def ask(request: Request, project_id: RowId, assignment_id: RowId, date: str, sent: Form_) -> Response:
        made, values = asking(request, project_id, assignment_id, date)

        def deed(session: Session, access: Access) -> str:
            if sent.get("direction") not in {"01", "02"}:
                raise Problem("FIELD_MISSING", 422, "direction")
            if sent.get("reason") not in list(CorrectionReason):
                raise Problem("FIELD_MISSING", 422, "reason")
            cut = parameters.of_project(session, project_id).days.day_cut
            at = moment(values["date"], sent.get("punch_time"), cut)
            way, reason = Direction(sent.get("direction")), CorrectionReason(sent.get("reason"))
            wanted = corrections.Request(at, way, reason, sent.get("note")[:300], sent.get("correction_evidence")[:200])
            corrections.request(session, portal.clock, access, assignment_id, wanted)
            return told(made.back, "correction_asked")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            return portal.refusal(request, "attendance/correction.html", made.after(sent), _beside(problem), values)


def _beside(problem: Problem) -> Problem:
    """A refusal of the time stands beside the field that holds it."""
    if problem.field == "at":
        return Problem(problem.code, problem.status, "punch_time", **problem.values)
    return problem


AREA: Final = Area(router=router)
