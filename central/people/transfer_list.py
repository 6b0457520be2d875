"""Transfers as their two sides and supervision see them: pages, one of them, and what waits (A-30)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, case, func, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from central.access import Access, Function
from central.errors import Problem
from central.ordering import Order
from central.people.model import Worker
from central.people.service import whose
from central.people.transfer_model import Transfer, TransferState
from central.people.transfer_rules import OPEN
from central.projects.model import Company

_From = aliased(Company)
_To = aliased(Company)
SORTABLE: Final = ("name", "transfer_company", "transfer_from", "transfer_to", "transfer_state", "asked_at")
"""By what a list of them can be sorted; `transfer_company` is the other company of whoever looks."""


class Side(StrEnum):
    """From which side an employer looks: asked for one of its own workers, or asking for another's."""

    ASKED = "asked"
    ASKING = "asking"


@dataclass(frozen=True)
class TransferView:
    """A request with the names around it. `side` is None for supervision. The worker's row is the present employer's, and the new one's."""

    transfer: Transfer
    id_masked: str
    from_name: str
    to_name: str
    side: Side | None

    @property
    def worker_id(self) -> int | None:
        """Not for whoever only asks."""
        is_theirs = self.side is not Side.ASKING or self.transfer.state is TransferState.COMPLETED
        return self.transfer.worker_id if is_theirs else None


def page_of(
    session: Session,
    access: Access,
    *,
    side: Side | None = None,
    state: TransferState | None = None,
    q: str = "",
    after: int,
    limit: int,
    sort: str = "",
) -> list[TransferView]:
    """A-30: newest first unless sorted otherwise, and one more; `after` is the id that the page before ended with.

    `q` is part of the worker's name or of a company's. Supervision sees everybody's.
    """
    company = whose(access)
    conditions = _conditions(company, side, state, q)
    return [_view(row, company) for row in _order(company).page(session, _views(company), conditions, sort, after=after, limit=limit)]


def one(session: Session, access: Access, transfer_id: int) -> TransferView:
    """One of them. A neighbour's is `Problem` 404 NOT_FOUND."""
    company = whose(access)
    row = session.execute(_views(company).where(Transfer.id == transfer_id)).first()
    if row is None:
        raise Problem("NOT_FOUND", 404)
    return _view(row, company)


def heads(session: Session, access: Access, q: str = "") -> dict[TransferState, int]:
    """How many there are in each state."""
    counted = _counted(session, Transfer.state, whose(access), q=q)
    return {state: counted.get(state, 0) for state in TransferState}


def by_side(session: Session, access: Access, *, state: TransferState | None = None, q: str = "") -> dict[Side, int]:
    """How many an employer was asked, and has asked."""
    company = access.require_employer()
    access.require(Function.VIEW_PEOPLE)
    counted = _counted(session, Transfer.from_id == company, company, state=state, q=q)
    return {Side.ASKED: counted.get(True, 0), Side.ASKING: counted.get(False, 0)}


def waits(session: Session, access: Access) -> tuple[int, int]:
    """For an employer's desk: how many wait for its answer, and how many of its own are still open."""
    company = access.require_employer()
    access.require(Function.VIEW_PEOPLE)
    to_answer = select(func.count()).where(Transfer.from_id == company, Transfer.state == TransferState.WAITING)
    asked = select(func.count()).where(Transfer.to_id == company, Transfer.state.in_(OPEN))
    return session.scalar(to_answer) or 0, session.scalar(asked) or 0


def _seen(company: int | None) -> ColumnElement[bool]:
    return true() if company is None else or_(Transfer.from_id == company, Transfer.to_id == company)


def _conditions(company: int | None, side: Side | None, state: TransferState | None, q: str) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if company is not None and side is not None:
        conditions.append((Transfer.from_id if side is Side.ASKED else Transfer.to_id) == company)
    if state is not None:
        conditions.append(Transfer.state == state)
    if q:
        conditions.append(or_(*(column.icontains(q, autoescape=True) for column in (Transfer.name_said, _From.name, _To.name))))
    return conditions


def _order(company: int | None) -> Order:
    other = case((Transfer.from_id == company, _To.name), else_=_From.name)
    keys = (Worker.name_order, other, _From.name, _To.name, Transfer.state, Transfer.asked_at)
    return Order(Transfer.id, dict(zip(SORTABLE, keys, strict=True)), newest_first=True)


def _counted(
    session: Session,
    key: ColumnElement[Any] | InstrumentedAttribute[Any],
    company: int | None,
    *,
    state: TransferState | None = None,
    q: str,
) -> dict[Any, int]:
    """How many under these conditions by a key."""
    wanted = select(key, func.count()).select_from(Transfer).where(_seen(company), *_conditions(company, None, state, q)).group_by(key)
    if q:
        wanted = wanted.join(_From, _From.id == Transfer.from_id).join(_To, _To.id == Transfer.to_id)
    return {row[0]: row[1] for row in session.execute(wanted)}


def _views(company: int | None) -> Select[Transfer, str, str, str]:
    wanted = select(Transfer, Worker.id_masked, _From.name, _To.name).join(Worker, Worker.id == Transfer.worker_id)
    wanted = wanted.join(_From, _From.id == Transfer.from_id).join(_To, _To.id == Transfer.to_id)
    return wanted.where(_seen(company))


def _view(row: tuple[Transfer, str, str, str], company: int | None) -> TransferView:
    side = None if company is None else Side.ASKED if row[0].from_id == company else Side.ASKING
    return TransferView(row[0], row[1], row[2], row[3], side)
