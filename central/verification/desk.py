"""The verification desk's list: who is not verified yet and why, found and sorted, at any size (A-25)."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from central.access import Access, Function
from central.ordering import Order
from central.people import store as people_store
from central.people.model import Employment, EmploymentState, IdentityState, LifeState, Worker
from central.people.store import EmployedWorker
from central.projects.model import Company

UNVERIFIED: Final = (IdentityState.PENDING, IdentityState.REJECTED)
ORDER: Final = Order(
    Worker.id,
    {
        "name": Worker.name_order,
        "employer": Company.name,
        "registered_on": Worker.created_at,
        "identity": Worker.identity_state,
        "cause": Worker.identity_cause,
    },
)
_Other = aliased(Employment)


@dataclass(frozen=True)
class Wanted:
    """Whom the desk looks for: `q` is part of a name or of the employer's; `cause` a code of `central.verification.rules`."""

    q: str = ""
    state: IdentityState | None = None
    cause: str = ""


def waiting(session: Session, access: Access, wanted: Wanted = Wanted(), *, after: int, limit: int, sort: str = "") -> list[EmployedWorker]:
    """A-25: who is not verified yet, with the cause, by id unless sorted otherwise, and one more.

    The page's ids are found first, what is shown by these: so a migration's hundred thousand cost what a page costs.
    """
    access.require(Function.VERIFY_IDENTITY)
    if wanted == Wanted() and not sort:
        return people_store.read(session, _by_id(session, after, limit))
    found = ORDER.page(session, _rows(), _conditions(wanted), sort, after=after, limit=limit)
    return people_store.read(session, [row[1] for row in found])


def _by_id(session: Session, after: int, limit: int) -> list[int]:
    """The employments of the next workers, from the index of each state."""
    each = [
        select(Worker.id).where(Worker.identity_state == state, Worker.life_state == LifeState.ALIVE, Worker.id > after, _is_employed())
        for state in UNVERIFIED
    ]
    found = [session.scalars(one.order_by(Worker.id).limit(limit + 1)).all() for one in each]
    workers = sorted(itertools.chain(*found))[: limit + 1]
    first = select(func.min(Employment.id)).where(Employment.worker_id.in_(workers), Employment.state != EmploymentState.DEPARTED)
    return list(session.scalars(first.group_by(Employment.worker_id).order_by(Employment.worker_id))) if workers else []


def _is_employed() -> ColumnElement[bool]:
    return select(Employment.id).where(Employment.worker_id == Worker.id, Employment.state != EmploymentState.DEPARTED).exists()


def _rows() -> Select[int, int]:
    """Each worker once, with the first present employment (A-30 knows exceptions with two)."""
    earlier = select(_Other.id).where(_Other.worker_id == Worker.id, _Other.state != EmploymentState.DEPARTED, _Other.id < Employment.id)
    wanted = select(Worker.id, Employment.id).join(Employment, Employment.worker_id == Worker.id)
    wanted = wanted.join(Company, Company.id == Employment.employer_id)
    return wanted.where(Employment.state != EmploymentState.DEPARTED, ~earlier.exists())


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    states = UNVERIFIED if wanted.state is None else (wanted.state,)
    conditions: list[ColumnElement[bool]] = [
        Worker.identity_state.in_([one for one in states if one in UNVERIFIED]),
        Worker.life_state == LifeState.ALIVE,
    ]
    if wanted.cause:
        conditions.append(Worker.identity_cause == wanted.cause)
    if wanted.q:
        conditions.append(or_(*(column.icontains(wanted.q, autoescape=True) for column in (Worker.name, Company.name))))
    return conditions
