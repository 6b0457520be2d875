"""The JSON interface of the guard's page, under a session of its own: a guard's cookie is worth nothing at the enrolment.

GET  /api/guard/state, /api/guard/events           the view
POST /api/guard/sign-in {operator, pin}, /api/guard/sign-out
POST /api/guard/find    {text}                     confirmed workers
POST /api/guard/choose  {person}                   one of them; a card on the kiosk's reader does the same while nobody enrols
POST /api/guard/admit   {person, why}              lets the chosen one through; the gate's answer comes with the view
POST /api/guard/hold    {what, why}                what: open (one key), emergency
POST /api/guard/close   {what}
"""

from __future__ import annotations

import pydantic
from fastapi import APIRouter, Request, Response

from edge.kiosk.pages import answers
from edge.kiosk.pages.answers import Body, SignIn, session_of, write
from edge.kiosk.pages.guard_post import GuardPost
from edge.kiosk.pages.worker_api import Person, Search


class Why(Body):
    """A coded reason."""

    why: str = pydantic.Field(max_length=32)


class Admission(Person, Why):
    """Whom the page shows, and why they are let through."""


class What(Body):
    """Which opening."""

    what: str = pydantic.Field(max_length=16)


class Hold(What, Why):
    """Which opening, and why."""


def router(post: GuardPost) -> APIRouter:
    """The routes over one post."""
    routes = APIRouter(prefix="/api/guard")

    @routes.get("/state")
    async def state(request: Request) -> Response:
        return answers.answer(post, session_of(post, request))

    @routes.get("/events")
    async def events(request: Request) -> Response:
        return answers.stream(post, request)

    @routes.post("/sign-in")
    async def sign_in(body: SignIn, request: Request) -> Response:
        return await answers.sign_in(post, request, body)

    @routes.post("/sign-out")
    async def sign_out(request: Request) -> Response:
        return await answers.sign_out(post, request)

    @routes.post("/find")
    async def find(body: Search, request: Request) -> Response:
        return await write(post, request, lambda: post.desk.search(body.text))

    @routes.post("/choose")
    async def choose(body: Person, request: Request) -> Response:
        return await write(post, request, lambda: post.desk.choose(body.person))

    @routes.post("/admit")
    async def admit(body: Admission, request: Request) -> Response:
        return await write(post, request, lambda: post.desk.admit(body.person, body.why))

    @routes.post("/hold")
    async def hold(body: Hold, request: Request) -> Response:
        return await write(post, request, lambda: post.desk.hold(body.what, body.why))

    @routes.post("/close")
    async def close(body: What, request: Request) -> Response:
        return await write(post, request, lambda: post.desk.close(body.what))

    return routes
