"""An assignment changed before the first using unit accepts it; afterwards the page says what is locked and what to do (A-34)."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.call import RowId
from central.entry import rules
from central.entry import service as entry
from central.entry.service import Edit
from central.entry.store import AssignmentView
from central.errors import Problem
from central.projects import teams
from central.web import choices
from central.web.areas import Area
from central.web.areas.teams import project_options
from central.web.forms import Field, Form, Form_, Section, Sent
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)

    def page(request: Request, place: tuple[int, int], sent: Sent | None = None, problem: Problem | None = None) -> Response:
        access, t = signed_in(request), texts_of(request)
        with portal.database.reading() as session:
            line = _own(session, access, *place)
            chosen = (sent.number("project_id") if sent else None) or line.assignment.project_id
            form = _form(session, access, t, line, chosen)
        locked = _locked(line)
        if sent is not None and problem is not None and locked is None:
            theirs = form.values if problem.code == "VERSION_CONFLICT" else None
            form = form.after(sent).refused(problem, t, theirs)
            form = form.at_version(str(line.assignment.version)) if theirs else form
        values = {"line": line, "form": form, "locked": locked.text if locked else None}
        return portal.page(request, "assignment_edit.html", values, problem.status if problem else 200)

    @pages.get("/projects/{project_id}/people/{assignment_id}/edit")
    def edit(request: Request, project_id: RowId, assignment_id: RowId) -> Response:
        return page(request, (project_id, assignment_id))

    @pages.post("/projects/{project_id}/people/{assignment_id}/edit")
    def save(request: Request, project_id: RowId, assignment_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            line = _own(session, access, project_id, assignment_id)
            moved = sent.number("project_id")
            change = Edit(
                version=sent.number("version") or 0,
                project_id=moved if moved != line.assignment.project_id else None,
                main_trade=sent.get("main_trade") or None,
                team_id=sent.number("team_id"),
            )
            made = entry.edit(session, access, assignment_id, change).assignment
            return told(f"/projects/{made.project_id}/people/{made.id}", "assignment_edited")

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            return page(request, (project_id, assignment_id), sent, problem)

    return pages


def _own(session: Session, access: Access, project_id: int, assignment_id: int) -> AssignmentView:
    """The employer's own, at this address. Raises `Problem` 403, 404 NOT_FOUND."""
    employer = access.require_employer()
    access.require(Function.ASSIGN)
    line = entry.seen(session, access, assignment_id)
    if line.assignment.project_id != project_id or line.assignment.employer_id != employer:
        raise Problem("NOT_FOUND", 404)
    return line


def _locked(line: AssignmentView) -> Problem | None:
    """The rule's own answer, asked before anybody types."""
    try:
        rules.editable(line.assignment.state)
    except Problem as problem:
        return problem
    return None


def _form(session: Session, access: Access, t: Texts, line: AssignmentView, project_id: int) -> Form:
    of = line.assignment
    found = teams.page_of_teams(session, access, project_id, 0, 200, assignable=True) if project_id == of.project_id else []
    mine = [(str(one.id), one.name) for one in found if one.employer_id == access.company_id]
    fields = (
        Field("project_id", "select", required=True, options=project_options(session, access), wide=True),
        Field("team_id", "select", options=mine, note="team_other_project"),
        Field("main_trade", "select", required=True, options=choices.trades(t)),
    )
    path = f"/projects/{of.project_id}/people/{of.id}"
    values = {
        "project_id": str(of.project_id),
        "team_id": str(of.team_id or ""),
        "main_trade": of.main_trade,
        "version": str(of.version),
    }
    return Form(f"assignment-{of.id}", f"{path}/edit", (Section("assignment", fields),), back=path, values=values)


AREA: Final = Area(router=router)
