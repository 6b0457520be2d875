"""Queries over passages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from central.attendance.model import Passage
from central.attendance.papers import ManualEvent
from central.devices.model import Box, BoxState
from central.entry.model import Assignment
from central.people.model import Worker
from central.projects.model import Company, Team

Event = type[Passage] | type[ManualEvent]


@dataclass(frozen=True)
class FeedRow:
    """A passage or an approved correction with the names that go with it; masked where they are personal, None where nobody knows the
    person."""

    event: Passage | ManualEvent
    name: str | None
    id_masked: str | None
    employer: str | None
    team: str | None
    trade: str | None


def feed(session: Session, seen: Callable[[Event], ColumnElement[bool]], after: int, limit: int) -> list[FeedRow]:
    """What lies behind a place in the feed, in order, as far as it is seen; the condition is on the kind of event and its `Assignment`.

    Passages and corrections have their places from one row of numbers: the first `limit` of both together are the next `limit`.
    """
    found = [*_behind(session, Passage, seen(Passage), after, limit), *_behind(session, ManualEvent, seen(ManualEvent), after, limit)]
    return sorted(found, key=lambda row: row.event.position)[:limit]


def _behind(session: Session, kind: Event, seen: ColumnElement[bool], after: int, limit: int) -> list[FeedRow]:
    wanted = (
        select(kind, Worker.name, Worker.id_masked, Company.name, Team.name, Assignment.main_trade)
        .outerjoin(Assignment, Assignment.id == kind.assignment_id)
        .outerjoin(Worker, Worker.id == kind.worker_id)
        .outerjoin(Company, Company.id == kind.employer_id)
        .outerjoin(Team, Team.id == Assignment.team_id)
        .where(kind.position > after, seen)
        .order_by(kind.position)
        .limit(limit)
    )
    rows: Sequence[Any] = session.execute(wanted).all()
    return [FeedRow(*row) for row in rows]


def complete_until(session: Session, project_ids: Collection[int]) -> dict[int, dt.datetime | None]:
    """By project: up to when every box at its gates has reported everything; None while one has not, or where there is none."""
    times: dict[int, list[dt.datetime | None]] = {project_id: [] for project_id in project_ids}
    boxes = select(Box.project_id, Box.complete_until).where(Box.project_id.in_(project_ids), Box.state == BoxState.ACTIVE)
    for project_id, until in session.execute(boxes):
        times[project_id].append(until)
    return {project_id: _earliest(untils) for project_id, untils in times.items()}


def _earliest(untils: list[dt.datetime | None]) -> dt.datetime | None:
    known = [until for until in untils if until is not None]
    return min(known) if known and len(known) == len(untils) else None
