"""The lane screen's line to the gate process: a UNIX socket, passed on as server-sent events. A dead gate is said, and tried again."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import httpx
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from edge.kiosk.parts import KioskParts

RETRY_S = 0.5
SILENCE_S = 4.0
"""A gate that says nothing for so long is taken for dead: it sends its state every 1.5 s, as long as its lane does its work."""


def gate_client(socket: Path) -> httpx.AsyncClient:
    """HTTP over the gate's UNIX socket."""
    transport = httpx.AsyncHTTPTransport(uds=str(socket))
    return httpx.AsyncClient(transport=transport, base_url="http://gate", timeout=httpx.Timeout(2.0, read=SILENCE_S), trust_env=False)


def router(parts: KioskParts) -> APIRouter:
    """`GET /lane/events` and `GET /lane/frame.jpg`."""
    routes = APIRouter(prefix="/lane")

    @routes.get("/events")
    async def events(request: Request) -> Response:
        counter = request.app.state.counter
        relayed = _relay(parts.lane_socket, counter.closing.is_set, counter.borrows_the_lane_camera)
        return StreamingResponse(relayed, media_type="text/event-stream")

    @routes.get("/frame.jpg")
    async def frame() -> Response:
        if parts.lane_socket is None:
            return Response(status_code=503)
        try:
            async with gate_client(parts.lane_socket) as gate:
                answer = await gate.get("/frame.jpg")
        except httpx.HTTPError:
            return Response(status_code=503)
        if answer.status_code != 200:
            return Response(status_code=503)
        number = answer.headers.get("X-Frame-Number", "")
        return Response(answer.content, media_type="image/jpeg", headers={"X-Frame-Number": number})

    return routes


async def _relay(socket: Path | None, closing: Callable[[], bool], lent: Callable[[], bool]) -> AsyncIterator[str]:
    """The gate's events as they come, with `lent` while the kiosk looks through the lane's camera; `{"state": "dead"}` whenever there is
    no gate, until it is back."""
    while not closing():
        try:
            if socket is not None:
                async with gate_client(socket) as gate, gate.stream("GET", "/events") as answer:
                    answer.raise_for_status()
                    async for line in answer.aiter_lines():
                        if closing():
                            return
                        if line.startswith("data:"):
                            view = json.loads(line[5:]) | {"lent": lent()}
                            yield f"data: {json.dumps(view, ensure_ascii=False)}\n\n"
        except httpx.HTTPError:
            pass
        yield f"data: {json.dumps({'state': 'dead'})}\n\n"
        await asyncio.sleep(RETRY_S)
