"""Queries over passages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from central.attendance.model import Passage
from central.devices.model import Box, BoxState
from central.entry.model import Assignment
from central.people.model import Worker
from central.projects.model import Company, Team


@dataclass(frozen=True)
class FeedRow:
    """A passage with the names that go with it; masked where they are personal. None where nobody knows the person."""

    passage: Passage
    name: str | None
    id_masked: str | None
    employer: str | None
    team: str | None
    trade: str | None


def feed(session: Session, seen: ColumnElement[bool], after: int, limit: int) -> list[FeedRow]:
    """Passages behind a place in the feed, in order, as far as they are seen; the condition is on `Passage` and its `Assignment`."""
    wanted = (
        select(Passage, Worker.name, Worker.id_masked, Company.name, Team.name, Assignment.main_trade)
        .outerjoin(Assignment, Assignment.id == Passage.assignment_id)
        .outerjoin(Worker, Worker.id == Passage.worker_id)
        .outerjoin(Company, Company.id == Passage.employer_id)
        .outerjoin(Team, Team.id == Assignment.team_id)
        .where(Passage.position > after, seen)
        .order_by(Passage.position)
        .limit(limit)
    )
    return [FeedRow(*row) for row in session.execute(wanted)]


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
