"""Finding workers (A-32): by name, pinyin, initials, ID and phone suffix, and by what they do, for whom, since when; by cursor.

Every condition stands on an index; what is typed is sought in `worker_terms`, where a range of terms answers it at any size.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, false, func, or_, select, union_all
from sqlalchemy.orm import Session

from central.access import Access
from central.clock import SITE_ZONE
from central.entry.model import Assignment
from central.entry.rules import OPEN_STATES
from central.people import sorting, store, terms
from central.people.model import Category, Employment, EmploymentForm, EmploymentState, IdentityState, Worker, WorkerTerm
from central.people.service import whose
from central.people.store import EmployedWorker
from central.projects.model import Company
from central.secrets import CentreSecrets

PAGE: Final = 500
"""Rows that an export fetches at a time."""
COMMON: Final = 1000
"""Terms from which on a search is answered by walking along the list."""
MANY: Final = 20_000
"""The same where another order is asked for: those who are called alike stand together there, far from its beginning."""


@dataclass(frozen=True)
class WorkerQuery:
    """What is sought; what is empty or None narrows nothing. Dates are inclusive, at the sites. `sort` is one of `sorting.CHOICES`."""

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
    sort: str = ""


def mark(query: WorkerQuery, row: EmployedWorker) -> int:
    """What the page after this row begins after: the employment in a chosen order, else the worker."""
    return row.employment.id if query.sort else row.worker.id


def find(
    session: Session, keys: CentreSecrets, access: Access, query: WorkerQuery, *, after: int, limit: int, few: int = sorting.FEW
) -> list[EmployedWorker]:
    """A-32, A-63: one page of what this principal sees, by id or in a chosen order, and one more to know whether another follows.

    `after` is the `mark` of the row before; up to `few` are sorted at once, more are read along an index. The page's ids are found
    first, on narrow rows and their indexes; what is shown of them is read by these ids.
    """
    employer = whose(access)
    if query.sort:
        of_worker = _of_worker(session, query)
        wanted = _wanted(session, keys, employer, query, of_worker=of_worker, joined=sorting.is_of_worker(query.sort))
        is_narrow = _is_narrow(employer, query) or (bool(query.q.strip()) and not _is_common(session, keys, query))
        ids = sorting.page_of(session, wanted, query.sort, after=after, limit=limit + 1, few=None if is_narrow else few)
    else:
        ids = list(session.scalars(_ids(session, keys, employer, query, after).limit(limit + 1)))
    return store.read(session, ids)


def all_of(session: Session, keys: CentreSecrets, access: Access, query: WorkerQuery) -> Iterator[EmployedWorker]:
    """A-33: everything that the same search shows page by page, without holding it all."""
    after = 0
    while True:
        rows = find(session, keys, access, query, after=after, limit=PAGE)
        yield from rows[:PAGE]
        if len(rows) <= PAGE:
            return
        after = mark(query, rows[PAGE - 1])
        session.expunge_all()


def matches(keys: CentreSecrets | None, q: str, column: Any = Worker.id, *, among_few: bool = False) -> ColumnElement[bool]:
    """A-32: whether a worker (by the column that holds the worker's id) is meant by what was typed; for lists of other slices too.

    Whole numbers are found with `keys` only. `among_few`: each candidate's own terms are looked at, which is right where other conditions
    leave few, or where the page fills soon because many are meant. Else those who are meant are looked up first.
    """
    ranges = terms.sought(q, keys.index if keys is not None else _unkeyed)
    if not ranges:
        return false()
    if among_few:
        within = or_(*(and_(WorkerTerm.term >= start, WorkerTerm.term < end) for start, end in ranges))
        own = select(WorkerTerm.worker_id).where(WorkerTerm.worker_id == column, within).correlate_except(WorkerTerm)
        return own.offset(0).exists()  # the offset keeps PostgreSQL from turning this round
    each = [select(WorkerTerm.worker_id).where(WorkerTerm.term >= start, WorkerTerm.term < end) for start, end in ranges]
    found: ColumnElement[bool] = column.in_(union_all(*each) if len(each) > 1 else each[0])
    return found


def _unkeyed(_value: str, _kind: str) -> bytes:
    """No keyed hash, so no whole number is found."""
    return b""


def _ids(session: Session, keys: CentreSecrets, employer: int | None, query: WorkerQuery, after: int) -> Select[Any]:
    """The employments that the query means, by worker."""
    of_worker = _of_worker(session, query)
    by: Any = Worker.id if of_worker else Employment.worker_id
    return _wanted(session, keys, employer, query, of_worker=of_worker).where(by > after).order_by(by, Employment.id)


def _is_narrow(employer: int | None, query: WorkerQuery) -> bool:
    """Whether one employer's, project's or team's people are meant."""
    return any(one is not None for one in (employer, query.employer_id, query.project_id, query.team_id))


def _wanted(
    session: Session,
    keys: CentreSecrets,
    employer: int | None,
    query: WorkerQuery,
    *,
    of_worker: list[ColumnElement[bool]],
    joined: bool = False,
) -> Select[Any]:
    """The employments that the query means, in no order; the worker is joined where conditions or an order ask for it."""
    wanted = select(Employment.id).where(Employment.state != EmploymentState.DEPARTED)
    if of_worker or joined:
        wanted = wanted.join(Worker, Worker.id == Employment.worker_id).where(*of_worker)
    if employer is not None:
        wanted = wanted.where(Employment.employer_id == employer)
    exact = ((Employment.state, query.employment_state), (Employment.employment_form, query.employment_form))
    for column, value in (*exact, (Employment.employer_id, query.employer_id)):
        if value is not None:
            wanted = wanted.where(column == value)
    if query.employer:
        named = select(Company.id).where(Company.name.icontains(query.employer, autoescape=True))
        wanted = wanted.where(Employment.employer_id.in_(named))
    if query.contract_ends_from is not None:
        wanted = wanted.where(Employment.contract_end >= query.contract_ends_from)
    if query.contract_ends_to is not None:
        wanted = wanted.where(Employment.contract_end <= query.contract_ends_to)
    wanted = _placed(wanted, query)
    if query.q.strip():
        is_narrow = employer is not None or query.employer_id is not None or query.team_id is not None
        wanted = wanted.where(matches(keys, query.q, Employment.worker_id, among_few=is_narrow or _is_common(session, keys, query)))
    return wanted


def _is_common(session: Session, keys: CentreSecrets, query: WorkerQuery) -> bool:
    """Whether so many are meant that walking along the list finds a page of them sooner than looking them all up."""
    left = MANY if query.sort else COMMON
    for start, end in terms.sought(query.q, keys.index):
        some = select(WorkerTerm.worker_id).where(WorkerTerm.term >= start, WorkerTerm.term < end).limit(left).subquery()
        left -= session.scalar(select(func.count()).select_from(some)) or 0
        if left <= 0:
            return True
    return False


def _of_worker(session: Session, query: WorkerQuery) -> list[ColumnElement[bool]]:
    """The conditions upon the person."""
    conditions: list[ColumnElement[bool]] = []
    if query.identity_state is not None:
        conditions.append(Worker.identity_state == query.identity_state)
    if query.category is not None:
        conditions.append(Worker.category == query.category)
    if query.registered_from is not None:
        conditions.append(Worker.created_at >= _midnight(query.registered_from))
    if query.registered_to is not None:
        conditions.append(Worker.created_at < _midnight(query.registered_to + dt.timedelta(days=1)))
    if query.trade:
        conditions.append(_in_trade(session, query.trade))
    return conditions


def _in_trade(session: Session, trade: str) -> ColumnElement[bool]:
    """In the register or on a project; a rare trade's people are looked up, a common one's are met along the list."""
    at_work = select(Assignment.worker_id).where(Assignment.main_trade == trade, Assignment.state.in_(OPEN_STATES))
    some = select(Worker.id).where(Worker.main_trade == trade).limit(COMMON).subquery()
    if (session.scalar(select(func.count()).select_from(some)) or 0) < COMMON:
        return Worker.id.in_(union_all(select(Worker.id).where(Worker.main_trade == trade), at_work))
    return or_(Worker.main_trade == trade, at_work.where(Assignment.worker_id == Worker.id).exists())


def _placed(wanted: Select[Any], query: WorkerQuery) -> Select[Any]:
    placed = select(Assignment.worker_id).where(Assignment.worker_id == Employment.worker_id, Assignment.state.in_(OPEN_STATES))
    if query.project_id is not None:
        wanted = wanted.where(placed.where(Assignment.project_id == query.project_id).exists())
    if query.team_id is not None:
        wanted = wanted.where(placed.where(Assignment.team_id == query.team_id).exists())
    return wanted


def _midnight(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), SITE_ZONE)
