"""操作说明: a page per module with the steps that its operation video shows, and the edition of the regulation that they follow (A-10)."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response

from central.errors import Problem
from central.help.modules import MODULES, REGULATION
from central.web.areas import Area
from central.web.pages import Portal


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/help/modules/{key}")
    def module(request: Request, key: str) -> Response:
        """A-10: open to everybody, before signing in too. Raises `Problem` 404 NOT_FOUND."""
        if key not in MODULES:
            raise Problem("NOT_FOUND", 404)
        values = {"key": key, "modules": list(MODULES), "steps": MODULES[key], "regulation": REGULATION}
        return portal.page(request, "help_module.html", values)

    return pages


AREA: Final = Area(router=router)
