"""Registration of a worker by the employer: what is stated, how it is checked, how it is kept (A-01, A-11 to A-21, A-25, A-29 to A-31)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock, today
from central.errors import Problem
from central.people import banks, defaults, readers, rules, sealed, store
from central.people.chip_read import ChipRead, agrees
from central.people.id_number import mask
from central.people.model import (
    EmployerException,
    Employment,
    EmploymentState,
    IdentityState,
    LifeState,
    WageTerms,
    Worker,
)
from central.people.statement import Checked, Policy, Registration, Standing, check
from central.people.store import EmployedWorker
from central.people.wages import Wages, mask_card
from central.projects import service as projects
from central.secrets import CentreSecrets

__all__ = ["Checked", "Policy", "Registration", "Standing", "check", "enter", "prove", "register"]

RENAMED: Final = "worker.renamed"
"""The audit's word for a typed name that gave way to another; only who is no employer reads the name that it was."""


def register(
    session: Session,
    clock: Clock,
    keys: CentreSecrets,
    access: Access,
    said: Registration,
    *,
    policy: Policy,
    chip_read: ChipRead | None = None,
) -> EmployedWorker:
    """A-01, A-11 to A-21, A-25, A-29 to A-31: the employer registers a worker, the labour contract and the wages.

    With a read that a paired reader signed the identity is verified; typed, it waits for verification (A-26). Raises one `Problem` that
    lists every wrong field, or 409 ALREADY_EMPLOYED, ALREADY_REGISTERED, PERSON_CARD_MISMATCH, WORKER_DECEASED.
    """
    employer = access.require_employer(said.employer_id)
    access.require(Function.REGISTER)
    filled, defaulted = defaults.fill(session, employer, said)
    checked = check(filled, standing(session, clock, employer, project_id=said.project_id), policy, defaulted)
    if chip_read is not None:
        prove(session, clock, keys, employer, checked=checked, read=chip_read)
    reader = chip_read.reader_id if chip_read is not None else None
    return enter(session, clock, keys, access, checked, employer=employer, by_chip=chip_read is not None, reader=reader)


def enter(
    session: Session,
    clock: Clock,
    keys: CentreSecrets,
    access: Access,
    checked: Checked,
    *,
    employer: int,
    by_chip: bool = False,
    reader: int | None = None,
) -> EmployedWorker:
    """Write down a checked statement, now or when a transfer is complete. `by_chip`: a paired reader has proven the card."""
    worker = store.by_number(session, sealed.index_of(keys, checked.number))
    excepted = False
    if worker is None:
        worker = new_worker(clock, keys, checked)
    else:
        session.refresh(worker, with_for_update=True)  # no verdict comes between what is compared and what is written
        excepted = same_person(session, clock, worker, checked.said, employer, by_chip=by_chip)
        refresh(session, keys, access, worker, checked, by_chip=by_chip)
    if by_chip:
        _verify(worker)
    employment = new_employment(clock, checked, employer, exceptional=excepted)
    terms = wage_terms(clock, keys, checked.wages, worker.id_index, checked.defaulted)
    _insert(session, worker, employment, terms)
    sealed.find_by(session, keys, worker)
    after = told(worker, checked, employer, by_chip=by_chip, reader=reader)
    audit.record(session, access, "worker.registered", f"worker:{worker.id}", after=after)
    registered = store.one_employed(session, worker.id, employer)
    assert registered is not None  # noqa: S101  written above
    return replace(registered, notices=checked.notices)


def prove(session: Session, clock: Clock, keys: CentreSecrets, employer: int, *, checked: Checked, read: ChipRead) -> None:
    """A-25: a paired reader of this employer read this person's card just now."""
    readers.prove(session, clock, keys, employer, read)
    number = checked.number
    agrees(read.fields, name=checked.said.name, id_type=number.kind, id_number=number.number, today=today(clock))


def standing(session: Session, clock: Clock, employer: int, project_id: int | None = None) -> Standing:
    """What the checks must know of this employer now."""
    is_gc = projects.is_general_contractor_somewhere(session, employer)
    day = today(clock)
    completion = store.completion_of(session, employer, project_id) if project_id is not None else None
    return Standing(day, banks.active(session), banks.base_on(session, day), is_gc, completion)


def told(worker: Worker, checked: Checked, employer: int, *, by_chip: bool = False, reader: int | None = None) -> dict[str, Any]:
    """What the audit keeps of a registration: no amount, no card."""
    return {
        "name": worker.name,
        "id": worker.id_masked,
        "employer_id": employer,
        "contract": [str(checked.start), str(checked.end)],
        "form": checked.form.value,
        "wage_type": checked.wages.wage_type.value,
        "source": "chip" if by_chip else "typed",
        "reader": reader,
        "defaulted": list(checked.defaulted),
        "warnings": [notice.code for notice in checked.notices],
    }


def new_worker(clock: Clock, keys: CentreSecrets, checked: Checked) -> Worker:
    """A worker who was not known before; the identity waits."""
    number, said = checked.number, checked.said
    index = sealed.index_of(keys, number)
    worker = Worker(
        id_type=number.kind,
        id_sealed=keys.seal(number.number.encode(), sealed.context(index)),
        id_index=index,
        id_masked=mask(number.number),
        name=said.name,
        sex=number.sex,
        birth_date=number.birth_date,
        nation=said.nation,
        identity_state=IdentityState.PENDING,
        identity_source="typed",
        life_state=LifeState.ALIVE,
        category=checked.category,
        main_trade=checked.trade,
        phone_masked="",
        version=1,
        created_at=clock.now(),
    )
    sealed.set_phone(worker, keys, checked.phone)
    sealed.set_address(worker, keys, said.address)
    return worker


def refresh(session: Session, keys: CentreSecrets, access: Access, worker: Worker, checked: Checked, *, by_chip: bool = False) -> None:
    """Somebody known comes to the next employer: what is stated now holds, the identity stays as it is.

    Another name came through `rules.other_name` before: it takes the place of the known one, and the audit keeps both (A-25).
    """
    if rules.person_name(worker.name) != checked.said.name:
        before = _identity(worker)
        _rename(worker, checked)
        if by_chip:
            _verify(worker)
        audit.record(session, access, RENAMED, f"worker:{worker.id}", before=before, after=_identity(worker))
    if checked.phone:
        sealed.set_phone(worker, keys, checked.phone)
    if checked.said.address:
        sealed.set_address(worker, keys, checked.said.address)
    worker.category, worker.main_trade = checked.category, checked.trade or worker.main_trade
    worker.version += 1


def _rename(worker: Worker, checked: Checked) -> None:
    """A-25: another name for a number that nobody verified. What came with the old name may be somebody else's, and goes."""
    worker.name = checked.said.name
    worker.identity_state, worker.identity_cause = rules.renamed(worker.identity_state, worker.identity_cause)
    worker.identity_source = "typed"
    worker.nation, worker.main_trade = checked.said.nation, ""
    worker.phone_sealed, worker.phone_masked, worker.address_sealed = None, "", None


def _verify(worker: Worker) -> None:
    if worker.identity_state is not IdentityState.VERIFIED:
        worker.identity_state, worker.identity_source, worker.identity_cause = IdentityState.VERIFIED, "chip", ""


def _identity(worker: Worker) -> dict[str, str]:
    return {"name": worker.name, "state": worker.identity_state.value, "source": worker.identity_source, "cause": worker.identity_cause}


def new_employment(clock: Clock, checked: Checked, employer: int, *, exceptional: bool = False) -> Employment:
    """The labour contract; whose it is, is filled in when the worker has a row."""
    return Employment(
        employer_id=employer,
        contract_type=checked.said.contract_type,
        contract_start=checked.start,
        contract_end=checked.end,
        employment_form=checked.form,
        state=EmploymentState.ACTIVE,
        exceptional=int(exceptional),
        created_at=clock.now(),
    )


def wage_terms(clock: Clock, keys: CentreSecrets, pay: Wages, id_index: bytes, defaulted: tuple[str, ...] = ()) -> WageTerms:
    """The wage items, the card's number sealed."""
    return WageTerms(
        wage_type=pay.wage_type,
        bank_code=pay.bank_code,
        bank_name=pay.bank_name,
        card_sealed=keys.seal(pay.card_number.encode(), sealed.context(id_index)),
        card_masked=mask_card(pay.card_number),
        basic_wage=pay.basic_wage,
        probation_wage=pay.probation_wage,
        performance_payments=pay.performance_payments,
        performance_dates=",".join(str(day) for day in pay.performance_dates),
        defaulted=",".join(defaulted),
        updated_at=clock.now(),
    )


def same_person(session: Session, clock: Clock, worker: Worker, said: Registration, employer: int, *, by_chip: bool = False) -> bool:
    """A-25, A-30: somebody known may be registered again by the next employer. Whether it is by an exception of the supervision body."""
    present = store.present_employments(session, worker.id)
    mine = next((pair for pair in present if pair[0].employer_id == employer), None)
    excepted = bool(present) and _use_exception(session, clock, worker.id, employer, unless=mine is not None)
    first = mine or (present[0] if present else None)
    rules.one_employer((first[0].employer_id, first[1]) if first else None, employer, excepted=excepted)
    rules.other_name(worker.name, said.name, worker.identity_state, by_chip=by_chip, is_free=not present)
    if worker.life_state is LifeState.DECEASED:
        raise Problem("WORKER_DECEASED", 409)
    return excepted


def _use_exception(session: Session, clock: Clock, worker_id: int, employer: int, *, unless: bool) -> bool:
    allowed = None if unless else store.open_exception(session, worker_id, employer)
    if allowed is not None:
        allowed.used_at = clock.now()
    return isinstance(allowed, EmployerException)


def _insert(session: Session, worker: Worker, employment: Employment, terms: WageTerms) -> None:
    try:
        with session.begin_nested():
            session.add(worker)
            session.flush()
            employment.worker_id = worker.id
            session.add(employment)
            session.flush()
            terms.employment_id = employment.id
            session.add(terms)
    except IntegrityError as error:  # two registrations of one person at the same time
        raise Problem("CONFLICT", 409, "id_number") from error
