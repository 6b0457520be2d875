"""A month is frozen and published (公示): what was published never changes, later events show as differences, objections are answered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.attendance import days_sight, deriving, presence, sheet, supplements
from central.attendance.day_rows import digest
from central.attendance.papers import FrozenMonth, FrozenRow, Objection
from central.attendance.presence import Ground
from central.attendance.sheet import Line, Sheet, Wanted
from central.attendance.working_calendar import between
from central.bulk import insert_rows
from central.clock import Clock, today
from central.entry import sight
from central.entry.model import Assignment
from central.errors import Problem, declare
from central.projects import service as projects

LEAST_PUBLIC_DAYS: Final = 1
declare(
    {
        "MONTH_NOT_OVER": ("该月尚未结束，不能定稿。", "The month is not over yet: it cannot be frozen."),
        "MONTH_NOT_DERIVED": ("仍有考勤待计算，请稍后再定稿。", "Some attendance is still being derived: freeze the month a little later."),
        "MONTH_INCOMPLETE": (
            "有 {days} 天尚有闸机未报齐；请等待数据到齐，或注明知悉后定稿（despite_incomplete）。",
            "On {days} days a gate has not told everything: wait for it, or freeze with `despite_incomplete`.",
        ),
        "MONTH_FROZEN": ("该月已定稿公示，不能更改。", "The month is frozen and published: it does not change any more."),
        "MONTH_NOT_FROZEN": ("该月尚未定稿公示。", "The month is not frozen yet."),
        "OBJECTION_TOO_LATE": (
            "公示期已过，异议请联系总包实名制管理员。",
            "The time for objections is over: speak to the site's real-name manager.",
        ),
        "OBJECTION_ANSWERED": ("该异议已答复。", "The objection is answered already."),
        "DATE_NOT_IN_MONTH": ("日期不在该月内。", "The date is not in that month."),
    }
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A line that would be another today: what was published and what the events say now; None where there is no such line any more.

    `supplements` are the days of the month that rest on a correction approved after the freeze (补充); the others arrived late.
    """

    assignment_id: int
    published: Line
    now: Line | None
    supplements: tuple[int, ...] = ()

    @property
    def dates(self) -> tuple[int, ...]:
        """The days of the month whose cells differ."""
        if self.now is None:
            return ()
        cells = zip(self.published.cells, self.now.cells, strict=True)
        return tuple(
            day for day, (old, new) in enumerate(cells, 1) if (old.marks, old.halves, old.seconds) != (new.marks, new.halves, new.seconds)
        )


@dataclass(frozen=True, slots=True)
class Complaint:
    """What somebody objects to: a worker's published line, or one date of it."""

    assignment_id: int
    text: str
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class MonthPage:
    """A part of a month: as published where it is frozen (`frozen`), else as it stands. `differences` concern these lines only."""

    sheet: Sheet
    frozen: FrozenMonth | None
    differences: Sequence[Difference]


def page(session: Session, clock: Clock, access: Access, project_id: int, wanted: Wanted, *, after: int = 0, limit: int = 50) -> MonthPage:
    """The month as it counts, and one line more than `limit` if there is one. A frozen month holds the lines that were published, under
    the teams that were published, whatever became of their workers since."""
    frozen = of(session, project_id, wanted.month)
    if frozen is None:
        return MonthPage(sheet.page(session, clock, access, project_id, wanted, after=after, limit=limit), None, ())
    access.require(Function.VIEW_ATTENDANCE)
    among = and_(sight.on_project(session, access, project_id)(Assignment), _published(frozen, wanted))
    on = presence.ground(session, clock, project_id)
    kept = _kept(session, frozen, and_(among, Assignment.id > after), limit + 1)
    now = sheet.read(session, on, among, Wanted(wanted.month), after=after, limit=limit + 1)
    differences = _differences(session, on, frozen, kept, now.lines)
    return MonthPage(Sheet(now.month, kept, now.complete, now.as_of, now.pending, now.profile), frozen, differences)


def of(session: Session, project_id: int, month: dt.date) -> FrozenMonth | None:
    """The frozen month, if it is."""
    return supplements.month_of(session, project_id, month)


def differences(session: Session, on: Ground, access: Access, frozen: FrozenMonth) -> list[Difference]:
    """All lines of a frozen month that would be others today, as far as this principal sees their workers: a look at the whole month."""
    access.require(Function.VIEW_ATTENDANCE)
    among = and_(sight.on_project(session, access, frozen.project_id)(Assignment), _published(frozen, Wanted(frozen.month)))
    now = sheet.read(session, on, among, Wanted(frozen.month))
    return _differences(session, on, frozen, _kept(session, frozen, among, frozen.rows), now.lines)


def freeze(
    session: Session,
    clock: Clock,
    access: Access,
    project_id: int,
    month: dt.date,
    *,
    public_days: int = 5,
    despite_incomplete: bool = False,
) -> FrozenMonth:
    """A-60: the general contractor freezes a month that is over and publishes it for objections.

    Raises `Problem` 403, 404, 409 MONTH_NOT_OVER, MONTH_NOT_DERIVED, MONTH_INCOMPLETE, MONTH_FROZEN.
    """
    access.require(Function.PUBLISH_MONTH)
    projects.require_general_contractor(session, access, project_id)
    if of(session, project_id, month) is not None:
        raise Problem("MONTH_FROZEN", 409)
    on = presence.ground(session, clock, project_id)
    if sheet.last_of(month) > on.as_of:
        raise Problem("MONTH_NOT_OVER", 409)
    if deriving.pending(session, project_id):
        raise Problem("MONTH_NOT_DERIVED", 409)
    found = sheet.read(session, on, Assignment.project_id == project_id, Wanted(month))
    missing = sum(date not in found.complete for date in between(month, sheet.last_of(month)))
    if missing and not despite_incomplete:
        raise Problem("MONTH_INCOMPLETE", 409, days=missing)
    frozen = _keep(session, clock, access, project_id, found=found, public_days=public_days)
    told = {"month": f"{month:%Y-%m}", "rows": frozen.rows, "digest": frozen.digest.hex(), "incomplete_days": missing}
    audit.record(session, access, "month.frozen", f"project:{project_id}", after=told)
    return frozen


def verify(session: Session, frozen: FrozenMonth) -> bool:
    """Whether every published line is what it was."""
    rows = session.scalars(select(FrozenRow).where(FrozenRow.month_id == frozen.id).order_by(FrozenRow.assignment_id)).all()
    return len(rows) == frozen.rows and digest(row.told for row in rows) == frozen.digest


def object_to(session: Session, clock: Clock, access: Access, project_id: int, month: dt.date, complaint: Complaint) -> Objection:  # noqa: PLR0917
    """Somebody who sees the line objects to it while it is public. Raises `Problem` 404, 409 MONTH_NOT_FROZEN, OBJECTION_TOO_LATE."""
    if days_sight.seen_assignment(session, access, complaint.assignment_id).project_id != project_id:
        raise Problem("NOT_FOUND", 404)
    return note_objection(session, clock, access, project_id, month, complaint)


def note_objection(session: Session, clock: Clock, access: Access, project_id: int, month: dt.date, complaint: Complaint) -> Objection:  # noqa: PLR0917
    """The same for a caller that knows who asks by other means: a worker by the own view's link."""
    frozen = of(session, project_id, month)
    if frozen is None:
        raise Problem("MONTH_NOT_FROZEN", 409)
    if today(clock) > frozen.objections_until:
        raise Problem("OBJECTION_TOO_LATE", 409)
    if complaint.on is not None and not month <= complaint.on <= sheet.last_of(month):
        raise Problem("DATE_NOT_IN_MONTH", 422, "work_date")
    made = Objection(
        month_id=frozen.id,
        assignment_id=complaint.assignment_id,
        work_date=complaint.on,
        text=complaint.text,
        raised_by=access.actor,
        raised_at=clock.now(),
    )
    session.add(made)
    session.flush()
    told = {"assignment": complaint.assignment_id, "date": str(complaint.on)}
    audit.record(session, access, "objection.raised", f"objection:{made.id}", after=told)
    return made


def answer(session: Session, clock: Clock, access: Access, objection_id: int, *, text: str, accepted: bool) -> Objection:
    """A-60: the general contractor answers, once. What follows is a correction; the published line stays."""
    access.require(Function.PUBLISH_MONTH)
    objection = session.get(Objection, objection_id, with_for_update=True, populate_existing=True)
    frozen = session.get(FrozenMonth, objection.month_id) if objection is not None else None
    if objection is None or frozen is None:
        raise Problem("NOT_FOUND", 404)
    projects.require_general_contractor(session, access, frozen.project_id)
    if objection.answered_at is not None:
        raise Problem("OBJECTION_ANSWERED", 409)
    objection.answer, objection.accepted = text, accepted
    objection.answered_by, objection.answered_at = access.actor, clock.now()
    session.flush()
    audit.record(session, access, "objection.answered", f"objection:{objection.id}", after={"accepted": accepted})
    return objection


def objections(session: Session, access: Access, project_id: int, month: dt.date, *, after: int, limit: int) -> list[Objection]:
    """One page of a month's objections as far as their workers are seen, and one more."""
    access.require(Function.VIEW_ATTENDANCE)
    seen = sight.on_project(session, access, project_id)(Assignment)
    wanted = (
        select(Objection)
        .join(FrozenMonth, FrozenMonth.id == Objection.month_id)
        .join(Assignment, Assignment.id == Objection.assignment_id)
        .where(FrozenMonth.project_id == project_id, FrozenMonth.month == month, seen, Objection.id > after)
        .order_by(Objection.id)
        .limit(limit + 1)
    )
    return list(session.scalars(wanted))


def _keep(session: Session, clock: Clock, access: Access, project_id: int, *, found: Sheet, public_days: int) -> FrozenMonth:
    told = [(line.assignment_id, msgspec.msgpack.encode(line)) for line in found.lines]
    published = today(clock)
    frozen = FrozenMonth(
        project_id=project_id,
        month=found.month,
        frozen_at=clock.now(),
        frozen_by=access.actor,
        published_on=published,
        objections_until=published + dt.timedelta(days=max(public_days, LEAST_PUBLIC_DAYS)),
        rows=len(told),
        digest=digest(packed for _, packed in told),
    )
    try:
        with session.begin_nested():
            session.add(frozen)
    except IntegrityError:
        raise Problem("MONTH_FROZEN", 409) from None
    teams = {line.assignment_id: line.team_id for line in found.lines}
    rows = [{"month_id": frozen.id, "assignment_id": id_, "told": packed, "team_id": teams[id_]} for id_, packed in told]
    insert_rows(session, FrozenRow, rows)
    return frozen


def _published(frozen: FrozenMonth, wanted: Wanted) -> ColumnElement[bool]:
    """The assignments whose published lines are asked for."""
    rows = select(FrozenRow.assignment_id).where(FrozenRow.month_id == frozen.id)
    if wanted.team_id is not None:
        rows = rows.where(FrozenRow.team_id == wanted.team_id)
    parts: list[ColumnElement[bool]] = [Assignment.id.in_(rows)]
    if wanted.employer_id is not None:
        parts.append(Assignment.employer_id == wanted.employer_id)
    if wanted.trade is not None:
        parts.append(Assignment.main_trade == wanted.trade)
    if wanted.assignment_ids is not None:
        parts.append(Assignment.id.in_(wanted.assignment_ids))
    return and_(*parts)


def _kept(session: Session, frozen: FrozenMonth, among: ColumnElement[bool], limit: int) -> list[Line]:
    rows = (
        select(FrozenRow.told)
        .join(Assignment, Assignment.id == FrozenRow.assignment_id)
        .where(FrozenRow.month_id == frozen.id, among)
        .order_by(FrozenRow.assignment_id)
        .limit(limit)
    )
    return [msgspec.msgpack.decode(told, type=Line) for told in session.scalars(rows)]


def _differences(session: Session, on: Ground, frozen: FrozenMonth, kept: Sequence[Line], now: Sequence[Line]) -> list[Difference]:
    lines = {line.assignment_id: line for line in now}
    other = [line for line in kept if line.assignment_id not in lines or _figures(lines[line.assignment_id]) != _figures(line)]
    added = supplements.days_of(session, on.parameters.days, frozen.id, [line.assignment_id for line in other])
    return [Difference(line.assignment_id, line, lines.get(line.assignment_id), added.get(line.assignment_id, ())) for line in other]


def _figures(line: Line) -> tuple[object, ...]:
    """What of a line would be worth a word if it changed after the freeze: not a team's new name."""
    return tuple((cell.marks, cell.halves, cell.seconds) for cell in line.cells)
