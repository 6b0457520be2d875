"""The kinds of anomaly, each one query over stored facts. Nothing is kept about an anomaly: it is gone when its cause is gone.

Every query has the same columns: project_id, at, assignment_id, name (of the person), what (a code, or a gate's name), n (how often).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, literal, null, or_, select
from sqlalchemy.orm import aliased

from central.attendance.ledger import Sighting
from central.attendance.model import Passage, Refusal
from central.attendance.rules import Judged
from central.clock import SITE_ZONE
from central.devices.model import Box, BoxState
from central.entry.model import Assignment, AssignmentState
from central.entry.people_list import WAITING_STATES
from central.messaging.model import Incident
from central.messaging.store import HELD_OPEN
from central.people.model import Employment, EmploymentState, IdentityState, LifeState, Worker
from central.projects.model import Participant
from edge.sync.wire import Method

NEVER_SEEN_AFTER: Final = dt.timedelta(days=3)
"""Confirmed for so long, and no gate has seen them."""
WAITS_TOO_LONG: Final = dt.timedelta(days=3)
ENDS_WITHIN: Final = dt.timedelta(days=30)
"""A contract or a certificate that ends so soon is named."""
SEEN_WITHIN: Final = dt.timedelta(days=7)
SILENT_AFTER: Final = dt.timedelta(hours=1)
MANY_REFUSALS: Final = 5
"""So often refused within the days that are looked at: no mishap any more."""
MANY_UNKNOWN: Final = 20
LOOKALIKE: Final = "LOOKALIKE"
_PERSON: Final = 11
"""Characters of a reference to a person; the box tells two of them, with a space between."""
ORDINARY: Final = ("DEVICE_BACK", "EXIT_UNKNOWN", "PASSAGE_NOT_MADE", "QR_PASS_WRITTEN", "GATE_CLOSED_AGAIN", HELD_OPEN, LOOKALIKE)
"""Told by boxes day by day, or a kind of their own: no trouble of a box."""


@dataclass(frozen=True)
class Question:
    """Which projects, at what moment, and since when events are looked at. `company_id`: only what waits for this one to accept."""

    project_ids: Collection[int]
    now: dt.datetime
    since: dt.datetime
    company_id: int | None = None

    @property
    def today(self) -> dt.date:
        """The sites' date."""
        return self.now.astimezone(SITE_ZONE).date()


@dataclass(frozen=True)
class Kind:
    """A kind: `where` is the place that deals with it: person, queue, presence, gates or board."""

    key: str
    where: str
    rows: Callable[[Question], Select[Any]]


def _columns(
    project: Any, at: Any, *, assignment: Any = None, name: Any = None, what: Any = None, n: Any = None
) -> tuple[ColumnElement[Any], ...]:
    given = {"project_id": project, "at": at, "assignment_id": assignment, "name": name, "what": what, "n": n}
    return tuple((null() if column is None else column).label(label) for label, column in given.items())


def _confirmed(asked: Question, at: Any, *conditions: ColumnElement[bool], what: Any = None) -> Select[Any]:
    """Confirmed people of the projects under conditions, the one waiting longest first."""
    columns = _columns(Assignment.project_id, at, assignment=Assignment.id, name=Worker.name, what=what)
    return (
        select(*columns)
        .join_from(Assignment, Worker, Worker.id == Assignment.worker_id)
        .where(Assignment.project_id.in_(asked.project_ids), Assignment.state == AssignmentState.CONFIRMED, *conditions)
        .order_by(at, Assignment.id)
    )


def _never_seen(asked: Question) -> Select[Any]:
    at = Assignment.entry_time
    return _confirmed(asked, at, Assignment.last_seen_at.is_(None), at <= asked.now - NEVER_SEEN_AFTER)


def _of_contract(asked: Question, at: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    return _confirmed(asked, at, *conditions).join(Employment, Employment.id == Assignment.employment_id)


def _contract_over(asked: Question) -> Select[Any]:
    """The contract ended without renewal, and the worker still stands at the gates (domain.md: a warning, no departure)."""
    active = Employment.state != EmploymentState.DEPARTED
    return _of_contract(asked, Employment.contract_end, Employment.contract_end < asked.today, active)


def _contract_ending(asked: Question) -> Select[Any]:
    between = Employment.contract_end.between(asked.today, asked.today + ENDS_WITHIN)
    return _of_contract(asked, Employment.contract_end, between)


def _departing(asked: Question) -> Select[Any]:
    """A departure is recorded, and the worker still comes: the site must know in time (A-49)."""
    comes = Assignment.last_seen_at >= asked.now - SEEN_WITHIN
    return _of_contract(asked, Employment.departure_on, Employment.departure_on.is_not(None), comes)


def _identity_lost(asked: Question) -> Select[Any]:
    """Confirmed, but the identity no longer holds: the gates do not know them (A-26, I6)."""
    lost = and_(Worker.identity_state != IdentityState.VERIFIED, Worker.life_state == LifeState.ALIVE)
    return _confirmed(asked, Assignment.entry_time, lost, what=Worker.identity_cause)


def _training_due(asked: Question) -> Select[Any]:
    due = Sighting.retraining_since.is_not(None)
    return _confirmed(asked, Sighting.retraining_since, due).join(Sighting, Sighting.assignment_id == Assignment.id)


def _waiting_long(asked: Question) -> Select[Any]:
    """Waits for an acceptance; a general contractor is shown what waits for its own (A-45)."""
    columns = _columns(Assignment.project_id, Assignment.created_at, assignment=Assignment.id, name=Worker.name)
    wanted = select(*columns).join_from(Assignment, Worker, Worker.id == Assignment.worker_id)
    if asked.company_id is not None:
        wanted = wanted.join(Participant, Participant.id == Assignment.waiting_for_id)
        wanted = wanted.where(Participant.company_id == asked.company_id)
    waits = Assignment.state.in_(WAITING_STATES), Assignment.created_at <= asked.now - WAITS_TOO_LONG
    return wanted.where(Assignment.project_id.in_(asked.project_ids), *waits).order_by(Assignment.created_at, Assignment.id)


def _denied_often(asked: Question) -> Select[Any]:
    """Somebody whom the gates know was refused again and again."""
    times, last = func.count(), func.max(Refusal.at)
    one_reason = case((func.min(Refusal.reason) == func.max(Refusal.reason), func.max(Refusal.reason)), else_=literal(""))
    columns = _columns(Refusal.project_id, last, assignment=Refusal.assignment_id, name=func.max(Worker.name), what=one_reason, n=times)
    return (
        select(*columns)
        .join_from(Refusal, Assignment, Assignment.id == Refusal.assignment_id)
        .join(Worker, Worker.id == Assignment.worker_id)
        .where(Refusal.project_id.in_(asked.project_ids), Refusal.at >= asked.since)
        .group_by(Refusal.project_id, Refusal.assignment_id)
        .having(times >= MANY_REFUSALS)
        .order_by(times.desc(), Refusal.assignment_id)
    )


def _denied_unknown(asked: Question) -> Select[Any]:
    """People whom nobody knows try one lane again and again: strangers, or workers whom nobody assigned."""
    times, last = func.count(), func.max(Refusal.at)
    return (
        select(*_columns(Refusal.project_id, last, what=Refusal.lane, n=times))
        .where(Refusal.project_id.in_(asked.project_ids), Refusal.at >= asked.since, Refusal.assignment_id.is_(None))
        .group_by(Refusal.project_id, Refusal.lane)
        .having(times >= MANY_UNKNOWN)
        .order_by(times.desc(), Refusal.lane)
    )


def _told_by_boxes(asked: Question, *conditions: ColumnElement[bool], name: Any = None, what: Any = None) -> Select[Any]:
    columns = _columns(Box.project_id, Incident.at, name=Box.name if name is None else name, what=Incident.code if what is None else what)
    return (
        select(*columns)
        .join_from(Incident, Box, Box.id == Incident.box_id)
        .where(Box.project_id.in_(asked.project_ids), Incident.at >= asked.since, *conditions)
        .order_by(Incident.at.desc(), Incident.id.desc())
    )


def _lookalike(asked: Question) -> Select[Any]:
    """Two people looked alike at enrolment: `name` is both, found by the references that the box told."""
    one, twin = aliased(Assignment), aliased(Assignment)
    its_worker, twins_worker = aliased(Worker), aliased(Worker)
    names = its_worker.name.concat(literal("、")).concat(twins_worker.name)
    columns = _columns(Box.project_id, Incident.at, assignment=one.id, name=names)
    return (
        select(*columns)
        .join_from(Incident, Box, Box.id == Incident.box_id)
        .join(one, and_(one.project_id == Box.project_id, one.person == func.substr(Incident.detail, 1, _PERSON)))
        .join(twin, and_(twin.project_id == Box.project_id, twin.person == func.substr(Incident.detail, _PERSON + 2, _PERSON)))
        .join(its_worker, its_worker.id == one.worker_id)
        .join(twins_worker, twins_worker.id == twin.worker_id)
        .where(Box.project_id.in_(asked.project_ids), Incident.at >= asked.since, Incident.code == LOOKALIKE)
        .order_by(Incident.at.desc(), Incident.id.desc())
    )


def _box_told(asked: Question) -> Select[Any]:
    return _told_by_boxes(asked, Incident.code.not_in(ORDINARY))


def _held_open(asked: Question) -> Select[Any]:
    """One-key and emergency openings: nobody was identified meanwhile (008, 009). `what` is the coded reason."""
    return _told_by_boxes(asked, Incident.code == HELD_OPEN, what=Incident.detail)


def _passages(asked: Question, what: Any, *conditions: ColumnElement[bool]) -> Select[Any]:
    columns = _columns(Passage.project_id, Passage.at, assignment=Passage.assignment_id, name=Worker.name, what=what)
    return (
        select(*columns)
        .join_from(Passage, Worker, Worker.id == Passage.worker_id, isouter=True)
        .where(Passage.project_id.in_(asked.project_ids), Passage.at >= asked.since, Passage.counted, *conditions)
        .order_by(Passage.at.desc(), Passage.position.desc())
    )


def _by_hand(asked: Question) -> Select[Any]:
    """A guard let somebody in and answers for it."""
    return _passages(asked, Passage.why, Passage.method == Method.GUARD.value)


def _doubtful(asked: Question) -> Select[Any]:
    """Passages that should not have been: kept, counted, and to be looked at."""
    return _passages(asked, Passage.judged, Passage.judged != Judged.OK)


def _boxes(asked: Question, at: Any, *conditions: ColumnElement[bool], what: Any = None) -> Select[Any]:
    wanted = select(*_columns(Box.project_id, at, name=Box.name, what=what))
    return wanted.where(Box.project_id.in_(asked.project_ids), Box.state == BoxState.ACTIVE, *conditions).order_by(at, Box.id)


def _box_silent(asked: Question) -> Select[Any]:
    gone = or_(Box.last_seen_at.is_(None), Box.last_seen_at < asked.now - SILENT_AFTER)
    return _boxes(asked, Box.last_seen_at, ~Box.online, gone)


def _box_faulty(asked: Question) -> Select[Any]:
    return _boxes(asked, Box.last_seen_at, Box.online.is_(True), Box.faults != "", what=Box.faults)


def _certificate_ending(asked: Question) -> Select[Any]:
    return _boxes(asked, Box.certificate_expires_at, Box.certificate_expires_at < asked.now + ENDS_WITHIN)


KINDS: Final = (
    Kind("doubtful", "person", _doubtful),
    Kind("identity_lost", "person", _identity_lost),
    Kind("lookalike", "person", _lookalike),
    Kind("denied_often", "person", _denied_often),
    Kind("denied_unknown", "gates", _denied_unknown),
    Kind("held_open", "gates", _held_open),
    Kind("by_hand", "person", _by_hand),
    Kind("contract_over", "person", _contract_over),
    Kind("contract_ending", "person", _contract_ending),
    Kind("departing", "person", _departing),
    Kind("never_seen", "person", _never_seen),
    Kind("training_due", "person", _training_due),
    Kind("waiting_long", "queue", _waiting_long),
    Kind("box_silent", "gates", _box_silent),
    Kind("box_faulty", "gates", _box_faulty),
    Kind("box_told", "gates", _box_told),
    Kind("certificate_ending", "gates", _certificate_ending),
)
"""In the order in which they matter."""
BY_KEY: Final = {kind.key: kind for kind in KINDS}
