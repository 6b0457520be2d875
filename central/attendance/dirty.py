"""What must be derived anew: called in the transaction in which something of an assignment arrived or changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import insert, literal, select
from sqlalchemy.orm import Session

from central.attendance.ledger import DirtyDay
from central.bulk import insert_rows, table_of
from central.clock import SITE_ZONE
from central.entry.model import Assignment

SHARDS = 8
Moment = tuple[int, dt.datetime]
"""An assignment, and when (aware) something of it happened."""


def touch(session: Session, assignment_id: int, at: dt.datetime) -> None:
    """Something of this assignment happened at `at`, or no longer happened then: the dates around it are derived anew.

    Where a time is corrected, touch the old and the new one.
    """
    touch_all(session, [(assignment_id, at)])


def touch_all(session: Session, moments: Iterable[Moment]) -> None:
    """The same for many, with one row for each assignment and local date."""
    spans: dict[tuple[int, dt.date], tuple[dt.datetime, dt.datetime]] = {}
    for assignment_id, at in moments:
        key = assignment_id, at.astimezone(SITE_ZONE).date()
        first, last = spans.get(key, (at, at))
        spans[key] = min(first, at), max(last, at)
    rows = [
        {"shard": assignment_id % SHARDS, "assignment_id": assignment_id, "first_at": first, "last_at": last}
        for (assignment_id, _), (first, last) in sorted(spans.items())
    ]
    insert_rows(session, DirtyDay, rows)


def touch_project(session: Session, project_id: int, first: dt.datetime, last: dt.datetime) -> None:
    """Everything of a project between these moments: its rules changed, or it is rebuilt."""
    session.flush()
    times = table_of(DirtyDay).c.first_at.type
    everybody = select(Assignment.id % SHARDS, Assignment.id, literal(first, times), literal(last, times)).where(
        Assignment.project_id == project_id, Assignment.entry_time.is_not(None)
    )
    session.execute(insert(table_of(DirtyDay)).from_select(["shard", "assignment_id", "first_at", "last_at"], everybody))
