"""Announced outages of the verification service: planned, taken back, listed, and what they mean for the queue (A-26)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock
from central.errors import Problem, declare
from central.ordering import Order
from central.verification import rules
from central.verification.model import CheckState, IdentityCheck, PlannedOutage
from central.verification.rules import OutageState

declare(
    {
        "OUTAGE_OVER": ("这次停机已经结束或已撤销。", "This outage is over or withdrawn already."),
    }
)

ORDER: Final = Order(
    PlannedOutage.id,
    {"outage_begins": PlannedOutage.begins_at, "outage_ends": PlannedOutage.ends_at, "outage_reason": PlannedOutage.reason},
    newest_first=True,
)


def plan(session: Session, access: Access, begins_at: dt.datetime, ends_at: dt.datetime, reason: str) -> PlannedOutage:
    """A-26: an announced outage, aware times. The same again is the same one. Raises `Problem` 422 OUTAGE_INVALID."""
    access.require(Function.MANAGE_SETTINGS)
    if ends_at <= begins_at:
        raise Problem("OUTAGE_INVALID", 422, "ends_at")
    same = select(PlannedOutage).where(PlannedOutage.begins_at == begins_at, PlannedOutage.ends_at == ends_at)
    known = session.scalars(same.where(PlannedOutage.withdrawn_at.is_(None)).limit(1)).first()
    if known is not None:
        return known
    outage = PlannedOutage(begins_at=begins_at, ends_at=ends_at, reason=reason, actor=access.actor)
    session.add(outage)
    session.flush()
    audit.record(session, access, "identity_service.outage", _subject(outage), after={"from": str(begins_at), "until": str(ends_at)})
    return outage


def withdraw(session: Session, clock: Clock, access: Access, outage_id: int, *, weekdays: Sequence[int]) -> PlannedOutage:
    """A-26: it does not take place, or is over earlier: whoever waited for its end is asked about as soon as there is service.

    Raises `Problem` 409 OUTAGE_OVER.
    """
    access.require(Function.MANAGE_SETTINGS)
    outage = session.get(PlannedOutage, outage_id, with_for_update=True)
    if outage is None:
        raise Problem("NOT_FOUND", 404)
    now = clock.now()
    if state(outage, now) not in (OutageState.COMING, OutageState.RUNNING):
        raise Problem("OUTAGE_OVER", 409)
    outage.withdrawn_at = now
    session.flush()
    waiting = IdentityCheck.state == CheckState.WAITING, IdentityCheck.next_at >= outage.ends_at
    session.execute(update(IdentityCheck).where(*waiting).values(next_at=opening(session, now, weekdays) or now))
    audit.record(session, access, "identity_service.outage_withdrawn", _subject(outage))
    return outage


def page_of(session: Session, *, after: int, limit: int, sort: str = "") -> list[PlannedOutage]:
    """Past and coming ones, the last announced first unless sorted otherwise, and one more: facts for everybody who is signed in."""
    return [row[0] for row in ORDER.page(session, select(PlannedOutage), [], sort, after=after, limit=limit)]


def opening(session: Session, now: dt.datetime, weekdays: Sequence[int]) -> dt.datetime | None:
    """A-26: when the service is planned to be back, None if it is planned to be there now."""
    wanted = select(PlannedOutage.begins_at, PlannedOutage.ends_at)
    planned = session.execute(wanted.where(PlannedOutage.ends_at > now, PlannedOutage.withdrawn_at.is_(None)))
    return rules.opens_at(now, weekdays, [(row[0], row[1]) for row in planned])


def state(outage: PlannedOutage, now: dt.datetime) -> OutageState:
    """Where it stands now."""
    return rules.outage_state(outage.begins_at, outage.ends_at, now, is_withdrawn=outage.withdrawn_at is not None)


def _subject(outage: PlannedOutage) -> str:
    return f"outage:{outage.id}"
