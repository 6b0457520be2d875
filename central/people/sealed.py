"""What is kept sealed of a worker, and by what it is found: ID, phone and card numbers, address."""

from __future__ import annotations

from sqlalchemy import delete
from sqlalchemy.orm import Session

from central import bulk
from central.people import rules, terms
from central.people.id_number import IdNumber, card_hash, mask_phone
from central.people.model import Worker, WorkerTerm
from central.secrets import CentreSecrets


def index_of(keys: CentreSecrets, number: IdNumber) -> bytes:
    """By what a number is found."""
    return keys.index(number.number, f"id:{number.kind}")


def context(id_index: bytes) -> str:
    """What a worker's sealed values are bound to."""
    return f"worker:{id_index.hex()}"


def id_number(worker: Worker, keys: CentreSecrets) -> str:
    """The number in clear: for hashes only; who shows it to anybody records that in the audit (A-44)."""
    return keys.open(worker.id_sealed, context(worker.id_index)).decode()


def phone_number(worker: Worker, keys: CentreSecrets) -> str:
    """The phone number in clear, empty if none is known; who shows it records that."""
    return keys.open(worker.phone_sealed, context(worker.id_index)).decode() if worker.phone_sealed else ""


def address(worker: Worker, keys: CentreSecrets) -> str:
    """The address in clear; who shows it records that."""
    return keys.open(worker.address_sealed, context(worker.id_index)).decode() if worker.address_sealed else ""


def card(worker: Worker, keys: CentreSecrets, card_key: bytes) -> bytes:
    """The 16 bytes by which one project's gates know this worker's card."""
    return card_hash(id_number(worker, keys), card_key)


def set_phone(worker: Worker, keys: CentreSecrets, phone: str) -> None:
    """Another phone number, or none."""
    number = rules.phone(phone) if phone else ""
    worker.phone_sealed = keys.seal(number.encode(), context(worker.id_index)) if number else None
    worker.phone_masked = mask_phone(number) if number else ""


def set_address(worker: Worker, keys: CentreSecrets, said: str) -> None:
    """Another address, or none."""
    worker.address_sealed = keys.seal(said.encode(), context(worker.id_index)) if said else None


def terms_of(keys: CentreSecrets, name: str, number: str, phone: str) -> set[str]:
    """A-32: by what this worker is found."""
    return terms.of_name(name) | terms.of_numbers(keys.index, number, phone)


def find_by(session: Session, keys: CentreSecrets, worker: Worker) -> None:
    """Write the worker's terms anew, after registration or a change of name or phone."""
    session.execute(delete(WorkerTerm).where(WorkerTerm.worker_id == worker.id))
    found = terms_of(keys, worker.name, id_number(worker, keys), phone_number(worker, keys))
    bulk.insert_rows(session, WorkerTerm, [{"term": term, "worker_id": worker.id} for term in sorted(found)])
