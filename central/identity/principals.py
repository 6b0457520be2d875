"""How an account acts at this moment: its role, its position in an office, and what was delegated to it (A-06)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from central.access import Access, Function, Position, Role
from central.functions import CLERK
from central.identity import rules
from central.identity.model import Account, Delegation


def access_of(session: Session, now: dt.datetime, account: Account) -> Access:
    """A-06: how this account acts. A member of an office has what the office's manager delegated, as far as the manager has it."""
    base = Access(f"account:{account.id}", account.role, account.company_id, account.project_id)
    if account.role is not Role.CONTRACTOR or account.position is Position.MANAGER:
        return base
    delegated, manager = delegated_to(session, now, account)
    if not delegated:
        return Access(base.actor, base.role, base.company_id, base.project_id, position=account.position)
    whole = delegated | CLERK if account.position is Position.CLERK else delegated
    return Access(base.actor, base.role, base.company_id, base.project_id, on_behalf_of=manager, position=Position.MEMBER, granted=whole)


def delegated_to(session: Session, now: dt.datetime, account: Account) -> tuple[frozenset[Function], str]:
    """What is delegated to this account now, and by whom. A delegation counts only while its giver is the office's manager."""
    rows = session.execute(
        select(Delegation.functions, Delegation.manager_id)
        .join(Account, Account.id == Delegation.manager_id)
        .where(
            Delegation.delegate_id == account.id,
            Delegation.revoked_at.is_(None),
            Delegation.starts_at <= now,
            or_(Delegation.ends_at.is_(None), Delegation.ends_at > now),
            Delegation.project_id == account.project_id,
            Delegation.company_id == account.company_id,
            Account.position == Position.MANAGER,
            Account.disabled_at.is_(None),
        )
    ).all()
    functions: frozenset[Function] = frozenset().union(*(rules.unpacked(row.functions) or frozenset() for row in rows))
    return functions, f"account:{rows[0].manager_id}" if rows else ""
