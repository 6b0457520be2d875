"""What every page has: language, help path, request id, the person signed in, a CSRF token. And how a template becomes an answer."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import BaseModel
from sqlalchemy.orm import Session

from central.access import Access
from central.call import Call
from central.centre import Centre
from central.errors import TEXTS as PROBLEM_TEXTS
from central.errors import Problem
from central.web import areas as areas_
from central.web import moments
from central.web.areas import Area, Part
from central.web.forms import Form, Sent
from central.web.texts import LANGUAGES, TEXTS, Texts

HERE: Final = Path(__file__).parent
MOST_TOLD: Final = 30
"""Refused rows that an address names; more are counted only."""
LANGUAGE_COOKIE: Final = "gongmen_language"
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self' http://127.0.0.1:8463; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "HX-Request, Cookie",
}
"""Of every page: nothing from elsewhere, nothing inline, nothing kept. The one address beside our own is the card reader on this PC."""

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_TEMPLATES.filters["field"] = lambda of, path: attrgetter(path)(of) if not path.startswith("0.") else getattr(of[0], path[2:])
_TEMPLATES.globals["has_text"] = TEXTS.__contains__
_TEMPLATES.globals["has_asset"] = lambda name: (HERE / "assets" / name).exists()
_TEMPLATES.globals.update(stamp=moments.stamp, clock_time=moments.clock_time, ago=moments.ago)


@dataclass(frozen=True)
class Visitor:
    """Who looks at a page: the browser's token and, when signed in, the account and what it may do.

    `is_general`: the company is general contractor of the account's project, or for an enterprise of any project.
    """

    token: str
    account: str = ""
    access: Access | None = None
    is_general: bool = False


class Portal:
    """The parts that all pages share. `page` renders; nothing here decides who may see what."""

    def __init__(self, centre: Centre, areas: tuple[Area, ...] = ()) -> None:
        self.centre = centre
        self.database = centre.database
        self.clock = centre.clock
        self.areas = areas

    def page(self, request: Request, template: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """A template as a page that no cache and no history keeps: it shows personal data."""
        t = texts_of(request)
        visitor = visitor_of(request)
        here = local_path(request.url.path + (f"?{request.url.query}" if request.url.query else ""))
        html = _TEMPLATES.get_template(template).render(
            t=t,
            visitor=visitor,
            role=visitor.access.role.value if visitor.access else "",
            csrf=self.csrf(visitor.token),
            here=here,
            navigation=areas_.navigation(self.areas, visitor.access, here, is_general=visitor.is_general),
            notice=_notice(request, t),
            help_path=t.problem((self.centre.settings.help_zh, self.centre.settings.help_en)),
            request_id=request_id(request),
            now=self.clock.now(),
            **values,
        )
        return HTMLResponse(html, status, headers=HEADERS)

    def write(self, request: Request, sent: Sent, deed: Callable[[Session, Access], str]) -> str:
        """Do what a form asks, once, in one transaction; returns where to go then, which is what `deed` returns.

        The same filling-in of a form sent twice does nothing twice. Raises `Problem`: 401 NOT_SIGNED_IN, 400 FORM_EXPIRED (it did not
        come from this browser's page), and whatever the services refuse.
        """
        access = signed_in(request)
        if not self.is_own_form(request, sent.csrf):
            raise Problem("FORM_EXPIRED", 400)
        call = Call(self.centre, access, "POST", request.url.path, f"form:{sent.once}" if sent.once else None)
        answer = call.write(_Said(said=dict(sent.lists)), lambda session: _Done(path=deed(session, access)))
        return _Done.model_validate_json(bytes(answer.body)).path

    def refusal(self, request: Request, template: str, form: Form, problem: Problem, values: Mapping[str, Any]) -> Response:
        """The form's page again, with what was typed and what is wrong. Nobody's session: over to signing in, and back."""
        if problem.status == 401:
            raise problem
        shown = form.refused(problem, texts_of(request)) if not (form.errors or form.problems) else form
        return self.page(request, template, {"form": shown, **values}, problem.status)

    def parts(self, place: str, access: Access) -> list[Part]:
        """What other areas add at a place."""
        return areas_.parts_of(self.areas, place, access)

    def csrf(self, token: str) -> str:
        """The token that every form of this browser carries."""
        return self.centre.secrets.index(token, "portal-csrf").hex()

    def is_own_form(self, request: Request, given: str) -> bool:
        """Whether a form came from a page that this browser was given: its token, and no foreign origin."""
        origin = request.headers.get("Origin")
        is_foreign = origin is not None and urlsplit(origin).netloc != request.headers.get("Host")
        return not is_foreign and secrets.compare_digest(self.csrf(visitor_of(request).token).encode(), given.encode())

    def is_secure(self, request: Request) -> bool:
        """Whether cookies are for TLS only: wherever the browser reaches the portal by TLS."""
        settings = self.centre.settings
        return settings.secure_cookies and (request.url.scheme == "https" or settings.public_url.startswith("https:"))


class _Said(BaseModel):
    said: dict[str, list[str]]


class _Done(BaseModel):
    path: str


def signed_in(request: Request) -> Access:
    """Who acts. Raises `Problem` 401 NOT_SIGNED_IN."""
    access = visitor_of(request).access
    if access is None:
        raise Problem("NOT_SIGNED_IN", 401)
    return access


def is_part(request: Request) -> bool:
    """Whether htmx asks for the part of a page that changes."""
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


def told(path: str, code: str, n: int = 0, refused: Sequence[tuple[int, str]] = ()) -> str:
    """A path whose page says first what was done: the text `done_<code>`, with how many; then which rows were not, as (row id, code)."""
    why = ".".join(f"{row}:{problem}" for row, problem in refused[:MOST_TOLD])
    pairs = {"done": code, "n": str(n) if n or refused else "", "failed": str(len(refused)) if refused else "", "why": why}
    return f"{path}{'&' if '?' in path else '?'}{urlencode({key: value for key, value in pairs.items() if value})}"


def refused_rows(request: Request) -> dict[int, tuple[str, str]]:
    """What `told` said of rows that were refused: row id -> (Chinese, English)."""
    pairs = (one.partition(":") for one in request.query_params.get("why", "").split(".")[:MOST_TOLD])
    return {int(row): Problem(code, 409).text for row, _, code in pairs if row.isascii() and row.isdigit() and code in PROBLEM_TEXTS}


def _notice(request: Request, t: Texts) -> str:
    """What a page says it has just done: only codes and counts come by the address, never words."""
    key = f"done_{request.query_params.get('done', '')}"
    if key not in TEXTS:
        return ""
    n, failed = _count(request, "n"), _count(request, "failed")
    return t(key, n=n) + (" " + t("done_failed", n=failed) if failed else "")


def _count(request: Request, name: str) -> int:
    given = request.query_params.get(name, "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 8 else 0


def texts_of(request: Request) -> Texts:
    """The texts in the language that this browser chose; Chinese until it chooses."""
    return Texts(request.cookies.get(LANGUAGE_COOKIE, LANGUAGES[0]))


def visitor_of(request: Request) -> Visitor:
    """Who looks: put there by the session's middleware; nobody for an error before it."""
    visitor = getattr(request.state, "visitor", None)
    return visitor if isinstance(visitor, Visitor) else Visitor(token="")


def request_id(request: Request) -> str:
    """The number that a person quotes when asking for help (A-09, A-64)."""
    return str(getattr(request.state, "request_id", ""))


def local_path(path: str) -> str:
    """A path on this site, or `/`: what comes back from a form or a query never leads elsewhere."""
    parts = urlsplit(path)
    is_local = path.startswith("/") and not path.startswith(("//", "/\\")) and not parts.netloc and path.isprintable()
    return path if is_local else "/"


def redirect(request: Request, path: str) -> Response:
    """Go there; a fragment that htmx asked for makes the whole page go."""
    if request.headers.get("HX-Request") == "true":
        return Response(status_code=204, headers={"HX-Redirect": path})
    return RedirectResponse(path, 303)
