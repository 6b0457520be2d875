"""Many at once, each row with its own result (A-39, A-40): assignments, acceptances, departures.

A row is done or refused by itself, or with `all_or_nothing` the whole batch is refused when one row is. Sending a batch again does
nothing twice: what was done answers as done, or as a duplicate (A-36, A-43, A-48). Rows are taken in one order, whoever sends them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any, Final, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.clock import Clock
from central.entry import acceptance, departure, store
from central.entry import service as entry
from central.entry.departure import Leaving
from central.entry.model import Assignment, AssignmentState
from central.entry.rules import OPEN_STATES
from central.entry.service import Order
from central.errors import Problem
from central.projects import teams
from central.projects.model import Team

MOST_ROWS: Final = 200
"""Rows in one call: a batch holds what it changes until it commits, and nobody should wait for it longer than a second or two."""
Row = TypeVar("Row")


class Outcome(StrEnum):
    """What became of a row; a duplicate had been done before."""

    OK = "ok"
    DUPLICATE = "duplicate"
    ERROR = "error"


@dataclass(frozen=True)
class RowResult:
    """A row's key as it was sent (worker or assignment), its outcome, the assignment that it led to, and why it was refused."""

    key: int
    outcome: Outcome
    assignment_id: int | None = None
    state: AssignmentState | None = None
    problem: Problem | None = None


@dataclass(frozen=True)
class Batch:
    """All rows in the order they were sent."""

    rows: list[RowResult] = field(default_factory=list)
    team_id: int | None = None

    def count(self, outcome: Outcome) -> int:
        """How many rows came out so."""
        return sum(row.outcome is outcome for row in self.rows)


def assign(session: Session, clock: Clock, access: Access, orders: Sequence[Order], *, all_or_nothing: bool = False) -> Batch:
    """A-35, A-39: many assignments, to one project or to several. Who is assigned there already is a duplicate, not an error."""
    access.require_employer()
    access.require(Function.ASSIGN)

    def one(order: Order) -> RowResult:
        view = entry.assign(session, clock, access, order)
        return RowResult(order.worker_id, Outcome.OK, view.assignment.id, view.assignment.state)

    return _each(session, orders, lambda order: (order.worker_id, order.project_id), one, all_or_nothing=all_or_nothing)


def accept(
    session: Session,
    clock: Clock,
    access: Access,
    assignment_ids: Sequence[int],
    *,
    project_id: int | None = None,
    entry_time: object = None,
    all_or_nothing: bool = False,
) -> Batch:
    """A-40, A-41, A-43, A-48: many acceptances. One that this company has accepted before is a duplicate with the same entry time."""
    access.require(Function.CONFIRM_ENTRY)
    store.hold(session, assignment_ids)
    steps = dict(store.steps(session, assignment_ids))

    def one(assignment_id: int) -> RowResult:
        view = acceptance.accept(session, clock, access, assignment_id, project_id=project_id, entry_time=entry_time)
        outcome = Outcome.OK if view.assignment.accepted_steps > steps.get(assignment_id, 0) else Outcome.DUPLICATE
        return RowResult(assignment_id, outcome, assignment_id, view.assignment.state)

    return _each(session, list(dict.fromkeys(assignment_ids)), lambda id_: (id_, 0), one, all_or_nothing=all_or_nothing)


def depart(session: Session, clock: Clock, access: Access, leavings: Sequence[Leaving], *, all_or_nothing: bool = False) -> Batch:
    """A-40: many departures (there is no batch of exits, A-50). The same departure recorded before is a duplicate."""
    employer = access.require_employer()
    access.require(Function.DEPART)
    known = departure.waiting_of(session, employer, [leaving.worker_id for leaving in leavings])

    def one(leaving: Leaving) -> RowResult:
        departure.schedule(session, clock, access, leaving)
        return RowResult(leaving.worker_id, Outcome.DUPLICATE if leaving.worker_id in known else Outcome.OK)

    return _each(session, leavings, lambda leaving: (leaving.worker_id, 0), one, all_or_nothing=all_or_nothing)


@dataclass(frozen=True)
class TeamOrder:
    """A whole team to a project (A-39): the members of `from_team_id`, or the named workers, or both.

    They go into `team_id`, or into the team of that name and leader there, which is made if need be. `main_trade` is for those that
    bring none.
    """

    project_id: int
    from_team_id: int | None = None
    workers: Sequence[tuple[int, Any]] = ()
    team_id: int | None = None
    team_name: str = ""
    main_trade: Any = None
    participant_id: int | None = None


def send_team(session: Session, clock: Clock, access: Access, order: TeamOrder, *, all_or_nothing: bool = False) -> Batch:
    """A-36, A-39: a whole team to a project in one call. Sent twice, it makes neither a second team nor a second assignment."""
    access.require_employer()
    access.require(Function.ASSIGN)
    source = teams.own(session, access, order.from_team_id) if order.from_team_id is not None else None
    if source is not None:
        teams.team_for(session, source.id, source.employer_id, source.project_id)
    team = _team_there(session, clock, access, order, source)
    workers: dict[int, Any] = dict(_trades(session, source)) if source else {}
    workers |= {worker: trade or order.main_trade or workers.get(worker) for worker, trade in order.workers}
    if not workers:
        raise Problem("TEAM_UNKNOWN", 422, "workers")
    rows = [
        Order(worker, order.project_id, trade or order.main_trade, team.id if team else None, order.participant_id)
        for worker, trade in workers.items()
    ]
    return replace(assign(session, clock, access, rows, all_or_nothing=all_or_nothing), team_id=team.id if team else None)


def _team_there(session: Session, clock: Clock, access: Access, order: TeamOrder, source: Team | None) -> Team | None:
    employer = access.require_employer()
    if order.team_id is not None:
        return teams.team_for(session, order.team_id, employer, order.project_id)
    if source is not None and source.project_id == order.project_id:
        return source
    name = order.team_name or (source.name if source else "")
    if not name:
        return None
    leader = source.leader_worker_id if source else None
    known = teams.like(session, employer, order.project_id, name, leader)
    return known or teams.add_team(
        session, clock, access, order.project_id, name=name, leader_worker_id=leader, may_number=source is not None
    )


def _trades(session: Session, source: Team) -> Iterable[tuple[int, str]]:
    wanted = select(Assignment.worker_id, Assignment.main_trade).where(Assignment.team_id == source.id)
    rows = session.execute(wanted.where(Assignment.state.in_(OPEN_STATES)).order_by(Assignment.worker_id))
    return [(worker, trade) for worker, trade in rows]


def _each(
    session: Session,
    rows: Sequence[Row],
    order: Callable[[Row], tuple[int, int]],
    deed: Callable[[Row], RowResult],
    *,
    all_or_nothing: bool,
) -> Batch:
    """Each row in its own savepoint. A service refuses before it records anything in the audit, so a refused row leaves no trace."""
    done: dict[int, RowResult] = {}
    for at in sorted(range(len(rows)), key=lambda index: order(rows[index])):
        try:
            with session.begin_nested():
                done[at] = deed(rows[at])
        except Problem as problem:
            known = problem.values.get("assignment_id") if problem.code == "ALREADY_ASSIGNED" else None
            outcome = Outcome.DUPLICATE if problem.code == "ALREADY_ASSIGNED" else Outcome.ERROR
            done[at] = RowResult(order(rows[at])[0], outcome, known, None, None if outcome is Outcome.DUPLICATE else problem)
    batch = Batch([done[at] for at in range(len(rows))])
    failed = batch.count(Outcome.ERROR)
    if all_or_nothing and failed:
        raise Problem("BATCH_REFUSED", 409, failed=failed, rows=[_told(row) for row in batch.rows if row.problem is not None])
    return batch


def _told(row: RowResult) -> dict[str, Any]:
    assert row.problem is not None  # noqa: S101  only refused rows are told
    zh, en = row.problem.text
    return {"key": row.key, "code": row.problem.code, "detail": zh, "detail_en": en, "field": row.problem.field}
