"""The daily labour count (每日用工): project x level x employer x team x trade, in distinct people (A-43)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.attendance import openings, parameters
from central.attendance.board import MAX_SPAN, last_directions
from central.attendance.ledger import DayRecord, Sighting
from central.clock import Clock
from central.entry import sight
from central.entry.model import Assignment
from central.projects.model import Company, Participant, Team
from edge.sync.wire import Direction


@dataclass(frozen=True, slots=True)
class Group:
    """People of one employer, team and trade on one date. `registered` are confirmed then, `present` were seen, `never_seen` are those of
    the registered who never were (listed apart), `left` went out and did not come back by now."""

    level: int
    employer_id: int
    employer: str
    team_id: int | None
    team: str
    trade: str
    registered: int
    present: int
    never_seen: int
    first_in_at: dt.datetime | None
    last_out_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class LabourCount:
    """A date's groups and the whole project's heads; `on_site` is now and only told for the present work date.
    `uncertain`: a gate stood open for nobody known (008, 009): the heads hold from the next roll-call on."""

    date: dt.date
    groups: Sequence[Group]
    registered: int
    present: int
    never_seen: int
    on_site: int | None
    uncertain: bool


def of_date(session: Session, clock: Clock, access: Access, project_id: int, date: dt.date) -> LabourCount:
    """A-43, A-45: the count of the people that this principal sees; four queries whatever their number."""
    access.require(Function.VIEW_ATTENDANCE)
    seen = sight.on_project(session, access, project_id)(Assignment)
    rules = parameters.of_project(session, project_id).days
    start, end = rules.start_of(date), rules.start_of(date + dt.timedelta(days=1))
    there = and_(
        seen,
        Assignment.entry_time.is_not(None),
        Assignment.entry_time < end,
        or_(Assignment.ended_at.is_(None), Assignment.ended_at > start),
    )
    heads = (
        func.count(Assignment.worker_id.distinct()),
        func.count(case((DayRecord.seen, Assignment.worker_id)).distinct()),
        func.count(case((Sighting.last_on.is_(None), Assignment.worker_id)).distinct()),
    )
    joined = (
        select(*heads)
        .select_from(Assignment)
        .outerjoin(DayRecord, and_(DayRecord.assignment_id == Assignment.id, DayRecord.work_date == date))
        .outerjoin(Sighting, Sighting.assignment_id == Assignment.id)
        .where(there)
    )
    by = (Participant.level, Company.id, Company.name, Team.id, Team.name, Assignment.main_trade)
    grouped = (
        joined.join(Participant, Participant.id == Assignment.participant_id)
        .join(Company, Company.id == Assignment.employer_id)
        .outerjoin(Team, Team.id == Assignment.team_id)
        .with_only_columns(*by, *heads, func.min(DayRecord.first_in_at), func.max(DayRecord.last_out_at))
        .group_by(*by)
        .order_by(Participant.level, Company.name, Company.id, Team.name, Team.id, Assignment.main_trade)
    )
    rows: Sequence[Any] = session.execute(grouped).all()
    groups = [_group(*row) for row in rows]
    registered, present, never_seen = session.execute(joined).one()
    on_site = _on_site(session, clock, seen) if rules.date_of(clock.now()) == date else None
    is_uncertain = date in openings.uncertain_dates(session, project_id, rules)
    return LabourCount(date, groups, registered, present, never_seen, on_site, is_uncertain)


def _group(*row: Any) -> Group:
    level, employer_id, employer, team_id, team, trade, registered, present, never_seen, first_in_at, last_out_at = row
    heads = {"registered": registered, "present": present, "never_seen": never_seen}
    return Group(level, employer_id, employer, team_id, team or "", trade, **heads, first_in_at=first_in_at, last_out_at=last_out_at)


def _on_site(session: Session, clock: Clock, seen: ColumnElement[bool]) -> int:
    """Distinct people whose last passage was an IN, not older than a stay may last."""
    lately = Assignment.last_seen_at > clock.now() - MAX_SPAN
    rows = dict(session.execute(select(Assignment.id, Assignment.worker_id).where(seen, lately)).all())
    directions = last_directions(session, rows)
    return len({rows[id_] for id_, way in directions.items() if way == Direction.IN.value})
