"""One worker's month and one date of it: the passages in pairs, what was merged or did not count, and why its mark is what it is."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import segno
from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import changes
from central.access import Access, Function
from central.attendance import day_lines, days_sight, own_links, published, refusals, sheet_groups
from central.attendance.day_lines import DayLine
from central.attendance.sheet import Wanted
from central.attendance.valid_day import Expected, Mark
from central.call import RowId
from central.entry.model import Assignment
from central.errors import Problem
from central.projects.service import visible_project
from central.web.areas import Area
from central.web.areas.attendance_words import checks_of, date_of, dates, frame, hours, likeness, month_of, months_around
from central.web.areas.refusals import said
from central.web.forms import Form_
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts

LINK_HOURS: Final = (1, 24, 7 * 24)
REFUSED_SHOWN: Final = 50
"""Refusals of one date on its page; the list of refusals has all."""
LINKS_SHOWN: Final = 20
"""The newest links of a worker that the office sees; the API tells of all."""


def why(day: DayLine, t: Texts) -> list[str]:
    """The rules behind a date's mark, in words, each with its number or its place in the settings."""
    cell, told = day.cell, []
    if day.cell.halves:
        told.append(t(f"why_profile_{day.parameters.valid.profile.value}", hours=hours(day.parameters.valid.full_day_s)))
    elif day.stays:
        told.append(t("why_not_valid", profile=t(f"profile_{day.parameters.valid.profile.value}")))
    if Mark.MISSING_PUNCH.value in cell.marks:
        told.append(t("why_missing", span=hours(int(day.parameters.days.max_span.total_seconds())), day=day.parameters.correct_until_day))
    if Mark.ABSENT.value in cell.marks:
        told.append(t("why_absent"))
    if Mark.MANUAL.value in cell.marks:
        told.append(t("why_manual"))
    if cell.expected in {Expected.SUSPENDED.value, Expected.REST.value, Expected.NOT_ASSIGNED.value}:
        told.append(t(f"why_{cell.expected}"))
    if not cell.marks and day.missing:
        told.append(t("why_incomplete", gates="、".join(gate.name for gate in day.missing)))
    elif not cell.marks:
        told.append(t("why_running"))
    told.append(t("why_cut", cut=f"{day.parameters.days.day_cut:%H:%M}"))
    return told


def qr_of(url: str) -> str:
    """A picture of an address that a phone reads, as a data URI."""
    return str(segno.make(url, error="m", micro=False).svg_data_uri(scale=6, border=2))


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def person(session: Session, access: Access, project_id: int, assignment_id: int) -> Assignment:
        assignment = days_sight.seen_assignment(session, access, assignment_id)
        if assignment.project_id != project_id:
            raise Problem("NOT_FOUND", 404)
        return assignment

    def one_month(request: Request, project_id: int, assignment_id: int, **more: Any) -> Response:
        access, t = signed_in(request), texts_of(request)
        month = month_of(request.query_params.get("month", ""), portal.clock)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            person(session, access, project_id, assignment_id)
            wanted = Wanted(month, assignment_ids=(assignment_id,))
            found = published.page(session, portal.clock, access, project_id, wanted)
            view = sheet_groups.people(session, [assignment_id])[assignment_id]
            may_issue = access.may(Function.CORRECT_ATTENDANCE)
            links = own_links.page(session, access, assignment_id, limit=LINKS_SHOWN)[:LINKS_SHOWN] if may_issue else []
            makers = changes.names_of(session, {actor for link in links for actor in (link.issued_by, link.revoked_by)})
        values = {
            **frame(project_id, access, "month", t),
            **months_around(month, portal.clock),
            "project": project,
            "view": view,
            "line": next(iter(found.sheet.lines), None),
            "found": found,
            "dates": dates(month),
            "differs": found.differences[0].dates if found.differences else (),
            "link_hours": LINK_HOURS,
            "may_issue": may_issue,
            "links": links,
            "maker": lambda actor: makers.get(actor, actor),
            "link": None,
            "qr": "",
        }
        return portal.page(request, "attendance/person.html", {**values, **more})

    @pages.get("/projects/{project_id}/attendance/people/{assignment_id}")
    def month_of_one(request: Request, project_id: RowId, assignment_id: RowId) -> Response:
        return one_month(request, project_id, assignment_id)

    @pages.post("/projects/{project_id}/attendance/people/{assignment_id}/own-link")
    def own_link(request: Request, project_id: RowId, assignment_id: RowId, sent: Form_) -> Response:
        made: list[tuple[str, own_links.Link]] = []

        def deed(session: Session, access: Access) -> str:
            person(session, access, project_id, assignment_id)
            keys = portal.centre.secrets
            made.append(own_links.issue(session, portal.clock, keys, access, assignment_id, hours=sent.number("hours") or 24))
            return "/"

        portal.write(request, sent, deed)
        token, link = made[0]
        url = f"{portal.centre.settings.public_url.rstrip('/')}/own/{token}"
        return one_month(request, project_id, assignment_id, link=link, qr=qr_of(url))

    @pages.post("/projects/{project_id}/attendance/people/{assignment_id}/own-links/{link_id}/revoke")
    def revoke(request: Request, project_id: RowId, assignment_id: RowId, link_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            person(session, access, project_id, assignment_id)
            if own_links.revoke(session, portal.clock, access, link_id).assignment_id != assignment_id:
                raise Problem("NOT_FOUND", 404)
            month = month_of(request.query_params.get("month", ""), portal.clock)
            return told(f"/projects/{project_id}/attendance/people/{assignment_id}?month={month:%Y-%m}", "own_link_revoked")

        return redirect(request, portal.write(request, sent, deed))

    @pages.get("/projects/{project_id}/attendance/people/{assignment_id}/days/{date}")
    def one_day(request: Request, project_id: RowId, assignment_id: RowId, date: str) -> Response:
        access, t, on = signed_in(request), texts_of(request), date_of(date)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            assignment = person(session, access, project_id, assignment_id)
            day = day_lines.of_date(session, portal.clock, assignment, on)
            if day is None:
                raise Problem("NOT_FOUND", 404)
            now = published.page(session, portal.clock, access, project_id, Wanted(on.replace(day=1), assignment_ids=(assignment_id,)))
            refused = refusals.of_worker(session, assignment, on, day.parameters.days.day_cut, REFUSED_SHOWN)
        values = {
            **frame(project_id, access, "month", t),
            "project": project,
            "say": lambda row: said(row, t),
            "day": day,
            "refused": refused,
            "checks_of": lambda passage: checks_of(passage, t),
            "likeness": likeness,
            "month": f"{on:%Y-%m}",
            "day_before": on - dt.timedelta(days=1),
            "day_after": on + dt.timedelta(days=1),
            "why": why(day, t),
            "published": now.sheet.lines[0].cells[on.day - 1] if now.frozen and now.sheet.lines else None,
            "may_correct": access.may(Function.CORRECT_ATTENDANCE),
        }
        return portal.page(request, "attendance/day.html", values)

    return pages


AREA: Final = Area(router=router)
