"""工资合同比对: a project's items side by side, masked; an amount only for a stated reason, which the audit keeps (A-61)."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.errors import Problem
from central.exchange.listing_book import BATCH, book, every
from central.exchange.workbook import Column, Value
from central.people import wage_comparison, wage_sight
from central.people.wage_comparison import Line, Wanted
from central.people.wage_sight import ComparableWages
from central.projects.service import visible_project
from central.web import choices
from central.web.areas import Area, Entry, needs
from central.web.exporting import columns
from central.web.forms import Form_
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, signed_in, texts_of
from central.web.texts import Texts

COLUMNS: Final = ("name", "employer", "contract_dates", "wage_kind", "basic_wage", "pay_bank", "compared", "reveal")


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def page(request: Request, project_id: int, revealed: ComparableWages | None = None, problem: Problem | None = None) -> Response:
        access, t = signed_in(request), texts_of(request)
        listing = _listing(request, project_id)
        with portal.database.reading() as session:
            project = visible_project(session, access, project_id)
            found = wage_comparison.page_of_project(
                session, access, project_id, _wanted(listing), after=listing.after_id, limit=PAGE_SIZE, sort=listing.order
            )
        rows = found[:PAGE_SIZE]
        may_reveal = access.may(Function.REVEAL)
        values = {
            "project": project,
            "listing": listing,
            "rows": rows,
            "columns": COLUMNS if may_reveal else COLUMNS[:-1],
            "sortable": wage_comparison.ORDER.columns,
            "remarks": choices.of(("any", *wage_comparison.REMARKS), "compared", t),
            "may_export": access.may(Function.EXPORT),
            "more": str(rows[-1].assignment.id) if len(found) > PAGE_SIZE else "",
            "revealed": revealed,
            "refusal": t.problem(problem.text) if problem else "",
            "once": secrets.token_urlsafe(18),
        }
        return portal.page(request, "comparison.html", values, problem.status if problem else 200)

    @pages.get("/projects/{project_id}/comparison")
    def comparison(request: Request, project_id: RowId) -> Response:
        return page(request, project_id)

    @pages.get("/projects/{project_id}/comparison/export.xlsx")
    def exported(request: Request, project_id: RowId) -> Response:
        access, listing = signed_in(request), _listing(request, project_id)
        access.require(Function.EXPORT)

        def lines(session: Session) -> Iterator[Line]:
            def some(after: int) -> list[Line]:
                wanted = _wanted(listing)
                return wage_comparison.page_of_project(session, access, project_id, wanted, after=after, limit=BATCH, sort=listing.order)

            return every(some, lambda row: row.assignment.id)

        return book(
            portal.centre,
            access,
            lines,
            _columns(texts_of(request)),
            "合同工资比对",
            action="comparison.exported",
            of=f"project:{project_id}",
        )

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


def _listing(request: Request, project_id: int) -> Listing:
    return Listing.read(f"/projects/{project_id}/comparison", request.query_params, (), wage_comparison.ORDER.columns, ("remark",))


def _wanted(listing: Listing) -> Wanted:
    remark = listing.filter("remark")
    return Wanted(listing.q, remark if remark in ("any", *wage_comparison.REMARKS) else "")


def _columns(t: Texts) -> tuple[Column[Line], ...]:
    """As the page shows them: without an amount, whoever asks."""
    cells: dict[str, Callable[[Line], Value]] = {
        "name": lambda row: row.worker.name,
        "id": lambda row: row.worker.id_masked,
        "employer": lambda row: row.employer,
        "contract_from": lambda row: row.employment.contract_start,
        "contract_until": lambda row: row.employment.contract_end,
        "wage_kind": lambda row: t(f"wage_{row.terms.wage_type}"),
        "bank": lambda row: row.terms.bank_name,
        "card": lambda row: row.terms.card_masked,
        "compared": lambda row: t("list_comma").join(t(f"compared_{one}") for one in row.remarks or ("fits",)),
    }
    return columns(t, cells, text=("id", "card"), wide=("employer", "bank", "compared"))


AREA: Final = Area(
    router=router,
    entries=(
        Entry(
            "comparison", (Role.CONTRACTOR,), "/projects/{project}/comparison", "scale", 48, shown=needs(Function.VIEW_WAGES), general=True
        ),
    ),
)
