"""A worker's own view: a signed link, bound to one assignment and short of life, opens that worker's days, passages and proofs: nobody
else's. Nothing is stored of a link; who made it for whom stands in the audit."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function, Role
from central.attendance import days_sight, presence, published, sheet
from central.attendance.ledger import DayRecord
from central.attendance.papers import FrozenMonth, FrozenRow, Objection
from central.attendance.published import Complaint
from central.attendance.sheet import Line, Wanted
from central.clock import Clock
from central.entry.model import Assignment
from central.errors import Problem, declare
from central.secrets import CentreSecrets

LONGEST_H: Final = 7 * 24
_PURPOSE: Final = "own-view"
_SIGNED: Final = 16
_LENGTH: Final = 8 + 6 + _SIGNED

declare(
    {
        "OWN_LINK_ENDED": (
            "链接无效或已过期，请到项目部或登记机重新领取二维码。",
            "This link is not valid any more: ask the site's office or the kiosk for a new code.",
        ),
        "OWN_LINK_TOO_LONG": ("有效期最长 7 天。", "At most 7 days."),
        "OBJECTION_EMPTY": ("请写明哪里不对。", "Say what is wrong."),
    }
)


@dataclass(frozen=True, slots=True)
class Link:
    """What a link opens, and until when."""

    assignment_id: int
    until: dt.datetime


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """One worker's month. `line` is what counts (the published one where the month is frozen), `now` what the events say now;
    `records` the derived dates, `objections` what the worker raised."""

    month: dt.date
    line: Line | None
    now: Line | None
    frozen: FrozenMonth | None
    records: Mapping[dt.date, DayRecord]
    objections: tuple[Objection, ...]

    def is_public(self, today: dt.date) -> bool:
        """Whether an objection can be raised."""
        return self.frozen is not None and today <= self.frozen.objections_until


def issue(session: Session, clock: Clock, keys: CentreSecrets, access: Access, assignment_id: int, *, hours: int = 24) -> tuple[str, Link]:
    """A link for a worker whom this principal sees: the office or the employer hands it over. Raises `Problem` 403, 404, 422.

    It tells its bearer no more than who made it sees anyway.
    """
    access.require(Function.CORRECT_ATTENDANCE)
    assignment = days_sight.seen_assignment(session, access, assignment_id)
    if not 1 <= hours <= LONGEST_H:
        raise Problem("OWN_LINK_TOO_LONG", 422, "hours")
    link = Link(assignment.id, (clock.now() + dt.timedelta(hours=hours)).replace(microsecond=0))
    audit.record(session, access, "own_view.issued", f"assignment:{assignment.id}", after={"until": link.until.isoformat()})
    return _token(keys, link), link


def opened(keys: CentreSecrets, token: str, now: dt.datetime) -> Link:
    """What a token opens. Raises `Problem` 403 OWN_LINK_ENDED for one that is over, altered, or nobody's."""
    try:
        packed = base64.b64decode(token.encode("ascii") + b"=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        packed = b""
    told, mac = packed[:-_SIGNED], packed[-_SIGNED:]
    if len(packed) != _LENGTH or not hmac.compare_digest(mac, _mac(keys, told)):
        raise Problem("OWN_LINK_ENDED", 403)
    link = Link(int.from_bytes(told[:8], "big"), dt.datetime.fromtimestamp(int.from_bytes(told[8:], "big"), dt.UTC))
    if now >= link.until:
        raise Problem("OWN_LINK_ENDED", 403)
    return link


def acting(link: Link) -> Access:
    """Who acts when a worker writes by a link: without any function, named in the audit as this assignment's own."""
    return Access(f"own_view:{link.assignment_id}", Role.ADMINISTRATOR, on_behalf_of="worker", granted=frozenset())


def assignment_of(session: Session, link: Link) -> Assignment:
    """The assignment. Raises `Problem` 403 OWN_LINK_ENDED where it is gone."""
    found = session.get(Assignment, link.assignment_id)
    if found is None:
        raise Problem("OWN_LINK_ENDED", 403)
    return found


def month(session: Session, clock: Clock, link: Link, first: dt.date) -> OwnMonth:
    """The worker's own month."""
    assignment = assignment_of(session, link)
    on = presence.ground(session, clock, assignment.project_id)
    lines = sheet.read(session, on, Assignment.id == assignment.id, Wanted(first)).lines
    now = lines[0] if lines else None
    frozen = published.of(session, assignment.project_id, first)
    kept = session.get(FrozenRow, (frozen.id, assignment.id)) if frozen is not None else None
    line = msgspec.msgpack.decode(kept.told, type=Line) if kept is not None else None if frozen is not None else now
    records = sheet.records_between(session, [assignment.id], first, sheet.last_of(first)).get(assignment.id, {})
    raised = select(Objection).where(Objection.assignment_id == assignment.id, Objection.month_id == (frozen.id if frozen else 0))
    return OwnMonth(first, line, now, frozen, records, tuple(session.scalars(raised.order_by(Objection.id))))


def note_objection(session: Session, clock: Clock, link: Link, complaint: Complaint, first: dt.date) -> Objection:
    """The worker's objection to the published line. Raises `Problem` 409 MONTH_NOT_FROZEN, OBJECTION_TOO_LATE, 422."""
    assignment = assignment_of(session, link)
    if complaint.assignment_id != assignment.id:
        raise Problem("OWN_LINK_ENDED", 403)
    if not complaint.text.strip():
        raise Problem("OBJECTION_EMPTY", 422, "text")
    return published.note_objection(session, clock, acting(link), assignment.project_id, first, complaint)


def _token(keys: CentreSecrets, link: Link) -> str:
    told = link.assignment_id.to_bytes(8, "big") + int(link.until.timestamp()).to_bytes(6, "big")
    return base64.urlsafe_b64encode(told + _mac(keys, told)).decode().rstrip("=")


def _mac(keys: CentreSecrets, told: bytes) -> bytes:
    return keys.index(told.hex(), _PURPOSE)[:_SIGNED]
