"""What every page has: language, help path, request id, the person signed in, a CSRF token. And how a template becomes an answer."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from central.access import Access
from central.centre import Centre
from central.web import moments
from central.web.texts import LANGUAGES, Texts

HERE: Final = Path(__file__).parent
LANGUAGE_COOKIE: Final = "gongmen_language"
HEADERS: Final = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Vary": "HX-Request, Cookie",
}
"""Of every page: nothing from elsewhere, nothing inline, nothing kept."""

_TEMPLATES: Final = Environment(
    loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)
_TEMPLATES.globals.update(stamp=moments.stamp, clock_time=moments.clock_time, ago=moments.ago)


@dataclass(frozen=True)
class Visitor:
    """Who looks at a page: the browser's token and, when signed in, the account and what it may do."""

    token: str
    account: str = ""
    access: Access | None = None


class Portal:
    """The parts that all pages share. `page` renders; nothing here decides who may see what."""

    def __init__(self, centre: Centre) -> None:
        self.centre = centre
        self.database = centre.database
        self.clock = centre.clock

    def page(self, request: Request, template: str, values: Mapping[str, Any], status: int = 200) -> HTMLResponse:
        """A template as a page that no cache and no history keeps: it shows personal data."""
        t = texts_of(request)
        visitor = visitor_of(request)
        html = _TEMPLATES.get_template(template).render(
            t=t,
            visitor=visitor,
            role=visitor.access.role.value if visitor.access else "",
            csrf=self.csrf(visitor.token),
            here=local_path(request.url.path + (f"?{request.url.query}" if request.url.query else "")),
            help_path=t.problem((self.centre.settings.help_zh, self.centre.settings.help_en)),
            request_id=request_id(request),
            now=self.clock.now(),
            **values,
        )
        return HTMLResponse(html, status, headers=HEADERS)

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
