"""Users at work on the centre over HTTP: employers, offices and supervision, each asking, reading a while, and asking again."""

from __future__ import annotations

import asyncio
import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import httpx

SPOKEN: Final = ("zhang", "wjg", "li", "zhaow")
SETTLE_S: Final = 3.0
"""The beginning, in which caches fill, is not counted."""


@dataclass(frozen=True)
class User:
    """Somebody with a token for the API and a cookie for the portal. `project` is the office's own (or one to look at), `kind` the role."""

    kind: str
    token: str
    cookie: str
    project: int
    names: Sequence[str]


@dataclass(frozen=True)
class Request:
    """One thing that is asked: the name that it is counted under, verb and path, a body for a write."""

    name: str
    path: str
    verb: str = "GET"
    body: dict[str, object] | None = None


Ask = Callable[[User, random.Random], Request]


@dataclass
class Heard:
    """Answer times in seconds by name, and answers that were no success (status by name)."""

    times: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    failures: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    busy: int = 0
    seconds: float = 0.0


def _api(path: str) -> str:
    return f"/api/v1{path}"


ASKED: Final[dict[str, Sequence[tuple[str, Ask]]]] = {
    "office": (
        ("API people of a project", lambda u, _: Request("", _api(f"/projects/{u.project}/people?limit=50"))),
        ("API people, search by name", lambda u, r: Request("", _api(f"/projects/{u.project}/people?q={r.choice(u.names)}"))),
        (
            "API people, search by pinyin",
            lambda u, r: Request("", _api(f"/projects/{u.project}/people?q={r.choice(SPOKEN)}")),
        ),
        ("API people, search by number", lambda u, r: Request("", _api(f"/projects/{u.project}/people?q={r.randrange(1000, 9999)}"))),
        ("API people by state", lambda u, _: Request("", _api(f"/projects/{u.project}/people?state=assigned&state=accepted_by_sub"))),
        ("API head count", lambda u, _: Request("", _api(f"/projects/{u.project}/headcount"))),
        ("API teams", lambda u, _: Request("", _api(f"/projects/{u.project}/teams"))),
        ("API participants", lambda u, _: Request("", _api(f"/projects/{u.project}/participants"))),
        ("API projects", lambda _u, _: Request("", _api("/projects"))),
        ("page: people of a project", lambda u, _: Request("", f"/projects/{u.project}/people")),
        ("page: people, sorted, second page", lambda u, _: Request("", f"/projects/{u.project}/people?sort=employer&page=2")),
        ("page: people, search", lambda u, r: Request("", f"/projects/{u.project}/people?q={r.choice(u.names)}")),
        ("page: entry queue", lambda u, _: Request("", f"/projects/{u.project}/queue")),
        ("page: anomalies", lambda u, _: Request("", f"/projects/{u.project}/anomalies")),
        ("page: teams of a project", lambda u, _: Request("", f"/projects/{u.project}/teams")),
    ),
    "employer": (
        ("API workers", lambda _u, _: Request("", _api("/workers?limit=50"))),
        ("API workers, search by name", lambda u, r: Request("", _api(f"/workers?q={r.choice(u.names)}"))),
        ("API workers, search by pinyin", lambda _u, r: Request("", _api(f"/workers?q={r.choice(SPOKEN)}"))),
        ("API workers, search by number", lambda _u, r: Request("", _api(f"/workers?q={r.randrange(1000, 9999)}"))),
        ("API assignments", lambda _u, _: Request("", _api("/assignments?limit=50"))),
        ("API assignments, search", lambda u, r: Request("", _api(f"/assignments?q={r.choice(u.names)}"))),
        ("API employer's projects", lambda _u, _: Request("", _api("/employer/projects"))),
        ("API departures", lambda _u, _: Request("", _api("/departures"))),
        ("API companies", lambda _u, _: Request("", _api("/companies"))),
        ("page: workers", lambda _u, _: Request("", "/workers")),
        ("page: workers, search", lambda u, r: Request("", f"/workers?q={r.choice(u.names)}")),
        (
            "page: workers, sorted",
            lambda _u, r: Request("", f"/workers?sort={r.choice(('name', 'trade', 'registered_on', 'contract_end'))}"),
        ),
        ("page: assignments", lambda _u, _: Request("", "/assignments")),
        ("page: assignments, search", lambda u, r: Request("", f"/assignments?q={r.choice(u.names)}")),
        ("page: departures", lambda _u, _: Request("", "/departures")),
        ("page: teams", lambda _u, _: Request("", "/teams")),
    ),
    "authority": (
        ("API all workers", lambda _u, _: Request("", _api("/workers?limit=50"))),
        ("API all workers, search by name", lambda u, r: Request("", _api(f"/workers?q={r.choice(u.names)}"))),
        ("API all workers, search by number", lambda _u, r: Request("", _api(f"/workers?q={r.randrange(1000, 9999)}"))),
        (
            "API all workers, sorted",
            lambda _u, r: Request("", _api(f"/workers?limit=50&sort={r.choice(('name', 'employer', 'registered_on'))}")),
        ),
        ("API all assignments", lambda _u, _: Request("", _api("/assignments?limit=50"))),
        ("API all assignments, search by name", lambda u, r: Request("", _api(f"/assignments?q={r.choice(u.names)}"))),
        ("API all projects", lambda _u, _: Request("", _api("/projects"))),
        ("page: all projects", lambda _u, _: Request("", "/projects")),
        ("page: all projects, search", lambda _u, r: Request("", f"/projects?q={r.randrange(10, 99)}")),
        ("page: people of the largest project", lambda u, _: Request("", f"/projects/{u.project}/people")),
    ),
}
"""What each kind of user looks at, in turn by chance."""
FLOOR: Final = "baseline: health page"


def work(base: str, users: Sequence[User], *, seconds: float, think_s: float, writes: Sequence[Request] = ()) -> Heard:
    """All users at once for so long; `writes` are sent once each, one between other requests of an office now and then."""
    return asyncio.run(_work(base, users, seconds, think_s, list(writes)))


async def _work(base: str, users: Sequence[User], seconds: float, think_s: float, writes: list[Request]) -> Heard:
    heard = Heard()
    begun = time.perf_counter()
    limits = httpx.Limits(max_connections=len(users), max_keepalive_connections=len(users))
    async with httpx.AsyncClient(base_url=base, limits=limits, timeout=60) as client:
        shift = _Shift(client, heard, begun + SETTLE_S, begun + seconds, think_s, writes)
        await asyncio.gather(*[_user(shift, user, number) for number, user in enumerate(users)])
    heard.seconds = time.perf_counter() - begun
    return heard


@dataclass(frozen=True)
class _Shift:
    client: httpx.AsyncClient
    heard: Heard
    settled: float
    until: float
    think_s: float
    writes: list[Request]


async def _user(shift: _Shift, user: User, number: int) -> None:
    rng = random.Random(number)
    await asyncio.sleep(rng.random() * shift.think_s)
    while time.perf_counter() < shift.until:
        begun = time.perf_counter()
        request = _next(user, rng, shift.writes)
        answer = await _send(shift.client, user, request)
        if begun > shift.settled:
            _note(shift.heard, request.name, answer, time.perf_counter() - begun)
        await asyncio.sleep(rng.expovariate(1 / shift.think_s))


def _next(user: User, rng: random.Random, writes: list[Request]) -> Request:
    chance = rng.random()
    if chance < 0.03:
        return Request(FLOOR, "/healthz")
    mine = next((at for at in range(len(writes)) if writes[at].name.endswith(f"#{user.project}")), None) if chance < 0.1 else None
    if user.kind == "office" and mine is not None:
        write = writes.pop(mine)
        return Request(write.name.rpartition(" #")[0], write.path, write.verb, write.body)
    name, ask = rng.choice(ASKED[user.kind])
    asked = ask(user, rng)
    return Request(name, asked.path, asked.verb, asked.body)


async def _send(client: httpx.AsyncClient, user: User, request: Request) -> httpx.Response:
    is_api = request.path.startswith("/api/")
    headers = {"Authorization": f"Bearer {user.token}"} if is_api else {"Cookie": user.cookie}
    return await client.request(request.verb, request.path, headers=headers, json=request.body)


def _note(heard: Heard, name: str, answer: httpx.Response, seconds: float) -> None:
    if answer.status_code == 503:
        heard.busy += 1
    if answer.status_code >= 300:
        heard.failures[name].append(answer.status_code)
    heard.times[name].append(seconds)
