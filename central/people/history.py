"""What happened to a worker's record (A-65), and where the worker was employed, the old system's rows among it (A-58)."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.audit import AuditEntry
from central.clock import Clock
from central.entry.model import Assignment
from central.errors import Problem
from central.people import store
from central.people.id_number import read
from central.people.legacy_model import LegacyRecord
from central.people.model import Employment, Worker
from central.people.registration import RENAMED
from central.people.sealed import index_of
from central.people.service import whose
from central.projects.model import Company
from central.secrets import CentreSecrets

_AMOUNTS: Final = frozenset({"basic_wage", "probation_wage"})


@dataclass(frozen=True)
class Change:
    """One entry of the audit as a record's history shows it: masked, without amounts for whoever is not the employer."""

    id: int
    at: dt.datetime
    actor: str
    on_behalf_of: str
    action: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Stretch:
    """A stretch of employment. `source` is empty for ours, else the old system's name; such a row is read-only (A-58).

    `key` is its place in the list: 0 old or 1 ours, its first day, its row.
    """

    source: str
    employer: str
    project: str
    trade: str
    first_day: dt.date | None
    last_day: dt.date | None
    state: str
    key: tuple[int, dt.date, int] = (0, dt.date.min, 0)


def changes(session: Session, access: Access, worker_id: int, *, after: int, limit: int) -> tuple[list[Change], int | None]:
    """A-65: a page of a worker's history, oldest first, with that of its assignments; and the id that the next page begins after.

    An employer sees what happened since its own contract and nothing that another employer did. Amounts of wages are its own.
    """
    access.require(Function.VIEW_PEOPLE)
    employer = whose(access)
    found = store.one_employed(session, worker_id, employer)
    if found is None:
        raise Problem("NOT_FOUND", 404)
    wanted = select(Assignment.id).where(Assignment.worker_id == worker_id)
    if employer is not None:
        wanted = wanted.where(Assignment.employer_id == employer)
    subjects = [f"worker:{worker_id}", *(f"assignment:{number}" for number in session.scalars(wanted))]
    entries = select(AuditEntry).where(AuditEntry.subject.in_(subjects), AuditEntry.id > after).order_by(AuditEntry.id).limit(limit + 1)
    if employer is not None:
        entries = entries.where(AuditEntry.at >= found.employment.created_at)
    rows = list(session.scalars(entries))
    shown = [change for change in (_shown(row, employer) for row in rows[:limit]) if change is not None]
    return shown, rows[limit - 1].id if len(rows) > limit else None


def employments(session: Session, access: Access, worker_id: int) -> list[Stretch]:
    """A-58: where this worker was employed, the old system's rows first; an employer sees its own stretches and the old ones."""
    employer = whose(access)
    if store.one_employed(session, worker_id, employer) is None:
        raise Problem("NOT_FOUND", 404)
    worker = session.get_one(Worker, worker_id)
    old = session.scalars(
        select(LegacyRecord).where(LegacyRecord.id_index == worker.id_index).order_by(LegacyRecord.first_day, LegacyRecord.id)
    )
    stretches = [
        Stretch(
            row.source,
            row.employer,
            row.project,
            row.trade,
            row.first_day,
            row.last_day,
            "legacy",
            (0, row.first_day or dt.date.max, row.id),
        )
        for row in old
    ]
    wanted = select(Employment, Company.name).join(Company, Company.id == Employment.employer_id).where(Employment.worker_id == worker_id)
    if employer is not None:
        wanted = wanted.where(Employment.employer_id == employer)
    for row, name in session.execute(wanted.order_by(Employment.contract_start, Employment.id)):
        stretches.append(
            Stretch(
                "",
                name,
                "",
                worker.main_trade,
                row.contract_start,
                row.departure_on or row.contract_end,
                row.state.value,
                (1, row.contract_start, row.id),
            )
        )
    return sorted(stretches, key=lambda one: one.key)


def add_legacy(
    session: Session, clock: Clock, keys: CentreSecrets, access: Access, *, id_type: str, id_number: str, told: Stretch
) -> LegacyRecord:
    """A-58: take over one row of the old system; nobody can change it afterwards."""
    access.require(Function.MANAGE_REGISTER)
    known = read(id_type, id_number)
    if known is None:
        raise Problem("ID_NUMBER_INVALID", 422, "id_number")
    row = LegacyRecord(
        id_index=index_of(keys, known),
        source=told.source,
        employer=told.employer,
        project=told.project,
        trade=told.trade,
        first_day=told.first_day,
        last_day=told.last_day,
        imported_at=clock.now(),
    )
    session.add(row)
    session.flush()
    return row


def _shown(entry: AuditEntry, employer: int | None) -> Change | None:
    """The entry, or None where it is another employer's, or about evidence that somebody else attached."""
    told = json.loads(entry.told)
    is_others = employer is not None and told.get("company") not in (None, employer)
    if is_others and (told.get("role") == "employer" or entry.action == RENAMED or entry.action.startswith("evidence.")):
        return None
    if employer is not None and entry.action == RENAMED:  # the name that another employer typed
        told["before"] = None
    before, after = (_masked(told.get(side), employer) for side in ("before", "after"))
    return Change(entry.id, entry.at, entry.actor, entry.on_behalf_of, entry.action, before, after)


def _masked(told: Any, employer: int | None) -> Any:
    if employer is not None or not isinstance(told, dict):
        return told
    return {name: "***" if name in _AMOUNTS and value is not None else value for name, value in told.items()}
