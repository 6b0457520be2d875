"""定稿公示: a month is frozen and made public, workers object, each objection is answered once, and what changed since stands beside it."""

from __future__ import annotations

from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import paging
from central.access import Access, Function, Role
from central.attendance import presence, published, sheet, sheet_groups
from central.attendance.papers import FrozenMonth, Objection
from central.attendance.working_calendar import between
from central.call import RowId
from central.clock import today
from central.errors import Problem
from central.projects.service import visible_project
from central.web.areas import Area
from central.web.areas.attendance_words import frame, month_of, months_around
from central.web.forms import Field, Form, Form_, Section
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, refused_rows, signed_in, texts_of, told
from central.web.texts import Texts

MOST_DIFFERENT: Final = 100


def freeze_form(t: Texts, path: str, month: str, missing: int) -> Form:
    """How long the month is public, and whether it is frozen although a gate has not told everything."""
    fields = [Field("public_days", "number", required=True, limit=2)]
    if missing:
        fields.append(Field("despite_incomplete", "check", label=t("field_despite_incomplete_n", n=missing)))
    sections = (Section("freeze", fields),)
    ask = t("freeze_ask", month=month)
    return Form(f"freeze-{month}", path, sections, submit="freeze", values={"public_days": "5"}, confirm=ask)


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)
    _freezing(portal, pages)
    _answering(portal, pages)
    return pages


def _freezing(portal: Portal, pages: APIRouter) -> None:
    def page(request: Request, project_id: int, form: Form | None = None, problem: Problem | None = None) -> Response:
        access, t = signed_in(request), texts_of(request)
        path = f"/projects/{project_id}/attendance/publish"
        listing = Listing.read(path, request.query_params, (), (), ("month",))
        month = month_of(listing.filter("month"), portal.clock)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            on = presence.ground(session, portal.clock, project_id)
            frozen = published.of(session, project_id, month)
            after = paging.after(listing.after or None)
            raised = published.objections(session, access, project_id, month, after=after, limit=PAGE_SIZE)
            differences = published.differences(session, on, access, frozen) if frozen is not None else []
            people = sheet_groups.people(session, [one.assignment_id for one in raised])
            is_whole = frozen is None or published.verify(session, frozen)
        last = sheet.last_of(month)
        complete = sheet.complete_in(on, month)
        missing = [date for date in between(month, last) if date not in complete]
        shown = raised[:PAGE_SIZE]
        may_publish = access.may(Function.PUBLISH_MONTH) and access.role is Role.CONTRACTOR
        made = form or freeze_form(t, f"{path}?month={month:%Y-%m}", f"{month:%Y-%m}", len(missing))
        values: dict[str, Any] = {
            **frame(project_id, access, "publish", t),
            **months_around(month, portal.clock),
            "project": project,
            "listing": listing,
            "frozen": frozen,
            "is_whole": is_whole,
            "is_over": last <= on.as_of,
            "is_public": frozen is not None and today(portal.clock) <= frozen.objections_until,
            "missing": missing,
            "gates": [gate for gate in on.gates if missing and not _covers(gate, on, missing)],
            "differences": differences[:MOST_DIFFERENT],
            "may_export": access.may(Function.EXPORT),
            "different_in_all": len(differences),
            "objections": shown,
            "more": paging.cursor_after(shown[-1].id) if len(raised) > PAGE_SIZE else "",
            "people": people,
            "refused": refused_rows(request),
            "may_publish": may_publish,
            "form": made.refused(problem, t) if problem is not None else made,
        }
        return portal.page(request, "attendance/publish.html", values, problem.status if problem else 200)

    @pages.get("/projects/{project_id}/attendance/publish")
    def show(request: Request, project_id: RowId) -> Response:
        return page(request, project_id)

    @pages.post("/projects/{project_id}/attendance/publish")
    def freeze(request: Request, project_id: RowId, sent: Form_) -> Response:
        month = month_of(request.query_params.get("month", ""), portal.clock)
        path = f"/projects/{project_id}/attendance/publish?month={month:%Y-%m}"

        def deed(session: Session, access: Access) -> str:
            days = sent.number("public_days")
            if days is None or not 1 <= days <= 60:
                raise Problem("OUT_OF_RANGE", 422, "public_days", low=1, high=60)
            despite = bool(sent.get("despite_incomplete"))
            published.freeze(session, portal.clock, access, project_id, month, public_days=days, despite_incomplete=despite)
            return told(path, "month_frozen")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            form = freeze_form(texts_of(request), path, f"{month:%Y-%m}", int(problem.values.get("days", 0) or 0))
            return page(request, project_id, form.after(sent), problem)


def _answering(portal: Portal, pages: APIRouter) -> None:
    @pages.post("/projects/{project_id}/attendance/objections/{objection_id}")
    def answer(request: Request, project_id: RowId, objection_id: RowId, sent: Form_) -> Response:
        back = f"/projects/{project_id}/attendance/publish?month={month_of(sent.get('month'), portal.clock):%Y-%m}"

        def deed(session: Session, access: Access) -> str:
            objection = session.get(Objection, objection_id)
            frozen = session.get(FrozenMonth, objection.month_id) if objection is not None else None
            if frozen is None or frozen.project_id != project_id:
                raise Problem("NOT_FOUND", 404)
            text = sent.get("answer")[:500]
            if not text:
                raise Problem("REASON_REQUIRED", 422, "answer")
            published.answer(session, portal.clock, access, objection_id, text=text, accepted=sent.get("do") == "accept")
            return told(back, "objection_answered")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            return redirect(request, told(back, "not_decided", 0, [(objection_id, problem.code)]))


def _covers(gate: Any, on: presence.Ground, missing: list[Any]) -> bool:
    """Whether a gate has told everything of all these dates."""
    rules = on.parameters.days
    return all(gate.report.covers(rules.start_of(date), rules.start_of(date + (missing[0].resolution))) for date in missing)


AREA: Final = Area(router=router)
