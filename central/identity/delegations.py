"""Delegation (A-06): a project's manager lets members of the same office do a part of what the manager may do there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function, Position, Role
from central.clock import Clock
from central.errors import Problem
from central.identity import rules
from central.identity.model import Account, Delegation


def delegate(
    session: Session,
    clock: Clock,
    access: Access,
    *,
    delegate_id: int,
    functions: Iterable[Function],
    starts_at: dt.datetime | None = None,
    ends_at: dt.datetime | None = None,
) -> Delegation:
    """A-06: grant. Raises `Problem` 403 ONLY_PM_DELEGATES or OUTSIDE_DELEGATION, 422 for a delegate or a time that cannot be."""
    manager = _manager(session, access)
    granted = rules.delegable(access, functions)
    start, end = rules.delegation_time(starts_at, ends_at, clock.now())
    member = session.get(Account, delegate_id)
    if member is None or not _same_office(member, manager) or member.disabled_at or member.position is Position.MANAGER:
        raise Problem("DELEGATE_UNKNOWN", 422, "delegate_id")
    delegation = Delegation(
        project_id=manager.project_id,
        company_id=manager.company_id,
        manager_id=manager.id,
        delegate_id=member.id,
        functions=rules.packed(granted),
        starts_at=start,
        ends_at=end,
        created_at=clock.now(),
    )
    session.add(delegation)
    session.flush()
    told = {"delegate": f"account:{member.id}", "functions": sorted(granted), "starts_at": str(start), "ends_at": str(end) if end else None}
    audit.record(session, access, "delegation.granted", f"delegation:{delegation.id}", after=told)
    return delegation


def revoke(session: Session, clock: Clock, access: Access, delegation_id: int) -> Delegation:
    """A-06: the office's manager ends a delegation at once; ending it twice changes nothing."""
    manager = _manager(session, access)
    delegation = session.get(Delegation, delegation_id, with_for_update=True)
    if delegation is None or (delegation.project_id, delegation.company_id) != (manager.project_id, manager.company_id):
        raise Problem("NOT_FOUND", 404)
    _end(session, clock, access, delegation, "revoked")
    return delegation


def seen(access: Access) -> list[ColumnElement[bool]]:
    """Which delegations this principal may look at. Raises `Problem` 403 for whoever is of no office."""
    if access.role is not Role.CONTRACTOR:
        raise Problem("ROLE_NOT_ALLOWED", 403)
    of_office = [Delegation.project_id == access.project_id, Delegation.company_id == access.company_id]
    if access.may(Function.DELEGATE):
        return of_office
    kind, _, number = access.actor.partition(":")
    return [*of_office, Delegation.delegate_id == (int(number) if kind == "account" else 0)]


def members(session: Session, access: Access) -> list[Account]:
    """The accounts of the manager's own office."""
    manager = _manager(session, access)
    office = select(Account).where(Account.project_id == manager.project_id, Account.company_id == manager.company_id)
    return list(session.scalars(office.order_by(Account.id)))


def end_all(session: Session, clock: Clock, access: Access, account: Account, cause: str) -> None:
    """A-06: whatever this account delegated, or was delegated to it, ends: it was replaced, moved or disabled."""
    wanted = select(Delegation).where(
        or_(Delegation.manager_id == account.id, Delegation.delegate_id == account.id), Delegation.revoked_at.is_(None)
    )
    for delegation in session.scalars(wanted.with_for_update()):
        _end(session, clock, access, delegation, cause)


def _end(session: Session, clock: Clock, access: Access, delegation: Delegation, cause: str) -> None:
    if delegation.revoked_at is None:
        delegation.revoked_at, delegation.revoke_cause = clock.now(), cause
        audit.record(session, access, "delegation.ended", f"delegation:{delegation.id}", after={"cause": cause})


def _manager(session: Session, access: Access) -> Account:
    """A-06: the manager's own account, of the principal itself or of the token that it made."""
    access.require(Function.DELEGATE)
    for actor in (access.actor, access.on_behalf_of):
        kind, _, number = actor.partition(":")
        account = session.get(Account, int(number)) if kind == "account" else None
        if account is not None and account.role is Role.CONTRACTOR and account.position is Position.MANAGER:
            return account
    raise Problem("ONLY_PM_DELEGATES", 403)


def _same_office(one: Account, other: Account) -> bool:
    return (one.role, one.project_id, one.company_id) == (other.role, other.project_id, other.company_id)
