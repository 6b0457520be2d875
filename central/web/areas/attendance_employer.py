"""考勤与工资表 of an employer: its own people on every project, the tab of a worker, the months to sign (A-55, A-63)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.attendance import employer_months, presence, published, sheet
from central.attendance.sheet import Wanted
from central.clock import today
from central.entry import people_list
from central.web.areas import Area, Entry, Part
from central.web.areas.attendance_words import dates, hours, month_of, months_around, tone
from central.web.listing import Listing
from central.web.pages import Portal, signed_in


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/attendance")
    def page(request: Request) -> Response:
        access = signed_in(request)
        month = month_of(request.query_params.get("month", ""), portal.clock)
        with portal.database.reading() as session:
            found = employer_months.of_month(session, access, month)
            waiting = employer_months.to_sign(session, access, today(portal.clock))
        values = {
            **months_around(month, portal.clock),
            "found": found,
            "waiting": waiting,
            "today": today(portal.clock),
            "listing": Listing.read("/attendance", request.query_params, (), (), ("month",)),
            "may_export": access.may(Function.EXPORT),
            "may_see_wages": access.may(Function.VIEW_WAGES),
        }
        return portal.page(request, "attendance/employer.html", values)

    return pages


def _of_worker(portal: Portal, request: Request, session: Session, worker_id: int) -> Mapping[str, Any]:
    """The tab: a worker's month on each project it is on, as far as whoever asks sees them."""
    access = signed_in(request)
    access.require(Function.VIEW_ATTENDANCE)
    month = month_of(request.query_params.get("month", ""), portal.clock)
    lines = []
    for one in people_list.of_worker(session, access, worker_id):
        assignment = one.assignment
        if assignment.entry_time is None or assignment.entry_time.date() > sheet.last_of(month):
            continue
        wanted = Wanted(month, assignment_ids=(assignment.id,))
        found = published.page(session, portal.clock, access, assignment.project_id, wanted)
        stands = presence.of_assignment(session, portal.clock, assignment.id) if assignment.state == "confirmed" else None
        lines += [(one, line, found, stands) for line in found.sheet.lines]
    return {
        **months_around(month, portal.clock),
        "attendance_lines": lines,
        "dates": dates(month),
        "hours": hours,
        "tone": tone,
        "path": f"/workers/{worker_id}",
    }


def _to_sign(portal: Portal, request: Request, session: Session, company_id: int) -> Mapping[str, Any]:
    """The card of the desk."""
    del company_id  # the account's own; the service takes it from there
    access = signed_in(request)
    waiting = employer_months.to_sign(session, access, today(portal.clock)) if access.may(Function.VIEW_ATTENDANCE) else ()
    return {"waiting": waiting}


def _sees(access: Access) -> bool:
    return access.may(Function.VIEW_ATTENDANCE)


AREA: Final = Area(
    router=router,
    entries=(Entry("own_attendance", (Role.EMPLOYER,), "/attendance", "calendar-stats", 60, shown=_sees),),
    parts=(
        Part("worker", "attendance", 40, "attendance/worker_tab.html", _of_worker, (Role.EMPLOYER, Role.AUTHORITY, Role.HEAD_STATION)),
        Part("desk", "sign_months", 20, "attendance/sign_card.html", _to_sign, (Role.EMPLOYER,)),
    ),
)
