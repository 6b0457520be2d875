"""The pages themselves: `/`, `/lane`, `/enrol`, `/guard`, `/health`, in Chinese or (`?lang=en`) English."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import jinja2
from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from edge.kiosk import consent as notices
from edge.kiosk.pages.counter import Counter
from edge.kiosk.pages.phrases import phrases
from edge.kiosk.texts import table

HERE = Path(__file__).parent
_pages = jinja2.Environment(loader=jinja2.FileSystemLoader(HERE / "templates"), autoescape=True, undefined=jinja2.StrictUndefined)
STYLE = "vendor/tabler.min.css"
"""Tabler's style sheet, where the set-up has installed it; the pages' own one stands without it."""


def router(counter: Counter) -> APIRouter:
    """The routes of the pages."""
    routes = APIRouter()

    @routes.get("/")
    async def index() -> Response:
        return RedirectResponse("/enrol")

    @routes.get("/lane")
    async def lane(lang: str = "zh") -> Response:
        return _page("lane.html", lang, {"site": counter.site()})

    @routes.get("/enrol")
    async def enrol(request: Request, lang: str = "zh") -> Response:
        shown = {code: notices.notice(code) for code in ("zh", "en")}
        return _page("enrol.html", lang, {"notices": shown, "site": counter.site()})

    @routes.get("/guard")
    async def guard(lang: str = "zh") -> Response:
        return _page("guard.html", lang, {"site": counter.site()})

    @routes.get("/health")
    async def health(lang: str = "zh") -> Response:
        return _page("health.html", lang, {"site": counter.site()})

    return routes


def _page(name: str, lang: str, values: dict[str, Any]) -> Response:
    language = "en" if lang == "en" else "zh"
    words = phrases(language)
    tabler = STYLE if (HERE / "assets" / STYLE).is_file() else None
    html = _pages.get_template(name).render(
        t=words, language=language, words={"phrases": words, "codes": table(language)}, tabler=tabler, **values
    )
    return HTMLResponse(html)
