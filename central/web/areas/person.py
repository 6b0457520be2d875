"""One person on a project: the way to the gate and who must act; compare without reveal, reveal with a purpose, accept or return (A-44)."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import changes
from central.access import Access, Function, Role
from central.call import RowId
from central.entry import comparison, people_list
from central.entry import service as entry
from central.entry.comparison import Compared, Purpose, Revealed
from central.entry.store import AssignmentView
from central.errors import Problem, declare
from central.web import choices
from central.web import told as told_
from central.web.areas import Area
from central.web.areas.people import face_of
from central.web.forms import Form_, Sent
from central.web.pages import Portal, is_part, redirect, signed_in, texts_of, told
from central.web.texts import Texts
from central.web.trades import trade_name

TABS: Final = ("facts", "changes")

declare({"PURPOSE_REQUIRED": ("请选择查看号码的用途。", "Choose what the number is needed for.")})


def steps_of(line: AssignmentView, t: Texts) -> list[tuple[bool, str, dt.datetime | None]]:
    """The way to the gate as (done, words, when): the first open one says who must act."""
    entered, is_deep = line.assignment.entry_time, line.level > 1
    steps: list[tuple[bool, str, dt.datetime | None]] = [
        (True, t("step_registered"), None),
        (True, t("step_assigned"), line.assignment.created_at),
    ]
    if is_deep:
        is_accepted = entered is not None or line.assignment.accepted_steps > 0
        words = t("step_accepted", company=line.using_unit) if is_accepted else t("step_accepted_open", company=line.using_unit)
        steps.append((is_accepted, words, None))
    steps.append((entered is not None, t("step_confirmed"), entered))
    steps.append((entered is not None and line.assignment.face != "none", t("step_enrolled"), None))
    return steps


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)
    keys = portal.centre.secrets

    def shown(request: Request, project_id: int, assignment_id: int, tab: str, **more: Any) -> Response:
        access, t = signed_in(request), texts_of(request)
        parts = portal.parts("assignment", access)
        with portal.database.reading() as session:
            line = _line(session, access, project_id, assignment_id)
            part = next((one for one in parts if one.key == tab), None)
            values: dict[str, Any] = (
                {"changes": told_.lines(changes.of_record(session, [f"assignment:{assignment_id}"]), t)} if tab == "changes" else {}
            )
            values |= part.values(portal, request, session, assignment_id) if part else {}
            may_accept = _is_its_turn(session, access, line)
        values |= {
            "line": line,
            "back": "/assignments" if access.role is Role.EMPLOYER else f"/projects/{project_id}/people",
            "steps": steps_of(line, t),
            "trade": trade_name(line.assignment.main_trade, t),
            "face": face_of(line.assignment),
            "tab": tab if tab in TABS or part else "facts",
            "tabs": [TABS[0], *(one.key for one in parts), TABS[1]],
            "part": part,
            "purposes": choices.of(Purpose, "purpose", t),
            "may_compare": access.may(Function.COMPARE) and access.role is not Role.EMPLOYER,
            "may_reveal": access.may(Function.REVEAL) and access.role is not Role.EMPLOYER,
            "may_accept": may_accept and access.may(Function.CONFIRM_ENTRY),
            "may_withdraw": access.role is Role.EMPLOYER and line.assignment.state in ("assigned", "returned"),
            "may_edit": access.may(Function.ASSIGN)
            and line.assignment.employer_id == access.company_id
            and line.assignment.ended_at is None,
            "once": secrets.token_urlsafe(18),
            "compared": None,
            "revealed": None,
            "refusal": "",
        }
        return portal.page(request, "person.html", {**values, **more}, more.pop("status", 200))

    @pages.get("/projects/{project_id}/people/{assignment_id}")
    def person(request: Request, project_id: RowId, assignment_id: RowId, tab: str = "facts") -> Response:
        return shown(request, project_id, assignment_id, tab)

    def piece(request: Request, project_id: int, assignment_id: int, found: dict[str, Any]) -> Response:
        """The answer alone, or for a browser without scripts the whole page with it."""
        if is_part(request):
            return portal.page(request, "compared.html", {"compared": None, "revealed": None, "refusal": "", **found})
        return shown(request, project_id, assignment_id, "facts", **found)

    def answered(request: Request, project_id: int, assignment_id: int, sent: Sent, ask: Any) -> Response:
        """What a comparison or a reveal found, on the page and in no address."""
        found: list[Any] = []

        def deed(session: Session, access: Access) -> str:
            _line(session, access, project_id, assignment_id)
            found.append(ask(session, access))
            return "/"

        try:
            portal.write(request, sent, deed)
        except Problem as problem:
            if problem.status in (401, 404):
                raise
            return piece(request, project_id, assignment_id, {"refusal": texts_of(request).problem(problem.text)})
        kind = {"compared": found[0]} if found and isinstance(found[0], Compared) else {"revealed": found[0] if found else None}
        return piece(request, project_id, assignment_id, kind)

    @pages.post("/projects/{project_id}/people/{assignment_id}/compare")
    def compare(request: Request, project_id: RowId, assignment_id: RowId, sent: Form_) -> Response:
        def ask(session: Session, access: Access) -> Compared:
            typed, phone = sent.get("id_number"), sent.get("phone")
            return comparison.compare(session, portal.clock, keys, access, assignment_id, id_number=typed, phone=phone)

        return answered(request, project_id, assignment_id, sent, ask)

    @pages.post("/projects/{project_id}/people/{assignment_id}/reveal")
    def reveal(request: Request, project_id: RowId, assignment_id: RowId, sent: Form_) -> Response:
        def ask(session: Session, access: Access) -> Revealed:
            given = sent.get("purpose")
            if given not in list(Purpose):
                raise Problem("PURPOSE_REQUIRED", 422, "purpose")
            return comparison.reveal(session, keys, access, assignment_id, purpose=Purpose(given), remark=sent.get("remark")[:200])

        return answered(request, project_id, assignment_id, sent, ask)

    @pages.post("/projects/{project_id}/people/{assignment_id}/withdraw")
    def withdraw(request: Request, project_id: RowId, assignment_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            entry.withdraw(session, portal.clock, access, assignment_id)
            return told(f"/projects/{project_id}/people/{assignment_id}", "withdrawn")

        return redirect(request, portal.write(request, sent, deed))

    return pages


def _line(session: Session, access: Access, project_id: int, assignment_id: int) -> AssignmentView:
    line = entry.seen(session, access, assignment_id)
    if line.assignment.project_id != project_id:
        raise Problem("NOT_FOUND", 404)
    return line


def _is_its_turn(session: Session, access: Access, line: AssignmentView) -> bool:
    """Whether this company must accept next: what the button needs; the service decides."""
    return access.company_id is not None and people_list.is_turn_of(session, line.assignment, access.company_id)


AREA: Final = Area(router=router)
