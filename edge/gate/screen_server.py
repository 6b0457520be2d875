"""Serves the lane's view over HTTP on a UNIX socket: the gate has no network, the kiosk's web pages pass it on.

GET /state   the view as JSON        GET /events   every change as a server-sent event, and the view again every 1.5 s, as
                                     long as the lane goes round
GET /frame.jpg   the newest picture, its number in X-Frame-Number; X-Taking says that the kiosk is photographing somebody with it
"""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Final

import msgspec
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from edge.gate.screen import Screen
from hardware.camera.lent import TAKING

Closing = Callable[[], bool]

REPEAT_S: Final = 1.5
"""A screen that hears nothing for longer takes the gate for dead."""
_LOOK_S: Final = 0.03
_STARTS_WITHIN_S: Final = 10.0


class ScreenServer:
    """A server in a thread of its own. `start` returns when it listens."""

    def __init__(self, screen: Screen, path: Path) -> None:
        self._screen, self._path = screen, path
        config = uvicorn.Config(_app(screen, self._closing), log_level="warning", lifespan="off", ws="none", timeout_graceful_shutdown=1)
        self._server = uvicorn.Server(config)
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Raises `OSError` where the socket cannot be made, for example because its folder is not writable."""
        listener = _listen(self._path)
        self._thread = threading.Thread(target=self._server.run, args=([listener],), name="screen", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends every stream and the thread; safe to repeat."""
        self._server.should_exit = True
        if self._thread is not None:
            self._thread.join(timeout=_STARTS_WITHIN_S)
            self._thread = None
            self._path.unlink(missing_ok=True)

    def _closing(self) -> bool:
        return self._server.should_exit


def _listen(path: Path) -> socket.socket:
    """A listening socket that only this user can open; what a dead process left behind is taken away."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    except OSError:
        listener.close()
        raise
    finally:
        os.umask(before)
    listener.listen(16)
    return listener


def _app(screen: Screen, closing: Closing) -> Starlette:
    async def state(request: Request) -> Response:
        return Response(msgspec.json.encode(screen.now()[1]), media_type="application/json", headers={"Cache-Control": "no-store"})

    async def events(request: Request) -> Response:
        return StreamingResponse(_changes(screen, closing), media_type="text/event-stream", headers={"Cache-Control": "no-store"})

    async def frame(request: Request) -> Response:
        if TAKING in request.headers:
            screen.lend()
        picture = await asyncio.to_thread(screen.jpeg)
        if picture is None:
            return Response(status_code=503)
        headers = {"X-Frame-Number": str(picture[0]), "Cache-Control": "no-store"}
        return Response(picture[1], media_type="image/jpeg", headers=headers)

    return Starlette(routes=[Route("/state", state), Route("/events", events), Route("/frame.jpg", frame)])


async def _changes(screen: Screen, closing: Closing) -> AsyncIterator[bytes]:
    seen, said_s = -1, 0.0
    clock = asyncio.get_running_loop().time
    while not closing():
        revision, view = screen.now()
        if screen.is_alive and (revision != seen or clock() - said_s >= REPEAT_S):
            seen, said_s = revision, clock()
            yield b"data: " + msgspec.json.encode(view) + b"\n\n"
        await asyncio.sleep(_LOOK_S)
