"""The rules of accounts, certificates, tokens, delegations and PINs: pure functions of values."""

from __future__ import annotations

import datetime as dt
import itertools
import json
import re
from collections.abc import Iterable
from typing import Final

from central.access import Access, Function, Position, Role
from central.errors import Problem
from central.functions import NOT_DELEGABLE, OF_ROLE

ADMINISTRATORS: Final = frozenset({Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR})
"""Kept apart: an account has one role, and none of these makes itself another of them."""
RELEASED_BY: Final = {Role.ADMINISTRATOR: Role.AUDITOR, Role.SECURITY: Role.AUDITOR, Role.AUDITOR: Role.ADMINISTRATOR}
"""Whose consent an administrator's account needs before it opens: nobody makes or takes over another administrator alone."""
WAITING_FOR: Final = {Role.AUDITOR: "ACCOUNT_WAITS_FOR_AUDITOR", Role.ADMINISTRATOR: "ACCOUNT_WAITS_FOR_SYSTEM"}
"""What a newcomer is told, by who gives the consent."""
_BOUND: Final = frozenset({Role.EMPLOYER, Role.CONTRACTOR})
_NOT_BY_ITSELF: Final = frozenset({Function.DELEGATE, Function.MANAGE_CERTIFICATES})


def principal(role: Role, company_id: int | None, project_id: int | None) -> tuple[int | None, int | None]:
    """An employer acts for its company, a contractor for its company on one project, the others for neither."""
    if role is Role.EMPLOYER:
        if company_id is None:
            raise Problem("PRINCIPAL_INCOMPLETE", 422, "company_id")
        return company_id, None
    if role is Role.CONTRACTOR:
        if company_id is None or project_id is None:
            raise Problem("PRINCIPAL_INCOMPLETE", 422, "project_id" if company_id is not None else "company_id")
        return company_id, project_id
    return None, None


def position(role: Role, wanted: Position | None) -> Position:
    """Only a project's office has positions; its accounts are the manager's unless told otherwise."""
    if wanted not in (None, Position.MANAGER) and role is not Role.CONTRACTOR:
        raise Problem("POSITION_NOT_OF_OFFICE", 422, "position")
    return wanted or Position.MANAGER


def needs_certificate(role: Role, enterprise_passwords: bool) -> bool:
    """A-04: an enterprise acts behind its certificate alone. `enterprise_passwords` is the centre's setting, for trials only."""
    return role is Role.EMPLOYER and not enterprise_passwords


def behind_certificate(acting: Access, role: Role, enterprise_passwords: bool) -> None:
    """A-04: whoever makes a way in for an enterprise, or comes in as one, signed in with its certificate, or carries a token of who did.

    Raises `Problem` 403 ENTERPRISE_BY_CERTIFICATE. The machine itself (`SYSTEM`) is not asked.
    """
    if needs_certificate(role, enterprise_passwords) and not acting.certificate and acting.actor != "system":
        raise Problem("ENTERPRISE_BY_CERTIFICATE", 403)


def may_create_account(access: Access, role: Role, company_id: int | None, project_id: int | None, at: Position) -> None:
    """The security administrator opens accounts; a project's manager opens those of the own office's clerks and members (A-06)."""
    if access.may(Function.MANAGE_ACCOUNTS):
        return
    access.require(Function.DELEGATE if access.role is Role.CONTRACTOR else Function.MANAGE_ACCOUNTS)
    if (role, company_id, project_id) != (access.role, access.company_id, access.project_id) or at is Position.MANAGER:
        raise Problem("ROLE_NOT_ALLOWED", 403)


def waits_for_consent(maker: Access, role: Role) -> bool:
    """Whether an account of this role, made or given a password by somebody, stays shut until a second administrator opens it."""
    return role in RELEASED_BY and maker.actor != "system"


def is_open(role: Role, *, is_disabled: bool, waits: bool) -> None:
    """Refuses a disabled account, by `Problem` 403: ACCOUNT_WAITS_FOR_… names who opens it, ACCOUNT_DISABLED is for all others.

    Only for somebody who has given the right password: nobody else learns that the account exists.
    """
    if is_disabled:
        by = RELEASED_BY.get(role) if waits else None
        raise Problem("ACCOUNT_DISABLED" if by is None else WAITING_FOR[by], 403)


def waits(role: Role, password_hash: str, *, is_disabled: bool, is_temporary: bool) -> bool:
    """Whether a second administrator's consent is all that this account waits for: a password was given, and not taken back since."""
    return role in RELEASED_BY and is_disabled and is_temporary and bool(password_hash)


def released(access: Access) -> frozenset[Role]:
    """The roles whose accounts this principal opens after the security administrator made them or gave them a password."""
    return frozenset(role for role, by in RELEASED_BY.items() if by is access.role and access.actor != "system")


def may_enable(access: Access, role: Role, *, waits: bool) -> None:
    """The security administrator opens a disabled account; an administrator's is opened by the second one, and only while it waits for
    that, after a password was given by the first: `Problem` 403 SECOND_ADMINISTRATOR_NEEDED, 409 PASSWORD_TO_BE_GIVEN_FIRST.
    """
    if role not in RELEASED_BY or access.actor == "system":
        access.require(Function.MANAGE_ACCOUNTS)
        return
    if role not in released(access):
        raise Problem("SECOND_ADMINISTRATOR_NEEDED", 403)
    if not waits:
        raise Problem("PASSWORD_TO_BE_GIVEN_FIRST", 409)


def token_scope(
    maker: Access, role: Role, company_id: int | None, project_id: int | None, wanted: Iterable[Function] | None
) -> frozenset[Function] | None:
    """What a token made by `maker` may do; None is all that its role has.

    The security administrator issues for enterprises, offices and authorities, never for administrators. Everybody else issues for
    the same principal, within the functions held at this moment, and never the right to issue further tokens: else `Problem` 403
    SCOPE_EXCEEDS_MAKER.
    """
    maker.require(Function.ISSUE_TOKENS)
    scope = None if wanted is None else frozenset(wanted)
    if maker.actor == "system":
        return scope
    if maker.role is Role.SECURITY:
        held = OF_ROLE[role.value] if role not in ADMINISTRATORS else frozenset()
    else:
        same = (role, company_id, project_id) == (maker.role, maker.company_id, maker.project_id)
        held = maker.functions - {Function.ISSUE_TOKENS} if same else frozenset()
        scope = held - _NOT_BY_ITSELF if scope is None else scope
    if not held or not (scope or frozenset()) <= held:
        raise Problem("SCOPE_EXCEEDS_MAKER", 403, "functions")
    return scope


def delegable(manager: Access, wanted: Iterable[Function]) -> frozenset[Function]:
    """A-06: a part of the manager's own functions, never the right to delegate: `Problem` 403 OUTSIDE_DELEGATION, 422 if it is nothing."""
    functions = frozenset(wanted)
    if not functions:
        raise Problem("DELEGATION_EMPTY", 422, "functions")
    if not functions <= manager.functions - NOT_DELEGABLE:
        raise Problem("OUTSIDE_DELEGATION", 403, "functions")
    return functions


def delegation_time(starts_at: dt.datetime | None, ends_at: dt.datetime | None, now: dt.datetime) -> tuple[dt.datetime, dt.datetime | None]:
    """A-06: from now or later, until its end; it never starts in the past."""
    start = max(starts_at or now, now)
    if ends_at is not None and ends_at <= start:
        raise Problem("DELEGATION_TIME_INVALID", 422, "ends_at")
    return start, ends_at


def certificate_functions(role_whole: frozenset[Function], maker: Access, wanted: Iterable[Function]) -> frozenset[Function]:
    """A-05: a certificate gets functions of an enterprise, no more than who grants them holds (the security administrator grants any)."""
    functions = frozenset(wanted)
    held = role_whole if maker.role is Role.SECURITY or maker.actor == "system" else maker.functions
    if not functions <= held & role_whole:
        raise Problem("SCOPE_EXCEEDS_MAKER", 403, "functions")
    return functions


def packed(functions: frozenset[Function] | None) -> str | None:
    """As it is stored: a sorted JSON list, or None for all."""
    return None if functions is None else json.dumps(sorted(functions))


def unpacked(stored: str | None) -> frozenset[Function] | None:
    """As it was stored; a word that this version does not know is left out, for it grants nothing here."""
    if stored is None:
        return None
    known = {function.value for function in Function}
    return frozenset(Function(word) for word in json.loads(stored) if word in known)


def password(given: str, username: str = "") -> str:
    """Ten characters or more, not digits only, and not the account's name."""
    if len(given) < 10 or given.isdigit() or (username and username.casefold() in given.casefold()):
        raise Problem("PASSWORD_TOO_WEAK", 422, "password")
    return given


def pin(given: str) -> str:
    """Six to twelve digits, neither all alike nor counting up or down."""
    steps = {ord(b) - ord(a) for a, b in itertools.pairwise(given)}
    if not re.fullmatch(r"[0-9]{6,12}", given) or steps in ({0}, {1}, {-1}):
        raise Problem("PIN_INVALID", 422, "pin")
    return given
