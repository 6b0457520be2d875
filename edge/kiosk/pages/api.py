"""The JSON interface of the kiosk's page; a program may drive an enrolment through it as well.

The first `GET /api/state` (or `/api/events`) sets a cookie and gives `csrf`; every POST sends it back as `X-CSRF-Token`. It is answered
with the whole new view, or with `{"code", "values", "say", "do", "say_en", "do_en"}` and status 409 (not now), 401 (sign in first),
403 (token missing), 422 (malformed) or 503 (store or device).
The view's `step` says where the desk stands: sign_in, card, who, consent, capture or try_card, approve, done.

    GET  /api/state                          the view (see `desk_view` and `Counter.view`)
    GET  /api/events                         the same as server-sent events, whenever something changed
    POST /api/sign-in   {operator, pin}      from sign_in to card; the answer carries a new `csrf`
    POST /api/sign-out
         (a card on the reader leads from card to who by itself)
    POST /api/begin                          from who to consent
    POST /api/consent   {template, transfer, pictures, language, text_hash}    from consent to capture; hashes: GET /api/notice/{language}
    POST /api/card-only {language, text_hash}                                  from consent to try_card
         (three good shots lead from capture to approve by themselves; the worker's card from try_card to approve)
    POST /api/retake                         from approve back to capture
    POST /api/approve                        from approve to done: committed
    POST /api/next                           from anywhere to card
    POST /api/back                           one screen back
    POST /api/resume    {person}             from card to where a half-done enrolment stands
    GET  /api/today                          today's finished enrolments
    GET  /api/preview.jpg, /api/shots/{n}.jpg      the live picture, a kept shot: never stored, never cached
    GET  /api/health                         the box, without anything personal; needs no sign-in
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pydantic
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from edge.errors import EdgeError
from edge.kiosk import consent as notices
from edge.kiosk.capture import is_stale
from edge.kiosk.guidance import jpeg
from edge.kiosk.pages.counter import Counter
from edge.kiosk.pages.session import COOKIE, HEADER, Session
from edge.kiosk.problem import KioskProblem
from edge.kiosk.texts import text

log = logging.getLogger(__name__)
TICK_S = 0.2


class _Body(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")


class SignIn(_Body):
    """Who, and the PIN."""

    operator: str = pydantic.Field(max_length=64)
    pin: str = pydantic.Field(min_length=1, max_length=32)


class Ticks(_Body):
    """What the worker ticked, in which language, on which text."""

    template: bool
    transfer: bool = False
    pictures: bool = False
    language: str = "zh"
    text_hash: str


class CardOnly(_Body):
    """The worker wants no face."""

    language: str = "zh"
    text_hash: str


class Resume(_Body):
    """Whose half-done enrolment."""

    person: str = pydantic.Field(max_length=32)


def problem(code: str, status: int = 409, values: Mapping[str, str | int] | None = None) -> JSONResponse:
    """A refusal with its texts in both languages."""
    row = text(code)
    texts = {"say": row.zh, "do": row.do_zh, "say_en": row.en, "do_en": row.do_en}
    return JSONResponse({"code": code, "values": dict(values or {}), **texts}, status)


def router(counter: Counter) -> APIRouter:
    """The routes of this module over one counter."""
    routes = APIRouter(prefix="/api")
    _reading(routes, counter)
    _pictures(routes, counter)
    _writing(routes, counter)
    return routes


def _session(counter: Counter, request: Request) -> Session:
    return counter.sessions.of(request.cookies.get(COOKIE))


def _answer(counter: Counter, session: Session) -> Response:
    return _with_cookie(JSONResponse(counter.view(session)), session)


def _with_cookie(response: Response, session: Session) -> Response:
    response.set_cookie(COOKIE, session.key, httponly=True, samesite="strict", path="/")
    return response


def _reading(routes: APIRouter, counter: Counter) -> None:
    @routes.get("/state")
    async def state(request: Request) -> Response:
        return _answer(counter, _session(counter, request))

    @routes.get("/events")
    async def events(request: Request) -> Response:
        session = _session(counter, request)
        return _with_cookie(StreamingResponse(_changes(counter, session), media_type="text/event-stream"), session)

    @routes.get("/notice/{language}")
    async def notice(language: str) -> dict[str, str]:
        return {"version": notices.VERSION, "text_hash": notices.notice(language).text_hash}

    @routes.get("/today")
    async def today(request: Request) -> Response:
        if not counter.signed_in(_session(counter, request)):
            return problem("NOT_SIGNED_IN", 401)
        return JSONResponse({"enrolments": [dict(row) for row in counter.parts.records.today()]})

    @routes.get("/health")
    async def health() -> dict[str, Any]:
        return {"site": counter.site(), "processes": {name: dict(row) for name, row in counter.parts.records.health().items()}}


async def _changes(counter: Counter, session: Session) -> AsyncIterator[str]:
    sent = ""
    while not counter.closing.is_set():
        now = json.dumps(counter.view(session), ensure_ascii=False)
        if now != sent:
            yield f"data: {now}\n\n"
            sent = now
        await asyncio.sleep(TICK_S)


def _pictures(routes: APIRouter, counter: Counter) -> None:
    @routes.get("/preview.jpg")
    async def preview(request: Request) -> Response:
        camera = counter.parts.camera
        if camera is None or not counter.signed_in(_session(counter, request)):
            return problem("NOT_SIGNED_IN", 401)
        frame = camera.latest()
        if frame is None or is_stale(frame):
            return problem(camera.fault() or "CAMERA_FROZEN", 503)
        return Response(await asyncio.to_thread(jpeg, frame.image), media_type="image/jpeg")

    @routes.get("/shots/{index}.jpg")
    async def shot(index: int, request: Request) -> Response:
        found = counter.desk.shot(index) if counter.signed_in(_session(counter, request)) else None
        return Response(found, media_type="image/jpeg") if found else problem("SHOTS_MISSING", 404)


def _writing(routes: APIRouter, counter: Counter) -> None:
    async def write(request: Request, act: Callable[[], object]) -> Response:
        key = request.cookies.get(COOKIE)
        if not counter.sessions.may_write(key, request.headers.get(HEADER)):
            return problem("CSRF_MISSING", 403)
        session = _session(counter, request)
        if not counter.signed_in(session):
            return problem("NOT_SIGNED_IN", 401)
        counter.sessions.touch()
        try:
            act()
        except KioskProblem as refused:
            return problem(refused.code, values=refused.values)
        except EdgeError as fault:
            log.warning("an enrolment step failed: %s", fault.code)
            return problem(fault.code, 503)
        return _answer(counter, session)

    @routes.post("/sign-in")
    async def sign_in(body: SignIn, request: Request) -> Response:
        key = request.cookies.get(COOKIE)
        if not counter.sessions.may_write(key, request.headers.get(HEADER)):
            return problem("CSRF_MISSING", 403)
        try:
            return _answer(counter, await counter.sign_in(_session(counter, request), body.operator, body.pin))
        except KioskProblem as refused:
            return problem(refused.code, values=refused.values)

    @routes.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        answer = await write(request, counter.sign_out)
        return answer if answer.status_code != 200 else _answer(counter, counter.sessions.of(None))

    @routes.post("/consent")
    async def consent(body: Ticks, request: Request) -> Response:
        return await write(request, lambda: counter.desk.agree(**body.model_dump()))

    @routes.post("/card-only")
    async def card_only(body: CardOnly, request: Request) -> Response:
        return await write(request, lambda: counter.desk.use_card(**body.model_dump()))

    @routes.post("/resume")
    async def resume(body: Resume, request: Request) -> Response:
        return await write(request, lambda: counter.desk.resume(body.person))

    plain: dict[str, Callable[[], object]] = {
        "begin": counter.desk.begin,
        "retake": counter.desk.retake,
        "approve": counter.desk.approve,
        "next": counter.desk.next_worker,
        "back": counter.desk.back,
    }

    @routes.post("/{action}")
    async def press(action: str, request: Request) -> Response:
        if action not in plain:
            return problem("BAD_REQUEST", 404)
        return await write(request, plain[action])
