"""工作台: what waits for an employer, each with the list that it opens."""

from __future__ import annotations

import datetime as dt
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import desk
from central.access import Function, Role
from central.clock import today
from central.web.areas import Area, Entry
from central.web.pages import Portal, signed_in

KINDS: Final = ("returned", "unverified", "leaderless", "ending", "leaving", "waiting")
ICONS: Final = {
    "returned": "arrow-back-up",
    "unverified": "id-off",
    "leaderless": "user-question",
    "ending": "calendar-due",
    "leaving": "door-exit",
    "waiting": "clock",
}


def paths(today_: dt.date) -> dict[str, str]:
    """Where each kind of waiting is worked off."""
    return {
        "returned": "/assignments?state=returned",
        "unverified": "/workers?identity=pending",
        "leaderless": "/teams?only=leaderless",
        "ending": f"/workers?employment=active&ends_to={today_ + desk.SOON}",
        "leaving": "/departures",
        "waiting": "/assignments?state=assigned",
    }


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/desk")
    def page(request: Request) -> Response:
        access = signed_in(request)
        cards = []
        with portal.database.reading() as session:
            counts = desk.of_employer(session, portal.clock, access)
            for part in portal.parts("desk", access):
                cards.append((part, part.values(portal, request, session, access.company_id or 0)))
        values = {
            "counts": counts,
            "kinds": KINDS,
            "icons": ICONS,
            "paths": paths(today(portal.clock)),
            "cards": cards,
            "may_register": access.may(Function.REGISTER),
        }
        return portal.page(request, "desk.html", values)

    return pages


AREA: Final = Area(router=router, entries=(Entry("desk", (Role.EMPLOYER,), "/desk", "layout-dashboard", 10),))
