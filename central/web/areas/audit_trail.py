"""The audit, for its administrator."""

from __future__ import annotations

import json
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import audit
from central.access import Role
from central.identity import trail
from central.identity.trail import Wanted
from central.web.areas import Area, Entry
from central.web.pages import Portal, signed_in

HERE: Final = "/audit"
PAGE: Final = 50


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get(HERE)
    def page(request: Request, actor: str = "", action: str = "", subject: str = "", before: str = "") -> Response:
        wanted = Wanted(actor.strip()[:64], action.strip()[:64], subject.strip()[:64])
        with portal.database.reading() as session:
            at = int(before) if before.isascii() and before.isdigit() and len(before) < 16 else 0
            found = trail.page_of_entries(session, signed_in(request), wanted, at, PAGE)
            broken = audit.verify(session) if request.query_params.get("check") else None
        rows = [(row, json.loads(row.told)) for row in found[:PAGE]]
        more = str(rows[-1][0].id) if len(found) > PAGE else ""
        values = {"rows": rows, "wanted": wanted, "more": more, "checked": bool(request.query_params.get("check")), "broken": broken}
        return portal.page(request, "audit.html", values)

    return pages


AREA: Final = Area(router=router, entries=(Entry("audit", (Role.AUDITOR,), HERE, "list-search", 10),))
