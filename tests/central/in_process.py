"""An HTTP client that speaks to an application in this process, without a socket."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from anyio.from_thread import BlockingPortal, start_blocking_portal
from fastapi import FastAPI


class _InProcess(httpx.BaseTransport):
    def __init__(self, portal: BlockingPortal, app: FastAPI) -> None:
        self._portal = portal
        self._asgi = httpx.ASGITransport(app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """One request, answered whole."""
        return self._portal.call(self._handle, request)

    async def _handle(self, request: httpx.Request) -> httpx.Response:
        body = httpx.ByteStream(request.read())
        answer = await self._asgi.handle_async_request(httpx.Request(request.method, request.url, headers=request.headers, stream=body))
        raw = b"".join([piece async for piece in answer.aiter_raw()])  # still packed where it came packed
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(raw), request=request)


@contextmanager
def in_process(app: FastAPI) -> Iterator[httpx.Client]:
    """A client of this application, for the block."""
    with start_blocking_portal() as portal, httpx.Client(transport=_InProcess(portal, app), base_url="http://centre") as client:
        yield client
