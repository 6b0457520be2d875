"""Registering a worker, and editing one: every field that the rules ask for, each refusal beside its field (A-11 to A-23, A-31)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.call import RowId
from central.errors import Problem
from central.people import banks, defaults, editing
from central.people import service as people
from central.people.model import Category, EmploymentForm, WageType
from central.people.registration import Policy
from central.people.schemas import RegistrationIn, WorkerEdit
from central.people.service import EmployedWorker
from central.web import choices
from central.web.areas import Area
from central.web.forms import Field, Form, Form_, Section, Sent, typed
from central.web.pages import Portal, redirect, signed_in, texts_of, told
from central.web.texts import Texts

EDITABLE: Final = ("name", "phone", "address", "nation", "main_trade", "contract_end")
WAGES: Final = (
    "wage_type",
    "bank_code",
    "bank_name",
    "card_number",
    "basic_wage",
    "probation_wage",
    "performance_payments",
    "performance_dates",
)
BLANK_STAYS: Final = frozenset({"phone", "address", "card_number"})
"""What an edit shows masked only: left blank, it stays as it is."""


def wage_fields(t: Texts, known: Mapping[str, str], *, is_edit: bool = False) -> tuple[Field, ...]:
    """A-13: none may be left out; which of them apply depends on the wage type (A-16, A-17)."""
    return (
        Field("wage_type", "select", required=True, options=choices.of(WageType, "wage", t)),
        Field("basic_wage", "number", required=True, limit=12),
        Field("probation_wage", "number", required=True, limit=12),
        Field("performance_payments", "number", required=True, limit=2, inputmode="numeric"),
        Field("performance_dates", limit=200, wide=True, show="wage_type=monthly"),
        Field("bank_code", "select", required=True, options=list(known.items())),
        Field("bank_name", limit=100, show="bank_code=999"),
        Field("card_number", required=not is_edit, limit=40, inputmode="numeric", note="blank_stays" if is_edit else ""),
    )


def registration_form(t: Texts, known: Mapping[str, str], given: Mapping[str, str]) -> Form:
    """The form of a new worker; `given` are the employer's defaults (A-14), marked as such."""
    trades = choices.trades(t)
    identity = (
        Field("id_number", required=True, limit=30, slot="reader", wide=True),
        Field("name", required=True),
        Field("id_type", "select", required=True, options=choices.id_types(t)),
        Field("birth_date", "date", show="id_type=02,03,04,08,09,10,12,99"),
        Field("nation", limit=40),
        Field("phone", "tel", limit=20),
        Field("address", limit=200, wide=True),
    )
    contract = (
        Field("category", "radio", options=choices.of(Category, "category", t)),
        Field("employment_form", "radio", options=choices.of(EmploymentForm, "form", t)),
        Field("main_trade", "select", required=True, options=trades),
        Field("contract_type", "select", required=True, options=[("fixed_term", t("contract_fixed_term"))]),
        Field("contract_start", "date", required=True),
        Field("contract_end", "date", required=True),
    )
    usual = {"id_type": "01", "category": "worker", "employment_form": "non_temporary", "contract_type": "fixed_term"}
    chosen = {name: value for name, value in usual.items() if name not in given}
    sections = (Section("identity", identity), Section("contract", contract), Section("wages", wage_fields(t, known)))
    return Form("worker-new", "/workers/new", sections, submit="register", back="/workers", values=chosen, defaults=given)


def edit_form(t: Texts, found: EmployedWorker, known: Mapping[str, str]) -> Form:
    """The form of an edit: what is kept, except the numbers, which are masked and stay when left blank."""
    person = (
        Field("name", required=True),
        Field("phone", "tel", limit=20, note="blank_stays"),
        Field("nation", limit=40),
        Field("address", limit=200, wide=True, note="blank_stays"),
        Field("main_trade", "select", required=True, options=choices.trades(t)),
        Field("contract_end", "date", required=True),
    )
    sections = (Section("edit", person), Section("wages", wage_fields(t, known, is_edit=True)))
    path = f"/workers/{found.worker.id}"
    return Form(f"worker-{found.worker.id}", f"{path}/edit", sections, back=path, values=kept(found))


def kept(found: EmployedWorker) -> dict[str, str]:
    """What a form of this worker holds before anybody types."""
    worker, pay = found.worker, found.wages
    values = {
        "version": str(worker.version),
        "name": worker.name,
        "nation": worker.nation,
        "main_trade": worker.main_trade,
        "contract_end": found.employment.contract_end.isoformat(),
    }
    if pay is not None:
        values |= {
            "wage_type": pay.wage_type.value,
            "bank_code": pay.bank_code,
            "bank_name": pay.bank_name,
            "basic_wage": str(pay.basic_wage),
            "probation_wage": str(pay.probation_wage),
            "performance_payments": str(pay.performance_payments),
            "performance_dates": pay.performance_dates,
        }
    return values


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)
    centre = portal.centre

    @pages.get("/workers/new")
    def new(request: Request) -> Response:
        with portal.database.reading() as session:
            form = _new_form(session, signed_in(request), texts_of(request))
        return portal.page(request, "worker_new.html", {"form": form, "chip_read": "", "may_ask": False})

    @pages.post("/workers/new")
    def register(request: Request, sent: Form_) -> Response:
        try:
            said = typed(RegistrationIn, stated(sent))

            def deed(session: Session, access: Access) -> str:
                policy = Policy.of(centre.settings)
                made = people.register(
                    session, centre.clock, centre.secrets, access, said.said(), policy=policy, chip_read=said.chip_read()
                )
                path = f"/workers/{made.worker.id}"
                return told(f"{path}?warn={','.join(n.code for n in made.notices)}" if made.notices else path, "registered")

            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            return refused_registration(portal, request, sent, problem)

    @pages.get("/workers/{worker_id}/edit")
    def edit(request: Request, worker_id: RowId) -> Response:
        form, found = _of_worker(portal, request, worker_id)
        return portal.page(request, "worker_edit.html", {"form": form, "found": found})

    @pages.post("/workers/{worker_id}/edit")
    def save(request: Request, worker_id: RowId, sent: Form_) -> Response:
        try:
            change = typed(WorkerEdit, _edit(sent)).change(sent.number("version") or 0)

            def deed(session: Session, access: Access) -> str:
                policy = Policy.of(centre.settings)
                made = editing.edit(session, centre.clock, centre.secrets, access, worker_id, change=change, policy=policy)
                path = f"/workers/{worker_id}"
                return told(f"{path}?warn={','.join(n.code for n in made.notices)}" if made.notices else path, "saved")

            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            form, found = _of_worker(portal, request, worker_id)
            now = kept(found)
            form = form.after(sent)
            if problem.code == "VERSION_CONFLICT":
                form = form.refused(problem, texts_of(request), _words(now, form)).at_version(now["version"])
            return portal.refusal(request, "worker_edit.html", form, problem, {"found": found})

    return pages


def refused_registration(portal: Portal, request: Request, sent: Sent, problem: Problem) -> Response:
    """The page again with what was typed; somebody else's worker can be asked for from here (A-30)."""
    with portal.database.reading() as session:
        form = _new_form(session, signed_in(request), texts_of(request)).after(sent)
    within = {"answer_days": portal.centre.settings.transfer_answer_days}
    values = {"chip_read": sent.get("chip_read"), "may_ask": problem.code == "ALREADY_EMPLOYED", **within}
    return portal.refusal(request, "worker_new.html", form, problem, values)


def _new_form(session: Session, access: Access, t: Texts) -> Form:
    company = access.require_employer()
    access.require(Function.REGISTER)
    return registration_form(t, banks.active(session), defaults.values(session, company))


def _of_worker(portal: Portal, request: Request, worker_id: int) -> tuple[Form, EmployedWorker]:
    access = signed_in(request)
    access.require_employer()
    with portal.database.reading() as session:
        found = people.employed(session, access, worker_id)
        return edit_form(texts_of(request), found, banks.active(session)), found


def stated(sent: Sent) -> dict[str, Any]:
    """What the form of a new worker says, as the API's schema takes it."""
    names = (*EDITABLE, "contract_start", "contract_type", "id_type", "id_number", "category", "employment_form", "birth_date", *WAGES)
    said: dict[str, Any] = {name: sent.get(name) for name in names}
    for date in ("contract_start", "contract_end", "birth_date"):
        said[date] = said[date] or None
    read = _read(sent.get("chip_read"))
    return said | {"identity": {"source": "chip", "read": read} if read else {"source": "typed"}}


def _read(text: str) -> Any:
    """What the office's reader signed, as the bridge gave it to the page; nothing for what is none."""
    try:
        return json.loads(text) if text else None
    except ValueError:
        return None


def _edit(sent: Sent) -> dict[str, Any]:
    """What an edit says; what is masked and left blank is not said."""
    names = [name for name in (*EDITABLE, *WAGES) if name in sent.said and (sent.get(name) or name not in BLANK_STAYS)]
    said: dict[str, Any] = {name: sent.get(name) for name in names}
    if said.get("contract_end") == "":
        raise Problem("CONTRACT_END_REQUIRED", 422, "contract_end")
    return said


def _words(now: Mapping[str, str], form: Form) -> dict[str, str]:
    """What is kept now, in the words of the form's options."""
    options = {one.name: dict(one.options) for section in form.sections for one in section.fields}
    return {name: options.get(name, {}).get(value, value) for name, value in now.items() if form.value(name) != value}


AREA: Final = Area(router=router)
