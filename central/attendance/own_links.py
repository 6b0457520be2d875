"""The links that open a worker's own view: signed, short of life, told one by one, and each can be taken back.

What opens is the signature in the link, which is stored nowhere; the store knows of each link who made it for whom, and until when.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.attendance import days_sight
from central.attendance.papers import OwnLink
from central.clock import Clock
from central.errors import Problem, declare
from central.secrets import CentreSecrets

LONGEST_H: Final = 7 * 24
_PURPOSE: Final = "own-view"
_SIGNED: Final = 16
_LENGTH: Final = 8 + _SIGNED

declare(
    {
        "OWN_LINK_ENDED": (
            "链接无效或已过期，请到项目部或登记机重新领取二维码。",
            "This link is not valid any more: ask the site's office or the kiosk for a new code.",
        ),
        "OWN_LINK_REVOKED": (
            "此二维码已被项目部或用人单位作废，不能再查看；如仍需查询，请重新领取。您的考勤记录不受影响。",
            "This code was taken back by the site's office or your employer: ask there for a new one. Your records are not affected.",
        ),
        "OWN_LINK_TOO_LONG": ("有效期最长 7 天。", "At most 7 days."),
    }
)


@dataclass(frozen=True, slots=True)
class Link:
    """What a link opens, and until when."""

    id: int
    assignment_id: int
    until: dt.datetime


def issue(session: Session, clock: Clock, keys: CentreSecrets, access: Access, assignment_id: int, *, hours: int = 24) -> tuple[str, Link]:
    """A link for a worker whom this principal sees: the office or the employer hands it over. Raises `Problem` 403, 404, 422.

    It tells its bearer no more than who made it sees anyway.
    """
    access.require(Function.CORRECT_ATTENDANCE)
    assignment = days_sight.seen_assignment(session, access, assignment_id)
    if not 1 <= hours <= LONGEST_H:
        raise Problem("OWN_LINK_TOO_LONG", 422, "hours")
    now = clock.now().replace(microsecond=0)
    made = OwnLink(assignment_id=assignment.id, issued_by=access.actor, issued_at=now, until=now + dt.timedelta(hours=hours))
    session.add(made)
    session.flush()
    told = {"link": made.id, "until": made.until.isoformat()}
    audit.record(session, access, "own_view.issued", f"assignment:{assignment.id}", after=told)
    return token_of(keys, made.id), Link(made.id, assignment.id, made.until)


def page(session: Session, access: Access, assignment_id: int, *, before: int = 0, limit: int = 50) -> list[OwnLink]:
    """The links made for a worker, the newest first, those before a link's id (0 from the newest), and one more.

    Told to whoever may make one. Raises `Problem` 403, 404.
    """
    access.require(Function.CORRECT_ATTENDANCE)
    assignment = days_sight.seen_assignment(session, access, assignment_id)
    wanted = select(OwnLink).where(OwnLink.assignment_id == assignment.id).order_by(OwnLink.id.desc()).limit(limit + 1)
    return list(session.scalars(wanted.where(OwnLink.id < before) if before else wanted))


def revoke(session: Session, clock: Clock, access: Access, link_id: int) -> OwnLink:
    """A link opens nothing from now on; the others of the same worker stay. Whoever may make one for this worker may, however often.

    Raises `Problem` 403, 404 NOT_FOUND.
    """
    access.require(Function.CORRECT_ATTENDANCE)
    link = session.get(OwnLink, link_id, with_for_update=True, populate_existing=True)
    if link is None:
        raise Problem("NOT_FOUND", 404)
    days_sight.seen_assignment(session, access, link.assignment_id)
    if link.revoked_at is None:
        link.revoked_at, link.revoked_by = clock.now(), access.actor
        session.flush()
        audit.record(session, access, "own_view.revoked", f"assignment:{link.assignment_id}", after={"link": link.id})
    return link


def opened(session: Session, keys: CentreSecrets, token: str, now: dt.datetime) -> Link:
    """What a token opens. Raises `Problem` 403 OWN_LINK_ENDED for one that is over, altered, or nobody's, OWN_LINK_REVOKED."""
    found = session.get(OwnLink, id_of(keys, token))
    if found is None:
        raise Problem("OWN_LINK_ENDED", 403)
    if found.revoked_at is not None:
        raise Problem("OWN_LINK_REVOKED", 403)
    if now >= found.until:
        raise Problem("OWN_LINK_ENDED", 403)
    return Link(found.id, found.assignment_id, found.until)


def id_of(keys: CentreSecrets, token: str) -> int:
    """The link that a token was signed for. Raises `Problem` 403 OWN_LINK_ENDED for one that this centre never signed. Pure."""
    try:
        packed = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        packed = b""
    told, mac = packed[:-_SIGNED], packed[-_SIGNED:]
    if len(packed) != _LENGTH or not hmac.compare_digest(mac, _mac(keys, told)):
        raise Problem("OWN_LINK_ENDED", 403)
    return int.from_bytes(told, "big")


def token_of(keys: CentreSecrets, link_id: int) -> str:
    """The signed part of a link's address. Pure."""
    told = link_id.to_bytes(8, "big")
    return base64.urlsafe_b64encode(told + _mac(keys, told)).decode().rstrip("=")


def _mac(keys: CentreSecrets, told: bytes) -> bytes:
    return keys.index(told.hex(), _PURPOSE)[:_SIGNED]
