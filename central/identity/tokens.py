"""API tokens: made by somebody, for a principal, with a scope that never exceeds its maker's rights, until it expires or is revoked."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from sqlalchemy import Select, func, select, update
from sqlalchemy.orm import Session

from central import audit
from central.access import SYSTEM, Access, Function, Role
from central.clock import Clock
from central.errors import Problem
from central.identity import certificates, principals, rules
from central.identity.model import Account, ApiToken, Certificate
from central.ordering import Order

_FAR: Final = dt.datetime(9999, 12, 31, tzinfo=dt.UTC)
_LONG_AGO: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
ORDER: Final = Order(
    ApiToken.id,
    {
        "token_name": ApiToken.name,
        "account_role": ApiToken.role,
        "token_until": func.coalesce(ApiToken.expires_at, _FAR),
        "token_used": func.coalesce(ApiToken.last_used_at, _LONG_AGO),
    },
)
"""A token without an end comes last, one that was never used first."""


def issue_token(
    session: Session,
    clock: Clock,
    access: Access,
    *,
    name: str,
    role: Role,
    company_id: int | None = None,
    project_id: int | None = None,
    functions: Iterable[Function] | None = None,
    expires_at: dt.datetime | None = None,
    enterprise_passwords: bool = False,
) -> tuple[ApiToken, str]:
    """Make a bearer token; its clear text exists in the answer only.

    Raises `Problem` 403 SCOPE_EXCEEDS_MAKER, ENTERPRISE_BY_CERTIFICATE for an enterprise's that its certificate does not make (A-04).
    """
    company_id, project_id = rules.principal(role, company_id, project_id)
    scope = rules.token_scope(access, role, company_id, project_id, functions)
    rules.behind_certificate(access, role, enterprise_passwords)
    if expires_at is not None and expires_at <= clock.now():
        raise Problem("TOKEN_EXPIRY_INVALID", 422, "expires_at")
    clear = f"gm_{secrets.token_urlsafe(32)}"
    token = ApiToken(
        name=name,
        token_hash=_digest(clear),
        role=role,
        company_id=company_id,
        project_id=project_id,
        functions=rules.packed(scope),
        maker=access.actor,
        expires_at=expires_at,
        created_at=clock.now(),
    )
    session.add(token)
    session.flush()
    told = {"role": role.value, "company_id": company_id, "project_id": project_id, "name": name, "functions": _told(scope)}
    audit.record(session, access, "token.issued", f"token:{token.id}", after=told)
    return token, clear


def revoke_token(session: Session, clock: Clock, access: Access, token_id: int) -> ApiToken:
    """End a token at once; ending it twice changes nothing. Whoever may issue such tokens may end them."""
    access.require(Function.ISSUE_TOKENS)
    token = session.scalar(_mine(access).where(ApiToken.id == token_id).with_for_update())
    if token is None:
        raise Problem("NOT_FOUND", 404)
    if token.revoked_at is None:
        token.revoked_at = clock.now()
        audit.record(session, access, "token.revoked", f"token:{token.id}")
    return token


def page_of_tokens(session: Session, access: Access, after: int, limit: int, sort: str = "") -> list[ApiToken]:
    """One page of the tokens that this principal may end, and one more."""
    access.require(Function.ISSUE_TOKENS)
    return [row[0] for row in ORDER.page(session, _mine(access), (), sort, after=after, limit=limit)]


def bearer(session: Session, clock: Clock, clear: str, *, enterprise_passwords: bool = False) -> Access | None:
    """Who carries this token, or None if it is unknown, expired or revoked, or its maker is no longer there.

    A token is narrowed to what its maker holds now: a certificate that loses a function takes it from its tokens too.
    Raises `Problem` 403 ENTERPRISE_BY_CERTIFICATE for an enterprise's that no certificate stands behind (A-04).
    """
    token = session.scalar(select(ApiToken).where(ApiToken.token_hash == _digest(clear)))
    access = None if token is None else _access(session, clock, token)
    if access is not None and token is not None and token.maker != SYSTEM.actor:
        rules.behind_certificate(access, access.role, enterprise_passwords)
    return access


def note_use(session: Session, clock: Clock, actor: str) -> None:
    """Write down that a token was used; `actor` as in its `Access`."""
    kind, _, number = actor.partition(":")
    if kind == "token":
        session.execute(update(ApiToken).where(ApiToken.id == int(number)).values(last_used_at=clock.now()))


def _access(session: Session, clock: Clock, token: ApiToken) -> Access | None:
    if token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= clock.now()):
        return None
    access = Access(f"token:{token.id}", token.role, token.company_id, token.project_id, granted=rules.unpacked(token.functions))
    kind, _, number = token.maker.partition(":")
    if not number.isdigit():
        return access
    maker = _maker(session, clock, kind, int(number))
    if maker is None or maker.role is Role.SECURITY:
        return access if maker is not None or _was_security(session, kind, int(number)) else None
    held = access.functions & maker.functions
    return replace(access, granted=held, position=maker.position, on_behalf_of=maker.actor, certificate=maker.certificate)


def _maker(session: Session, clock: Clock, kind: str, number: int) -> Access | None:
    if kind == "certificate":
        certificate = session.get(Certificate, number)
        return None if certificate is None else certificates.access_of(certificate, clock.now())
    if kind == "token":
        token = session.get(ApiToken, number)
        return None if token is None else _access(session, clock, token)
    account = session.get(Account, number)
    return None if account is None or account.disabled_at is not None else principals.access_of(session, clock.now(), account)


def _was_security(session: Session, kind: str, number: int) -> bool:
    """What the security administration issued stays when its officer goes: an office acted, not a person."""
    found = session.get(ApiToken, number) if kind == "token" else session.get(Account, number) if kind == "account" else None
    return found is not None and found.role is Role.SECURITY


def _mine(access: Access) -> Select[ApiToken]:
    wanted = select(ApiToken)
    if access.role in (Role.SECURITY, Role.ADMINISTRATOR):
        return wanted
    return wanted.where(
        ApiToken.role == access.role, ApiToken.company_id == access.company_id, ApiToken.project_id.is_not_distinct_from(access.project_id)
    )


def _told(scope: frozenset[Function] | None) -> list[str] | str:
    return "all" if scope is None else sorted(scope)


def _digest(clear: str) -> bytes:
    return hashlib.sha256(clear.encode()).digest()
