"""When a gate stood open for nobody known (一键开闸 008, 应急通道 009): who was there then, no gate can say."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.attendance.pairing import DayRules
from central.attendance.working_calendar import between
from central.devices.model import Box
from central.messaging.model import Incident
from central.messaging.store import CLOSED_AGAIN, HELD_OPEN

_LONGEST: Final = dt.timedelta(days=2)
"""A gate that nobody closed again is thought closed after this."""


def uncertain_dates(session: Session, project_id: int, rules: DayRules) -> frozenset[dt.date]:
    """The work dates on which a gate of the project stood open: heads are uncertain, and nobody is certainly absent (rules.md A8)."""
    told = (
        select(Incident.box_id, Incident.code, Incident.at)
        .join(Box, Box.id == Incident.box_id)
        .where(Box.project_id == project_id, Incident.code.in_((HELD_OPEN, CLOSED_AGAIN)))
        .order_by(Incident.box_id, Incident.at, Incident.seq)
    )
    found: set[dt.date] = set()
    opened: dict[str, dt.datetime] = {}
    for box, code, at in session.execute(told):
        since = opened.pop(box, None)
        if since is not None:
            found |= _dates(since, min(at, since + _LONGEST), rules)
        if code == HELD_OPEN:
            opened[box] = at
    for since in opened.values():
        found |= _dates(since, since + _LONGEST, rules)
    return frozenset(found)


def _dates(first: dt.datetime, last: dt.datetime, rules: DayRules) -> set[dt.date]:
    return set(between(rules.date_of(first), rules.date_of(last)))
