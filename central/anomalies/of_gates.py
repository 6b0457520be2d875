"""Queries over what happened at the gates: refusals, passages in doubt, openings by hand, boxes and what they told."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select
from sqlalchemy.orm import aliased

from central.anomalies.question import (
    ENDS_BEFORE,
    LOOKALIKE,
    MANY_REFUSALS,
    MANY_UNKNOWN,
    ORDINARY,
    PERSON,
    PROJECTS,
    SILENT_BEFORE,
    SINCE,
    columns_of,
)
from central.attendance.model import Passage, Refusal
from central.attendance.rules import Judged
from central.devices.model import Box, BoxState
from central.entry.model import Assignment
from central.messaging.model import Incident
from central.messaging.store import HELD_OPEN
from central.people.model import Worker
from edge.sync.wire import Method


def denied_often() -> Select[Any]:
    """Somebody whom the gates know was refused again and again."""
    times, last = func.count(), func.max(Refusal.at)
    one_reason = case((func.min(Refusal.reason) == func.max(Refusal.reason), func.max(Refusal.reason)), else_=literal(""))
    columns = columns_of(Refusal.project_id, last, assignment=Refusal.assignment_id, name=func.max(Worker.name), what=one_reason, n=times)
    return (
        select(*columns)
        .join_from(Refusal, Assignment, Assignment.id == Refusal.assignment_id)
        .join(Worker, Worker.id == Assignment.worker_id)
        .where(Refusal.project_id.in_(PROJECTS), Refusal.at >= SINCE)
        .group_by(Refusal.project_id, Refusal.assignment_id)
        .having(times >= MANY_REFUSALS)
        .order_by(times.desc(), Refusal.assignment_id)
    )


def denied_unknown() -> Select[Any]:
    """People whom nobody knows try one lane again and again: strangers, or workers whom nobody assigned."""
    times, last = func.count(), func.max(Refusal.at)
    return (
        select(*columns_of(Refusal.project_id, last, what=Refusal.lane, n=times))
        .where(Refusal.project_id.in_(PROJECTS), Refusal.at >= SINCE, Refusal.assignment_id.is_(None))
        .group_by(Refusal.project_id, Refusal.lane)
        .having(times >= MANY_UNKNOWN)
        .order_by(times.desc(), Refusal.lane)
    )


def _told_by_boxes(*conditions: ColumnElement[bool], name: Any = None, what: Any = None) -> Select[Any]:
    columns = columns_of(Box.project_id, Incident.at, name=Box.name if name is None else name, what=Incident.code if what is None else what)
    return (
        select(*columns)
        .join_from(Incident, Box, Box.id == Incident.box_id)
        .where(Box.project_id.in_(PROJECTS), Incident.at >= SINCE, *conditions)
        .order_by(Incident.at.desc(), Incident.id.desc())
    )


def lookalike() -> Select[Any]:
    """Two people looked alike at enrolment: `name` is both, found by the references that the box told."""
    one, twin = aliased(Assignment), aliased(Assignment)
    its_worker, twins_worker = aliased(Worker), aliased(Worker)
    names = its_worker.name.concat(literal("、")).concat(twins_worker.name)
    columns = columns_of(Box.project_id, Incident.at, assignment=one.id, name=names)
    return (
        select(*columns)
        .join_from(Incident, Box, Box.id == Incident.box_id)
        .join(one, and_(one.project_id == Box.project_id, one.person == func.substr(Incident.detail, 1, PERSON)))
        .join(twin, and_(twin.project_id == Box.project_id, twin.person == func.substr(Incident.detail, PERSON + 2, PERSON)))
        .join(its_worker, its_worker.id == one.worker_id)
        .join(twins_worker, twins_worker.id == twin.worker_id)
        .where(Box.project_id.in_(PROJECTS), Incident.at >= SINCE, Incident.code == LOOKALIKE)
        .order_by(Incident.at.desc(), Incident.id.desc())
    )


def box_told() -> Select[Any]:
    """What boxes told of themselves, and what the centre saw in their journals, but the day's ordinary words."""
    return _told_by_boxes(Incident.code.not_in(ORDINARY))


def held_open() -> Select[Any]:
    """One-key and emergency openings: nobody was identified meanwhile (008, 009). `what` is the coded reason."""
    return _told_by_boxes(Incident.code == HELD_OPEN, what=Incident.detail)


def _passages(what: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    columns = columns_of(Passage.project_id, Passage.at, assignment=Passage.assignment_id, name=Worker.name, what=what)
    return (
        select(*columns)
        .join_from(Passage, Worker, Worker.id == Passage.worker_id, isouter=True)
        .where(Passage.project_id.in_(PROJECTS), Passage.at >= SINCE, Passage.counted, *conditions)
        .order_by(Passage.at.desc(), Passage.position.desc())
    )


def by_hand() -> Select[Any]:
    """A guard let somebody in and answers for it."""
    return _passages(Passage.why, Passage.method == Method.GUARD.value)


def doubtful() -> Select[Any]:
    """Passages that should not have been: kept, counted, and to be looked at."""
    return _passages(Passage.judged, Passage.judged != Judged.OK)


def _boxes(at: Any, *conditions: ColumnElement[bool], what: Any = None) -> Select[Any]:
    wanted = select(*columns_of(Box.project_id, at, name=Box.name, what=what))
    return wanted.where(Box.project_id.in_(PROJECTS), Box.state == BoxState.ACTIVE, *conditions).order_by(at, Box.id)


def box_silent() -> Select[Any]:
    """Boxes that were not heard of for an hour."""
    gone = or_(Box.last_seen_at.is_(None), Box.last_seen_at < SILENT_BEFORE)
    return _boxes(Box.last_seen_at, ~Box.online, gone)


def box_faulty() -> Select[Any]:
    """Boxes that say what is wrong with them; `what` is their codes."""
    return _boxes(Box.last_seen_at, Box.online.is_(True), Box.faults != "", what=Box.faults)


def certificate_ending() -> Select[Any]:
    """Boxes whose certificate ends soon: they were offline when it was to be renewed."""
    return _boxes(Box.certificate_expires_at, Box.certificate_expires_at < ENDS_BEFORE)
