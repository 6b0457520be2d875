"""What kiosks and gates report of templates: enrolments with their consent, copies for other boxes, proofs of deletion.

The template itself is sealed for the boxes; the centre relays what it cannot open, and only with the worker's consent to that (tick b).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
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
    if assignment.state is not AssignmentState.CONFIRMED:
        return
    if overtaken:
        note_roster_change(session, assignment)  # this box believes what was said at it, until it is told the later word
        return
    granted = bool(body.engine) and body.consent.template
    assignment.face = FaceState.GRANTED if granted else FaceState.REFUSED
    assignment.enrolled_engine = body.engine if granted else ""
    session.execute(delete(TemplateCopy).where(TemplateCopy.assignment_id == assignment_id))
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


def take_copies(session: Session, box: str, message: wire.TemplateCopies, digests: Mapping[str, bytes], now: dt.datetime) -> bool:
    """Keeps the copies that are what the enrolment's event announced (`digests`, by box) for the other boxes of its project; False if
    one was not. Copies that a later word, a withdrawal or the end of the right has overtaken are not kept (A-03, privacy.md C2)."""
    true = {to: sealed for to, sealed in message.copies.items() if digests.get(to) == wire.copy_digest(sealed)}
    own = (Enrolment.box_id == box, Enrolment.epoch == message.epoch, Enrolment.seq == message.seq)
    enrolment = session.scalars(select(Enrolment).where(*own)).one_or_none()
    if enrolment is None or not true:
        return len(true) == len(message.copies)
    assignment = session.get_one(Assignment, enrolment.assignment_id, with_for_update=True, populate_existing=True)
    if assignment.state is AssignmentState.CONFIRMED and enrolment.transfer and _is_latest(session, enrolment):
        _keep_copies(session, box, assignment, true, now)
    return len(true) == len(message.copies)


def _is_latest(session: Session, enrolment: Enrolment) -> bool:
    others = session.scalars(
        select(Enrolment).where(Enrolment.assignment_id == enrolment.assignment_id, Enrolment.id != enrolment.id)
    ).all()
    origin = Origin(enrolment.box_id, enrolment.epoch, enrolment.seq, enrolment.at)
    return not any(_is_later(one, origin) for one in others)


def _keep_copies(session: Session, box: str, assignment: Assignment, copies: Mapping[str, bytes], now: dt.datetime) -> None:
    """Copies for the other boxes of this project; one for any other box is not kept, nor the sender's own: it holds that template."""
    others = session.scalars(select(Box.id).where(Box.project_id == assignment.project_id, Box.state == BoxState.ACTIVE, Box.id != box))
    rows = [
        {"assignment_id": assignment.id, "box_id": to, "engine": assignment.enrolled_engine, "sealed": copies[to], "received_at": now}
        for to in others
        if to in copies
    ]
    bulk.insert_missing(session, TemplateCopy, rows)
    if rows:
        note_roster_change(session, assignment)
