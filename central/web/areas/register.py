"""单位与项目: the system administrator registers companies and projects, and names a project's general contractor."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.clock import SITE_ZONE
from central.errors import Problem
from central.exchange.listing_book import BATCH, book, every_counted
from central.exchange.workbook import Column, Value
from central.projects import company_list
from central.projects import service as projects
from central.projects.model import Company, ParticipantRole
from central.projects.schemas import CompanyIn, ProjectIn
from central.web.areas import Area, Entry
from central.web.exporting import columns
from central.web.forms import Field, Form, Form_, Section, typed
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.paging import counted
from central.web.texts import Texts

COMPANIES: Final = "/companies"
NEW_PROJECT: Final = "/projects/new"


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def companies(request: Request, form: Form | None = None, status: int = 200) -> Response:
        listing = _listing(request)
        order = listing.order or "company"
        with portal.database.reading() as session:
            found, total = company_list.find(session, signed_in(request), listing.q, listing.offset, PAGE_SIZE, sort=order)
        values = {
            "listing": listing,
            "rows": found,
            "sortable": company_list.ORDER.columns,
            "form": form or _company_form(),
            **counted(listing, total, len(found)),
        }
        return portal.page(request, "companies.html", values, status)

    @pages.get(COMPANIES)
    def listed(request: Request) -> Response:
        return companies(request)

    @pages.get(f"{COMPANIES}/export.xlsx")
    def exported(request: Request) -> Response:
        access, listing = signed_in(request), _listing(request)

        def rows(session: Session) -> Iterator[Company]:
            order = listing.order or "company"
            return every_counted(lambda offset: company_list.find(session, access, listing.q, offset, BATCH, sort=order)[0])

        return book(portal.centre, access, rows, _columns(texts_of(request)), "单位", action="companies.exported", of="companies")

    @pages.post(COMPANIES)
    def register_company(request: Request, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            said = typed(CompanyIn, {"uscc": sent.get("uscc"), "name": sent.get("company_name")})
            projects.register_company(session, portal.clock, access, said.uscc, said.name)
            return told(COMPANIES, "company_registered")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            form = _company_form().after(sent).refused(_named(problem, "company_name"), texts_of(request))
            return companies(request, form, problem.status)

    @pages.get(NEW_PROJECT)
    def new(request: Request) -> Response:
        signed_in(request).require(Function.MANAGE_REGISTER)
        return portal.page(request, "project_new.html", {"form": _project_form()})

    @pages.post(NEW_PROJECT)
    def register_project(request: Request, sent: Form_) -> Response:
        names = ("reg_no", "contract_name", "contact")
        said = {name: sent.get(name) for name in names} | {
            "name": sent.get("project_name"),
            "completion_planned": sent.get("completion_planned") or None,
        }

        def deed(session: Session, access: Access) -> str:
            access.require(Function.MANAGE_REGISTER)
            made = projects.register_project(session, portal.clock, portal.centre.secrets, access, **typed(ProjectIn, said).model_dump())
            company = company_list.by_code(session, sent.get("uscc"), "uscc")
            role = ParticipantRole.GENERAL_CONTRACTOR
            projects.add_participant(session, portal.clock, access, made.id, company_id=company, role=role)
            return told(f"/projects/{made.id}/participants", "project_registered")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status == 403:
                raise
            return portal.refusal(request, "project_new.html", _project_form().after(sent), _named(problem, "project_name"), {})

    return pages


def _listing(request: Request) -> Listing:
    return Listing.read(COMPANIES, request.query_params, (), company_list.ORDER.columns)


def _columns(t: Texts) -> tuple[Column[Company], ...]:
    cells: dict[str, Callable[[Company], Value]] = {
        "company": lambda row: row.name,
        "uscc": lambda row: row.uscc,
        "registered_on": lambda row: row.created_at.astimezone(SITE_ZONE).date(),
    }
    return columns(t, cells, text=("uscc",), wide=("company", "uscc"))


def _named(problem: Problem, name: str) -> Problem:
    for one in problem.errors or (problem,):
        one.field = name if one.field == "name" else one.field
    return problem


def _company_form() -> Form:
    fields = (Field("uscc", required=True, limit=18), Field("company_name", required=True, limit=200))
    return Form("company-new", COMPANIES, (Section("company_new", fields),), submit="register_company")


def _project_form() -> Form:
    fields = (
        Field("reg_no", required=True, limit=64),
        Field("project_name", required=True, limit=200, wide=True),
        Field("contract_name", limit=200, wide=True),
        Field("uscc", required=True, limit=18, note="general_contractor_code"),
        Field("completion_planned", "date"),
        Field("contact", limit=200, wide=True),
    )
    return Form("project-new", NEW_PROJECT, (Section("project_new", fields),), submit="register_project", back="/projects")


AREA: Final = Area(
    router=router,
    entries=(
        Entry("register", (Role.ADMINISTRATOR,), NEW_PROJECT, "building-plus", 15),
        Entry("companies", (Role.ADMINISTRATOR,), COMPANIES, "building", 20),
    ),
)
