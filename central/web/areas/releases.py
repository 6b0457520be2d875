"""待同意账号: administrators' accounts that a second administrator opens, after the security administrator gave their password."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Role
from central.call import RowId
from central.errors import Problem
from central.identity import account_list, rules
from central.identity import service as identity
from central.web.areas import Area, Entry
from central.web.forms import Form_
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, signed_in, told

HERE: Final = "/releases"


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    @pages.get(HERE)
    def waiting(request: Request) -> Response:
        access, listing = signed_in(request), Listing.read(HERE, request.query_params, (), ())
        if not rules.released(access):
            raise Problem("ROLE_NOT_ALLOWED", 403)
        with portal.database.reading() as session:
            found = account_list.page_of_accounts(session, access, after=listing.after_id, limit=PAGE_SIZE)
        rows = [line.account for line in found[:PAGE_SIZE]]
        more = str(rows[-1].id) if len(found) > PAGE_SIZE else ""
        return portal.page(request, "releases.html", {"listing": listing, "rows": rows, "more": more})

    @pages.post(f"{HERE}/{{account_id}}")
    def release(request: Request, account_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            if not rules.released(access):
                raise Problem("ROLE_NOT_ALLOWED", 403)
            identity.enable_account(session, access, account_id)
            return told(HERE, "account_enable")

        return redirect(request, portal.write(request, sent, deed))

    return pages


AREA: Final = Area(router=router, entries=(Entry("releases", (Role.AUDITOR, Role.ADMINISTRATOR), HERE, "user-check", 70),))
