"""The audit as its administrator reads it: newest first, by who, what, whom and when. Reading and taking away are themselves recorded."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.audit import AuditEntry
from central.errors import Problem, declare

EXPORT_MOST = 100_000
"""Rows in one file; more needs a narrower time."""

declare(
    {
        "EXPORT_TOO_LARGE": (
            "记录超过 {most} 条，请缩短时间范围后分次导出。",
            "These are more than {most} entries: export them in parts, by a shorter time.",
        )
    }
)


@dataclass(frozen=True)
class Wanted:
    """Which entries: all that is given must fit. `action` may be the beginning of one (`worker.`)."""

    actor: str = ""
    action: str = ""
    subject: str = ""
    since: dt.datetime | None = None
    until: dt.datetime | None = None


def page_of_entries(session: Session, access: Access, wanted: Wanted, before: int, limit: int) -> list[AuditEntry]:
    """One page of entries before an id (0 from the newest), newest first, and one more. The audit administrator only."""
    access.require(Function.READ_AUDIT)
    query = _query(wanted).order_by(AuditEntry.id.desc()).limit(limit + 1)
    return list(session.scalars(query.where(AuditEntry.id < before) if before else query))


def note_export(session: Session, access: Access, wanted: Wanted, most: int = EXPORT_MOST) -> None:
    """The export is in the audit before its first row leaves. Raises `Problem` 422 EXPORT_TOO_LARGE beside `since`: nothing is left out."""
    access.require(Function.READ_AUDIT)
    if session.scalar(_query(wanted).with_only_columns(AuditEntry.id).order_by(AuditEntry.id).offset(most).limit(1)):
        raise Problem("EXPORT_TOO_LARGE", 422, "since", most=f"{most:,}")
    told = {"actor": wanted.actor, "action": wanted.action, "subject": wanted.subject, "since": wanted.since, "until": wanted.until}
    audit.record(session, access, "audit.exported", "audit:all", after=told)


def exported(session: Session, wanted: Wanted) -> Iterator[AuditEntry]:
    """All entries that fit, oldest first; the caller has noted the export."""
    yield from session.scalars(_query(wanted).order_by(AuditEntry.id)).yield_per(500)


def _query(wanted: Wanted) -> Select[AuditEntry]:
    query = select(AuditEntry)
    if wanted.actor:
        query = query.where(AuditEntry.actor == wanted.actor)
    if wanted.action:
        query = query.where(AuditEntry.action.startswith(wanted.action, autoescape=True))
    if wanted.subject:
        query = query.where(AuditEntry.subject == wanted.subject)
    if wanted.since is not None:
        query = query.where(AuditEntry.at >= wanted.since)
    if wanted.until is not None:
        query = query.where(AuditEntry.at < wanted.until)
    return query
