"""Where an account's day begins, and the views of lists that it keeps."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access
from central.call import RowId
from central.web import saved_views
from central.web.areas import Area, navigation
from central.web.forms import Form_
from central.web.pages import Portal, local_path, redirect, signed_in, told, visitor_of


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get("/")
    def home(request: Request) -> Response:
        """The first place in the account's navigation; an office that does not run the gates begins with what waits for it (A-60)."""
        access = signed_in(request)
        return redirect(request, navigation(portal.areas, access, "", is_general=visitor_of(request).is_general)[0][1])

    @pages.post("/views")
    def keep(request: Request, sent: Form_) -> Response:
        path = local_path(sent.get("list"))
        query = sent.get("query")

        def deed(session: Session, access: Access) -> str:
            saved_views.keep(session, portal.clock, access, path, name=sent.get("name"), query=query)
            return told(f"{path}?{query}" if query else path, "view_kept")

        return redirect(request, portal.write(request, sent, deed))

    @pages.post("/views/{view_id}/forget")
    def forget(request: Request, view_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            saved_views.forget(session, access, view_id)
            return told(local_path(sent.get("back")), "view_forgotten")

        return redirect(request, portal.write(request, sent, deed))

    return pages


AREA: Final = Area(router=router)
