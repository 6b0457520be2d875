"""本人查询: a worker's own month, days, objections and proofs, by a signed link on a phone; no account, nobody else's data.

The link's token moves into a cookie of this part of the site at once, so that it stands in no history and no Referer.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import APIRouter, Path, Request
from fastapi.responses import RedirectResponse, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel
from sqlalchemy.orm import Session

from central.attendance import day_lines, own_links, own_view, refusals, roots, sheet_groups
from central.attendance.own_links import Link
from central.attendance.own_view import OwnMonth
from central.attendance.published import Complaint
from central.attendance.roots_api import ProofOut, ProofsOut, RootOut
from central.call import Call
from central.clock import SITE_ZONE, today
from central.entry.store import AssignmentView
from central.errors import Problem
from central.identity.attempts import Pace
from central.web.areas import Area
from central.web.areas.attendance_own_pass import passing
from central.web.areas.attendance_words import date_of, dates, hours, month_of, months_around, tone, word
from central.web.areas.refusals import said
from central.web.forms import Form_, Sent
from central.web.pages import Portal, texts_of, told

COOKIE: Final = "gongmen_own"
CLOSED: Final = ("OWN_LINK_ENDED", "OWN_LINK_REVOKED")
REFUSED_SHOWN: Final = 20
PER_MINUTE: Final = 60
"""Pages and proofs that one link may ask for; a person needs a dozen."""


class _Said(BaseModel):
    said: dict[str, list[str]]


class _Done(BaseModel):
    id: int


def proof_dates(day: day_lines.DayLine) -> list[dt.date]:
    """The dates under whose roots a work date's passages stand: midnight to midnight by the gates' clocks, so a night has two. Pure."""
    return sorted({one.at_reported.astimezone(SITE_ZONE).date() for one in day.passages})


class OwnPages:
    """What the routes share: who comes by which link, and the frame of each page."""

    def __init__(self, portal: Portal, pace: Pace | None = None) -> None:
        self.portal = portal
        self._pace = pace or Pace(PER_MINUTE)

    def link(self, request: Request, token: str | None = None) -> Link:
        """Raises `Problem` 403 OWN_LINK_ENDED, OWN_LINK_REVOKED, 429 where a link or an address asks too often."""
        centre = self.portal.centre
        address = request.client.host if request.client else ""
        given = token if token is not None else request.cookies.get(COOKIE, "")
        try:
            with self.portal.database.reading() as session:
                found = own_links.opened(session, centre.secrets, given, centre.clock.now())
        except Problem as problem:
            if problem.code == "OWN_LINK_REVOKED":  # it was signed here: nobody guesses
                raise
            centre.failures.check(address)
            if given:
                centre.failures.failed(address)
            raise
        self._pace.ask(f"own:{found.assignment_id}")
        return found

    def frame(self, request: Request, link: Link, view: AssignmentView) -> dict[str, Any]:
        """What every page passes on."""
        t = texts_of(request)
        return {
            "link": link,
            "view": view,
            "own_csrf": self.csrf(request),
            "hours": hours,
            "tone": tone,
            "words": lambda prefix, code: word(prefix, code, t),
            "weekday": lambda date: t(f"weekday_{date.weekday()}"),
        }

    def view(self, session: Session, link: Link) -> AssignmentView:
        """The worker with the names around it. Raises `Problem` 403 OWN_LINK_ENDED."""
        return view_of(session, link)

    def csrf(self, request: Request) -> str:
        """The mark of a form of this link's pages."""
        return self.portal.csrf(request.cookies.get(COOKIE, ""))

    def write(self, request: Request, sent: Sent, link: Link, deed: Callable[[Session], _Done]) -> None:
        """A form's deed, once, in one transaction, as this worker."""
        if not hmac.compare_digest(self.csrf(request).encode(), sent.csrf.encode()):
            raise Problem("FORM_EXPIRED", 400)
        key = f"form:{sent.once}" if sent.once else None
        Call(self.portal.centre, own_view.acting(link), "POST", request.url.path, key).write(_Said(said=dict(sent.lists)), deed)


def view_of(session: Session, link: Link) -> AssignmentView:
    """The worker with the names around it. Raises `Problem` 403 OWN_LINK_ENDED."""
    own_view.assignment_of(session, link)
    return sheet_groups.people(session, [link.assignment_id])[link.assignment_id]


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False, route_class=_closing(portal))
    own = OwnPages(portal)
    passing(own, pages)  # first: its path stands before the one that takes a token
    _looking(own, pages)
    _proving(own, pages)

    @pages.get("/own/{token}")
    def enter(request: Request, token: str = Path(min_length=20, max_length=80)) -> Response:
        link = own.link(request, token)
        answer = RedirectResponse("/own", 303, headers={"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"})
        left_s = int((link.until - portal.clock.now()).total_seconds())
        answer.set_cookie(COOKIE, token, max_age=left_s, httponly=True, secure=portal.is_secure(request), samesite="lax", path="/own")
        return answer

    return pages


def _closing(portal: Portal) -> type[APIRoute]:
    """Routes that answer a link that opens nothing any more with a page in a worker's words, whatever was asked for."""

    class OwnRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def answer(request: Request) -> Response:
                try:
                    return await handle(request)
                except Problem as problem:
                    if problem.code not in CLOSED:
                        raise
                    values = {"why": texts_of(request).problem(problem.text), "code": problem.code}
                    return portal.page(request, "attendance/own_closed.html", values, problem.status)

            return answer

    return OwnRoute


def _looking(own: OwnPages, pages: APIRouter) -> None:
    portal = own.portal

    def month_page(request: Request, problem: Problem | None = None, text: str = "") -> Response:
        link, t = own.link(request), texts_of(request)
        month = month_of(request.query_params.get("month", ""), portal.clock)
        with portal.database.reading() as session:
            view = view_of(session, link)
            found = own_view.month(session, portal.clock, link, month)
        values = {
            **own.frame(request, link, view),
            **months_around(month, portal.clock),
            "found": found,
            "dates": dates(month),
            "is_public": found.is_public(today(portal.clock)),
            "refusal": t.problem(problem.text) if problem else "",
            "text": text,
        }
        return portal.page(request, "attendance/own.html", values, problem.status if problem else 200)

    @pages.get("/own")
    def month(request: Request) -> Response:
        return month_page(request)

    @pages.post("/own/objections")
    def object_to(request: Request, sent: Form_) -> Response:
        link = own.link(request)
        first = month_of(sent.get("month"), portal.clock)
        on = date_of(sent.get("work_date")) if sent.get("work_date") else None
        complaint = Complaint(link.assignment_id, sent.get("text")[:500], on)

        def deed(session: Session) -> _Done:
            return _Done(id=own_view.note_objection(session, portal.clock, link, complaint, first).id)

        try:
            own.write(request, sent, link, deed)
        except Problem as problem:
            if problem.status in (401, 403):
                raise
            return month_page(request, problem, sent.get("text"))
        return RedirectResponse(told(f"/own?month={first:%Y-%m}", "objection_sent"), 303)

    @pages.get("/own/days/{date}")
    def day(request: Request, date: str) -> Response:
        link, on = own.link(request), date_of(date)
        with portal.database.reading() as session:
            view = view_of(session, link)
            found = day_lines.of_date(session, portal.clock, view.assignment, on)
            whole: OwnMonth = own_view.month(session, portal.clock, link, on.replace(day=1))
            cut = found.parameters.days.day_cut if found else dt.time()
            refused = refusals.of_worker(session, view.assignment, on, cut, REFUSED_SHOWN)
        if found is None:
            raise Problem("NOT_FOUND", 404)
        t = texts_of(request)
        values = {
            **own.frame(request, link, view),
            "refused": [(one, said(one, t)) for one in refused],
            "day": found,
            "month": f"{on:%Y-%m}",
            "is_public": whole.is_public(today(portal.clock)),
            "proofs": proof_dates(found),
        }
        return portal.page(request, "attendance/own_day.html", values)


def _proving(own: OwnPages, pages: APIRouter) -> None:
    portal = own.portal

    def proofs_of(session: Session, link: Link, on: dt.date) -> ProofsOut:
        assignment = own_view.assignment_of(session, link)
        root, found = roots.prove(session, assignment.project_id, assignment.id, on)
        return ProofsOut(
            project_id=assignment.project_id, date=on, published=RootOut.of(root), proofs=[ProofOut.of(proof) for proof in found]
        )

    @pages.get("/own/proofs/{date}.json")
    def proof(request: Request, date: str) -> Response:
        link, on = own.link(request), date_of(date)
        with portal.database.reading() as session:
            told_ = proofs_of(session, link, on)
        headers = {"Cache-Control": "no-store", "Content-Disposition": f'attachment; filename="proof-{on}.json"'}
        return Response(told_.model_dump_json(indent=2), media_type="application/json", headers=headers)

    @pages.get("/own/verify/{date}")
    def verify(request: Request, date: str) -> Response:
        link, on = own.link(request), date_of(date)
        with portal.database.reading() as session:
            view = view_of(session, link)
            assignment = own_view.assignment_of(session, link)
            try:
                root, found = roots.prove(session, assignment.project_id, assignment.id, on)
            except Problem as problem:
                if problem.status != 404:
                    raise
                return portal.page(request, "attendance/own_proof.html", {**own.frame(request, link, view), "date": on, "root": None})
            good = all(roots.verify(root.root, one) for one in found)
        values = {**own.frame(request, link, view), "date": on, "root": root, "proofs": found, "good": good}
        return portal.page(request, "attendance/own_proof.html", values)


AREA: Final = Area(router=router)
