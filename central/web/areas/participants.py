"""参建单位: who takes part under whom; a subcontract and the project completed, once it is said what ends with them (A-53)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.call import RowId
from central.entry import completion, completion_outlook
from central.entry.completion_outlook import Outlook
from central.errors import Problem
from central.exchange.listing_book import book
from central.exchange.workbook import Column, Value
from central.projects import company_list
from central.projects import service as projects
from central.projects.model import ParticipantRole
from central.web import choices
from central.web.areas import Area, Entry, needs
from central.web.exporting import columns
from central.web.forms import Field, Form, Form_, Section, Sent
from central.web.listing import Listing
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts

Line = tuple[Outlook, str]
"""A participant and the name of the one that it stands under."""


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def page(request: Request, project_id: int, sent: Sent | None = None, problem: Problem | None = None) -> Response:
        access, t = signed_in(request), texts_of(request)
        with portal.database.reading() as session:
            project = projects.visible_project(session, access, project_id)
            rows = completion_outlook.of_project(session, access, project_id)
        form = _form(t, project_id, rows)
        if sent is not None and problem is not None:
            form = form.after(sent).refused(problem, t)
        values = {
            "project": project,
            "listing": _listing(project_id),
            "rows": rows,
            "form": form,
            "may_manage": access.may(Function.MANAGE_PARTICIPANTS),
            "may_export": access.may(Function.EXPORT),
        }
        return portal.page(request, "participants.html", values, problem.status if problem else 200)

    @pages.get("/projects/{project_id}/participants")
    def of_project(request: Request, project_id: RowId) -> Response:
        return page(request, project_id)

    @pages.get("/projects/{project_id}/participants/export.xlsx")
    def exported(request: Request, project_id: RowId) -> Response:
        """In the order of the tree, each with its level and the company that it stands under."""
        access = signed_in(request)
        access.require(Function.EXPORT)
        shown = _columns(texts_of(request))

        def lines(session: Session) -> list[Line]:
            rows = completion_outlook.of_project(session, access, project_id)
            names = {row.link.id: row.link.company for row in rows}
            return [(row, names.get(row.link.parent_id or 0, "")) for row in rows]

        return book(portal.centre, access, lines, shown, "参建单位", action="participants.exported", of=f"project:{project_id}")

    @pages.post("/projects/{project_id}/participants")
    def add(request: Request, project_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            projects.visible_project(session, access, project_id)
            company = company_list.by_code(session, sent.get("uscc"), "uscc")
            role = sent.get("participant_role")
            if role not in list(ParticipantRole):
                raise Problem("FIELD_MISSING", 422, "participant_role")
            parent = sent.number("parent_id")
            projects.add_participant(
                session, portal.clock, access, project_id, company_id=company, role=ParticipantRole(role), parent_id=parent
            )
            return told(f"/projects/{project_id}/participants", "participant_added")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            problem.field = {"company_id": "uscc", "role": "participant_role"}.get(problem.field or "", problem.field)
            return page(request, project_id, sent, problem)

    @pages.post("/projects/{project_id}/participants/{participant_id}/complete")
    def complete(request: Request, project_id: RowId, participant_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            if projects.project_of(session, participant_id) != project_id:
                raise Problem("NOT_FOUND", 404)
            ended = completion.complete_participant(session, portal.clock, access, participant_id)
            return told(f"/projects/{project_id}/participants", "completed" if ended else "completed_nobody", ended)

        return redirect(request, portal.write(request, sent, deed))

    return pages


def _listing(project_id: int) -> Listing:
    """A tree: it has one order and one page."""
    return Listing(f"/projects/{project_id}/participants")


def _columns(t: Texts) -> tuple[Column[Line], ...]:
    cells: dict[str, Callable[[Line], Value]] = {
        "level": lambda line: line[0].link.level,
        "company": lambda line: line[0].link.company,
        "participant_role": lambda line: t(f"part_{line[0].link.role}"),
        "participant_under": lambda line: line[1],
        "open_people": lambda line: line[0].people,
        "participant_state": lambda line: t("participant_active" if line[0].link.active else "participant_completed"),
    }
    return columns(t, cells, wide=("company", "participant_under"))


def _form(t: Texts, project_id: int, rows: list[Outlook]) -> Form:
    """Below whom: only those who may have somebody below, and still take part."""
    above = [(str(row.link.id), row.link.company) for row in rows if row.link.is_using_unit and row.link.active]
    fields = (
        Field("uscc", required=True, limit=18),
        Field("participant_role", "select", required=True, options=choices.of(ParticipantRole, "part", t)),
        Field("parent_id", "select", options=above, wide=True, show="participant_role=professional_sub,labour_sub"),
    )
    path = f"/projects/{project_id}/participants"
    return Form(f"participant-{project_id}", path, (Section("participant", fields),), submit="add_participant")


AREA: Final = Area(
    router=router,
    entries=(
        Entry(
            "participants",
            (Role.CONTRACTOR,),
            "/projects/{project}/participants",
            "sitemap",
            45,
            shown=needs(Function.VIEW_PEOPLE),
            general=True,
        ),
    ),
)
