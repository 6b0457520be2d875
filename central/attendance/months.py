"""The months that passages are cut into on PostgreSQL: made ahead of time, so that a year's rows are dropped or moved as a whole.

SQLite has no parts: there is nothing to make. A passage whose month is not there yet (a box's clock of long ago) stands in the default
part until its month is made, and moves there then.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.centre import Centre
from central.clock import SITE_ZONE
from central.jobs import Job, daily

AHEAD_MONTHS: Final = 3
BEHIND_MONTHS: Final = 1


def make_months(session: Session, now: dt.datetime) -> int:
    """Makes last month, this one and the next ones where they are missing; how many."""
    if session.get_bind().dialect.name != "postgresql":
        return 0
    today = now.astimezone(SITE_ZONE).date()
    wanted = [_month(today, by) for by in range(-BEHIND_MONTHS, AHEAD_MONTHS + 1)]
    return sum(bool(session.scalar(select(func.make_passage_month(month)))) for month in wanted)


def _month(day: dt.date, by: int) -> dt.date:
    """The first day of the month that lies `by` months from this day's."""
    months = day.year * 12 + day.month - 1 + by
    return dt.date(months // 12, months % 12 + 1, 1)


def _work(centre: Centre) -> str:
    with centre.database.writing() as session:
        return f"{make_months(session, centre.clock.now())} months made"


JOB: Final = Job("passage-months", daily(dt.time(3, 10)), _work)
