"""The JSON interface to one worker outside an enrolment; like `api`, and under the same session.

POST /api/find      {text}     to find, from card, worker, withdrawn or pass; text stays out of the address
POST /api/worker    {person}   to worker
POST /api/release   {card}     at worker: the work card (hexadecimal hash, as in the view) opens no more
POST /api/anew, /api/withdraw, /api/bind, /api/pass      at worker: back to card for this worker's identity card; to withdrawn;
                               to bind, where a work card is awaited; to pass
"""

from __future__ import annotations

import pydantic
from fastapi import APIRouter, Request, Response

from edge.kiosk.pages.answers import Body, write
from edge.kiosk.pages.counter import Counter


class Search(Body):
    """What to look for."""

    text: str = pydantic.Field(max_length=60)


class Person(Body):
    """Whom."""

    person: str = pydantic.Field(max_length=32)


class Card(Body):
    """Which card."""

    card: str = pydantic.Field(pattern="^[0-9a-f]{32}$")


def router(counter: Counter) -> APIRouter:
    """The routes that carry something; plain buttons stand in `api`."""
    routes = APIRouter(prefix="/api")

    @routes.post("/find")
    async def find(body: Search, request: Request) -> Response:
        return await write(counter, request, lambda: counter.worker.search(body.text))

    @routes.post("/worker")
    async def worker(body: Person, request: Request) -> Response:
        return await write(counter, request, lambda: counter.worker.choose(body.person))

    @routes.post("/release")
    async def release(body: Card, request: Request) -> Response:
        return await write(counter, request, lambda: counter.worker.release(bytes.fromhex(body.card)))

    return routes
