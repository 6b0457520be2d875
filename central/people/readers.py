"""The card readers on employers' desks: pairing by a one-time code, nonces, proof of a read (see `central.people.chip_read`)."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import secrets
from typing import Final

from nacl.exceptions import BadSignatureError
from nacl.signing import VerifyKey
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function, Role
from central.clock import Clock
from central.errors import Problem
from central.people.chip_read import FRESH, ChipRead, proven
from central.people.reader_model import OfficeReader, ReaderPairing
from central.secrets import CentreSecrets

CODE_LIVES: Final = dt.timedelta(minutes=10)
_ALPHABET: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
_CODE_LENGTH: Final = 10


def ask_code(session: Session, clock: Clock, keys: CentreSecrets, access: Access) -> tuple[str, dt.datetime]:
    """A one-time code for one reader of this employer, and until when it can be redeemed."""
    employer = access.require_employer()
    access.require(Function.REGISTER)
    code = "".join(secrets.choice(_ALPHABET) for _ in range(_CODE_LENGTH))
    until = clock.now() + CODE_LIVES
    session.add(ReaderPairing(company_id=employer, code_index=_index(keys, code), asked_by=access.actor, expires_at=until))
    audit.record(session, access, "reader.code", f"company:{employer}")
    return code, until


def pair(session: Session, clock: Clock, keys: CentreSecrets, *, code: str, public_key: bytes, name: str, sam_id: str) -> OfficeReader:
    """The bridge redeems its code, once. Raises `Problem` 403 PAIRING_CODE_INVALID, 422 READER_KEY_INVALID, 409 READER_ALREADY_PAIRED."""
    found = session.scalar(select(ReaderPairing).where(ReaderPairing.code_index == _index(keys, code)).with_for_update())
    if found is None or found.redeemed_at is not None or found.expires_at <= clock.now():
        raise Problem("PAIRING_CODE_INVALID", 403, "code")
    if not _is_key(public_key):
        raise Problem("READER_KEY_INVALID", 422, "public_key")
    found.redeemed_at = clock.now()
    reader = OfficeReader(
        company_id=found.company_id, public_key=public_key, name=name, sam_id=sam_id, paired_by=found.asked_by, paired_at=clock.now()
    )
    try:
        with session.begin_nested():
            session.add(reader)
    except IntegrityError as error:
        raise Problem("READER_ALREADY_PAIRED", 409, "public_key") from error
    bridge = Access(found.asked_by, Role.EMPLOYER, found.company_id)
    audit.record(session, bridge, "reader.paired", f"reader:{reader.id}", after={"name": name, "sam_id": sam_id})
    return reader


def readers(session: Session, access: Access) -> list[OfficeReader]:
    """An employer's readers, also the revoked ones."""
    employer = access.require_employer()
    return list(session.scalars(select(OfficeReader).where(OfficeReader.company_id == employer).order_by(OfficeReader.id)))


def page_of_readers(session: Session, access: Access, after: int, limit: int) -> list[OfficeReader]:
    """One page of them as they were paired, and one more."""
    mine = OfficeReader.company_id == access.require_employer(), OfficeReader.id > after
    return list(session.scalars(select(OfficeReader).where(*mine).order_by(OfficeReader.id).limit(limit + 1)))


def revoke(session: Session, clock: Clock, access: Access, reader_id: int) -> OfficeReader:
    """What this reader signs from now on proves nothing."""
    employer = access.require_employer()
    access.require(Function.REGISTER)
    reader = session.get(OfficeReader, reader_id, with_for_update=True)
    if reader is None or reader.company_id != employer:
        raise Problem("NOT_FOUND", 404)
    if reader.revoked_at is None:
        reader.revoked_at = clock.now()
        audit.record(session, access, "reader.revoked", f"reader:{reader.id}")
    return reader


def nonce(clock: Clock, keys: CentreSecrets, access: Access) -> tuple[str, dt.datetime]:
    """What the next read must contain: good for this employer and a quarter of an hour, and no row is kept of it."""
    employer = access.require_employer()
    access.require(Function.REGISTER)
    until = clock.now() + FRESH
    said = int(until.timestamp()).to_bytes(6) + secrets.token_bytes(10)
    return base64.urlsafe_b64encode(said + _seal(keys, said, employer)).decode(), until


def prove(session: Session, clock: Clock, keys: CentreSecrets, employer: int, read: ChipRead) -> None:
    """A-25: a reader of this employer, not revoked, signed this read with a nonce of ours, lately.

    Raises `Problem` 422 READER_UNKNOWN, CHIP_READ_INVALID, CHIP_READ_STALE.
    """
    reader = session.get(OfficeReader, read.reader_id)
    if reader is None or reader.company_id != employer or reader.revoked_at is not None:
        raise Problem("READER_UNKNOWN", 422, "identity")
    proven(read, reader.public_key, clock.now())
    try:
        given = base64.urlsafe_b64decode(read.nonce.encode())
    except ValueError as error:
        raise Problem("CHIP_READ_INVALID", 422, "identity") from error
    if not hmac.compare_digest(given[16:], _seal(keys, given[:16], employer)):
        raise Problem("CHIP_READ_INVALID", 422, "identity")
    if int.from_bytes(given[:6]) < clock.now().timestamp():
        raise Problem("CHIP_READ_STALE", 422, "identity")


def _seal(keys: CentreSecrets, said: bytes, employer: int) -> bytes:
    return keys.index(f"{said.hex()}:{employer}", "reader nonce")[:16]


def _index(keys: CentreSecrets, code: str) -> bytes:
    return keys.index(code.strip().upper(), "reader pairing")


def _is_key(public_key: bytes) -> bool:
    try:
        VerifyKey(public_key).verify(b"", bytes(64))
    except BadSignatureError:
        return True
    except (ValueError, TypeError):
        return False
    return False
