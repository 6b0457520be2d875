"""A worker's own view: a signed link (`own_links`), bound to one assignment, opens that worker's days, passages and proofs: nobody
else's."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from central.access import Access, Role
from central.attendance import presence, published, sheet, supplements
from central.attendance.own_links import Link
from central.attendance.papers import FrozenMonth, FrozenRow, Objection
from central.attendance.published import Complaint
from central.attendance.sheet import Line, Wanted
from central.clock import Clock
from central.entry.model import Assignment
from central.errors import Problem, declare

declare({"OBJECTION_EMPTY": ("请写明哪里不对。", "Say what is wrong.")})


@dataclass(frozen=True, slots=True)
class OwnMonth:
    """One worker's month. `line` is what counts (the published one where the month is frozen), `now` what the events say now;
    `objections` what the worker raised, `supplements` the days corrected after the freeze."""

    month: dt.date
    line: Line | None
    now: Line | None
    frozen: FrozenMonth | None
    objections: tuple[Objection, ...]
    supplements: tuple[int, ...] = ()

    def is_public(self, today: dt.date) -> bool:
        """Whether an objection can be raised."""
        return self.frozen is not None and today <= self.frozen.objections_until


def acting(link: Link) -> Access:
    """Who acts when a worker writes by a link: without any function, named in the audit as this assignment's own."""
    return Access(f"own_view:{link.assignment_id}", Role.ADMINISTRATOR, on_behalf_of="worker", granted=frozenset())


def assignment_of(session: Session, link: Link) -> Assignment:
    """The assignment. Raises `Problem` 403 OWN_LINK_ENDED where it is gone."""
    found = session.get(Assignment, link.assignment_id)
    if found is None:
        raise Problem("OWN_LINK_ENDED", 403)
    return found


def month(session: Session, clock: Clock, link: Link, first: dt.date) -> OwnMonth:
    """The worker's own month."""
    assignment = assignment_of(session, link)
    on = presence.ground(session, clock, assignment.project_id)
    lines = sheet.read(session, on, Assignment.id == assignment.id, Wanted(first)).lines
    now = lines[0] if lines else None
    frozen = published.of(session, assignment.project_id, first)
    kept = session.get(FrozenRow, (frozen.id, assignment.id)) if frozen is not None else None
    line = msgspec.msgpack.decode(kept.told, type=Line) if kept is not None else None if frozen is not None else now
    raised = select(Objection).where(Objection.assignment_id == assignment.id, Objection.month_id == (frozen.id if frozen else 0))
    added = supplements.days_of(session, on.parameters.days, frozen.id, [assignment.id]) if frozen is not None else {}
    objections = tuple(session.scalars(raised.order_by(Objection.id)))
    return OwnMonth(first, line, now, frozen, objections, added.get(assignment.id, ()))


def note_objection(session: Session, clock: Clock, link: Link, complaint: Complaint, first: dt.date) -> Objection:
    """The worker's objection to the published line. Raises `Problem` 409 MONTH_NOT_FROZEN, OBJECTION_TOO_LATE, 422."""
    assignment = assignment_of(session, link)
    if complaint.assignment_id != assignment.id:
        raise Problem("OWN_LINK_ENDED", 403)
    if not complaint.text.strip():
        raise Problem("OBJECTION_EMPTY", 422, "text")
    return published.note_objection(session, clock, acting(link), assignment.project_id, first, complaint)
