"""转入转出: an employer asks for another's worker from the registration's page; the present employer answers here (A-30)."""

from __future__ import annotations

import secrets
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import changes
from central.access import Access, Function, Role
from central.call import RowId
from central.entry import succession
from central.entry.model import DepartureReason
from central.errors import TEXTS as PROBLEMS
from central.errors import Problem
from central.people import transfer, transfer_list
from central.people.registration import Policy
from central.people.schemas import RegistrationIn
from central.people.transfer_list import Side, TransferView
from central.people.transfer_model import TransferState
from central.people.transfer_rules import OPEN
from central.people.typed import day
from central.web import choices, moments
from central.web import told as told_
from central.web.areas import Area, Entry, Part, transfers_list
from central.web.areas.transfers_list import PATH
from central.web.areas.worker_forms import refused_registration, stated
from central.web.forms import Field, Form, Form_, Section, Sent, typed
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)
    centre = portal.centre

    transfers_list.add(portal, pages)  # first: their paths stand before the one that takes a number

    @pages.post(PATH)
    def ask(request: Request, sent: Form_) -> Response:
        try:
            said = typed(RegistrationIn, stated(sent))

            def deed(session: Session, access: Access) -> str:
                policy = Policy.of(centre.settings)
                read = said.chip_read()
                made = transfer.ask(session, centre.clock, centre.secrets, access, said.said(), policy=policy, chip_read=read)
                return told(f"{PATH}/{made.id}", "transfer_asked")

            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            return refused_registration(portal, request, sent, problem)

    def page(request: Request, transfer_id: int, given: dict[str, Any] | None = None, status: int = 200) -> Response:
        access, t = signed_in(request), texts_of(request)
        with portal.database.reading() as session:
            found = transfer_list.one(session, access, transfer_id)
            values = _shown(session, access, found, t) | {"once": secrets.token_urlsafe(18)}
        return portal.page(request, "transfer.html", values | (given or {}), status)

    @pages.get(PATH + "/{transfer_id}")
    def one(request: Request, transfer_id: RowId) -> Response:
        return page(request, transfer_id)

    def answered(request: Request, transfer_id: int, sent: Sent, kind: str) -> Response:
        try:
            return redirect(
                request,
                portal.write(request, sent, lambda session, access: _answer(portal, session, access, transfer_id, kind=kind, sent=sent)),
            )
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            t = texts_of(request)
            with portal.database.reading() as session:
                shown = _shown(session, signed_in(request), transfer_list.one(session, signed_in(request), transfer_id), t)
            form = shown.get(kind)
            if not isinstance(form, Form):
                raise
            return page(request, transfer_id, {kind: form.after(sent).refused(_named(problem, kind), t)}, problem.status)

    @pages.post(PATH + "/{transfer_id}/release")
    def release(request: Request, transfer_id: RowId, sent: Form_) -> Response:
        return answered(request, transfer_id, sent, "release")

    @pages.post(PATH + "/{transfer_id}/refusal")
    def refuse(request: Request, transfer_id: RowId, sent: Form_) -> Response:
        return answered(request, transfer_id, sent, "refusal")

    @pages.post(PATH + "/{transfer_id}/withdrawal")
    def withdraw(request: Request, transfer_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            transfer.withdraw(session, centre.clock, access, transfer_id)
            return told(f"{PATH}/{transfer_id}", "transfer_withdrawn")

        return redirect(request, portal.write(request, sent, deed))

    return pages


def _answer(portal: Portal, session: Session, access: Access, transfer_id: int, *, kind: str, sent: Sent) -> str:
    path = f"{PATH}/{transfer_id}"
    if kind == "refusal":
        reason = sent.get("transfer_reason")[:100]
        if not reason:
            raise Problem("FIELD_MISSING", 422, "transfer_reason")
        transfer.refuse(session, portal.clock, access, transfer_id, reason)
        return told(path, "transfer_refused")
    on = day(sent.get("departs_on"))
    if on is None:
        raise Problem("FIELD_NOT_A_DATE", 422, "departs_on")
    chosen = {name.removeprefix("successor_"): sent.number(name) for name in sent.said if name.startswith("successor_")}
    successors = {int(team): worker for team, worker in chosen.items() if worker is not None and team.isdigit()}
    reason = sent.get("leaving_reason")
    transfer.release(session, portal.clock, access, transfer_id, departs_on=on, reason=reason, successors=successors)
    return told(path, "transfer_released")


def _shown(session: Session, access: Access, found: TransferView, t: Texts) -> dict[str, Any]:
    """What one request's page shows to this side; the forms of the answer only to whom they belong."""
    kept = found.transfer
    values: dict[str, Any] = {
        "found": found,
        "kept": kept,
        "next": _next(found, t),
        "cause": t.problem(Problem(kept.cause, 200).text) if kept.cause in PROBLEMS else "",
        "changes": told_.lines(changes.of_record(session, [f"transfer:{kept.id}"]), t) if found.side is None else [],
        "may_withdraw": found.side is Side.ASKING and kept.state in OPEN and access.may(Function.REGISTER),
        "release": None,
        "refusal": None,
        "leaving_on": None,
    }
    if found.side is Side.ASKED and kept.state is TransferState.WAITING and access.may(Function.DEPART):
        leaving_on = transfer.employment_of(session, kept).departure_on
        led = succession.led_by(session, kept.worker_id, kept.from_id)
        values |= {"leaving_on": leaving_on, "release": _release(t, kept.id, led, str(leaving_on or "")), "refusal": _refusal(kept.id)}
    return values


def _release(t: Texts, transfer_id: int, led: list[succession.LedTeam], leaving_on: str) -> Form:
    reasons = choices.of(DepartureReason, "leaving", t)
    fields = (Field("departs_on", "date", required=True), Field("leaving_reason", "select", required=True, options=reasons))
    sections = [Section("release", fields)]
    teams = [of for of in led if of.members]
    if teams:
        choose = [
            Field(
                f"successor_{of.team.id}",
                "select",
                required=True,
                label=f"{of.team.name} · {of.project}",
                options=[(str(member.worker_id), member.worker) for member in of.members],
            )
            for of in teams
        ]
        sections.append(Section("successors", choose))
    values = {"departs_on": leaving_on, "leaving_reason": "agreed"}
    key, action = f"release-{transfer_id}", f"{PATH}/{transfer_id}/release"
    return Form(key, action, sections, submit="release", values=values, confirm=t("release_ask"))


def _refusal(transfer_id: int) -> Form:
    fields = (Field("transfer_reason", required=True, limit=100, wide=True),)
    return Form(f"refuse-{transfer_id}", f"{PATH}/{transfer_id}/refusal", (Section("refusal", fields),), submit="refuse_transfer")


def _named(problem: Problem, kind: str) -> Problem:
    """The services' names of fields as these forms call them."""
    for one in problem.errors or (problem,):
        if one.field == "reason":
            one.field = "leaving_reason" if kind == "release" else "transfer_reason"
    return problem


def _next(found: TransferView, t: Texts) -> str:
    kept = found.transfer
    if kept.state is TransferState.WAITING:
        which = "asked" if found.side is Side.ASKED else "asking"
        return t(f"transfer_next_waiting_{which}", company=found.from_name, day=moments.stamp(kept.lapses_at))
    if kept.state is TransferState.RELEASED:
        return t("transfer_next_released", day=kept.departs_on)
    return t("transfer_next_completed" if kept.state is TransferState.COMPLETED else "transfer_next_over")


def _waits(_portal: Portal, request: Request, session: Session, _company: int) -> dict[str, Any]:
    asked, asking = transfer_list.waits(session, signed_in(request))
    return {"asked": asked, "asking": asking}


AREA: Final = Area(
    router=router,
    entries=(
        Entry("transfers", (Role.EMPLOYER,), PATH, "transfer", 52),
        Entry("all_transfers", (Role.AUTHORITY, Role.HEAD_STATION), PATH, "transfer", 32),
    ),
    parts=(Part("desk", "transfers", 10, "transfers_desk.html", _waits, (Role.EMPLOYER,)),),
)
