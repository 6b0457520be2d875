"""Who is signed in: a random cookie, its hash in the database, an end after idleness, after half a day, or with the password.

A session belongs to an account or to an enterprise's certificate (A-04). Until every step of signing in is done it stands for nobody:
`stage` says what is still to be shown.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from fastapi import Request
from fastapi.responses import Response
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.orm import Session

from central.access import Access
from central.database import Database
from central.identity import certificates
from central.identity.model import Account, Certificate
from central.identity.service import access_of
from central.projects import service as projects
from central.web.model import PortalSession
from central.web.pages import Visitor, request_id

COOKIE: Final = "gongmen_session"
IDLE: Final = dt.timedelta(hours=2)
LONGEST: Final = dt.timedelta(hours=12)
UNFINISHED: Final = dt.timedelta(minutes=10)
"""How long somebody may take between the password and the rest."""
BY_ITSELF: Final = "X-By-Itself"
"""The header of a page that refreshes itself: nobody sits there because of that, so it does not keep the session awake."""
IN: Final = "in"
_NOTED: Final = dt.timedelta(minutes=1)
"""How often a session's last use is written down: a page that refreshes itself must not write at every turn."""


@dataclass(frozen=True)
class Found:
    """A session that is alive, with whom it belongs to: one of the two."""

    row: PortalSession
    account: Account | None
    certificate: Certificate | None


def begin(session: Session, owner: Account | Certificate, now: dt.datetime, *, stage: str = IN, agent: str = "") -> str:
    """Signs somebody in under a new token (never the one from before), and returns it for the cookie."""
    token = secrets.token_urlsafe(32)
    session.execute(delete(PortalSession).where(PortalSession.created_at < now - LONGEST))
    whose = {"account_id": owner.id} if isinstance(owner, Account) else {"certificate_id": owner.id}
    session.add(
        PortalSession(
            token_hash=_hash(token), password_mark=_mark(owner), stage=stage, agent=agent[:200], created_at=now, seen_at=now, **whose
        )
    )
    return token


def end(session: Session, token: str) -> None:
    """Signs this browser out, at the centre and not only in its cookie."""
    session.execute(delete(PortalSession).where(PortalSession.token_hash == _hash(token)))


def alive(session: Session, token: str, now: dt.datetime) -> Found | None:
    """The session of this token, at whatever stage, if it has not ended; its owner's rights are not looked at here."""
    found = session.execute(
        select(PortalSession, Account, Certificate)
        .outerjoin(Account, Account.id == PortalSession.account_id)
        .outerjoin(Certificate, Certificate.id == PortalSession.certificate_id)
        .where(PortalSession.token_hash == _hash(token))
    ).first()
    if found is None:
        return None
    row: PortalSession = found[0]
    account: Account | None = found[1]
    certificate: Certificate | None = found[2]
    longest = LONGEST if row.stage == IN else UNFINISHED
    owner = account or certificate
    if (
        owner is None
        or owner.disabled_at
        or row.password_mark != _mark(owner)
        or now - row.created_at > longest
        or now - row.seen_at > IDLE
    ):
        return None
    return Found(row, account, certificate)


def visitor(database: Database, request: Request, now: dt.datetime) -> Visitor:
    """Who sent this request. A browser without a token is given one to sign in with; it stands for nobody."""
    token = request.cookies.get(COOKIE, "")
    if not token:
        return Visitor(token=secrets.token_urlsafe(32))
    with database.reading() as session:
        found = alive(session, token, now)
        access = _access(session, found, now) if found is not None and found.row.stage == IN else None
        is_general = access is not None and projects.is_general_contractor_of(session, access.company_id, access.project_id)
    if found is None or access is None:
        return Visitor(token=token)
    if now - found.row.seen_at > _NOTED and BY_ITSELF not in request.headers:
        with database.writing() as session:
            session.execute(update(PortalSession).where(PortalSession.token_hash == found.row.token_hash).values(seen_at=now))
    name = found.account.display_name if found.account is not None else found.certificate.operator if found.certificate else ""
    return Visitor(token=token, account=name, access=replace(access, request_id=request_id(request)), is_general=is_general)


def of_owner(session: Session, owner: Account | Certificate) -> Sequence[PortalSession]:
    """One's own sessions, the latest used first."""
    return session.scalars(select(PortalSession).where(_of(owner)).order_by(PortalSession.seen_at.desc()).limit(50)).all()


def end_one(session: Session, owner: Account | Certificate, session_id: int) -> None:
    """Ends one of one's own sessions, elsewhere; another's number ends nothing."""
    session.execute(delete(PortalSession).where(_of(owner), PortalSession.id == session_id))


def end_others(session: Session, owner: Account | Certificate, token: str) -> None:
    """Ends all of one's own sessions but this one."""
    session.execute(delete(PortalSession).where(_of(owner), PortalSession.token_hash != _hash(token)))


def set_cookie(response: Response, token: str, is_secure: bool) -> None:
    """The session's cookie: not for scripts, not for other sites, gone with the browser."""
    response.set_cookie(COOKIE, token, httponly=True, secure=is_secure, samesite="lax", path="/")


def _access(session: Session, found: Found, now: dt.datetime) -> Access | None:
    if found.account is not None:
        return access_of(session, now, found.account)
    return certificates.access_of(found.certificate, now) if found.certificate is not None else None


def _of(owner: Account | Certificate) -> ColumnElement[bool]:
    return PortalSession.account_id == owner.id if isinstance(owner, Account) else PortalSession.certificate_id == owner.id


def _hash(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def _mark(owner: Account | Certificate) -> bytes:
    """What the session ends with: an account's password; a certificate has nothing that changes."""
    return hashlib.sha256(owner.password_hash.encode()).digest()[:16] if isinstance(owner, Account) else owner.fingerprint[:16]
