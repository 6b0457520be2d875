"""Which projects under way told what of a date: behind the supervision's coverage and update rate, project by project."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.attendance import parameters
from central.attendance.ledger import DayRecord
from central.attendance.store import complete_until
from central.devices.model import Box, BoxState
from central.projects.model import Project, ProjectState

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Reporting:
    """A project's date: `seen` heads with a passage, until when its gates have told everything, gates that answer now of all."""

    project_id: int
    name: str
    reg_no: str
    seen: int
    complete_until: dt.datetime | None
    is_updated: bool
    gates_online: int
    gates: int

    @property
    def state(self) -> str:
        """ok, late (something is outstanding), silent (no passage at all)."""
        return "silent" if not self.seen else "ok" if self.is_updated else "late"


def page(session: Session, access: Access, date: dt.date, *, after: int = 0, limit: int = 50) -> list[Reporting]:
    """One page of the projects under way, in the order of their numbers, and one more; five queries whatever their number."""
    access.require(Function.SUPERVISE)
    wanted = select(Project).where(Project.state == ProjectState.IN_PROGRESS, Project.id > after).order_by(Project.id).limit(limit + 1)
    projects = session.scalars(wanted).all()
    ids = [project.id for project in projects]
    rules, until = parameters.of_projects(session, ids), complete_until(session, ids)
    seen, gates = _seen(session, ids, date), _gates(session, ids)
    found = []
    for project in projects:
        told = until.get(project.id)
        online, all_ = gates.get(project.id, (0, 0))
        end = rules[project.id].days.start_of(date + _DAY)
        is_updated = told is not None and told >= end
        name = project.contract_name or project.name
        found.append(Reporting(project.id, name, project.reg_no, seen.get(project.id, 0), told, is_updated, online, all_))
    return found


def _seen(session: Session, project_ids: Collection[int], date: dt.date) -> Mapping[int, int]:
    """Heads with a passage of that date, also of those whose right was in doubt."""
    wanted = (
        select(DayRecord.project_id, func.count())
        .where(DayRecord.work_date == date, DayRecord.seen, DayRecord.project_id.in_(project_ids))
        .group_by(DayRecord.project_id)
    )
    return dict(session.execute(wanted).all())


def _gates(session: Session, project_ids: Collection[int]) -> Mapping[int, tuple[int, int]]:
    wanted = (
        select(Box.project_id, func.count().filter(Box.online), func.count())
        .where(Box.state == BoxState.ACTIVE, Box.project_id.in_(project_ids))
        .group_by(Box.project_id)
    )
    return {project_id: (online, all_) for project_id, online, all_ in session.execute(wanted)}
