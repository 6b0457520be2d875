"""通行码 on a worker's own phone: a code that the centre signs for two minutes at a time, for those who pass without a face (010).

It opens only where the gate's roster has the worker confirmed; the gate checks the signature without a network, takes each code once
each way, and compares the face where there is one. Whoever holds the worker's link holds the code, as with a card.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from central.attendance.own_links import Link
from central.clock import Clock
from central.entry.model import Assignment, AssignmentState
from central.errors import Problem, declare
from central.secrets import CentreSecrets
from edge.sync import qr_pass

declare(
    {
        "OWN_PASS_NOT_CONFIRMED": (
            "您还没有被确认进场，或进场资格已结束；请联系用人单位。",
            "Your entry is not confirmed, or your right has ended: ask your employer.",
        )
    }
)


@dataclass(frozen=True, slots=True)
class OwnPass:
    """A code's text, and when it is over."""

    text: str
    until: dt.datetime


def of(clock: Clock, keys: CentreSecrets, link: Link, assignment: Assignment) -> OwnPass:
    """A new code of the link's worker. Raises `Problem` 409 OWN_PASS_NOT_CONFIRMED (A-03, A-41)."""
    if assignment.id != link.assignment_id or assignment.state is not AssignmentState.CONFIRMED:
        raise Problem("OWN_PASS_NOT_CONFIRMED", 409)
    until = clock.now() + dt.timedelta(seconds=qr_pass.PHONE_S)
    return OwnPass(qr_pass.write(assignment.person, int(until.timestamp()), qr_pass.CENTRE, keys.sign), until)
