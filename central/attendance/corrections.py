"""补卡: a missing punch is asked for with a reason, and approved by the general contractor's real-name manager: a manual event beside the
passages, marked as such. No passage is ever edited."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.attendance import days_sight, dirty, parameters, recording, supplements
from central.attendance.papers import Correction, CorrectionReason, CorrectionState, ManualEvent
from central.attendance.parameters import Parameters
from central.clock import Clock, today
from central.entry import sight
from central.entry.model import Assignment
from central.errors import Problem, declare
from central.ordering import Order
from central.people.model import Worker
from central.projects import service as projects
from edge.sync.wire import Direction

ORDER: Final = Order(
    Correction.id,
    {
        "name": Worker.name_order,
        "punch": Correction.at,
        "correction_reason": Correction.reason,
        "asked_when": Correction.requested_at,
        "correction_state": Correction.state,
    },
)

declare(
    {
        "CORRECTION_IN_FUTURE": ("补卡时间不能晚于现在。", "A missing punch lies in the past."),
        "CORRECTION_NOT_ASSIGNED_THEN": (
            "该时间该工人不在本项目（尚未进场确认或已结束）。",
            "The worker was not on this project at that time.",
        ),
        "CORRECTION_TOO_LATE": (
            "补卡期限已过：{month} 的缺卡须在次月 {day} 日前补。",
            "Too late: missing punches of {month} could be asked for and approved until day {day} of the next month.",
        ),
        "CORRECTION_DECIDED": ("该补卡申请已处理。", "This request is decided already."),
        "CORRECTION_OWN": ("不能审批自己提交的补卡申请，请由另一人审批。", "Nobody approves a request of their own: ask somebody else."),
        "REASON_REQUIRED": ("请说明原因。", "Say why."),
    }
)


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked for: a punch at a time and in a direction, why, and what shows it."""

    at: dt.datetime
    direction: Direction
    reason: CorrectionReason
    note: str = ""
    evidence: str = ""


def in_time(of: Parameters, at: dt.datetime, on: dt.date) -> None:
    """A month's missing punches can be asked for and approved until day N of the next month, as long as it is not frozen. Pure.

    Raises `Problem` 409 CORRECTION_TOO_LATE.
    """
    month = of.days.date_of(at).replace(day=1)
    following = (month + dt.timedelta(days=32)).replace(day=1)
    if on > following + dt.timedelta(days=of.correct_until_day - 1):
        raise Problem("CORRECTION_TOO_LATE", 409, "at", month=f"{month:%Y-%m}", day=of.correct_until_day)


def request(session: Session, clock: Clock, access: Access, assignment_id: int, wanted: Request) -> Correction:
    """Whoever sees the worker and may correct attendance asks: the employer, or the office.

    Raises `Problem` 403, 404 NOT_FOUND, 422 CORRECTION_IN_FUTURE, CORRECTION_NOT_ASSIGNED_THEN, REASON_REQUIRED, 409 CORRECTION_TOO_LATE,
    MONTH_CLOSED.
    """
    access.require(Function.CORRECT_ATTENDANCE)
    assignment = days_sight.seen_assignment(session, access, assignment_id)
    supplements_id = _check(session, clock, assignment, wanted.at)
    if wanted.reason is CorrectionReason.OTHER and not wanted.note.strip():
        raise Problem("REASON_REQUIRED", 422, "note")
    made = Correction(
        project_id=assignment.project_id,
        assignment_id=assignment_id,
        at=wanted.at,
        direction=wanted.direction.value,
        reason=wanted.reason,
        note=wanted.note,
        evidence=wanted.evidence,
        state=CorrectionState.REQUESTED,
        requested_by=access.actor,
        requested_at=clock.now(),
        supplements_id=supplements_id,
    )
    session.add(made)
    session.flush()
    audit.record(session, access, "correction.requested", f"correction:{made.id}", after=_told(made))
    return made


def approve(session: Session, clock: Clock, access: Access, correction_id: int) -> Correction:
    """A-60: the general contractor's real-name manager approves: a manual event is added, its day is derived anew.

    Raises `Problem` 403 (also CORRECTION_OWN), 404, 409 CORRECTION_DECIDED, CORRECTION_TOO_LATE, MONTH_CLOSED.
    """
    correction = _to_decide(session, access, correction_id)
    if correction.requested_by == access.actor:
        raise Problem("CORRECTION_OWN", 403)
    assignment = session.get_one(Assignment, correction.assignment_id)
    correction.supplements_id = _check(session, clock, assignment, correction.at)
    correction.state, correction.decided_by, correction.decided_at = CorrectionState.APPROVED, access.actor, clock.now()
    dirty.touch(session, assignment.id, correction.at)
    audit.record(session, access, "correction.approved", f"correction:{correction.id}", after=_told(correction))
    session.add(
        ManualEvent(
            correction_id=correction.id,
            position=recording.take_places(session, 1)[0],
            project_id=assignment.project_id,
            assignment_id=assignment.id,
            worker_id=assignment.worker_id,
            employer_id=assignment.employer_id,
            at=correction.at,
            direction=correction.direction,
            reason=correction.reason,
            approved_at=clock.now(),
        )
    )
    session.flush()
    return correction


def reject(session: Session, clock: Clock, access: Access, correction_id: int, why: str) -> Correction:
    """The same manager refuses, with a reason. Raises `Problem` 403, 404, 409 CORRECTION_DECIDED, 422 REASON_REQUIRED."""
    correction = _to_decide(session, access, correction_id)
    if not why.strip():
        raise Problem("REASON_REQUIRED", 422, "why")
    correction.state, correction.decision = CorrectionState.REJECTED, why
    correction.decided_by, correction.decided_at = access.actor, clock.now()
    audit.record(session, access, "correction.rejected", f"correction:{correction.id}", after=_told(correction))
    session.flush()
    return correction


def page(
    session: Session,
    access: Access,
    project_id: int,
    *,
    state: CorrectionState | None = None,
    after: int = 0,
    limit: int = 50,
    sort: str = "",
) -> list[Correction]:
    """One page of a project's requests as far as their workers are seen, and one more."""
    access.require(Function.VIEW_ATTENDANCE)
    conditions = [sight.on_project(session, access, project_id)(Assignment)]
    if state is not None:
        conditions.append(Correction.state == state)
    rows = select(Correction).join(Assignment, Assignment.id == Correction.assignment_id).join(Worker, Worker.id == Assignment.worker_id)
    return [row[0] for row in ORDER.page(session, rows, conditions, sort, after=after, limit=limit)]


def _check(session: Session, clock: Clock, assignment: Assignment, at: dt.datetime) -> int | None:
    """The frozen month that a punch at this time would supplement; None where its month is open."""
    if at > clock.now():
        raise Problem("CORRECTION_IN_FUTURE", 422, "at")
    ended = assignment.ended_at is not None and at > assignment.ended_at
    if assignment.entry_time is None or at < assignment.entry_time or ended:
        raise Problem("CORRECTION_NOT_ASSIGNED_THEN", 422, "at")
    of = parameters.of_project(session, assignment.project_id)
    date = of.days.date_of(at)
    frozen = supplements.month_of(session, assignment.project_id, date.replace(day=1))
    if frozen is None:
        in_time(of, at, today(clock))
        return None
    supplements.still_possible(session, frozen, assignment.id, date, today(clock))
    return frozen.id


def _to_decide(session: Session, access: Access, correction_id: int) -> Correction:
    access.require(Function.CORRECT_ATTENDANCE)
    correction = session.get(Correction, correction_id, with_for_update=True, populate_existing=True)
    if correction is None:
        raise Problem("NOT_FOUND", 404)
    projects.require_general_contractor(session, access, correction.project_id)
    if correction.state is not CorrectionState.REQUESTED:
        raise Problem("CORRECTION_DECIDED", 409)
    return correction


def _told(correction: Correction) -> dict[str, str | int | bool]:
    return {
        "assignment": correction.assignment_id,
        "at": correction.at.isoformat(),
        "direction": correction.direction,
        "reason": correction.reason.value,
        "state": correction.state.value,
        "supplement": correction.supplements_id is not None,
        "decision": correction.decision or "",
    }
