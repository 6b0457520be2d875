"""What the centre forgets by itself: who was refused, after ninety days (privacy.md C2, 6). That somebody was refused stays, as a count."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import select, tuple_, update
from sqlalchemy.orm import Session

from central.attendance.model import Refusal
from central.bulk import CHUNK, chunks
from central.centre import Centre
from central.jobs import Job, daily
from central.messaging.model import BoxEvent
from edge.sync import wire

REFUSAL_KEPT: Final = dt.timedelta(days=90)
_REFUSED: Final = wire.Refusal.__struct_config__.tag


def forget_refused(session: Session, now: dt.datetime, limit: int = CHUNK) -> int:
    """Takes person, score and checks out of at most `limit` old refusals, in the row and in the journal's bytes; how many. Hashes stay.

    By the time of arrival: a box's clock may be wrong, and what came late is late for whoever has to answer for it too.
    """
    old = select(Refusal.id, Refusal.box_id, Refusal.epoch, Refusal.seq).where(Refusal.received_at < now - REFUSAL_KEPT, ~Refusal.forgotten)
    rows = session.execute(old.order_by(Refusal.received_at).limit(limit)).all()
    for some in chunks([row.id for row in rows]):
        session.execute(update(Refusal).where(Refusal.id.in_(some)).values(assignment_id=None, score=None, checks="", forgotten=True))
    for some in chunks([(row.box_id, row.epoch, row.seq) for row in rows]):
        same = tuple_(BoxEvent.box_id, BoxEvent.epoch, BoxEvent.seq).in_(some)
        session.execute(update(BoxEvent).where(same, BoxEvent.kind == _REFUSED).values(packed=b""))
    return len(rows)


def _work(centre: Centre) -> str:
    gone = 0
    while True:
        with centre.database.writing() as session:
            step = forget_refused(session, centre.clock.now())
        gone += step
        if step < CHUNK:
            return f"{gone} refusals forgotten"


JOB: Final = Job("forget-refused", daily(dt.time(3, 40)), _work)
