"""Who may act: accounts and kiosk operators are made here, and told apart here. Tokens: `tokens`; certificates: `certificates`."""

from __future__ import annotations

import secrets

from sqlalchemy import select
from sqlalchemy.orm import Session

from central import audit
from central.access import SYSTEM, Access, Function, Position, Role
from central.clock import Clock
from central.errors import Problem
from central.identity import delegations, rules, second_factor
from central.identity.model import Account, KioskOperator, OperatorRole
from central.identity.passwords import Passwords, account_by_password, change_password, hold_signing_in, set_password, waits_for_consent
from central.identity.principals import access_of
from central.identity.tokens import bearer, issue_token, note_use, page_of_tokens, revoke_token

__all__ = [
    "access_of",
    "account_by_password",
    "add_operator",
    "appoint_manager",
    "bearer",
    "change_password",
    "create_account",
    "create_administrator",
    "disable_account",
    "enable_account",
    "hold_signing_in",
    "issue_token",
    "note_use",
    "page_of_tokens",
    "reset_account",
    "revoke_token",
    "waits_for_consent",
]


def create_account(
    session: Session,
    clock: Clock,
    passwords: Passwords,
    access: Access,
    *,
    username: str,
    password: str,
    display_name: str,
    role: Role,
    company_id: int | None = None,
    project_id: int | None = None,
    position: Position | None = None,
    enterprise_passwords: bool = False,
) -> Account:
    """Make an account for the portal. What somebody else chose is temporary: its owner takes an own password at the first sign-in.
    An administrator's stays disabled until a second administrator enables it (`rules.RELEASED_BY`).

    The security administrator makes any; a project's manager those of its own office. Raises `Problem` 403, 409 USERNAME_TAKEN or
    MANAGER_EXISTS, 422 PASSWORD_TOO_WEAK. An enterprise gets none (A-04), unless the centre's `enterprise_passwords` says so.
    """
    company_id, project_id = rules.principal(role, company_id, project_id)
    at = rules.position(role, position)
    rules.may_create_account(access, role, company_id, project_id, at)
    rules.behind_certificate(access, role, enterprise_passwords)
    rules.password(password, username)
    if session.scalar(select(Account.id).where(Account.username == username)) is not None:
        raise Problem("USERNAME_TAKEN", 409, "username")
    if role is Role.CONTRACTOR and at is Position.MANAGER and _managers(session, company_id, project_id):
        raise Problem("MANAGER_EXISTS", 409, "position")
    account = Account(
        username=username,
        password_hash=passwords.hash(password),
        display_name=display_name,
        role=role,
        company_id=company_id,
        project_id=project_id,
        position=at,
        password_is_temporary=access.actor != SYSTEM.actor,
        disabled_at=clock.now() if rules.waits_for_consent(access, role) else None,
        created_at=clock.now(),
    )
    session.add(account)
    session.flush()
    told = _principal(account) | {"username": username, "position": at.value}
    audit.record(session, access, "account.created", f"account:{account.id}", after=told)
    return account


def create_administrator(
    session: Session, clock: Clock, passwords: Passwords, username: str, password: str, *, role: Role = Role.ADMINISTRATOR
) -> Account:
    """A first administrator, made at the machine itself (`gongmen central init`)."""
    return create_account(session, clock, passwords, SYSTEM, username=username, password=password, display_name=username, role=role)


def reset_account(
    session: Session, clock: Clock, passwords: Passwords, access: Access, account_id: int, *, second_factor_too: bool = False
) -> tuple[Account, str]:
    """The security administrator gives a temporary password, shown once; lock-out and sessions end, and the second factor if asked.

    An administrator's account is disabled until a second administrator enables it.
    """
    account = _managed(session, access, account_id)
    password = secrets.token_urlsafe(12)
    set_password(passwords, account, password, is_temporary=True)
    if rules.waits_for_consent(access, account.role) and account.disabled_at is None:
        account.disabled_at = clock.now()
    audit.record(session, access, "account.password_reset", f"account:{account.id}")
    if second_factor_too:
        second_factor.switch_off(session, access, account)
    return account, password


def disable_account(session: Session, clock: Clock, access: Access, account_id: int) -> Account:
    """An account opens nothing from now on; its delegations end (A-06). Nobody disables oneself.

    An administrator's that nobody took over yet loses its temporary password: it waits for nobody's consent any more.
    """
    account = _managed(session, access, account_id)
    if access.actor == f"account:{account.id}":
        raise Problem("NOT_ONES_OWN_RIGHTS", 409)
    if account.role in rules.RELEASED_BY and account.password_is_temporary and account.password_hash:
        account.password_hash = ""
        audit.record(session, access, "account.password_taken_back", f"account:{account.id}")
    if account.disabled_at is None:
        account.disabled_at = clock.now()
        delegations.end_all(session, clock, access, account, "account_disabled")
        audit.record(session, access, "account.disabled", f"account:{account.id}")
    return account


def enable_account(session: Session, access: Access, account_id: int) -> Account:
    """A disabled account opens again; a manager comes back as a member if there is another manager by now.

    An administrator's opens by the consent of a second administrator, after the security administrator gave a password.
    """
    if not rules.released(access):
        access.require(Function.MANAGE_ACCOUNTS)
    account = session.get(Account, account_id, with_for_update=True)
    if account is None:
        raise Problem("NOT_FOUND", 404)
    rules.may_enable(access, account.role, waits=account.disabled_at is None or waits_for_consent(account))
    if account.disabled_at is not None:
        if account.role is Role.CONTRACTOR and _managers(session, account.company_id, account.project_id):
            account.position = Position.MEMBER if account.position is Position.MANAGER else account.position
        account.disabled_at = None
        audit.record(session, access, "account.enabled", f"account:{account.id}")
    return account


def appoint_manager(session: Session, clock: Clock, access: Access, account_id: int) -> Account:
    """A-06: this account is its office's manager from now on; who was it before becomes a member, and those delegations end.

    The security administrator does it, or the office's own enterprise by certificate.
    """
    account = session.get(Account, account_id, with_for_update=True)
    mine = access.role is Role.EMPLOYER and account is not None and account.company_id == access.company_id
    if not mine:
        access.require(Function.MANAGE_ACCOUNTS)
    access.require(Function.MANAGE_CERTIFICATES)
    if account is None or account.role is not Role.CONTRACTOR or account.disabled_at is not None:
        raise Problem("NOT_FOUND", 404)
    if account.position is Position.MANAGER:
        return account
    for former in _managers(session, account.company_id, account.project_id):
        former.position = Position.MEMBER
        delegations.end_all(session, clock, access, former, "manager_replaced")
        audit.record(session, access, "account.manager_replaced", f"account:{former.id}", after={"by": f"account:{account.id}"})
    delegations.end_all(session, clock, access, account, "became_manager")
    account.position = Position.MANAGER
    audit.record(session, access, "account.manager_appointed", f"account:{account.id}")
    return account


def add_operator(
    session: Session,
    clock: Clock,
    passwords: Passwords,
    access: Access,
    project_id: int,
    *,
    name: str,
    pin: str,
    role: OperatorRole = OperatorRole.MANAGER,
) -> KioskOperator:
    """Somebody who may use the project's kiosks; the caller has checked that the project is the principal's to say so (A-60)."""
    access.require(Function.MANAGE_GATES)
    rules.pin(pin)
    operator = KioskOperator(project_id=project_id, name=name, pin_hash=passwords.hash(pin), role=role, created_at=clock.now())
    session.add(operator)
    session.flush()
    told = {"name": name, "project_id": project_id, "role": role.value}
    audit.record(session, access, "operator.added", f"operator:{operator.id}", after=told)
    return operator


def operators(session: Session, access: Access, project_id: int, *, after: int = 0, limit: int = 500) -> list[KioskOperator]:
    """One page of who may use the project's kiosks now, and one more; the caller has checked the project, as for `add_operator`."""
    access.require(Function.MANAGE_GATES)
    wanted = select(KioskOperator).where(KioskOperator.project_id == project_id, KioskOperator.disabled_at.is_(None))
    return list(session.scalars(wanted.where(KioskOperator.id > after).order_by(KioskOperator.id).limit(limit + 1)))


def remove_operator(session: Session, clock: Clock, access: Access, project_id: int, operator_id: int) -> KioskOperator:
    """No longer at any kiosk of the project, from the next roster on; repeated, nothing changes. Raises `Problem` NOT_FOUND."""
    access.require(Function.MANAGE_GATES)
    operator = session.get(KioskOperator, operator_id, with_for_update=True)
    if operator is None or operator.project_id != project_id:
        raise Problem("NOT_FOUND", 404)
    if operator.disabled_at is None:
        operator.disabled_at = clock.now()
        audit.record(session, access, "operator.removed", f"operator:{operator.id}", before={"name": operator.name})
    return operator


def _managed(session: Session, access: Access, account_id: int) -> Account:
    access.require(Function.MANAGE_ACCOUNTS)
    account = session.get(Account, account_id, with_for_update=True)
    if account is None:
        raise Problem("NOT_FOUND", 404)
    return account


def _managers(session: Session, company_id: int | None, project_id: int | None) -> list[Account]:
    wanted = select(Account).where(
        Account.role == Role.CONTRACTOR,
        Account.position == Position.MANAGER,
        Account.company_id == company_id,
        Account.project_id == project_id,
        Account.disabled_at.is_(None),
    )
    return list(session.scalars(wanted))


def _principal(of: Account) -> dict[str, object]:
    return {"role": of.role.value, "company_id": of.company_id, "project_id": of.project_id}
