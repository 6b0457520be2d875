"""What happened to one record, for whoever may look at it (A-65): the audit's entries about it, newest first.

The caller has looked at the record through its service first; `subjects` are the record's names in the audit (`worker:12`).
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.audit import AuditEntry
from central.identity.model import Account, Certificate


@dataclass(frozen=True)
class Change:
    """One deed: `values` holds (name, before, after) of what differs, as texts; what only came or went has None on the other side.

    `who` is the actor's name where it is an account or a certificate, else the actor itself.
    """

    id: int
    at: dt.datetime
    actor: str
    who: str
    on_behalf_of: str
    action: str
    request_id: str
    values: list[tuple[str, str | None, str | None]]


def of_record(session: Session, subjects: Collection[str], *, before: int = 0, limit: int = 50) -> list[Change]:
    """A-65: one page of what happened to these, before an entry's id (0 from the newest), and one more."""
    wanted = select(AuditEntry).where(AuditEntry.subject.in_(subjects)).order_by(AuditEntry.id.desc()).limit(limit + 1)
    if before:
        wanted = wanted.where(AuditEntry.id < before)
    entries = session.scalars(wanted).all()
    return of_entries(session, entries)


def of_entries(session: Session, entries: Sequence[AuditEntry]) -> list[Change]:
    """These entries as deeds, in their order, with the names of who did them; the caller has asked who may read them."""
    names = names_of(session, {entry.actor for entry in entries})
    return [_change(entry, names.get(entry.actor, entry.actor)) for entry in entries]


def names_of(session: Session, actors: Collection[str]) -> dict[str, str]:
    """Who the accounts and certificates among the actors are. Two queries at most."""
    found: dict[str, str] = {}
    for kind, key, name in (("account", Account.id, Account.display_name), ("certificate", Certificate.id, Certificate.operator)):
        ids = [int(actor.partition(":")[2]) for actor in actors if actor.startswith(f"{kind}:") and actor.partition(":")[2].isdigit()]
        if ids:
            found |= {f"{kind}:{row[0]}": row[1] for row in session.execute(select(key, name).where(key.in_(ids)))}
    return found


def _change(entry: AuditEntry, who: str) -> Change:
    told = json.loads(entry.told)
    before, after = _values(told.get("before")), _values(told.get("after"))
    differing = [(name, before.get(name), after.get(name)) for name in {**before, **after} if before.get(name) != after.get(name)]
    return Change(entry.id, entry.at, entry.actor, who, entry.on_behalf_of, entry.action, told.get("request") or "", differing)


def _values(told: Any) -> dict[str, str]:
    return {name: _text(value) for name, value in told.items()} if isinstance(told, dict) else {}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(map(str, value))
    return "" if value is None else str(value)
