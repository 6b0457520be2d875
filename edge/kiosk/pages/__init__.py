"""The kiosk's web application: `/lane` for workers, `/enrol` for the site manager, `/guard` for the guard, `/health` for the technician.

Bound to loopback (or the site's own network where an installer says so); no page loads anything from elsewhere.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import MutableHeaders
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edge.kiosk.pages import api, guard_api, lane, screens, worker_api
from edge.kiosk.pages.counter import Counter
from edge.kiosk.pages.guard_post import GuardPost
from edge.kiosk.parts import KioskParts

ASSETS = Path(__file__).parent / "assets"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob: data:; connect-src 'self'; font-src 'self'; "
    "form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
)


def create_app(parts: KioskParts) -> FastAPI:
    """The application over ready-built parts. They are used on the event loop's thread and stay the caller's to close."""
    counter = Counter(parts)

    @asynccontextmanager
    async def life(_app: FastAPI) -> AsyncIterator[None]:
        reports = asyncio.create_task(counter.report_on())
        yield
        reports.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await reports
        counter.close()

    app = FastAPI(title="Gongmen kiosk", lifespan=life, docs_url=None, redoc_url=None, openapi_url=None)
    app.state.counter = counter
    app.include_router(guard_api.router(GuardPost(counter)))
    app.include_router(worker_api.router(counter))
    app.include_router(api.router(counter))
    app.include_router(lane.router(parts))
    app.include_router(screens.router(counter))
    app.mount("/assets", StaticFiles(directory=ASSETS), name="assets")
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=list(parts.hosts))

    app.add_middleware(Guard)
    return app


class Guard:
    """Puts the headers that keep a page to itself on every answer (plain ASGI, so that streams pass untouched)."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One exchange."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                headers["Content-Security-Policy"] = _POLICY
                headers["X-Content-Type-Options"] = "nosniff"
                headers["Referrer-Policy"] = "no-referrer"
                headers.setdefault("Cache-Control", "no-cache" if scope["path"].startswith("/assets") else "no-store")
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)
