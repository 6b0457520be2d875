"""The JSON interface of the kiosk's page; a program may drive an enrolment through it as well.

The first `GET /api/state` (or `/api/events`) sets a cookie and gives `csrf`; every POST sends it back as `X-CSRF-Token`. It is answered
with the whole new view, or with `{"code", "values", "say", "do", "say_en", "do_en"}` and status 409 (not now), 401 (sign in first),
403 (token missing), 422 (malformed) or 503 (store or device).
The view's `step` says where the desk stands: sign_in, card, who, consent, capture or try_card, approve, done;
find, worker, bind, pass, withdrawn.

    GET  /api/state                          the view (see `desk_view` and `Counter.view`)
    GET  /api/events                         the same as server-sent events, whenever something changed
    POST /api/sign-in   {operator, pin}      from sign_in to card; the answer carries a new `csrf`
    POST /api/sign-out
         (a card on the reader leads from card to who by itself)
    POST /api/begin                          from who to consent
    POST /api/consent   {template, transfer, pictures, language, text_hash, helmet}
                                             from consent to capture; hashes: GET /api/notice/{language}
    POST /api/card-only {language, text_hash}                                  from consent to try_card
         (three good shots lead from capture to approve by themselves; the worker's card from try_card to approve)
    POST /api/helmet-on, /api/skip-helmet    after those three, where `helmet` was asked for: two more with it, or on to approve
    POST /api/retake                         from approve back to capture
    POST /api/approve                        from approve to done: committed
    POST /api/next                           from anywhere to card
    POST /api/back                           one screen back
    POST /api/resume    {person}             from card to where a half-done enrolment stands
    GET  /api/today                          today's finished enrolments
    GET  /api/preview.jpg, /api/shots/{n}.jpg, /api/chip.jpg
                                             the live picture, a kept shot, the chip's photo: never stored, never cached
    POST /api/find      {text}               to find: a worker on the roster; further steps in `worker_api`
    GET  /api/health                         the box, without anything personal; needs no sign-in
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pydantic
from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse

from edge.kiosk import consent as notices
from edge.kiosk.capture import is_stale
from edge.kiosk.guidance import jpeg
from edge.kiosk.pages import answers
from edge.kiosk.pages.answers import Body, SignIn, problem, session_of, write
from edge.kiosk.pages.counter import Counter


class Ticks(Body):
    """What the worker ticked, in which language, on which text; `helmet` asks for shots with the helmet on, too."""

    template: bool
    transfer: bool = False
    pictures: bool = False
    language: str = "zh"
    text_hash: str
    helmet: bool = False


class CardOnly(Body):
    """The worker wants no face."""

    language: str = "zh"
    text_hash: str


class Resume(Body):
    """Whose half-done enrolment."""

    person: str = pydantic.Field(max_length=32)


def router(counter: Counter) -> APIRouter:
    """The routes of this module over one counter."""
    routes = APIRouter(prefix="/api")
    _reading(routes, counter)
    _pictures(routes, counter)
    _writing(routes, counter)
    return routes


def _reading(routes: APIRouter, counter: Counter) -> None:
    @routes.get("/state")
    async def state(request: Request) -> Response:
        return answers.answer(counter, session_of(counter, request))

    @routes.get("/events")
    async def events(request: Request) -> Response:
        return answers.stream(counter, request)

    @routes.get("/notice/{language}")
    async def notice(language: str) -> dict[str, str]:
        return {"version": notices.VERSION, "text_hash": notices.notice(language).text_hash}

    @routes.get("/today")
    async def today(request: Request) -> Response:
        if not counter.signed_in(session_of(counter, request)):
            return problem("NOT_SIGNED_IN", 401)
        return JSONResponse({"enrolments": [dict(row) for row in counter.parts.records.today()]})

    @routes.get("/health")
    async def health() -> dict[str, Any]:
        return {"site": counter.site(), "processes": {name: dict(row) for name, row in counter.parts.records.health().items()}}


def _pictures(routes: APIRouter, counter: Counter) -> None:
    @routes.get("/preview.jpg")
    async def preview(request: Request) -> Response:
        camera = counter.parts.camera
        if camera is None or not counter.signed_in(session_of(counter, request)):
            return problem("NOT_SIGNED_IN", 401)
        frame = camera.latest()
        if frame is None or is_stale(frame):
            return problem(camera.fault() or "CAMERA_FROZEN", 503)
        return Response(await asyncio.to_thread(jpeg, frame.image), media_type="image/jpeg")

    @routes.get("/shots/{index}.jpg")
    async def shot(index: int, request: Request) -> Response:
        found = counter.desk.shot(index) if counter.signed_in(session_of(counter, request)) else None
        return Response(found, media_type="image/jpeg") if found else problem("SHOTS_MISSING", 404)

    @routes.get("/chip.jpg")
    async def chip(request: Request) -> Response:
        found = counter.desk.chip.shown() if counter.signed_in(session_of(counter, request)) else None
        return Response(found, media_type="image/jpeg") if found else problem("CHIP_PHOTO_UNAVAILABLE", 404)


def _writing(routes: APIRouter, counter: Counter) -> None:
    @routes.post("/sign-in")
    async def sign_in(body: SignIn, request: Request) -> Response:
        return await answers.sign_in(counter, request, body)

    @routes.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        return await answers.sign_out(counter, request)

    @routes.post("/consent")
    async def consent(body: Ticks, request: Request) -> Response:
        return await write(counter, request, lambda: counter.desk.agree(**body.model_dump()))

    @routes.post("/card-only")
    async def card_only(body: CardOnly, request: Request) -> Response:
        return await write(counter, request, lambda: counter.desk.use_card(**body.model_dump()))

    @routes.post("/resume")
    async def resume(body: Resume, request: Request) -> Response:
        return await write(counter, request, lambda: counter.desk.resume(body.person))

    plain: dict[str, Callable[[], object]] = {
        "begin": counter.desk.begin,
        "helmet-on": counter.desk.helmet_on,
        "skip-helmet": counter.desk.skip_helmet,
        "retake": counter.desk.retake,
        "approve": counter.desk.approve,
        "next": counter.desk.next_worker,
        "back": counter.back,
        **counter.worker_buttons(),
    }

    @routes.post("/{action}")
    async def press(action: str, request: Request) -> Response:
        if action not in plain:
            return problem("BAD_REQUEST", 404)
        return await write(counter, request, plain[action])
