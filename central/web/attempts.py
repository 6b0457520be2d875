"""How often somebody may try to sign in: per account and per address, counted in the database so that every process counts alike."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from central.web.model import FailedSignIn

WINDOW: Final = dt.timedelta(minutes=15)
PER_ACCOUNT: Final = 5
PER_ADDRESS: Final = 30


def wait_minutes(failures: int, allowed: int, latest: dt.datetime | None, now: dt.datetime) -> int:
    """Whole minutes to wait before the next attempt, 0 when one is allowed. Pure: `failures` within the window, the latest of them."""
    if failures < allowed or latest is None:
        return 0
    left = latest + WINDOW - now
    return max(0, -(-int(left.total_seconds()) // 60))


def must_wait(session: Session, account_key: str, address_key: str, now: dt.datetime) -> int:
    """Whole minutes that this account or this address has to wait."""
    return max(_wait(session, account_key, PER_ACCOUNT, now), _wait(session, address_key, PER_ADDRESS, now))


def note_failure(session: Session, keys: tuple[str, ...], now: dt.datetime) -> None:
    """One more failed attempt under each key; what is older than the window goes."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.at < now - WINDOW))
    session.add_all(FailedSignIn(key=key, at=now) for key in keys)


def forget(session: Session, account_key: str) -> None:
    """The account's failures are over once its owner has signed in; the address' stay."""
    session.execute(delete(FailedSignIn).where(FailedSignIn.key == account_key))


def _wait(session: Session, key: str, allowed: int, now: dt.datetime) -> int:
    count, latest = session.execute(
        select(func.count(), func.max(FailedSignIn.at)).where(FailedSignIn.key == key, FailedSignIn.at > now - WINDOW)
    ).one()
    return wait_minutes(count, allowed, latest, now)
