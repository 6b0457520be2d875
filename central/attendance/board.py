"""看板: who is on site now, what passed and what was refused today, which gates answer. Heads are distinct people (A-43).

A read model: it starts from the people seen lately, so that its cost follows them and not the years of passages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.orm import Session

from central.attendance.model import FeedPosition, Passage, Refusal
from central.attendance.recording import FEED
from central.clock import SITE_ZONE
from central.devices.model import Box, BoxState
from central.entry.model import Assignment

MAX_SPAN: Final = dt.timedelta(hours=16)
"""An open entry older than this no longer counts as being on site (domain.md, Attendance 1)."""
_OUT: Final = "02"


@dataclass(frozen=True)
class Board:
    """A project's figures at one moment. `gates_online` of `gates` boxes have answered."""

    on_site: int
    passages_today: int
    refused_today: int
    gates_online: int
    gates: int


def board(session: Session, project_id: int, now: dt.datetime) -> Board:
    """The figures now; 'today' begins at midnight in Asia/Shanghai."""
    midnight = now.astimezone(SITE_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    passed = (
        select(func.count())
        .select_from(Passage)
        .join(Assignment, Assignment.id == Passage.assignment_id)
        .where(Assignment.project_id == project_id, Assignment.last_seen_at >= midnight, Passage.at >= midnight)
        .where(~Passage.duplicate, Passage.counted)
    )
    refused = select(func.count()).where(Refusal.project_id == project_id, Refusal.at >= midnight)
    boxes = select(func.count(), func.count().filter(Box.online)).where(Box.project_id == project_id, Box.state == BoxState.ACTIVE)
    gates, online = session.execute(boxes).one()
    here = on_site(session, [project_id], now).get(project_id, 0)
    return Board(here, session.scalar(passed) or 0, session.scalar(refused) or 0, online, gates)


def on_site(session: Session, project_ids: Collection[int], now: dt.datetime) -> dict[int, int]:
    """Heads on site now by project; one with nobody is left out. One query."""
    here = Assignment.project_id.in_(project_ids), Assignment.last_seen_at > now - MAX_SPAN, _last(Passage.direction) != _OUT
    counted = select(Assignment.project_id, func.count(Assignment.worker_id.distinct())).where(*here).group_by(Assignment.project_id)
    return {row[0]: row[1] for row in session.execute(counted)}


def feed_head() -> ScalarSelect[Any]:
    """The last place that was given to a passage, for queries: what comes after it is new."""
    return select(FeedPosition.position).where(FeedPosition.feed == FEED).scalar_subquery()


def passed_since(session: Session, position: int) -> set[int]:
    """The projects of the passages that came after this place, or were changed since."""
    return set(session.scalars(select(Passage.project_id).where(Passage.position > position).distinct()))


def last_directions(session: Session, assignment_ids: Collection[int]) -> dict[int, str]:
    """Which way each of these went last (`01` in, `02` out); who was never seen is left out. One query."""
    rows = session.execute(select(Assignment.id, _last(Passage.direction)).where(Assignment.id.in_(assignment_ids)))
    return {assignment_id: direction for assignment_id, direction in rows if direction}


def last_direction() -> ScalarSelect[Any]:
    """Which way an assignment went last, for queries over `Assignment` that ask who is on site."""
    return _last(Passage.direction)


def _last(column: Any) -> ScalarSelect[Any]:
    """A column of the assignment's last passage."""
    return (
        select(column)
        .where(Passage.assignment_id == Assignment.id, ~Passage.duplicate, Passage.counted)
        .order_by(Passage.at.desc(), Passage.seq.desc())
        .limit(1)
        .correlate(Assignment)
        .scalar_subquery()
    )
