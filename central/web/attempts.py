"""How often somebody may try to sign in: per account and per address, counted in the database so that every process counts alike.

An account waits 15 minutes after its fifth failure, and twice as long after each further one, up to four hours; a day without failures,
a sign-in or a new password forgets them. An address waits after thirty failures in 15 minutes.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from central.web.model import FailedSignIn

WINDOW: Final = dt.timedelta(minutes=15)
REMEMBERED: Final = dt.timedelta(hours=24)
LONGEST_WAIT: Final = dt.timedelta(hours=4)
PER_ACCOUNT: Final = 5
PER_ADDRESS: Final = 30


def wait_minutes(failures: int, allowed: int, latest: dt.datetime | None, now: dt.datetime) -> int:
    """Whole minutes to wait before the next attempt, 0 when one is allowed. Pure: `failures` remembered, the latest of them.

    From `allowed` failures on the wait begins at `WINDOW` and doubles with each further one.
    """
    if failures < allowed or latest is None:
        return 0
    wait = min(WINDOW * 2 ** min(failures - allowed, 10), LONGEST_WAIT)
    return max(0, -(-int((latest + wait - now).total_seconds()) // 60))


def must_wait(session: Session, account_key: str, address_key: str, now: dt.datetime) -> int:
    """Whole minutes that this account or this address has to wait."""
    account, last = _failures(session, account_key, now - REMEMBERED)
    address, last_there = _failures(session, address_key, now - WINDOW)
    return max(wait_minutes(account, PER_ACCOUNT, last, now), wait_minutes(min(address, PER_ADDRESS), PER_ADDRESS, last_there, now))


def note_failure(session: Session, keys: tuple[str, ...], now: dt.datetime) -> None:
    """One more failed attempt under each key; what is older than a day goes."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.at < now - REMEMBERED))
    session.add_all(FailedSignIn(key=key, at=now) for key in keys)


def forget(session: Session, account_key: str) -> None:
    """The account's failures are over once its owner has signed in; the address' stay."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.key == account_key))


def _failures(session: Session, key: str, since: dt.datetime) -> tuple[int, dt.datetime | None]:
    count, latest = session.execute(
        select(func.count(), func.max(FailedSignIn.at)).where(FailedSignIn.key == key, FailedSignIn.at > since)
    ).one()
    return count, latest
