"""How the kiosk's JSON interfaces answer: views, coded problems, cookies, server-sent events; the same for the enrolment and the guard."""

from __future__ import annotations

import asyncio
import itertools
import json
import logging
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any, Protocol

import pydantic
from fastapi import Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from edge.errors import EdgeError
from edge.kiosk.pages.session import HEADER, Session, Sessions
from edge.kiosk.problem import KioskProblem
from edge.kiosk.texts import text

log = logging.getLogger(__name__)
TICK_S = 0.2
_numbers = itertools.count(1)
"""Views are numbered as they are made: a page must not show the answer to a button over what it has heard since."""


class Body(pydantic.BaseModel):
    """What a page sends: nothing beside the named fields."""

    model_config = pydantic.ConfigDict(extra="forbid")


class SignIn(Body):
    """Who, and the PIN."""

    operator: str = pydantic.Field(max_length=64)
    pin: str = pydantic.Field(min_length=1, max_length=32)


class Post(Protocol):
    """A place where somebody signs in and works: the enrolment's counter, the guard's post."""

    cookie: str
    sessions: Sessions

    @property
    def closing(self) -> threading.Event:
        """Set when the kiosk ends."""

    def signed_in(self, session: Session) -> bool:
        """Whether this browser is the operator's."""

    def view(self, session: Session) -> dict[str, Any]:
        """Everything that its page shows."""

    async def sign_in(self, session: Session, operator: str, pin: str) -> Session:
        """Checks the PIN. Raises `KioskProblem`."""

    def sign_out(self) -> None:
        """Ends the session."""


def problem(code: str, status: int = 409, values: Mapping[str, str | int] | None = None) -> JSONResponse:
    """A refusal with its texts in both languages."""
    row = text(code)
    texts = {"say": row.zh, "do": row.do_zh, "say_en": row.en, "do_en": row.do_en}
    return JSONResponse({"code": code, "values": dict(values or {}), **texts}, status)


def session_of(post: Post, request: Request) -> Session:
    """The browser's session, a new one where it has none."""
    return post.sessions.of(request.cookies.get(post.cookie))


def answer(post: Post, session: Session) -> Response:
    """The whole view."""
    return with_cookie(post, JSONResponse({"number": next(_numbers), **post.view(session)}), session)


def with_cookie(post: Post, response: Response, session: Session) -> Response:
    """The answer with the session's cookie."""
    response.set_cookie(post.cookie, session.key, httponly=True, samesite="strict", path="/")
    return response


def stream(post: Post, request: Request) -> Response:
    """The view whenever it changed."""
    session = session_of(post, request)
    return with_cookie(post, StreamingResponse(_changes(post, session), media_type="text/event-stream"), session)


async def _changes(post: Post, session: Session) -> AsyncIterator[str]:
    sent: dict[str, Any] = {}
    while not post.closing.is_set():
        view = post.view(session)
        if view != sent:
            yield f"data: {json.dumps({'number': next(_numbers), **view}, ensure_ascii=False)}\n\n"
            sent = view
        await asyncio.sleep(TICK_S)


async def write(post: Post, request: Request, act: Callable[[], object]) -> Response:
    """One button, pressed by whoever is signed in, from a page that this kiosk gave out."""
    if not post.sessions.may_write(request.cookies.get(post.cookie), request.headers.get(HEADER)):
        return problem("CSRF_MISSING", 403)
    session = session_of(post, request)
    if not post.signed_in(session):
        return problem("NOT_SIGNED_IN", 401)
    post.sessions.touch()
    try:
        act()
    except KioskProblem as refused:
        return problem(refused.code, values=refused.values)
    except EdgeError as fault:
        log.warning("a step at the kiosk failed: %s", fault.code)
        return problem(fault.code, 503)
    return answer(post, session)


async def sign_in(post: Post, request: Request, body: SignIn) -> Response:
    """A PIN was typed."""
    key = request.cookies.get(post.cookie)
    if not post.sessions.may_write(key, request.headers.get(HEADER)):
        return problem("CSRF_MISSING", 403)
    try:
        return answer(post, await post.sign_in(session_of(post, request), body.operator, body.pin))
    except KioskProblem as refused:
        return problem(refused.code, values=refused.values)


async def sign_out(post: Post, request: Request) -> Response:
    """Leaves, and gets a fresh session of nobody."""
    left = await write(post, request, post.sign_out)
    return left if left.status_code != 200 else answer(post, post.sessions.of(None))
