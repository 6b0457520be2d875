"""看板: a project now: on site by team and trade, the hours of the day, the last passages, gates and what is wrong with them."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central import site_view
from central.access import Function, Role
from central.attendance.board import board
from central.call import RowId
from central.devices import gates
from central.projects import service as projects
from central.web.areas import Area, Entry, needs
from central.web.figures import columns, strip
from central.web.pages import Portal, is_part, signed_in, texts_of
from central.web.trades import trade_name

POLL_S: Final = 10


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/projects/{project_id}/board")
    def page(request: Request, project_id: RowId) -> Response:
        access, t, now = signed_in(request), texts_of(request), portal.clock.now()
        with portal.database.reading() as session:
            project = projects.visible_project(session, access, project_id)
            if not access.sees_everything:
                projects.require_general_contractor(session, access, project_id)  # the gates and what they count
            hours = site_view.hours(session, project_id, now)
            cards = (
                []
                if is_part(request)
                else [(part, part.values(portal, request, session, project_id)) for part in portal.parts("board", access)]
            )
            values = {
                "project": project,
                "figures": strip(board(session, project_id, now), t),
                "teams": site_view.by_team(session, project_id, now),
                "trades": [(trade_name(code, t), count) for code, count in site_view.by_trade(session, project_id, now)],
                "hours": hours,
                "bars": columns(hours),
                "passages": site_view.last_passages(session, project_id),
                "refusals": site_view.last_refusals(session, project_id, 5),
                "boxes": gates.of_project(session, access, project_id),
                "cards": cards,
                "poll_s": POLL_S,
            }
            return portal.page(request, "board_live.html" if is_part(request) else "board.html", values)

    return pages


AREA: Final = Area(
    router=router,
    entries=(
        Entry(
            "board",
            (Role.CONTRACTOR,),
            "/projects/{project}/board",
            "layout-dashboard",
            10,
            shown=needs(Function.VIEW_DEVICES),
            general=True,
        ),
    ),
)
