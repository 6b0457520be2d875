"""Sealed copies of templates as they come up: taken only for what an enrolment's event announced, and acknowledged after the commit."""

from __future__ import annotations

import datetime as dt

from sqlalchemy.orm import Session

from central.devices import enrolments
from central.messaging import store
from central.messaging.facts import read_event
from central.messaging.ingest import Receipt
from edge.sync import wire

ALTERED = "COPY_ALTERED"


def take(session: Session, box: str, message: wire.TemplateCopies, now: dt.datetime) -> Receipt | None:
    """Keeps the copies; None while the event that announces them has not arrived: the box sends them again, and nothing is lost.

    A copy whose digest is not the announced one is not kept but counted; sending it again could not help.
    """
    if not 0 < message.seq < 2**62 or not 0 < len(message.epoch) <= 64 or "\0" in message.epoch:
        raise wire.WireError("COPIES_INVALID", "the copies belong to no event")
    packed = store.event_bytes(session, (box, message.epoch), message.seq)
    if packed is None:
        return None
    event = read_event(message.seq, packed)
    announced = event.body.copies if event is not None and isinstance(event.body, wire.Enrolment) else {}
    if not enrolments.take_copies(session, box, message, announced, now):
        store.count_dropped(session, box, ALTERED, now)
    return Receipt(box, wire.CopiesTaken(message.epoch, message.seq))
