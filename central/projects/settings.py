"""A project's settings, suspensions and states. Whatever its gates must know of them raises the roster in the same transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from central import audit
from central.access import SYSTEM, Access, Function
from central.centre import Centre
from central.clock import Clock, today
from central.devices.roster_changes import note_header_change
from central.errors import Problem
from central.jobs import Job, daily
from central.projects import rules, service
from central.projects.model import Project, ProjectState, ProjectSuspension
from central.projects.rules import Dates
from edge.sync import wire

_AT_THE_GATES: Final = frozenset({"name", "contact", "gate_policy"})
"""What a roster's header carries."""
_NEEDS: Final = {"name": Function.MANAGE_REGISTER, "gate_policy": Function.MANAGE_GATES}


def change(session: Session, access: Access, project_id: int, *, version: int, changed: Mapping[str, Any]) -> Project:
    """A-56, A-60: the general contractor sets its project up, an administrator its registered name. `changed` holds columns by name.

    Raises `Problem` 409 VERSION_CONFLICT for a stale `version` (A-22), 403 for who may not.
    """
    if not access.may(Function.MANAGE_REGISTER):
        for name in changed:
            access.require(_NEEDS.get(name, Function.MANAGE_PROJECT))
    project = _owned(session, access, project_id)
    if project.version != version:
        raise Problem("VERSION_CONFLICT", 409)
    new = {name: value for name, value in changed.items() if getattr(project, name) != value}
    rules.absence_days(new.get("alert_days", project.alert_days), new.get("presumed_exit_days", project.presumed_exit_days))
    before = {name: getattr(project, name) for name in new}
    for name, value in new.items():
        setattr(project, name, value)
    if new:
        project.version += 1
        audit.record(session, access, "project.changed", f"project:{project_id}", before=before, after=new)
    if _AT_THE_GATES & new.keys():
        note_header_change(session, project_id)
    return project


def shown(session: Session, access: Access, project_id: int) -> Project:
    """A-60, A-65: the project with its settings and their history, for who sets it up, and for who looks at every project (A-45).

    Raises `Problem` 404 for outsiders, 403 for the other companies of the project and for members without the function.
    """
    project = service.visible_project(session, access, project_id)
    if not access.sees_everything:
        if not access.may(Function.MANAGE_GATES):
            access.require(Function.MANAGE_PROJECT)
        service.require_general_contractor(session, access, project_id)
    return project


def begin(session: Session, access: Access, project_id: int) -> Project:
    """registered → in_progress; a project that is under way stays so. Raises `Problem` 409 PROJECT_COMPLETED."""
    access.require(Function.MANAGE_PROJECT)
    project = _owned(session, access, project_id)
    rules.open_for_people(project.state)
    if project.state is ProjectState.REGISTERED:
        _move(session, access, project, ProjectState.IN_PROGRESS)
    return project


def suspend(
    session: Session, clock: Clock, access: Access, project_id: int, *, first_day: dt.date, last_day: dt.date | None, reason: str
) -> ProjectSuspension:
    """A suspension (停工) from a day on, with an end or until told: no attendance is expected then, and only maintenance may enter."""
    access.require(Function.MANAGE_PROJECT)
    project = _owned(session, access, project_id)
    rules.open_for_people(project.state)
    dates = rules.suspension(Dates(first_day, last_day), suspensions(session, project_id), today(clock))
    row = ProjectSuspension(project_id=project_id, first_day=dates.first, last_day=dates.last, reason=reason, created_at=clock.now())
    session.add(row)
    session.flush()
    told = {"first_day": str(first_day), "last_day": str(last_day), "reason": reason}
    audit.record(session, access, "project.suspended", f"project:{project_id}", after=told)
    _follow_calendar(session, clock, access, project)
    return row


def resume(session: Session, clock: Clock, access: Access, project_id: int, *, suspension_id: int, last_day: dt.date) -> ProjectSuspension:
    """A suspension ends with this day (its last); one that has not begun may be given up by a day before its first."""
    access.require(Function.MANAGE_PROJECT)
    project = _owned(session, access, project_id)
    row = session.get(ProjectSuspension, suspension_id, with_for_update=True)
    if row is None or row.project_id != project_id:
        raise Problem("NOT_FOUND", 404)
    if last_day < today(clock) - rules.SUSPENSION_BACK or (row.last_day is not None and last_day > row.last_day):
        raise Problem("SUSPENSION_DATES_INVALID", 422, "last_day")
    before = {"last_day": str(row.last_day)}
    row.last_day = last_day
    session.flush()
    audit.record(session, access, "project.resumed", f"project:{project_id}", before=before, after={"last_day": str(last_day)})
    _follow_calendar(session, clock, access, project)
    return row


def suspensions(session: Session, project_id: int) -> list[Dates]:
    """The dates on which the project stands still: attendance reads them. One that was given up before it began holds no day."""
    rows = session.scalars(
        select(ProjectSuspension).where(ProjectSuspension.project_id == project_id).order_by(ProjectSuspension.first_day)
    )
    return [Dates(row.first_day, row.last_day) for row in rows if row.last_day is None or row.first_day <= row.last_day]


def page_of_suspensions(session: Session, access: Access, project_id: int, after: int, limit: int) -> list[ProjectSuspension]:
    """One page of them, and one more."""
    service.visible_project(session, access, project_id)
    wanted = select(ProjectSuspension).where(ProjectSuspension.project_id == project_id, ProjectSuspension.id > after)
    return list(session.scalars(wanted.order_by(ProjectSuspension.id).limit(limit + 1)))


def gate_policy(project: Project) -> wire.GatePolicy:
    """The project's gate policy as its boxes are told; what was never set has the contract's default."""
    default = wire.GatePolicy()
    fields = wire.GatePolicy.__struct_fields__
    return msgspec.convert([project.gate_policy.get(name, getattr(default, name)) for name in fields], wire.GatePolicy)


def follow_calendars(centre: Centre) -> str:
    """The job's work: every project is suspended on the dates of its suspensions, and under way on the others."""
    with centre.database.reading() as session:
        wanted = select(ProjectSuspension.project_id).distinct()
        ids = session.scalars(wanted.order_by(ProjectSuspension.project_id)).all()
    moved = 0
    for project_id in ids:
        with centre.database.writing() as session:
            project = session.get_one(Project, project_id, with_for_update=True)
            moved += _follow_calendar(session, centre.clock, SYSTEM, project)
    return f"projects moved: {moved}"


JOB: Final = Job("project-suspensions", daily(dt.time(0, 0, 5)), follow_calendars)


def _follow_calendar(session: Session, clock: Clock, access: Access, project: Project) -> bool:
    state = rules.state_on(project.state, suspensions(session, project.id), today(clock))
    if state is project.state:
        return False
    _move(session, access, project, state)
    return True


def _move(session: Session, access: Access, project: Project, state: ProjectState) -> None:
    before = project.state
    project.state = state
    project.version += 1
    audit.record(session, access, "project.state", f"project:{project.id}", before={"state": before}, after={"state": state})
    note_header_change(session, project.id)


def _owned(session: Session, access: Access, project_id: int) -> Project:
    if not access.may(Function.MANAGE_REGISTER):
        service.require_general_contractor(session, access, project_id)
    project = session.get(Project, project_id, with_for_update=True, populate_existing=True)
    if project is None:
        raise Problem("NOT_FOUND", 404)
    return project
