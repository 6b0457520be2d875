"""工资合同比对: a project's items side by side, masked; an amount only for a stated reason, which the audit keeps (A-61)."""

from __future__ import annotations

import secrets
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.errors import Problem
from central.people import wage_comparison, wage_sight
from central.people.wage_sight import ComparableWages
from central.projects.service import visible_project
from central.web.areas import Area, Entry, needs
from central.web.forms import Form_
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of

COLUMNS: Final = ("name", "employer", "contract_dates", "wage_kind", "basic_wage", "pay_bank", "compared", "reveal")


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def page(request: Request, project_id: int, revealed: ComparableWages | None = None, problem: Problem | None = None) -> Response:
        access, t = signed_in(request), texts_of(request)
        path = f"/projects/{project_id}/comparison"
        listing = Listing.read(path, request.query_params, (), ())
        after = listing.after_id
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            found = wage_comparison.page_of_project(session, access, project_id, after=after, limit=PAGE_SIZE)
        rows = found[:PAGE_SIZE]
        may_reveal = access.may(Function.REVEAL)
        values = {
            "project": project,
            "listing": listing,
            "rows": rows,
            "columns": COLUMNS if may_reveal else COLUMNS[:-1],
            "more": str(rows[-1].assignment.id) if len(found) > PAGE_SIZE else "",
            "revealed": revealed,
            "refusal": t.problem(problem.text) if problem else "",
            "once": secrets.token_urlsafe(18),
        }
        return portal.page(request, "comparison.html", values, problem.status if problem else 200)

    @pages.get("/projects/{project_id}/comparison")
    def comparison(request: Request, project_id: RowId) -> Response:
        return page(request, project_id)

    @pages.post("/projects/{project_id}/comparison/{worker_id}/reveal")
    def reveal(request: Request, project_id: RowId, worker_id: RowId, sent: Form_) -> Response:
        """The amounts are on the answer itself and in no address."""
        made: list[ComparableWages] = []

        def deed(session: Session, access: Access) -> str:
            if not sent.get("why_reveal"):
                raise Problem("FIELD_MISSING", 422, "why_reveal")
            made.append(wage_sight.reveal(session, access, worker_id, sent.get("why_reveal")[:200]))
            return f"/projects/{project_id}/comparison"

        try:
            portal.write(request, sent, deed)
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            return page(request, project_id, problem=problem)
        return page(request, project_id, revealed=made[0] if made else None)

    return pages


AREA: Final = Area(
    router=router,
    entries=(
        Entry(
            "comparison", (Role.CONTRACTOR,), "/projects/{project}/comparison", "scale", 48, shown=needs(Function.VIEW_WAGES), general=True
        ),
    ),
)
