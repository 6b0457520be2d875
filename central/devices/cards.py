"""Work cards, bound at a kiosk: each to one worker at a time on a project. The latest word counts, in whatever order words arrive."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.bulk import chunks
from central.devices.enrolments import Origin
from central.devices.model import WorkCard
from central.devices.roster_changes import note_roster_change
from central.entry.model import Assignment
from edge.sync import wire


def record_binding(session: Session, origin: Origin, assignment_id: int, body: wire.CardBinding, now: dt.datetime) -> None:
    """Binds the card to this assignment, taking it from any other, or releases it; the boxes of the project are told of both workers.

    A word that an event said later than this one is not overruled, and the same event twice changes nothing.
    """
    project_id = session.get_one(Assignment, assignment_id).project_id
    known = session.get(WorkCard, (project_id, body.card), with_for_update=True, populate_existing=True)
    if known is not None and not _is_news(known, origin):
        return
    if not body.bound and (known is None or known.assignment_id != assignment_id):
        return
    touched = {assignment_id} | ({known.assignment_id} if known is not None and known.bound else set())
    word = {
        "assignment_id": assignment_id,
        "bound": body.bound,
        "at": origin.at,
        "box_id": origin.box,
        "epoch": origin.epoch,
        "seq": origin.seq,
        "operator": body.operator,
        "received_at": now,
    }
    if known is None:
        session.add(WorkCard(project_id=project_id, card=body.card, **word))
    else:
        for name, value in word.items():
            setattr(known, name, value)
    session.flush()
    for id_ in sorted(touched):
        note_roster_change(session, session.get_one(Assignment, id_))


def of_assignments(session: Session, assignment_ids: Collection[int]) -> dict[int, tuple[bytes, ...]]:
    """The work cards bound to these assignments, in a fixed order; who has none is absent. One query for some hundreds."""
    found: dict[int, tuple[bytes, ...]] = {}
    for some in chunks(sorted(assignment_ids)):
        wanted = select(WorkCard.assignment_id, WorkCard.card).where(WorkCard.assignment_id.in_(some), WorkCard.bound)
        for assignment_id, card in session.execute(wanted.order_by(WorkCard.card)):
            found[assignment_id] = (*found.get(assignment_id, ()), card)
    return found


def _is_news(known: WorkCard, origin: Origin) -> bool:
    """Within one journal its order decides, whatever the clock said; between boxes the time does."""
    if (known.box_id, known.epoch) == (origin.box, origin.epoch):
        return origin.seq > known.seq
    return origin.at > known.at
