"""Registration of workers by their employer, verification of who they are, and what other slices may know of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Role
from central.clock import Clock, today
from central.errors import Problem
from central.people import rules, store
from central.people.id_number import IdNumber, card_hash, mask, mask_phone
from central.people.model import Category, Employment, EmploymentState, IdentityState, LifeState, Worker
from central.projects import service as projects
from central.secrets import CentreSecrets


@dataclass(frozen=True)
class Registration:
    """What an employer states about a worker; `employer_id` may be left out, it can only be the employer itself (A-01)."""

    name: str
    id_number: str
    contract_start: dt.date | None
    contract_end: dt.date | None
    id_type: str = "01"
    contract_type: str = "fixed_term"
    employment_form: str = "non_temporary"
    category: str = "worker"
    identity_source: str = "typed"
    employer_id: int | None = None
    phone: str = ""
    nation: str = ""


@dataclass(frozen=True)
class EmployedWorker:
    """A worker with the present employment and the employer's name."""

    worker: Worker
    employment: Employment
    employer: str


def register(
    session: Session, clock: Clock, keys: CentreSecrets, access: Access, said: Registration, *, contract_types: Collection[str]
) -> EmployedWorker:
    """A-01, A-11, A-30: the employer registers a worker and the labour contract. `contract_types` are the allowed ones."""
    employer = access.require_employer(said.employer_id)
    category = rules.category(said.category, employer_is_general_contractor=projects.is_general_contractor_somewhere(session, employer))
    start, end = rules.contract(said.contract_type, said.contract_start, said.contract_end, contract_types)
    form = rules.employment_form(said.employment_form)
    number = rules.identity_number(said.id_type, said.id_number, today(clock))
    worker = store.by_number(session, index_of(keys, number))
    if worker is None:
        worker = _new_worker(clock, keys, said, number, category)
    else:
        _same_person(session, worker, said, employer)
    employment = Employment(
        employer_id=employer,
        contract_type=said.contract_type,
        contract_start=start,
        contract_end=end,
        employment_form=form,
        state=EmploymentState.ACTIVE,
        created_at=clock.now(),
    )
    _insert(session, worker, employment)
    told = {
        "name": worker.name,
        "id": worker.id_masked,
        "employer_id": employer,
        "contract": [str(start), str(end)],
        "source": said.identity_source,
    }
    audit.record(session, access, "worker.registered", f"worker:{worker.id}", after=told)
    return employed(session, access, worker.id)


def employed(session: Session, access: Access, worker_id: int) -> EmployedWorker:
    """A worker as the employer sees it (A-63), or an authority. Else `Problem` 404 NOT_FOUND."""
    wanted = store.employed(_whose(access)).where(Worker.id == worker_id)
    row = session.execute(wanted).first()
    if row is None:
        raise Problem("NOT_FOUND", 404)
    return EmployedWorker(*row)


def workers(session: Session, access: Access, after: int, limit: int, q: str = "") -> list[EmployedWorker]:
    """One page of an employer's workers (A-63), and one more to know whether another follows.

    `q` is part of a name, or an ID number's last digits (A-32).
    """
    wanted = store.employed(_whose(access)).where(Worker.id > after).limit(limit + 1)
    if q:
        wanted = wanted.where(Worker.name.contains(q, autoescape=True) | Worker.id_masked.endswith(q, autoescape=True))
    return [EmployedWorker(*row) for row in session.execute(wanted)]


def verify(session: Session, access: Access, worker_id: int, *, verified: bool, evidence: str) -> EmployedWorker:
    """A-25, A-26: the employer states the outcome of a verification, and on what evidence; the audit keeps it."""
    access.require_employer()
    found = employed(session, access, worker_id)
    worker = found.worker
    session.refresh(worker, with_for_update=True)
    state = rules.verdict(worker.identity_state, verified=verified)
    if state is not worker.identity_state:
        told = {"state": state.value, "evidence": evidence}
        audit.record(session, access, "worker.identity", f"worker:{worker_id}", before={"state": worker.identity_state.value}, after=told)
        worker.identity_state, worker.identity_source = state, "evidence"
        worker.version += 1
    return found


def change_phone(session: Session, keys: CentreSecrets, access: Access, worker_id: int, *, version: int, phone: str) -> EmployedWorker:
    """A-22: what is saved is read back, with a higher version; a stale one is refused."""
    access.require_employer()
    found = employed(session, access, worker_id)
    worker = found.worker
    session.refresh(worker, with_for_update=True)
    if worker.version != version:
        raise Problem("VERSION_CONFLICT", 409)
    before = worker.phone_masked
    _set_phone(worker, keys, phone)
    worker.version += 1
    audit.record(session, access, "worker.phone", f"worker:{worker_id}", before={"phone": before}, after={"phone": worker.phone_masked})
    return found


def assignable(session: Session, worker_id: int, employer_id: int) -> tuple[Worker, Employment]:
    """A-01, A-26: a verified worker under contract with this employer; somebody else's worker is not found.

    Raises `Problem` 403 NOT_THE_EMPLOYER, 409 IDENTITY_NOT_VERIFIED or WORKER_DECEASED.
    """
    present = store.present_employment(session, worker_id)
    worker = session.get(Worker, worker_id)
    if present is None or worker is None or present[0].employer_id != employer_id:
        raise Problem("NOT_THE_EMPLOYER", 403, "worker_id")
    rules.assignable(worker.identity_state, worker.life_state)
    return worker, present[0]


def still_assignable(session: Session, worker_id: int) -> Worker:
    """A-26 again, when a using unit accepts."""
    worker = session.get_one(Worker, worker_id)
    rules.assignable(worker.identity_state, worker.life_state)
    return worker


def is_employed_by(session: Session, worker_id: int, employer_id: int) -> bool:
    """Whether this company is the worker's present employer."""
    present = store.present_employment(session, worker_id)
    return present is not None and present[0].employer_id == employer_id


def id_number(worker: Worker, keys: CentreSecrets) -> str:
    """The number in clear: for hashes only; who shows it to anybody records that in the audit (A-44)."""
    return keys.open(worker.id_sealed, _context(worker.id_index)).decode()


def card(worker: Worker, keys: CentreSecrets, card_key: bytes) -> bytes:
    """The 16 bytes by which one project's gates know this worker's card."""
    return card_hash(id_number(worker, keys), card_key)


def index_of(keys: CentreSecrets, number: IdNumber) -> bytes:
    """By what a number is found."""
    return keys.index(number.number, f"id:{number.kind}")


def _new_worker(clock: Clock, keys: CentreSecrets, said: Registration, number: IdNumber, category: Category) -> Worker:
    index = index_of(keys, number)
    worker = Worker(
        id_type=number.kind,
        id_sealed=keys.seal(number.number.encode(), _context(index)),
        id_index=index,
        id_masked=mask(number.number),
        name=said.name,
        sex=number.sex,
        birth_date=number.birth_date,
        nation=said.nation,
        identity_state=rules.identity_after(said.identity_source),
        identity_source=said.identity_source,
        life_state=LifeState.ALIVE,
        category=category,
        phone_masked="",
        version=1,
        created_at=clock.now(),
    )
    _set_phone(worker, keys, said.phone)
    return worker


def _same_person(session: Session, worker: Worker, said: Registration, employer: int) -> None:
    present = store.present_employment(session, worker.id)
    rules.one_employer((present[0].employer_id, present[1]) if present else None, employer)
    if worker.name != said.name:
        raise Problem("PERSON_CARD_MISMATCH", 409, "name")
    if worker.life_state is LifeState.DECEASED:
        raise Problem("WORKER_DECEASED", 409)
    if said.identity_source == "chip" and worker.identity_state is not IdentityState.VERIFIED:
        worker.identity_state, worker.identity_source = IdentityState.VERIFIED, "chip"


def _insert(session: Session, worker: Worker, employment: Employment) -> None:
    try:
        with session.begin_nested():
            session.add(worker)
            session.flush()
            employment.worker_id = worker.id
            session.add(employment)
    except IntegrityError as error:  # two registrations of one person at the same time
        raise Problem("CONFLICT", 409, "id_number") from error


def _set_phone(worker: Worker, keys: CentreSecrets, phone: str) -> None:
    number = rules.phone(phone) if phone else ""
    worker.phone_sealed = keys.seal(number.encode(), _context(worker.id_index)) if number else None
    worker.phone_masked = mask_phone(number) if number else ""


def _whose(access: Access) -> int | None:
    if access.role is Role.AUTHORITY:
        return None
    return access.require_employer()


def _context(id_index: bytes) -> str:
    return f"worker:{id_index.hex()}"
