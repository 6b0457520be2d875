"""The second factor: one-time codes by time (RFC 6238, SHA-1, six digits, 30 s), and recovery codes on paper.

The secret is stored sealed. A code works once: the last time step used is kept, and no step up to it counts again.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from typing import Final

import pyotp
from sqlalchemy.orm import Session

from central import audit
from central.access import Access
from central.clock import Clock
from central.errors import Problem
from central.identity.model import Account
from central.secrets import CentreSecrets

STEP_S: Final = 30
_PENDING: Final = -1
"""The time step of a secret that was shown, and of which no code was typed yet."""
RECOVERY_CODES: Final = 10
_LETTERS: Final = "23456789abcdefghjkmnpqrstuvwxyz"


def is_on(account: Account) -> bool:
    """Whether signing in asks for a code."""
    return account.totp_sealed is not None and account.totp_step != _PENDING


def begin(keys: CentreSecrets, account: Account) -> str:
    """A fresh base32 secret, to be shown as a QR code; it counts once `confirm` has seen a code of it."""
    if is_on(account):
        raise Problem("SECOND_FACTOR_ON", 409)
    if account.totp_sealed is not None:  # a page that is loaded again shows the same secret
        return keys.open(account.totp_sealed, _context(account)).decode()
    secret = pyotp.random_base32()
    account.totp_sealed, account.totp_step = keys.seal(secret.encode(), _context(account)), _PENDING
    return secret


def uri(account: Account, secret: str, issuer: str = "Gongmen") -> str:
    """What the QR code says to an authenticator."""
    return pyotp.TOTP(secret).provisioning_uri(name=account.username, issuer_name=issuer)


def confirm(session: Session, clock: Clock, keys: CentreSecrets, account: Account, code: str) -> list[str]:
    """The first code switches it on. Returns the recovery codes, in clear this once. Raises `Problem` 422 CODE_WRONG."""
    if account.totp_sealed is None or is_on(account) or not _takes(clock, keys, account, code):
        raise Problem("CODE_WRONG", 422, "code")
    made = ["-".join("".join(secrets.choice(_LETTERS) for _ in range(5)) for _ in range(2)) for _ in range(RECOVERY_CODES)]
    account.recovery = json.dumps([_digest(one) for one in made])
    audit.record(session, _owner(account), "account.second_factor_on", f"account:{account.id}")
    return made


def check(session: Session, clock: Clock, keys: CentreSecrets, account: Account, code: str) -> bool:
    """Whether this code, or one of the recovery codes, is right; either works once. The account's row must be locked."""
    given = "".join(code.split()).casefold()
    if _takes(clock, keys, account, given):
        return True
    left = json.loads(account.recovery)
    used = next((one for one in left if hmac.compare_digest(one, _digest(given))), None)
    if used is None:
        return False
    account.recovery = json.dumps([one for one in left if one != used])
    audit.record(session, _owner(account), "account.recovery_code_used", f"account:{account.id}", after={"left": len(left) - 1})
    return True


def switch_off(session: Session, access: Access, account: Account) -> None:
    """Forget the secret and the recovery codes."""
    if account.totp_sealed is not None:
        account.totp_sealed, account.totp_step, account.recovery = None, 0, "[]"
        audit.record(session, access, "account.second_factor_off", f"account:{account.id}")


def _takes(clock: Clock, keys: CentreSecrets, account: Account, code: str) -> bool:
    """A code of this step or of one beside it, and of none that was used."""
    if account.totp_sealed is None or not (code.isascii() and code.isdigit() and len(code) == 6):
        return False
    otp = pyotp.TOTP(keys.open(account.totp_sealed, _context(account)).decode())
    now = int(clock.now().timestamp()) // STEP_S
    for step in (now, now - 1, now + 1):
        if step > account.totp_step and hmac.compare_digest(otp.generate_otp(step), code):
            account.totp_step = step
            return True
    return False


def _owner(account: Account) -> Access:
    return Access(f"account:{account.id}", account.role, account.company_id, account.project_id)


def _context(account: Account) -> str:
    return f"totp:{account.username}"


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()
