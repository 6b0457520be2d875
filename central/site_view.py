"""看板 in detail: who is on site by team and trade, today's hours, the last passages, what is wrong at the gates. Distinct heads (A-43).

A read model beside `central.attendance.board`, each part one query whatever the number of people. The caller has checked the project.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from central.attendance.board import MAX_SPAN, last_direction
from central.attendance.model import Passage, Refusal
from central.clock import SITE_ZONE
from central.entry.model import Assignment
from central.people.model import Worker
from central.projects.model import Team

_OUT = "02"


@dataclass(frozen=True)
class Passed:
    """One passage or refusal as a line: who (empty for an unknown face), when, which way, and why not."""

    at: dt.datetime
    worker: str
    team: str
    direction: str
    lane: str
    reason: str = ""


def by_team(session: Session, project_id: int, now: dt.datetime) -> list[tuple[str, int]]:
    """Heads on site by team, most first; the empty name is for those without."""
    wanted = select(Team.name, _heads()).select_from(Assignment).outerjoin(Team, Team.id == Assignment.team_id)
    return _grouped(session, wanted.where(*_on_site(project_id, now)).group_by(Team.name))


def by_trade(session: Session, project_id: int, now: dt.datetime) -> list[tuple[str, int]]:
    """Heads on site by the code of the trade, most first."""
    wanted = select(Assignment.main_trade, _heads()).where(*_on_site(project_id, now)).group_by(Assignment.main_trade)
    return _grouped(session, wanted)


def hours(session: Session, project_id: int, now: dt.datetime) -> list[tuple[int, int, int]]:
    """Today's passages by hour at the site up to now: (hour, in, out)."""
    midnight = now.astimezone(SITE_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    last = now.astimezone(SITE_ZONE).hour
    counts: list[ColumnElement[int]] = []
    for hour in range(last + 1):
        start = midnight + dt.timedelta(hours=hour)
        within = Passage.at >= start, Passage.at < start + dt.timedelta(hours=1)
        counts += [func.count().filter(*within, Passage.direction != _OUT), func.count().filter(*within, Passage.direction == _OUT)]
    counted = select(*counts).select_from(Passage).join(Assignment, Assignment.id == Passage.assignment_id)
    of_today = Assignment.project_id == project_id, Assignment.last_seen_at >= midnight, Passage.at >= midnight, Passage.at <= now
    row = session.execute(counted.where(*of_today, ~Passage.duplicate, Passage.counted)).one()
    return [(hour, row[2 * hour], row[2 * hour + 1]) for hour in range(last + 1)]


def last_passages(session: Session, project_id: int, limit: int = 10) -> list[Passed]:
    """The last that arrived of those who went through."""
    wanted = (
        select(Passage.at, Worker.name, Team.name, Passage.direction, Passage.lane)
        .join(Worker, Worker.id == Passage.worker_id)
        .outerjoin(Assignment, Assignment.id == Passage.assignment_id)
        .outerjoin(Team, Team.id == Assignment.team_id)
        .where(Passage.project_id == project_id, ~Passage.duplicate, Passage.counted)
        .order_by(Passage.position.desc())
        .limit(limit)
    )
    return [Passed(at, name or "", team or "", direction, lane) for at, name, team, direction, lane in session.execute(wanted)]


def last_refusals(session: Session, project_id: int, limit: int = 10) -> list[Passed]:
    """The last that were refused, newest first, by the reason's code; a refusal keeps no name of an unknown face."""
    wanted = select(Refusal).where(Refusal.project_id == project_id).order_by(Refusal.at.desc()).limit(limit)
    return [Passed(one.at, "", "", one.direction or "", one.lane, one.reason) for one in session.scalars(wanted)]


def _heads() -> ColumnElement[int]:
    return func.count(Assignment.worker_id.distinct())


def _on_site(project_id: int, now: dt.datetime) -> tuple[ColumnElement[bool], ...]:
    return Assignment.project_id == project_id, Assignment.last_seen_at > now - MAX_SPAN, last_direction() != _OUT


def _grouped(session: Session, wanted: Select[str, int]) -> list[tuple[str, int]]:
    return sorted(((row[0] or "", row[1]) for row in session.execute(wanted)), key=lambda pair: (-pair[1], pair[0]))
