"""What kiosks and gates report of templates: enrolments with their consent, copies for other boxes, proofs of deletion.

The template itself is sealed for the boxes; the centre relays what it cannot open, and only with the worker's consent to that (tick b).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central import bulk
from central.devices.model import Box, BoxState, Deletion, Enrolment, TemplateCopy
from central.devices.roster_changes import note_roster_change
from central.entry.model import Assignment, AssignmentState, FaceState
from edge.sync import wire


@dataclass(frozen=True, slots=True)
class Origin:
    """The event that says so, and when it happened."""

    box: str
    epoch: str
    seq: int
    at: dt.datetime


def record_enrolment(session: Session, origin: Origin, assignment_id: int, body: wire.Enrolment, now: dt.datetime) -> None:
    """Keeps the consent; the latest enrolment of a confirmed assignment decides about face and copies (A-03, I6)."""
    assignment = session.get_one(Assignment, assignment_id, with_for_update=True, populate_existing=True)
    known = session.scalars(select(Enrolment).where(Enrolment.assignment_id == assignment_id)).all()
    overtaken = any(_is_later(one, origin) for one in known)
    session.add(_enrolment(origin, assignment_id, body, now))
    session.flush()
    if assignment.state is not AssignmentState.CONFIRMED or overtaken:
        return
    granted = bool(body.engine) and body.consent.template
    assignment.face = FaceState.GRANTED if granted else FaceState.REFUSED
    assignment.enrolled_engine = body.engine if granted else ""
    session.execute(delete(TemplateCopy).where(TemplateCopy.assignment_id == assignment_id))
    if granted and body.consent.transfer:
        _keep_copies(session, origin, assignment, body, now)
    note_roster_change(session, assignment)


def _is_later(known: Enrolment, origin: Origin) -> bool:
    """Whether what is known was decided after this: within one journal its order says so, whatever the clock said."""
    if (known.box_id, known.epoch) == (origin.box, origin.epoch):
        return known.seq > origin.seq
    return known.at > origin.at


def record_deletion(session: Session, origin: Origin, assignment_id: int | None, body: wire.Deletion, now: dt.datetime) -> None:
    """Keeps a box's proof that a template or a right is gone from it."""
    session.add(
        Deletion(
            box_id=origin.box,
            epoch=origin.epoch,
            seq=origin.seq,
            assignment_id=assignment_id,
            person=body.person,
            at=origin.at,
            cause=body.cause.value,
            template=body.template,
            right=body.right,
            roster_version=body.roster_version,
            received_at=now,
        )
    )
    session.flush()


def _enrolment(origin: Origin, assignment_id: int, body: wire.Enrolment, now: dt.datetime) -> Enrolment:
    consent = body.consent
    return Enrolment(
        box_id=origin.box,
        epoch=origin.epoch,
        seq=origin.seq,
        assignment_id=assignment_id,
        at=origin.at,
        engine=body.engine,
        shots=body.shots,
        quality=body.quality,
        text_version=consent.text_version,
        text_hash=consent.text_hash,
        language=consent.language,
        operator=consent.operator,
        template=consent.template,
        transfer=consent.transfer,
        pictures=consent.pictures,
        received_at=now,
    )


def _keep_copies(session: Session, origin: Origin, assignment: Assignment, body: wire.Enrolment, now: dt.datetime) -> None:
    """Copies for the other boxes of this project; one for any other box is not kept."""
    boxes = session.scalars(
        select(Box.id).where(Box.project_id == assignment.project_id, Box.state == BoxState.ACTIVE, Box.id != origin.box)
    )
    rows = [
        {"assignment_id": assignment.id, "box_id": box, "engine": body.engine, "sealed": body.templates[box], "received_at": now}
        for box in boxes
        if box in body.templates
    ]
    bulk.insert_missing(session, TemplateCopy, rows)
