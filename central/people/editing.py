"""Edits of a registered worker by the employer: what stays open, what is locked, and that a save is never lost (A-22, A-23, A8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock
from central.entry.model import Assignment, AssignmentState
from central.entry.rules import one_trade
from central.errors import Findings, Problem
from central.people import rules, sealed, store
from central.people.model import Employment, IdentityState, WageTerms, Worker
from central.people.registration import Policy, Standing, standing, wage_terms
from central.people.store import EmployedWorker
from central.people.wages import Notice, Wages, WagesSaid, below_base, mask_card, wages
from central.secrets import CentreSecrets

_ACCEPTED: Final = (AssignmentState.ACCEPTED_BY_SUB, AssignmentState.CONFIRMED)


@dataclass(frozen=True)
class Edit:
    """What the employer changes; None leaves a thing as it is. `version` is the one that was read."""

    version: int
    name: str | None = None
    phone: str | None = None
    address: str | None = None
    nation: str | None = None
    main_trade: Any = None
    contract_end: dt.date | None = None
    wage_type: str | None = None
    bank_code: str | None = None
    bank_name: str | None = None
    card_number: str | None = None
    basic_wage: str | None = None
    probation_wage: str | None = None
    performance_payments: str | None = None
    performance_dates: str | None = None


def edit(
    session: Session, clock: Clock, keys: CentreSecrets, access: Access, worker_id: int, *, change: Edit, policy: Policy
) -> EmployedWorker:
    """A-22, A-23: what is saved is read back, with a higher version; a stale one is refused; every wrong field is named.

    Phone, address, bank card, wage items and a longer contract stay open after acceptance, with history; the name is locked once the
    identity is verified (409 IDENTITY_LOCKED), the trade once a using unit accepted (409 LOCKED_AFTER_ACCEPTANCE).
    """
    employer = access.require_employer()
    access.require(Function.REGISTER)
    found = store.one_employed(session, worker_id, employer)
    if found is None:
        raise Problem("NOT_FOUND", 404)
    worker = session.get_one(Worker, worker_id, with_for_update=True, populate_existing=True)
    if worker.version != change.version:
        raise Problem("VERSION_CONFLICT", 409, "version")
    before = _told(worker, found.employment, found.wages)
    notices = _apply(session, clock, keys, found, change=change, known=standing(session, clock, employer), policy=policy)
    worker.version += 1
    session.flush()
    found = replace(found, wages=session.get(WageTerms, found.employment.id))
    if change.name is not None or change.phone is not None:
        sealed.find_by(session, keys, worker)
    after = _told(worker, found.employment, found.wages)
    changed = {name for name in after if after[name] != before.get(name)} | ({"address"} if change.address is not None else set())
    audit.record(
        session,
        access,
        "worker.edited",
        f"worker:{worker_id}",
        before={name: before.get(name) for name in sorted(changed)},
        after={name: after.get(name, "…") for name in sorted(changed)},
    )
    return replace(found, notices=tuple(notices))


def _apply(
    session: Session,
    clock: Clock,
    keys: CentreSecrets,
    found: EmployedWorker,
    *,
    change: Edit,
    known: Standing,
    policy: Policy,
) -> list[Notice]:
    errors = Findings()
    worker = found.worker
    errors.of(_name, worker, change.name)
    if change.phone is not None:
        errors.of(sealed.set_phone, worker, keys, change.phone)
    if change.main_trade is not None and change.main_trade != worker.main_trade:
        errors.of(_trade, session, worker, change.main_trade)
    if change.contract_end is not None:
        errors.of(_contract_end, session, found.employment, change.contract_end, policy, known.today)
    pay = errors.of(_wages, found, keys, change, known)
    notices = (
        errors.of(below_base, pay.wage_type, pay.basic_wage, known.base, is_error=policy.below_base_is_error) if pay is not None else []
    )
    errors.settle()
    if change.address is not None:
        sealed.set_address(worker, keys, change.address.strip())
    if change.nation is not None:
        worker.nation = change.nation
    if pay is not None:
        terms = found.wages or wage_terms(clock, keys, pay, worker.id_index)
        terms.employment_id = found.employment.id
        session.add(terms)
        _write(clock, keys, terms, pay=pay, worker=worker, change=change)
    return notices or []


def _name(worker: Worker, name: str | None) -> None:
    name = None if name is None else rules.person_name(name)
    if name is None or name == worker.name:
        return
    if worker.identity_state is IdentityState.VERIFIED:
        raise Problem("IDENTITY_LOCKED", 409, "name")
    if not name:
        raise Problem("NAME_REQUIRED", 422, "name")
    worker.name = name


def _trade(session: Session, worker: Worker, given: Any) -> None:
    if _is_accepted(session, Assignment.worker_id == worker.id):
        raise Problem("LOCKED_AFTER_ACCEPTANCE", 409, "main_trade")
    rules.worker_path("", given)
    worker.main_trade = one_trade(given)


def _contract_end(session: Session, employment: Employment, end: dt.date, policy: Policy, today: dt.date) -> None:
    if end == employment.contract_end:
        return
    allowed = {employment.contract_type, *policy.contract_types}
    rules.contract(employment.contract_type, employment.contract_start, end, allowed, today)
    rules.contract_change(employment.contract_end, end, accepted=_is_accepted(session, Assignment.employment_id == employment.id))
    employment.contract_end = end


def _is_accepted(session: Session, whose: ColumnElement[bool]) -> bool:
    """Whether a using unit has accepted somebody who is still assigned."""
    return session.scalar(select(Assignment.id).where(whose, Assignment.state.in_(_ACCEPTED)).limit(1)) is not None


def _wages(found: EmployedWorker, keys: CentreSecrets, change: Edit, known: Standing) -> Wages | None:
    """The wage items as they would be, or None if none is touched."""
    names = [field.name for field in fields(WagesSaid)]
    given = {name: getattr(change, name) for name in names if getattr(change, name) is not None}
    if not given:
        return None
    if found.wages is None:  # kept before wage items were: all of them are asked for now
        return wages(WagesSaid(**given), found.employment.employment_form, known.banks)
    if "bank_code" in given and "bank_name" not in given:
        given["bank_name"] = ""
    said = replace(said_of(found.wages, found.worker, keys), **given)
    return wages(said, found.employment.employment_form, known.banks)


def said_of(terms: WageTerms, worker: Worker, keys: CentreSecrets) -> WagesSaid:
    """What is kept, as if typed anew; the card's number in clear."""
    return WagesSaid(
        wage_type=terms.wage_type.value,
        bank_code=terms.bank_code,
        bank_name=terms.bank_name,
        card_number=keys.open(terms.card_sealed, sealed.context(worker.id_index)).decode(),
        basic_wage=str(terms.basic_wage),
        probation_wage=str(terms.probation_wage),
        performance_payments=str(terms.performance_payments),
        performance_dates=terms.performance_dates,
    )


def _write(clock: Clock, keys: CentreSecrets, terms: WageTerms, *, pay: Wages, worker: Worker, change: Edit) -> None:
    terms.wage_type, terms.bank_code, terms.bank_name = pay.wage_type, pay.bank_code, pay.bank_name
    terms.basic_wage, terms.probation_wage, terms.performance_payments = pay.basic_wage, pay.probation_wage, pay.performance_payments
    terms.performance_dates = ",".join(str(day) for day in pay.performance_dates)
    if change.card_number is not None:
        terms.card_sealed = keys.seal(pay.card_number.encode(), sealed.context(worker.id_index))
        terms.card_masked = mask_card(pay.card_number)
    terms.defaulted = ",".join(name for name in terms.defaulted.split(",") if name and getattr(change, name, None) is None)
    terms.updated_at = clock.now()


def _told(worker: Worker, employment: Employment, terms: WageTerms | None) -> dict[str, Any]:
    told: dict[str, Any] = {
        "name": worker.name,
        "phone": worker.phone_masked,
        "nation": worker.nation,
        "main_trade": worker.main_trade,
        "contract_end": str(employment.contract_end),
    }
    if terms is not None:
        told |= {
            "wage_type": terms.wage_type.value,
            "bank": f"{terms.bank_code} {terms.bank_name}",
            "card": terms.card_masked,
            "basic_wage": str(terms.basic_wage),
            "probation_wage": str(terms.probation_wage),
            "performance": [terms.performance_payments, terms.performance_dates],
        }
    return told
