"""Passwords and PINs as argon2id strings, at a cost that the centre's settings name; who signs in with one."""

from __future__ import annotations

import base64
import secrets
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access
from central.errors import Problem
from central.identity import rules
from central.identity.model import Account

LANES: Final = 4
"""argon2's parallelism."""


class Passwords:
    """What a guess costs: `memory_kib` KiB filled `rounds` times. A string that is kept says its own cost, so that old ones still open.

    `nobodys` is such a string that no password gives.
    """

    def __init__(self, memory_kib: int, rounds: int) -> None:
        self._hasher = PasswordHasher(time_cost=rounds, memory_cost=memory_kib, parallelism=LANES)
        salt, told = (base64.b64encode(secrets.token_bytes(size)).rstrip(b"=").decode() for size in (16, 32))
        self.nobodys = f"$argon2id$v=19$m={memory_kib},t={rounds},p={LANES}${salt}${told}"

    def hash(self, clear: str) -> str:
        """The string to keep."""
        return self._hasher.hash(clear)

    def matches(self, kept: str | None, clear: str) -> bool:
        """Whether this is the one; a damaged string is not, and none (nobody has it, or it was taken back) takes as long as a wrong one."""
        try:
            return self._hasher.verify(kept or self.nobodys, clear)
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, kept: str) -> bool:
        """Whether the string was made at another cost."""
        return self._hasher.check_needs_rehash(kept)


def account_by_password(session: Session, passwords: Passwords, username: str, password: str) -> Account | None:
    """The account, or None: unknown, disabled and a wrong password look and take the same.

    Who gave a disabled one's password is told why it stays shut: `Problem` 403 ACCOUNT_DISABLED, ACCOUNT_WAITS_FOR_AUDITOR or
    ACCOUNT_WAITS_FOR_SYSTEM.
    """
    account = session.scalar(select(Account).where(Account.username == username))
    right = passwords.matches(account.password_hash if account else None, password)
    if account is None or not right:
        return None
    rules.is_open(account.role, is_disabled=account.disabled_at is not None, waits=waits_for_consent(account))
    return account


def waits_for_consent(account: Account) -> bool:
    """See `rules.waits`."""
    is_disabled = account.disabled_at is not None
    return rules.waits(account.role, account.password_hash, is_disabled=is_disabled, is_temporary=account.password_is_temporary)


def hold_signing_in(session: Session, passwords: Passwords, seen: Account, password: str) -> Account | None:
    """The account whose password was right a moment ago, locked; None if it was disabled or has another password by now.

    What is kept of the password is made anew where the cost has been changed since; the account's other sessions end with that.
    """
    account = session.get(Account, seen.id, with_for_update=True, populate_existing=True)
    if account is None or account.disabled_at is not None or account.password_hash != seen.password_hash:
        return None
    if passwords.is_outdated(account.password_hash):
        account.password_hash = passwords.hash(password)
    return account


def change_password(session: Session, passwords: Passwords, access: Access, account: Account, *, old: str, new: str) -> None:
    """One's own password; every other session of the account ends with it. Raises `Problem` 403 PASSWORD_WRONG, 422 PASSWORD_TOO_WEAK."""
    if not passwords.matches(account.password_hash, old):
        raise Problem("PASSWORD_WRONG", 403, "old_password")
    if old == new:
        raise Problem("PASSWORD_TOO_WEAK", 422, "password")
    set_password(passwords, account, new, is_temporary=False)
    audit.record(session, access, "account.password_changed", f"account:{account.id}")


def set_password(passwords: Passwords, account: Account, new: str, *, is_temporary: bool) -> None:
    """Another password for an account. Raises `Problem` 422 PASSWORD_TOO_WEAK."""
    rules.password(new, account.username)
    account.password_hash, account.password_is_temporary = passwords.hash(new), is_temporary
