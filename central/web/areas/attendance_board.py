"""看板: a project now, on a desk, a phone, or a wall (`?wall=1`). It follows the gates within a second by server-sent events; where these
do not come through it asks by itself every ten seconds."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response, StreamingResponse

from central.access import Access, Function, Role
from central.attendance import board_live
from central.attendance.board_live import Snapshot
from central.attendance.board_stream import BoardStream
from central.call import RowId
from central.clock import SITE_ZONE
from central.web import sessions
from central.web.areas import Area, Entry
from central.web.areas.attendance_words import word
from central.web.pages import Portal, signed_in, texts_of, visitor_of
from central.web.texts import Texts
from central.web.trades import trade_name

CHECK_S: Final = 2.0
"""How soon a stream ends after its visitor has signed out."""
LONGEST_S: Final = 600.0
"""A stream begins anew after this long, by itself: a browser that went away unheard holds no place for ever."""
HEADERS: Final = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", "X-Content-Type-Options": "nosniff"}


def shown(now: Snapshot, t: Texts, project_id: int) -> dict[str, Any]:
    """What the pieces of the board need."""
    return {
        "at_refused": f"/projects/{project_id}/refusals?day={now.at.astimezone(SITE_ZONE).date()}",
        "board": now,
        "trades": [(trade_name(code, t), heads) for code, heads in now.trades],
        "teams": [(name or t("no_team"), heads) for name, heads in now.teams],
        "refused": [(word("why", reason, t), times) for reason, times in now.refused],
        "turned_away": [(one, word("why", one.reason, t)) for one in now.turned_away],
        "gates_online": sum(gate.online for gate in now.gates),
        "gates_all": sum(not gate.claimed for gate in now.gates),
    }


def event(name: str, html: str) -> str:
    """One server-sent event that holds a piece of a page."""
    return f"event: {name}\ndata: {json.dumps(html, ensure_ascii=False)}\n\n"


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)
    stream = BoardStream(portal.database, portal.clock)

    def pieces(request: Request, project_id: int, now: Snapshot) -> str:
        return bytes(portal.page(request, "attendance/board_pieces.html", shown(now, texts_of(request), project_id)).body).decode()

    @pages.get("/projects/{project_id}/board")
    def page(request: Request, project_id: RowId, wall: str = "") -> Response:
        access, t = signed_in(request), texts_of(request)
        with portal.database.reading() as session:
            project = board_live.visible(session, access, project_id)
            now = board_live.snapshot(session, project_id, portal.clock.now())
        values = {"project": project, "wall": bool(wall), "may_gates": access.role is Role.CONTRACTOR, **shown(now, t, project_id)}
        return portal.page(request, "attendance/board.html", values)

    @pages.get("/projects/{project_id}/board/pieces")
    def ask(request: Request, project_id: RowId) -> Response:
        with portal.database.reading() as session:
            board_live.visible(session, signed_in(request), project_id)
            now = board_live.snapshot(session, project_id, portal.clock.now())
        return portal.page(request, "attendance/board_pieces.html", shown(now, texts_of(request), project_id))

    @pages.get("/projects/{project_id}/board/stream")
    async def follow(request: Request, project_id: RowId) -> Response:
        def check() -> None:
            with portal.database.reading() as session:
                board_live.visible(session, signed_in(request), project_id)

        await asyncio.to_thread(check)
        stream.room()
        return StreamingResponse(told(request, project_id), media_type="text/event-stream", headers=HEADERS)

    def is_signed_in(token: str) -> bool:
        with portal.database.reading() as session:
            return sessions.alive(session, token, portal.clock.now()) is not None

    async def told(request: Request, project_id: int) -> AsyncIterator[str]:
        token, began = visitor_of(request).token, time.monotonic()
        checked = began
        yield "retry: 2000\n\n"
        async with stream.listen(project_id) as slot:
            while (passed := time.monotonic()) - began < LONGEST_S:
                now = await _next(slot)
                if passed - checked >= CHECK_S:
                    checked = passed
                    if not await asyncio.to_thread(is_signed_in, token):
                        yield event("over", "")
                        return
                if now is not None:
                    yield event("board", pieces(request, project_id, now))

    return pages


async def _next(slot: asyncio.Queue[Snapshot]) -> Snapshot | None:
    try:
        return await asyncio.wait_for(slot.get(), CHECK_S)
    except TimeoutError:
        return None


def _runs(access: Access) -> bool:
    return access.may(Function.VIEW_ATTENDANCE)


AREA: Final = Area(
    router=router,
    entries=(Entry("board", (Role.CONTRACTOR,), "/projects/{project}/board", "layout-dashboard", 10, shown=_runs, general=True),),
)
