"""看板 live: a project at one moment in a fixed number of queries: who is on site, the day's hours, the last passages, gates, refusals,
alarms. Names are masked before they leave here: a wall screen is read by everybody who walks past."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.attendance.absence import PresenceState
from central.attendance.board import MAX_SPAN, last_direction
from central.attendance.ledger import Sighting
from central.attendance.model import Passage, Refusal
from central.attendance.rules import shown_name
from central.clock import SITE_ZONE
from central.devices.model import Box, BoxState
from central.entry.model import Assignment, AssignmentState
from central.people.model import Worker
from central.projects import service as projects
from central.projects.model import Project, Team
from edge.sync.wire import Direction

LONG_STAY: Final = dt.timedelta(hours=12)
"""On site for longer than this alarms (domain.md, Attendance 1)."""
SILENT: Final = dt.timedelta(minutes=5)
"""A gate that was not heard of for so long is named among the alarms."""
LAST: Final = 20
LAST_REFUSED: Final = 5
_OUT: Final = Direction.OUT.value


@dataclass(frozen=True, slots=True)
class Passed:
    """A passage, its worker masked."""

    at: dt.datetime
    name: str
    team: str
    direction: str
    gate: str


@dataclass(frozen=True, slots=True)
class GateNow:
    """A gate: whether it answers, and when it was last heard; `claimed` while it is registered and has not come yet."""

    name: str
    lane: str
    direction: str
    online: bool
    last_seen_at: dt.datetime | None
    faults: str
    claimed: bool = False


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """A refusal at a gate: when, where and why; never who."""

    at: dt.datetime
    gate: str
    reason: str


@dataclass(frozen=True, slots=True)
class Staying:
    """Somebody who has been on site for too long, masked."""

    assignment_id: int
    name: str
    team: str
    since: dt.datetime


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The board at `at`. `teams` and `trades` are (name or code, heads on site), most first; `hours` (hour, in, out) of today;
    `refused` (reason, times) today. Heads are distinct people (A-43)."""

    at: dt.datetime
    on_site: int
    teams: Sequence[tuple[str, int]]
    trades: Sequence[tuple[str, int]]
    hours: Sequence[tuple[int, int, int]]
    passages: Sequence[Passed]
    gates: Sequence[GateNow]
    refused: Sequence[tuple[str, int]]
    long_stays: Sequence[Staying]
    absent: int
    silent: Sequence[GateNow] = field(default_factory=list)
    turned_away: Sequence[TurnedAway] = ()

    @property
    def passages_today(self) -> int:
        """Passages since midnight."""
        return sum(came + went for _, came, went in self.hours)

    @property
    def refused_today(self) -> int:
        """Refusals since midnight."""
        return sum(times for _, times in self.refused)

    @property
    def alarms(self) -> int:
        """How many things somebody should look at."""
        return len(self.long_stays) + len(self.silent) + bool(self.absent)


def visible(session: Session, access: Access, project_id: int) -> Project:
    """A-60: the board is the general contractor's; an authority looks on. Raises `Problem` 403, 404 NOT_FOUND."""
    access.require(Function.VIEW_ATTENDANCE)
    if not access.sees_everything:
        projects.require_general_contractor(session, access, project_id)
    return projects.visible_project(session, access, project_id)


def snapshot(session: Session, project_id: int, now: dt.datetime) -> Snapshot:
    """The board now, for a caller that has asked `visible`."""
    midnight = now.astimezone(SITE_ZONE).replace(hour=0, minute=0, second=0, microsecond=0)
    here = _on_site(session, project_id, now)
    gates = _gates(session, project_id)
    names = {id_: gate.name for id_, gate in gates}
    stood = [gate for _, gate in gates if not gate.claimed]
    return Snapshot(
        at=now,
        on_site=len({row.worker_id for row in here}),
        teams=_heads((row.team or "", row.worker_id) for row in here),
        trades=_heads((row.main_trade, row.worker_id) for row in here),
        hours=_hours(session, project_id, midnight, now),
        passages=_last(session, project_id, names),
        gates=[gate for _, gate in gates],
        refused=_refused(session, project_id, midnight),
        long_stays=[Staying(r.id, shown_name(r.name), r.team or "", r.last_seen_at) for r in here if now - r.last_seen_at > LONG_STAY],
        absent=_absent(session, project_id),
        silent=[gate for gate in stood if not gate.online and (gate.last_seen_at is None or now - gate.last_seen_at > SILENT)],
        turned_away=_turned_away(session, project_id, names),
    )


def _on_site(session: Session, project_id: int, now: dt.datetime) -> Sequence[Any]:
    """Whose last passage within a stay's length was not an OUT, the longest there first."""
    wanted = (
        select(Assignment.id, Assignment.worker_id, Assignment.main_trade, Assignment.last_seen_at, Team.name.label("team"), Worker.name)
        .join(Worker, Worker.id == Assignment.worker_id)
        .outerjoin(Team, Team.id == Assignment.team_id)
        .where(Assignment.project_id == project_id, Assignment.last_seen_at > now - MAX_SPAN, last_direction() != _OUT)
        .order_by(Assignment.last_seen_at, Assignment.id)
    )
    return session.execute(wanted).all()


def _heads(pairs: Any) -> list[tuple[str, int]]:
    counted = Counter(group for group, _ in set(pairs))
    return sorted(counted.items(), key=lambda pair: (-pair[1], pair[0]))


def _hours(session: Session, project_id: int, midnight: dt.datetime, now: dt.datetime) -> list[tuple[int, int, int]]:
    """Every hour of today up to now, also the quiet ones."""
    last = now.astimezone(SITE_ZONE).hour
    counts: list[ColumnElement[int]] = []
    for hour in range(last + 1):
        start = midnight + dt.timedelta(hours=hour)
        within = Passage.at >= start, Passage.at < start + dt.timedelta(hours=1)
        counts += [func.count().filter(*within, Passage.direction != _OUT), func.count().filter(*within, Passage.direction == _OUT)]
    of_today = Passage.project_id == project_id, Passage.at >= midnight, Passage.at <= now, ~Passage.duplicate, Passage.counted
    row = session.execute(select(*counts).select_from(Passage).where(*of_today)).one()
    return [(hour, row[2 * hour], row[2 * hour + 1]) for hour in range(last + 1)]


def _last(session: Session, project_id: int, gates: dict[str, str]) -> list[Passed]:
    wanted = (
        select(Passage.at, Worker.name, Team.name, Passage.direction, Passage.box_id)
        .outerjoin(Worker, Worker.id == Passage.worker_id)
        .outerjoin(Assignment, Assignment.id == Passage.assignment_id)
        .outerjoin(Team, Team.id == Assignment.team_id)
        .where(Passage.project_id == project_id, ~Passage.duplicate, Passage.counted)
        .order_by(Passage.position.desc())
        .limit(LAST)
    )
    rows = session.execute(wanted).all()
    return [Passed(at, shown_name(name) if name else "", team or "", way, gates.get(box, box)) for at, name, team, way, box in rows]


def _gates(session: Session, project_id: int) -> list[tuple[str, GateNow]]:
    stand = Box.state.in_((BoxState.ACTIVE, BoxState.CLAIMED))
    wanted = select(Box).where(Box.project_id == project_id, stand).order_by(Box.name, Box.id)
    return [
        (box.id, GateNow(box.name, box.lane, box.direction, box.online, box.last_seen_at, box.faults, box.state is BoxState.CLAIMED))
        for box in session.scalars(wanted)
    ]


def _refused(session: Session, project_id: int, midnight: dt.datetime) -> list[tuple[str, int]]:
    wanted = select(Refusal.reason, func.count()).where(Refusal.project_id == project_id, Refusal.at >= midnight).group_by(Refusal.reason)
    return sorted(((reason, times) for reason, times in session.execute(wanted)), key=lambda pair: (-pair[1], pair[0]))


def _turned_away(session: Session, project_id: int, gates: dict[str, str]) -> list[TurnedAway]:
    """The last few, the newest first."""
    wanted = select(Refusal.at, Refusal.box_id, Refusal.reason).where(Refusal.project_id == project_id)
    rows = session.execute(wanted.order_by(Refusal.at.desc()).limit(LAST_REFUSED))
    return [TurnedAway(at, gates.get(box, box), reason) for at, box, reason in rows]


def _absent(session: Session, project_id: int) -> int:
    """People whom the nightly look found absent for the project's alert days."""
    wanted = (
        select(func.count(Assignment.worker_id.distinct()))
        .join(Sighting, Sighting.assignment_id == Assignment.id)
        .where(Assignment.project_id == project_id, Assignment.state == AssignmentState.CONFIRMED)
        .where(Sighting.state == PresenceState.ABSENT_ALERT)
    )
    return session.scalar(wanted) or 0
