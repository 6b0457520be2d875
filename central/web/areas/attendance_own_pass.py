"""The page of a worker's own code for the gate, on the phone; it belongs to `attendance_own_view`, whose link opens it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import segno
from fastapi import APIRouter, Request
from fastapi.responses import Response

from central.attendance import own_pass, own_view
from central.errors import Problem
from central.web.pages import texts_of
from edge.sync.qr_pass import PHONE_S

if TYPE_CHECKING:
    from central.web.areas.attendance_own_view import OwnPages

EVERY_S: Final = PHONE_S - 30
"""A new code half a minute before the shown one is over, so that none is read as it ends."""


def passing(own: OwnPages, pages: APIRouter) -> None:
    """The page: a code for two minutes, drawn anew while it is open; nothing of it is kept or noted."""
    portal = own.portal

    @pages.get("/own/pass")
    def code(request: Request) -> Response:
        link, t = own.link(request), texts_of(request)
        with portal.database.reading() as session:
            view = own.view(session, link)
            assignment = own_view.assignment_of(session, link)
        values: dict[str, Any] = {**own.frame(request, link, view), "picture": "", "every_s": EVERY_S}
        try:
            made = own_pass.of(portal.clock, portal.centre.secrets, link, assignment)
        except Problem as problem:
            return portal.page(request, "attendance/own_pass.html", {**values, "why": t.problem(problem.text)}, problem.status)
        picture = str(segno.make(made.text, error="m", micro=False).svg_data_uri(scale=6, border=4))
        return portal.page(request, "attendance/own_pass.html", {**values, "picture": picture, "until": made.until})
