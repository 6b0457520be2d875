"""Every request has an id, told in its answer and in every problem, so that a user can quote it (A-09, A-64)."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from inspect import isawaitable
from typing import Any, Final

from fastapi import Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_GIVEN: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")


class RequestIds:
    """Gives each HTTP request its id, and answers what no handler foresaw as INTERNAL_ERROR instead of dropping the connection.

    `handlers` are the application's; the one for `Exception` answers.
    """

    def __init__(self, app: ASGIApp, handlers: Mapping[Any, Any]) -> None:
        self._app = app
        self._handlers = handlers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one connection."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _id_of(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started = False

        async def told(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                MutableHeaders(scope=message)["X-Request-Id"] = request_id
            await send(message)

        try:
            await self._app(scope, receive, told)
        except Exception as error:
            if started:
                raise
            answer = self._handlers[Exception](Request(scope, receive), error)
            await (await answer if isawaitable(answer) else answer)(scope, receive, told)


def _id_of(scope: Scope) -> str:
    given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"x-request-id"), "")
    return given if _GIVEN.fullmatch(given) else secrets.token_hex(8)
