"""Finding workers (A-32): by name, pinyin, initials, ID and phone suffix, and by what they do, for whom, since when; by cursor.

Every condition stands on an index; what is typed is sought in `worker_terms`, where a range of terms answers it at any size.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, false, or_, select, union_all
from sqlalchemy.orm import Session

from central.access import Access
from central.clock import SITE_ZONE
from central.entry.model import Assignment
from central.entry.rules import OPEN_STATES
from central.people import store, terms
from central.people.model import Category, Employment, EmploymentForm, EmploymentState, IdentityState, Worker, WorkerTerm
from central.people.service import whose
from central.people.store import EmployedWorker
from central.projects.model import Company
from central.secrets import CentreSecrets

PAGE: int = 500
"""Rows that an export fetches at a time."""


@dataclass(frozen=True)
class WorkerQuery:
    """What is sought; what is empty or None narrows nothing. Dates are inclusive, at the sites."""

    q: str = ""
    identity_state: IdentityState | None = None
    employment_state: EmploymentState | None = None
    employment_form: EmploymentForm | None = None
    category: Category | None = None
    employer: str = ""
    employer_id: int | None = None
    project_id: int | None = None
    team_id: int | None = None
    trade: str = ""
    contract_ends_from: dt.date | None = None
    contract_ends_to: dt.date | None = None
    registered_from: dt.date | None = None
    registered_to: dt.date | None = None


def find(session: Session, keys: CentreSecrets, access: Access, query: WorkerQuery, *, after: int, limit: int) -> list[EmployedWorker]:
    """A-32, A-63: one page of what this principal sees, by id, and one more to know whether another follows."""
    wanted = narrowed(store.employed(whose(access)), keys, query).where(Worker.id > after).limit(limit + 1)
    return [EmployedWorker(*row) for row in session.execute(wanted)]


def all_of(session: Session, keys: CentreSecrets, access: Access, query: WorkerQuery) -> Iterator[EmployedWorker]:
    """A-33: everything that the same search shows page by page, without holding it all."""
    after = 0
    while True:
        rows = find(session, keys, access, query, after=after, limit=PAGE)
        yield from rows[:PAGE]
        if len(rows) <= PAGE:
            return
        after = rows[PAGE - 1].worker.id
        session.expunge_all()


def matches(keys: CentreSecrets, q: str, column: Any = Worker.id) -> ColumnElement[bool]:
    """A-32: whether a worker (by the column that holds the worker's id) is meant by what was typed; for lists of other slices too."""
    ranges = terms.sought(q, keys.index)
    if not ranges:
        return false()
    each = [select(WorkerTerm.worker_id).where(WorkerTerm.term >= start, WorkerTerm.term < end) for start, end in ranges]
    found: ColumnElement[bool] = column.in_(union_all(*each) if len(each) > 1 else each[0])
    return found


def narrowed(wanted: Select[Any, Any, Any, Any], keys: CentreSecrets, query: WorkerQuery) -> Select[Any, Any, Any, Any]:
    """The conditions of a query upon `store.employed`."""
    exact = (
        (Worker.identity_state, query.identity_state),
        (Employment.state, query.employment_state),
        (Employment.employment_form, query.employment_form),
        (Worker.category, query.category),
        (Employment.employer_id, query.employer_id),
    )
    for column, value in exact:
        if value is not None:
            wanted = wanted.where(column == value)
    if query.q.strip():
        wanted = wanted.where(matches(keys, query.q))
    if query.employer:
        named = select(Company.id).where(Company.name.icontains(query.employer, autoescape=True))
        wanted = wanted.where(Employment.employer_id.in_(named))
    return _between(_placed(wanted, query), query)


def _placed(wanted: Select[Any, Any, Any, Any], query: WorkerQuery) -> Select[Any, Any, Any, Any]:
    placed = select(Assignment.worker_id).where(Assignment.worker_id == Worker.id, Assignment.state.in_(OPEN_STATES))
    if query.project_id is not None:
        wanted = wanted.where(placed.where(Assignment.project_id == query.project_id).exists())
    if query.team_id is not None:
        wanted = wanted.where(placed.where(Assignment.team_id == query.team_id).exists())
    if query.trade:
        wanted = wanted.where(or_(Worker.main_trade == query.trade, placed.where(Assignment.main_trade == query.trade).exists()))
    return wanted


def _between(wanted: Select[Any, Any, Any, Any], query: WorkerQuery) -> Select[Any, Any, Any, Any]:
    if query.contract_ends_from is not None:
        wanted = wanted.where(Employment.contract_end >= query.contract_ends_from)
    if query.contract_ends_to is not None:
        wanted = wanted.where(Employment.contract_end <= query.contract_ends_to)
    if query.registered_from is not None:
        wanted = wanted.where(Worker.created_at >= _midnight(query.registered_from))
    if query.registered_to is not None:
        wanted = wanted.where(Worker.created_at < _midnight(query.registered_to + dt.timedelta(days=1)))
    return wanted


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), SITE_ZONE)
