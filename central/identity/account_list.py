"""Accounts as their administrators' pages and the API read them: found by name, role and company, with the names behind their numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import ColumnElement, case, func, or_, select
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.identity import rules
from central.identity.model import Account
from central.ordering import Order
from central.projects.model import Company, Project


@dataclass(frozen=True)
class AccountLine:
    """An account with the names of its company and its project, where it has them."""

    account: Account
    company: str | None
    project: str | None


ORDER: Final = Order(
    Account.id,
    {
        "username": Account.username,
        "shown_name": Account.display_name,
        "account_role": Account.role,
        "belongs": func.coalesce(Company.name, ""),
        "account_state": case((Account.disabled_at.is_not(None), 1), else_=0),
    },
)


def page_of_accounts(
    session: Session, access: Access, *, q: str = "", role: Role | None = None, after: int = 0, limit: int = 50, sort: str = ""
) -> list[AccountLine]:
    """One page of accounts, and one more: all for the security administrator, the own office's for its manager, for the other two
    administrators those that wait for their consent; `Problem` 403 for everybody else.

    `q` is part of a user name, a name or a company's name.
    """
    conditions = _seen(access)
    if q:
        named = (Account.username, Account.display_name, Company.name)
        conditions.append(or_(*(column.icontains(q, autoescape=True) for column in named)))
    if role is not None:
        conditions.append(Account.role == role)
    rows = select(Account, Company.name, Project.name).outerjoin(Company, Company.id == Account.company_id)
    rows = rows.outerjoin(Project, Project.id == Account.project_id)
    return [AccountLine(*row) for row in ORDER.page(session, rows, conditions, sort, after=after, limit=limit)]


def _seen(access: Access) -> list[ColumnElement[bool]]:
    if rules.released(access):
        waits = Account.disabled_at.is_not(None), Account.password_is_temporary.is_(True), Account.password_hash != ""
        return [Account.role.in_(rules.released(access)), *waits]
    if access.may(Function.MANAGE_ACCOUNTS):
        return []
    access.require(Function.DELEGATE if access.role is Role.CONTRACTOR else Function.MANAGE_ACCOUNTS)
    return [Account.role == Role.CONTRACTOR, Account.company_id == access.company_id, Account.project_id == access.project_id]
