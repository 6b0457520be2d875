"""Who did what, when, on whose behalf, before and after: append-only, chained by hashes, in the transaction of the deed itself (A-65).

`record` notes an entry; the entries of a transaction are chained and written just before it commits (`seal`), so that the chain's
head is locked for the shortest time and in one order. ID and phone numbers never stand in an entry: numbers of that shape are masked.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import re
from typing import Any, Final

from sqlalchemy import LargeBinary, String, Text, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from central.access import Access
from central.clock import Clock
from central.database import Base, BigId, Database, guard

_PENDING: Final = "audit"
_GENESIS: Final = bytes(32)
_NUMBERS: Final = re.compile(r"(?<!\d)(\d{3})\d{11}(\d{3}[\dXx])(?!\d)|(?<!\d)(1\d{2})\d{4}(\d{4})(?!\d)")


class AuditEntry(Base):
    """One deed. `told` is the canonical JSON that is hashed: action, object, before, after. Triggers refuse UPDATE and DELETE."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(String(64), index=True)
    on_behalf_of: Mapped[str] = mapped_column(String(64), server_default="")
    action: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(String(64), index=True)
    told: Mapped[str] = mapped_column(Text)
    hash: Mapped[bytes] = mapped_column(LargeBinary)


class AuditHead(Base):
    """The end of the chain: one row, locked while entries are appended."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last_id: Mapped[int] = mapped_column(BigId)
    last_hash: Mapped[bytes] = mapped_column(LargeBinary)


APPEND_ONLY: Final = {
    "sqlite": (
        "CREATE TRIGGER audit_entries_refuse_update BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'AUDIT_IS_APPEND_ONLY'); END",
        "CREATE TRIGGER audit_entries_refuse_delete BEFORE DELETE ON audit_entries BEGIN SELECT RAISE(ABORT, 'AUDIT_IS_APPEND_ONLY'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''AUDIT_IS_APPEND_ONLY''; END'",
        "CREATE TRIGGER audit_entries_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()",
    ),
}
"""The table only grows, by the database's own word. By dialect; the migration runs the same statements."""

HEAD_ROW: Final = {
    "sqlite": ("INSERT INTO audit_head (id, last_id, last_hash) VALUES (1, 0, zeroblob(32))",),
    "postgresql": ("INSERT INTO audit_head (id, last_id, last_hash) VALUES (1, 0, decode(repeat('00', 32), 'hex'))",),
}
"""The chain's beginning: the row exists before the first entry, so that two first entries cannot race."""

guard(AuditEntry.__table__, APPEND_ONLY)
guard(AuditHead.__table__, HEAD_ROW)


def attach(database: Database, clock: Clock) -> None:
    """Chain and write what was recorded, before every commit of this database."""
    database.on_commit(lambda session: seal(session, clock))


def record(session: Session, access: Access, action: str, subject: str, *, before: Any = None, after: Any = None) -> None:
    """Note a deed for this transaction. `subject` is `kind:id`; `before` and `after` hold JSON values, masked like everything shown."""
    told = {"before": before, "after": after, "request": access.request_id, "role": str(access.role), "company": access.company_id}
    if access.certificate:  # which certificate, beside who
        told["certificate"] = access.certificate
    session.info.setdefault(_PENDING, []).append((access.actor, access.on_behalf_of, action, subject, _packed(told)))


def seal(session: Session, clock: Clock) -> None:
    """Append this transaction's entries to the chain; the head's row lock puts transactions in order."""
    if session.in_nested_transaction():
        return
    pending = session.info.pop(_PENDING, [])
    if not pending:
        return
    head = session.get_one(AuditHead, 1, with_for_update=True)
    for actor, on_behalf_of, action, subject, told in pending:
        entry = AuditEntry(
            id=head.last_id + 1, at=clock.now(), actor=actor, on_behalf_of=on_behalf_of, action=action, subject=subject, told=told
        )
        entry.hash = _hash(head.last_hash, entry)
        session.add(entry)
        head.last_id, head.last_hash = entry.id, entry.hash
    session.flush()


def verify(session: Session) -> int | None:
    """The id of the first entry that does not follow from the one before, or None when the whole chain holds."""
    last, last_id = _GENESIS, 0
    for entry in session.scalars(select(AuditEntry).order_by(AuditEntry.id)).yield_per(1000):
        if entry.id != last_id + 1 or entry.hash != _hash(last, entry):
            return last_id + 1
        last, last_id = entry.hash, entry.id
    head = session.get_one(AuditHead, 1)
    if (head.last_id, head.last_hash) != (last_id, last):
        return last_id + 1
    return None


def _hash(previous: bytes, entry: AuditEntry) -> bytes:
    fields = [entry.id, entry.at.isoformat(), entry.actor, entry.on_behalf_of, entry.action, entry.subject, entry.told]
    return hashlib.sha256(previous + json.dumps(fields, ensure_ascii=False).encode()).digest()


def _packed(told: dict[str, Any]) -> str:
    text = json.dumps(told, ensure_ascii=False, sort_keys=True, default=str)
    return _NUMBERS.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    if found[1]:
        return f"{found[1]}{'*' * 11}{found[2]}"
    return f"{found[3]}****{found[4]}"
