"""Who is signed in: a random cookie, its hash in the database, an end after idleness, after half a day, or with the password."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from dataclasses import replace
from typing import Final

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from central.database import Database
from central.identity.model import Account
from central.identity.service import access_of
from central.web.model import PortalSession
from central.web.pages import Visitor, request_id

COOKIE: Final = "gongmen_session"
IDLE: Final = dt.timedelta(hours=2)
LONGEST: Final = dt.timedelta(hours=12)
BY_ITSELF: Final = "X-By-Itself"
"""The header of a page that refreshes itself: nobody sits there because of that, so it does not keep the session awake."""
_NOTED: Final = dt.timedelta(minutes=1)
"""How often a session's last use is written down: a page that refreshes itself must not write at every turn."""


def begin(session: Session, account: Account, now: dt.datetime) -> str:
    """Signs an account in under a new token (never the one from before), and returns it for the cookie."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(PortalSession).where(PortalSession.created_at < now - LONGEST))
    session.add(PortalSession(token_hash=_hash(token), account_id=account.id, password_mark=_mark(account), created_at=now, seen_at=now))
    return token


def end(session: Session, token: str) -> None:
    """Signs this browser out, at the centre and not only in its cookie."""
    session.execute(delete(PortalSession).where(PortalSession.token_hash == _hash(token)))


def visitor(database: Database, request: Request, now: dt.datetime) -> Visitor:
    """Who sent this request. A browser without a token is given one to sign in with; it stands for nobody."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        return Visitor(token=secrets.token_urlsafe(32))
    with database.reading() as session:
        found = session.execute(
            select(PortalSession, Account)
            .join(Account, Account.id == PortalSession.account_id)
            .where(PortalSession.token_hash == _hash(token))
        ).first()
    if found is None:
        return Visitor(token=token)
    row, account = found
    if now - row.seen_at > IDLE or now - row.created_at > LONGEST or account.disabled_at or row.password_mark != _mark(account):
        return Visitor(token=token)
    if now - row.seen_at > _NOTED and BY_ITSELF not in request.headers:
        with database.writing() as session:
            session.execute(update(PortalSession).where(PortalSession.token_hash == row.token_hash).values(seen_at=now))
    access = replace(access_of(account), request_id=request_id(request))
    return Visitor(token=token, account=account.display_name, access=access)


def set_cookie(response: Response, token: str, is_secure: bool) -> None:
    """The session's cookie: not for scripts, not for other sites, gone with the browser."""
    response.set_cookie(COOKIE, token, httponly=True, secure=is_secure, samesite="lax", path="/")


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _mark(account: Account) -> bytes:
    return hashlib.sha256(account.password_hash.encode()).digest()[:16]
