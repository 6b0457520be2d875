"""What happened to one record, for whoever may look at it (A-65): the audit's entries about it, newest first.

The caller has looked at the record through its service first; `subjects` are the record's names in the audit (`worker:12`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.audit import AuditEntry


@dataclass(frozen=True)
class Change:
    """One deed: `values` holds (name, before, after) of what differs, as texts; what only came or went has None on the other side."""

    id: int
    at: dt.datetime
    actor: str
    on_behalf_of: str
    action: str
    request_id: str
    values: list[tuple[str, str | None, str | None]]


def of_record(session: Session, subjects: Collection[str], *, before: int = 0, limit: int = 50) -> list[Change]:
    """A-65: one page of what happened to these, before an entry's id (0 from the newest), and one more."""
    wanted = select(AuditEntry).where(AuditEntry.subject.in_(subjects)).order_by(AuditEntry.id.desc()).limit(limit + 1)
    if before:
        wanted = wanted.where(AuditEntry.id < before)
    return [_change(entry) for entry in session.scalars(wanted)]


def _change(entry: AuditEntry) -> Change:
    told = json.loads(entry.told)
    before, after = _values(told.get("before")), _values(told.get("after"))
    differing = [(name, before.get(name), after.get(name)) for name in {**before, **after} if before.get(name) != after.get(name)]
    return Change(entry.id, entry.at, entry.actor, entry.on_behalf_of, entry.action, told.get("request") or "", differing)


def _values(told: Any) -> dict[str, str]:
    return {name: _text(value) for name, value in told.items()} if isinstance(told, dict) else {}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return "" if value is None else str(value)
