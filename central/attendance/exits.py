"""What follows from long absence at the gates: after the grace the face template goes and the card right stays; after a year a training
is due. The label itself ends nothing (A-50); a worker who comes back passes by card and enrols again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from central import audit
from central.access import SYSTEM, Access, Function
from central.attendance import days_sight, presence
from central.attendance.absence import PresenceState
from central.attendance.ledger import Sighting
from central.attendance.presence import Ground, Line
from central.bulk import chunks, insert_missing, table_of
from central.centre import Centre
from central.clock import Clock
from central.devices.model import TemplateCopy
from central.devices.roster_changes import note_roster_change
from central.entry.model import Assignment, AssignmentState, FaceState
from central.errors import Problem, declare
from central.projects import service as projects
from central.projects.model import Project, ProjectState

_LABELS: Final = 1000
"""Labels kept in one transaction: some hundredths of a second for whoever waits to write."""
_RUNNING = (ProjectState.REGISTERED, ProjectState.IN_PROGRESS, ProjectState.SUSPENDED)

declare(
    {
        "RETRAINING_NOT_DUE": ("该工人目前不需要重新培训。", "This worker needs no new training now."),
        "TRAINING_DATE_INVALID": (
            "培训日期不能晚于今天，也不能早于末次考勤。",
            "The training was neither before the last attendance nor after today.",
        ),
    }
)


@dataclass(frozen=True, slots=True)
class Followed:
    """What a run did on one project."""

    looked_at: int = 0
    templates_dropped: int = 0
    trainings_due: int = 0


@dataclass(frozen=True, slots=True)
class _Look:
    """What a look at a project found: the labels that changed, and of whom something may follow at the gates."""

    project_id: int
    looked_at: int
    unknown: Sequence[int]
    labels: Sequence[Line]
    concerned: Sequence[int]


def follow_all(centre: Centre) -> str:
    """The job: looks at every running project without holding anybody up; then a thousand labels of many projects in a transaction, and
    one for each project where something follows at the gates."""
    with centre.database.reading() as session:
        ids = session.scalars(select(Project.id).where(Project.state.in_(_RUNNING)).order_by(Project.id)).all()
    waiting: list[_Look] = []
    looked_at = dropped = due = 0
    for project_id in ids:
        with centre.database.reading() as session:
            look = _look(session, presence.ground(session, centre.clock, project_id), project_id)
        looked_at += look.looked_at
        waiting.append(look)
        if sum(len(one.labels) for one in waiting) >= _LABELS:
            _keep_labels(centre, waiting)
            waiting = []
        if look.concerned:
            done = _carry_out_one(centre, look)
            dropped, due = dropped + done.templates_dropped, due + done.trainings_due
    _keep_labels(centre, waiting)
    return f"{looked_at} looked at, {dropped} templates dropped, {due} trainings due"


def follow(session: Session, clock: Clock, project_id: int) -> Followed:
    """A-54: keeps the labels of a project's workers, and carries out at the gates what follows from them: the same in one transaction."""
    look = _look(session, presence.ground(session, clock, project_id), project_id)
    _label(session, clock, look)
    return replace(_carry_out(session, clock, look), looked_at=look.looked_at)


def _look(session: Session, on: Ground, project_id: int) -> _Look:
    """A fixed number of queries for some hundred workers."""
    looked_at = 0
    unknown: list[int] = []
    labels: list[Line] = []
    concerned: set[int] = set()
    for lines in presence.everybody(session, on):
        known = _known(session, lines)
        looked_at += len(lines)
        unknown += [line.assignment_id for line in lines if line.assignment_id not in known]
        labels += [line for line in lines if known.get(line.assignment_id, (None, None))[:2] != (line.state, line.since)]
        due = {id_ for id_, (_, _, since) in known.items() if since is not None}
        concerned |= {line.assignment_id for line in lines if _concerns_training(line) != (line.assignment_id in due)}
        concerned |= {line.assignment_id for line in _with_face(session, on, lines)}
    return _Look(project_id, looked_at, unknown, labels, sorted(concerned))


def _carry_out(session: Session, clock: Clock, look: _Look) -> Followed:
    """Asks anew about those concerned: a passage that arrived since the look reverses everything. A few queries for each of them."""
    on = presence.ground(session, clock, look.project_id)
    due = dropped = 0
    for some in chunks(look.concerned):
        lines = presence.of_some(session, on, some)
        retraining = {id_ for id_, (_, _, since) in _known(session, lines).items() if since is not None}
        due += sum(_ask_for_training(session, line) for line in lines if _concerns_training(line) or line.assignment_id in retraining)
        dropped += sum(_drop_template(session, clock, line) for line in _with_face(session, on, lines))
        session.flush()
    return Followed(0, dropped, due)


def _keep_labels(centre: Centre, looks: Sequence[_Look]) -> None:
    if any(look.labels or look.unknown for look in looks):
        with centre.database.writing() as session:
            for look in looks:
                _label(session, centre.clock, look)


def _carry_out_one(centre: Centre, look: _Look) -> Followed:
    with centre.database.writing() as session:
        insert_missing(session, Sighting, _rows(look))
        return _carry_out(session, centre.clock, look)


def _known(session: Session, lines: Sequence[Line]) -> dict[int, tuple[PresenceState | None, dt.date | None, dt.date | None]]:
    """The label that each had, since when, and since when a training is due."""
    wanted = select(Sighting.assignment_id, Sighting.state, Sighting.since, Sighting.retraining_since)
    rows = session.execute(wanted.where(Sighting.assignment_id.in_([line.assignment_id for line in lines])))
    return {id_: (state, since, retraining_since) for id_, state, since, retraining_since in rows}


def _label(session: Session, clock: Clock, look: _Look) -> None:
    insert_missing(session, Sighting, _rows(look))
    if not look.labels:
        return
    table, now = table_of(Sighting), clock.now()
    one = table.update().where(table.c.assignment_id == bindparam("b_id"))
    values = one.values(state=bindparam("b_state"), since=bindparam("b_since"), judged_at=bindparam("b_now"))
    told = [{"b_id": line.assignment_id, "b_state": line.state, "b_since": line.since, "b_now": now} for line in look.labels]
    session.connection().execute(values, told)


def _rows(look: _Look) -> list[dict[str, int]]:
    return [{"assignment_id": id_, "project_id": look.project_id} for id_ in look.unknown]


def _concerns_training(line: Line) -> bool:
    return line.state is PresenceState.NEEDS_RETRAINING


def _with_face(session: Session, on: Ground, lines: Sequence[Line]) -> list[Line]:
    """domain.md, Attendance 3: those who are gone for longer than `template_grace` and whose face is still at the gates."""
    late = [line for line in lines if line.state in presence.GONE and on.as_of - line.since >= on.parameters.template_grace]
    granted = select(Assignment.id).where(Assignment.id.in_([line.assignment_id for line in late]), Assignment.face == FaceState.GRANTED)
    ids = set(session.scalars(granted)) if late else set()
    return [line for line in late if line.assignment_id in ids]


def record_training(session: Session, clock: Clock, access: Access, assignment_id: int, *, on: dt.date, evidence: str) -> None:
    """The general contractor records the training that was due after a year: the gates open again.

    Raises `Problem` 404 NOT_FOUND, 409 RETRAINING_NOT_DUE, 422 TRAINING_DATE_INVALID.
    """
    access.require(Function.CORRECT_ATTENDANCE)
    assignment = days_sight.seen_assignment(session, access, assignment_id)
    projects.require_general_contractor(session, access, assignment.project_id)
    kept = session.get(Sighting, assignment_id)
    if kept is None or kept.retraining_since is None:
        raise Problem("RETRAINING_NOT_DUE", 409)
    today = presence.ground(session, clock, assignment.project_id).as_of + dt.timedelta(days=1)
    if not (kept.last_on or dt.date.min) <= on <= today:
        raise Problem("TRAINING_DATE_INVALID", 422, "on")
    before = {"since": str(kept.retraining_since)}
    kept.retraining_since, kept.retrained_on = None, on
    audit.record(
        session, access, "training.recorded", f"assignment:{assignment_id}", before=before, after={"on": str(on), "evidence": evidence}
    )
    note_roster_change(session, assignment)


def needing_training(session: Session, project_id: int) -> frozenset[int]:
    """The assignments whose gates must refuse until a training is recorded: for the roster (`RosterEntry.needs_training`)."""
    wanted = select(Sighting.assignment_id).where(Sighting.project_id == project_id, Sighting.retraining_since.is_not(None))
    return frozenset(session.scalars(wanted))


def _drop_template(session: Session, clock: Clock, line: Line) -> int:
    """The face goes from every gate; the card right stays."""
    assignment = session.get_one(Assignment, line.assignment_id, with_for_update=True, populate_existing=True)
    if assignment.state is not AssignmentState.CONFIRMED or assignment.face is not FaceState.GRANTED:
        return 0
    assignment.face, assignment.enrolled_engine = FaceState.NONE, ""
    session.execute(delete(TemplateCopy).where(TemplateCopy.assignment_id == assignment.id))
    session.get_one(Sighting, line.assignment_id, populate_existing=True).template_dropped_at = clock.now()
    told = {"face": FaceState.NONE.value, "since": str(line.since), "evidence": line.evidence}
    audit.record(session, SYSTEM, "template.dropped", f"assignment:{assignment.id}", before={"face": "granted"}, after=told)
    note_roster_change(session, assignment)
    return 1


def _ask_for_training(session: Session, line: Line) -> int:
    """A year without attendance closes the gates until a training is recorded; a passage that arrives late opens them again, a gate that
    falls silent does not."""
    kept = session.get_one(Sighting, line.assignment_id, populate_existing=True)
    is_due = _concerns_training(line)
    came_back = kept.retraining_since is not None and line.last_on is not None and line.last_on >= kept.retraining_since
    if is_due == (kept.retraining_since is not None) or not (is_due or came_back):
        return 0
    kept.retraining_since = line.since if is_due else None
    session.flush()
    told = {"since": str(kept.retraining_since)}
    audit.record(session, SYSTEM, "training.due", f"assignment:{line.assignment_id}", after=told)
    note_roster_change(session, session.get_one(Assignment, line.assignment_id))
    return int(kept.retraining_since is not None)
