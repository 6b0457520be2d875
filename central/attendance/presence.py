"""Presence and de-facto exit of a project's workers (A-54, A-55): derived on asking, never stored as truth, and reversed by the next
passage at once, whether or not its day is derived yet."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.attendance import absence, completeness, openings, parameters, punch_store
from central.attendance.absence import PresenceState, ProjectDays, project_days
from central.attendance.completeness import GateEvidence
from central.attendance.ledger import DirtyDay, Sighting
from central.attendance.model import Passage
from central.attendance.pairing import EventId
from central.attendance.parameters import Parameters
from central.attendance.working_calendar import WorkingCalendar
from central.bulk import chunks
from central.clock import Clock
from central.database import UtcDateTime
from central.entry import sight
from central.entry.model import Assignment, AssignmentState
from central.people.model import Worker
from central.projects import settings
from central.projects.model import Company, Team

RETRAINING_DAYS: Final = 365
"""Days without attendance after which a worker is trained anew before entering (18 号 art. 12; domain.md, Attendance 3)."""
GONE: Final = (PresenceState.PRESUMED_EXITED, PresenceState.NEEDS_RETRAINING)
_BATCH: Final = 500
_DAY: Final = dt.timedelta(days=1)
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """One worker's presence. `evidence` names the last passage ('' if never seen); `complete_up_to` is the last date before anything is
    outstanding since then, None if nothing is known."""

    assignment_id: int
    worker_id: int
    name: str
    id_masked: str
    employer: str
    team: str | None
    trade: str
    state: PresenceState
    since: dt.date
    last_on: dt.date | None
    evidence: str
    absent_days: int
    complete_up_to: dt.date | None
    template_dropped_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class PresencePage:
    """Some lines in the order of their assignments, and the gates that all of it rests on. `calendar_provisional_from`: from that date on
    the statutory holidays are not known yet. There may be more after the last line if there are as many as were asked for."""

    lines: Sequence[Line]
    gates: Sequence[GateEvidence]
    as_of: dt.date
    calendar_provisional_from: dt.date | None


@dataclass(frozen=True, slots=True)
class Ground:
    """What is the same for all workers of a project at one moment."""

    parameters: Parameters
    calendar: WorkingCalendar
    gates: tuple[GateEvidence, ...]
    as_of: dt.date

    def days_since(self, first: dt.date) -> ProjectDays:
        """The project's dates from `first` on."""
        first = min(first, self.as_of)
        complete = absence.complete_dates([gate.report for gate in self.gates], first, self.as_of, self.parameters.days)
        return project_days(first, self.as_of, self.calendar.working(first, self.as_of), complete)


def ground(session: Session, clock: Clock, project_id: int) -> Ground:
    """The project's rules, calendar and gates, up to the last work date that is over."""
    of = parameters.of_project(session, project_id)
    open_on = openings.uncertain_dates(session, project_id, of.days)
    calendar = WorkingCalendar(of.calendar, tuple(settings.suspensions(session, project_id)), open_on)
    return Ground(of, calendar, tuple(completeness.gates(session, project_id)), of.days.date_of(clock.now()) - _DAY)


def page(
    session: Session, clock: Clock, access: Access, project_id: int, *, state: PresenceState | None = None, after: int = 0, limit: int = 50
) -> PresencePage:
    """A-45, A-54, A-55: one page of the workers that this principal sees there, confirmed and not ended, and one line more."""
    access.require(Function.VIEW_ATTENDANCE)
    seen = sight.on_project(session, access, project_id)(Assignment)
    on = ground(session, clock, project_id)
    lines: list[Line] = []
    while len(lines) <= limit:
        some = _lines(session, on, seen, after, _BATCH if state else limit + 1)
        lines += [line for line in some if state in (None, line.state)]
        if len(some) < (_BATCH if state else limit + 1):
            break
        after = some[-1].assignment_id
    first = min((line.since for line in lines), default=on.as_of)
    return PresencePage(lines[: limit + 1], on.gates, on.as_of, on.calendar.provisional_from(first, on.as_of))


def of_assignment(session: Session, clock: Clock, assignment_id: int) -> Line | None:
    """One worker's presence; None where it is not confirmed (any more). The caller has checked who asks."""
    assignment = session.get(Assignment, assignment_id)
    if assignment is None:
        return None
    lines = _lines(session, ground(session, clock, assignment.project_id), Assignment.id == assignment_id, 0, 1)
    return lines[0] if lines else None


def everybody(session: Session, on: Ground) -> Iterator[list[Line]]:
    """Every confirmed worker of the project, some at a time, for the centre's own work."""
    after = 0
    while some := _lines(session, on, Assignment.project_id == on.parameters.project_id, after, _BATCH):
        yield some
        after = some[-1].assignment_id


def of_some(session: Session, on: Ground, assignment_ids: Collection[int]) -> list[Line]:
    """Those of these assignments that are confirmed; at most some hundred."""
    return _lines(session, on, Assignment.id.in_(assignment_ids), 0, None)


def gone(session: Session, on: Ground, seen: ColumnElement[bool]) -> dict[int, dt.date]:
    """A-54: by assignment, since when those are presumed to have left who have. It asks about those only who were not seen for as long
    as that takes at the least."""
    longest_ago = on.as_of - dt.timedelta(days=on.parameters.absence.presumed_exit_days)
    lines = _lines(session, on, and_(seen, Sighting.last_on <= longest_ago), 0, None)
    return {line.assignment_id: line.since for line in lines if line.state in GONE}


def counts(session: Session, access: Access, project_id: int) -> dict[PresenceState, int]:
    """A-43: distinct workers by the label that the job saw last; who was not looked at yet is left out."""
    access.require(Function.VIEW_ATTENDANCE)
    seen = sight.on_project(session, access, project_id)(Assignment)
    wanted = (
        select(Sighting.state, func.count(Assignment.worker_id.distinct()))
        .join(Assignment, Assignment.id == Sighting.assignment_id)
        .where(seen, Assignment.state == AssignmentState.CONFIRMED, Sighting.state.is_not(None))
        .group_by(Sighting.state)
    )
    return {state: heads for state, heads in session.execute(wanted) if state is not None}


def label(
    of: Parameters, assigned_on: dt.date, last: tuple[dt.date, EventId] | None, days: ProjectDays, retrained_on: dt.date | None = None
) -> absence.Presence:
    """A-54, A-55: one assignment's presence. A year of certain absence needs a new training; one that was given begins it anew. Pure."""
    attended = {last[0]: last[1]} if last else {}
    if retrained_on is not None and last is not None and retrained_on > last[0]:
        attended = {retrained_on: last[1]}
    found = absence.presence(assigned_on, attended, days, of.absence)
    gone_for_days = (days.as_of - found.since).days + 1
    if found.state is PresenceState.PRESUMED_EXITED and gone_for_days >= RETRAINING_DAYS:
        return absence.Presence(PresenceState.NEEDS_RETRAINING, found.since, found.evidence, found.absent_days, found.complete_until)
    return found


_SHOWN: Final = (
    Assignment.id,
    Assignment.worker_id,
    Assignment.main_trade,
    func.coalesce(Assignment.entry_time, Assignment.created_at, type_=UtcDateTime()).label("began_at"),
    Worker.name,
    Worker.id_masked,
    Company.name.label("employer"),
    Team.name.label("team"),
    Sighting.last_on,
    Sighting.evidence,
    Sighting.retrained_on,
    Sighting.template_dropped_at,
)


def _lines(session: Session, on: Ground, seen: ColumnElement[bool], after: int, limit: int | None) -> list[Line]:
    wanted = (
        select(*_SHOWN)
        .join(Worker, Worker.id == Assignment.worker_id)
        .join(Company, Company.id == Assignment.employer_id)
        .outerjoin(Team, Team.id == Assignment.team_id)
        .outerjoin(Sighting, Sighting.assignment_id == Assignment.id)
        .where(seen, Assignment.state == AssignmentState.CONFIRMED, Assignment.id > after)
        .order_by(Assignment.id)
        .limit(limit)
    )
    rows: Sequence[Any] = session.execute(wanted).all()
    last = _last_seen(session, on.parameters, {row.id: (row.last_on, row.evidence) for row in rows})
    begins = {row.id: on.parameters.days.date_of(row.began_at) for row in rows}
    since = [last[id_][0] + _DAY if id_ in last else begins[id_] for id_ in begins]
    days = on.days_since(min(since, default=on.as_of))
    return [_line(on, row, begins[row.id], last.get(row.id), days) for row in rows]


def _line(on: Ground, row: Any, began_on: dt.date, last: tuple[dt.date, EventId] | None, days: ProjectDays) -> Line:
    found = label(on.parameters, began_on, last, days, row.retrained_on)
    return Line(
        assignment_id=row.id,
        worker_id=row.worker_id,
        name=row.name,
        id_masked=row.id_masked,
        employer=row.employer,
        team=row.team,
        trade=row.main_trade,
        state=found.state,
        since=found.since,
        last_on=last[0] if last else None,
        evidence=".".join(map(str, last[1])) if last else "",
        absent_days=found.absent_days,
        complete_up_to=found.complete_until,
        template_dropped_at=row.template_dropped_at,
    )


def _last_seen(
    session: Session, of: Parameters, sightings: Mapping[int, tuple[dt.date | None, str | None]]
) -> dict[int, tuple[dt.date, EventId]]:
    """The last date on which each was seen: as derived, and for those of whom something is not derived yet, as their passages say."""
    found = {id_: (on, _event(evidence)) for id_, (on, evidence) in sightings.items() if on is not None and evidence}
    for some in chunks(sorted(sightings)):
        pending = session.scalars(select(DirtyDay.assignment_id).where(DirtyDay.assignment_id.in_(some)).distinct()).all()
        for id_, (date, event) in _newest(session, of, pending).items():
            found[id_] = max(found.get(id_, (date, event)), (date, event))
    return found


def _newest(session: Session, of: Parameters, assignment_ids: Collection[int]) -> dict[int, tuple[dt.date, EventId]]:
    latest = (
        select(Passage.assignment_id, func.max(Passage.at).label("at"))
        .where(Passage.assignment_id.in_(assignment_ids), punch_store.counted())
        .group_by(Passage.assignment_id)
        .subquery()
    )
    wanted = select(Passage.assignment_id, Passage.at, Passage.box_id, Passage.epoch, Passage.seq).join(
        latest, (latest.c.assignment_id == Passage.assignment_id) & (latest.c.at == Passage.at)
    )
    found = session.execute(wanted)
    return {id_: (of.days.date_of(at), (box, epoch, seq)) for id_, at, box, epoch, seq in found if id_ is not None}


def _event(name: str) -> EventId:
    """A kept name as an event; no box has a dot in its name."""
    box, _, rest = name.partition(".")
    epoch, _, seq = rest.rpartition(".")
    return box, epoch, int(seq)
