"""Who may act: accounts, API tokens and kiosk operators are made here, and told apart here."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from central import audit
from central.access import SYSTEM, Access, Role
from central.clock import Clock
from central.errors import Problem
from central.identity import rules
from central.identity.model import Account, ApiToken, KioskOperator

_HASHER: Final = PasswordHasher()
_NOBODY: Final = _HASHER.hash(secrets.token_hex(16))
"""Checked when there is no such account, so that an unknown name takes as long as a wrong password."""


def issue_token(
    session: Session,
    clock: Clock,
    access: Access,
    *,
    name: str,
    role: Role,
    company_id: int | None = None,
    project_id: int | None = None,
    expires_at: dt.datetime | None = None,
) -> tuple[ApiToken, str]:
    """Make a bearer token; its clear text exists in the answer only. Administrators only."""
    access.require_role(Role.ADMINISTRATOR)
    company_id, project_id = rules.principal(role, company_id, project_id)
    clear = f"gm_{secrets.token_urlsafe(32)}"
    token = ApiToken(
        name=name,
        token_hash=_digest(clear),
        role=role,
        company_id=company_id,
        project_id=project_id,
        expires_at=expires_at,
        created_at=clock.now(),
    )
    session.add(token)
    session.flush()
    audit.record(session, access, "token.issued", f"token:{token.id}", after=_principal(token) | {"name": name})
    return token, clear


def revoke_token(session: Session, clock: Clock, access: Access, token_id: int) -> ApiToken:
    """End a token at once; ending it twice changes nothing. Administrators only."""
    access.require_role(Role.ADMINISTRATOR)
    token = session.get(ApiToken, token_id, with_for_update=True)
    if token is None:
        raise Problem("NOT_FOUND", 404)
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        audit.record(session, access, "token.revoked", f"token:{token.id}")
    return token


def bearer(session: Session, clock: Clock, clear: str) -> Access | None:
    """Who carries this token, or None if it is unknown, expired or revoked."""
    token = session.scalar(select(ApiToken).where(ApiToken.token_hash == _digest(clear)))
    if token is None or token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= clock.now()):
        return None
    return Access(f"token:{token.id}", token.role, token.company_id, token.project_id)


def create_account(
    session: Session,
    clock: Clock,
    access: Access,
    *,
    username: str,
    password: str,
    display_name: str,
    role: Role,
    company_id: int | None = None,
    project_id: int | None = None,
) -> Account:
    """Make an account for the portal. Administrators only."""
    access.require_role(Role.ADMINISTRATOR)
    company_id, project_id = rules.principal(role, company_id, project_id)
    rules.password(password)
    if session.scalar(select(Account.id).where(Account.username == username)) is not None:
        raise Problem("USERNAME_TAKEN", 409, "username")
    account = Account(
        username=username,
        password_hash=_HASHER.hash(password),
        display_name=display_name,
        role=role,
        company_id=company_id,
        project_id=project_id,
        created_at=clock.now(),
    )
    session.add(account)
    session.flush()
    audit.record(session, access, "account.created", f"account:{account.id}", after=_principal(account) | {"username": username})
    return account


def create_administrator(session: Session, clock: Clock, username: str, password: str) -> Account:
    """The first administrator, made at the machine itself (`gongmen central init`)."""
    return create_account(session, clock, SYSTEM, username=username, password=password, display_name=username, role=Role.ADMINISTRATOR)


def account_by_password(session: Session, username: str, password: str) -> Account | None:
    """The account, or None: unknown, disabled and wrong password look and take the same."""
    account = session.scalar(select(Account).where(Account.username == username))
    right = _matches(account.password_hash if account else _NOBODY, password)
    return account if account is not None and right and account.disabled_at is None else None


def access_of(account: Account) -> Access:
    """How this account acts."""
    return Access(f"account:{account.id}", account.role, account.company_id, account.project_id)


def add_operator(session: Session, clock: Clock, access: Access, project_id: int, *, name: str, pin: str) -> KioskOperator:
    """Somebody who may use the project's kiosks; the caller has checked that `access` may say so (A-60)."""
    rules.pin(pin)
    operator = KioskOperator(project_id=project_id, name=name, pin_hash=_HASHER.hash(pin), created_at=clock.now())
    session.add(operator)
    session.flush()
    audit.record(session, access, "operator.added", f"operator:{operator.id}", after={"name": name, "project_id": project_id})
    return operator


def _principal(of: ApiToken | Account) -> dict[str, object]:
    return {"role": of.role.value, "company_id": of.company_id, "project_id": of.project_id}


def _digest(clear: str) -> bytes:
    return hashlib.sha256(clear.encode()).digest()


def _matches(password_hash: str, password: str) -> bool:
    try:
        return _HASHER.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
