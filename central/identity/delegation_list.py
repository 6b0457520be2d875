"""An office's delegations as its page shows them: with the delegate's name, sorted, the newest first (A-06)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from central.access import Access
from central.identity.delegations import seen
from central.identity.model import Account, Delegation
from central.ordering import Order

_OPEN: Final = dt.datetime(9999, 1, 1, tzinfo=dt.UTC)
ORDER: Final = Order(
    Delegation.id,
    {
        "delegate": Account.display_name,
        "delegated_from": Delegation.starts_at,
        "delegated_until": func.coalesce(Delegation.revoked_at, Delegation.ends_at, _OPEN),
    },
    newest_first=True,
)


@dataclass(frozen=True)
class DelegationLine:
    """A delegation and whom it is to, also where that account has left the office since."""

    delegation: Delegation
    delegate: str


def page_of_lines(
    session: Session, access: Access, *, in_force_at: dt.datetime | None = None, after: int, limit: int, sort: str = ""
) -> list[DelegationLine]:
    """One page, and one more; a member sees those to itself. With `in_force_at` only those that are in force then."""
    rows = select(Delegation, Account.display_name).join(Account, Account.id == Delegation.delegate_id).where(*seen(access))
    conditions: list[ColumnElement[bool]] = []
    if in_force_at is not None:
        conditions += [Delegation.revoked_at.is_(None), Delegation.starts_at <= in_force_at]
        conditions.append(or_(Delegation.ends_at.is_(None), Delegation.ends_at > in_force_at))
    return [DelegationLine(*row) for row in ORDER.page(session, rows, conditions, sort, after=after, limit=limit)]
