"""异常 for the general contractor of a project and for supervision: how many of each kind, and which. Read only, paged, audited nowhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from sqlalchemy import Integer, Select, bindparam, func, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.anomalies.kinds import BY_KEY, KINDS, Kind
from central.anomalies.question import Question
from central.clock import SITE_ZONE, Clock
from central.errors import Problem
from central.projects import service as projects
from central.projects.model import Project, ProjectState

DAYS: Final = (1, 7, 30)
"""How many days back events are looked at."""


@dataclass(frozen=True, slots=True)
class Anomaly:
    """One thing to look at. `what` is a code, a lane or codes; `name` the person's or the box's; `n` how often."""

    kind: str
    project_id: int
    at: dt.datetime | dt.date | None
    assignment_id: int | None
    name: str
    what: str
    n: int | None

    @property
    def link(self) -> str:
        """Where it is dealt with."""
        here = f"/projects/{self.project_id}"
        where = BY_KEY[self.kind].where
        if where == "person" and self.assignment_id is not None:
            return f"{here}/people/{self.assignment_id}{'?tab=refusals' if self.kind == 'denied_often' else ''}"
        return f"{here}/queue" if where == "queue" else f"{here}/gates"


@dataclass(frozen=True, slots=True)
class Found:
    """Some of a kind, and how many there are in all."""

    kind: str
    rows: Sequence[Anomaly]
    matching: int


@dataclass(frozen=True, slots=True)
class ProjectFound:
    """A project with how many of each kind there are; kinds without any are left out."""

    project: Project
    counts: dict[str, int]

    @property
    def total(self) -> int:
        """All kinds together."""
        return sum(self.counts.values())


def of_project(session: Session, clock: Clock, access: Access, project_id: int, *, days: int = 7, most: int = 5) -> list[Found]:
    """A-54, A-60: every kind of which there is one, with its first rows. One query a kind, whatever the number of rows.

    What is dealt with at the gates is for those who may look at devices.

    Raises `Problem` 403 ONLY_GENERAL_CONTRACTOR for a subcontractor, 404 NOT_FOUND for a neighbour.
    """
    asked = _question(session, clock, access, project_id, days)
    found = [_found(session, kind, asked, most, 0) for kind in KINDS if _can_follow(access, kind)]
    return [one for one in found if one.matching]


def of_kind(
    session: Session, clock: Clock, access: Access, project_id: int, kind: str, *, days: int = 7, offset: int = 0, limit: int = 50
) -> Found:
    """One page of a kind. Raises as `of_project`, and `Problem` 404 NOT_FOUND for a kind that is none."""
    asked = _question(session, clock, access, project_id, days)
    if kind not in BY_KEY or not _can_follow(access, BY_KEY[kind]):
        raise Problem("NOT_FOUND", 404)
    return _found(session, BY_KEY[kind], asked, limit, offset)


def of_projects(session: Session, clock: Clock, access: Access, *, days: int = 7, after: int = 0, limit: int = 20) -> list[ProjectFound]:
    """For supervision: one page of the projects under way, and one more, each with its counts. One query a kind for the whole page."""
    access.require(Function.SUPERVISE)
    running = (ProjectState.IN_PROGRESS, ProjectState.SUSPENDED)
    wanted = select(Project).where(Project.id > after, Project.state.in_(running)).order_by(Project.id).limit(limit + 1)
    shown = list(session.scalars(wanted))
    counts: dict[int, dict[str, int]] = {project.id: {} for project in shown}
    asked = _asked(clock, [project.id for project in shown], days, None)
    for kind in KINDS if shown else ():
        for project_id, n in session.execute(_counts(kind.key), asked.values()):
            counts[project_id][kind.key] = n
    return [ProjectFound(project, counts[project.id]) for project in shown]


def kinds(access: Access) -> list[str]:
    """The kinds that this principal is shown, in their order."""
    return [kind.key for kind in KINDS if _can_follow(access, kind)]


def _can_follow(access: Access, kind: Kind) -> bool:
    return kind.where != "gates" or access.may(Function.VIEW_DEVICES)


def _question(session: Session, clock: Clock, access: Access, project_id: int, days: int) -> Question:
    access.require(Function.VIEW_ATTENDANCE)
    access.require(Function.VIEW_PEOPLE)
    projects.visible_project(session, access, project_id)
    if access.sees_everything:
        return _asked(clock, [project_id], days, None)
    projects.require_general_contractor(session, access, project_id)
    return _asked(clock, [project_id], days, access.company_id)


def _asked(clock: Clock, project_ids: Sequence[int], days: int, company_id: int | None) -> Question:
    now = clock.now()
    first = now.astimezone(SITE_ZONE).replace(hour=0, minute=0, second=0, microsecond=0) - dt.timedelta(days=days - 1)
    return Question(project_ids, now, first, company_id)


@cache
def _page(key: str, own: bool) -> Select[Any]:
    kind = BY_KEY[key]
    wanted = kind.own() if own and kind.own is not None else kind.rows()
    most, first = bindparam("most", type_=Integer()), bindparam("first", type_=Integer())
    return wanted.add_columns(func.count().over().label("matching")).limit(most).offset(first)


@cache
def _counts(key: str) -> Select[Any]:
    rows = BY_KEY[key].rows().order_by(None).subquery()
    return select(rows.c.project_id, func.count()).group_by(rows.c.project_id)


def _found(session: Session, kind: Kind, asked: Question, limit: int, offset: int) -> Found:
    own = asked.company_id is not None and kind.own is not None
    rows = session.execute(_page(kind.key, own), {**asked.values(), "most": limit, "first": offset}).all()
    shown = [Anomaly(kind.key, r.project_id, r.at, r.assignment_id, r.name or "", str(r.what or ""), r.n) for r in rows]
    if not rows and offset:
        return Found(kind.key, [], _found(session, kind, asked, 1, 0).matching)
    return Found(kind.key, shown, rows[0].matching if rows else 0)
