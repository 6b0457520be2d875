"""Queries over assignments. A view of one joins what a person reads of it, at a fixed number of queries for any number of rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select, type_coerce, union
from sqlalchemy.orm import Session, aliased

from central.bulk import chunks
from central.database import words
from central.entry.model import Assignment, AssignmentState
from central.entry.rules import OPEN_STATES
from central.entry.sight import Sight
from central.people import search
from central.people.model import Employment, Worker
from central.projects.model import Company, Participant, ParticipantRole, Project, Team
from central.projects.rules import NameSource
from central.secrets import CentreSecrets

_Parent, _Using, _Employer, _Waiting, _Next = (
    aliased(Participant),
    aliased(Company),
    aliased(Company),
    aliased(Participant),
    aliased(Company),
)


@dataclass(frozen=True)
class AssignmentView:
    """An assignment with the names around it. `using_unit` is 用工单位 (A-46), `waiting_for` the company that must act next.

    `project` is the project's name as it is shown, `name_source` whether the contract or the registration gave it (A-56).
    """

    assignment: Assignment
    worker: str
    id_masked: str
    phone_masked: str
    employer: str
    using_unit: str
    level: int
    team: str | None
    project: str
    waiting_for: str | None
    name_source: NameSource


def views(condition: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    """The rows of `AssignmentView` under a condition, oldest first.

    Outer joins, though every name is there: so a planner begins with the assignments, in their order, and joins names to those it shows.
    """
    return (
        select(
            Assignment,
            Worker.name,
            Worker.id_masked,
            Worker.phone_masked,
            _Employer.name,
            _Using.name,
            Participant.level,
            Team.name,
            func.coalesce(func.nullif(Project.contract_name, ""), Project.name),
            _Next.name,
            type_coerce(
                case((Project.contract_name == "", NameSource.REGISTRATION.value), else_=NameSource.CONTRACT.value), words(NameSource)
            ),
        )
        .outerjoin(Worker, Worker.id == Assignment.worker_id)
        .outerjoin(Project, Project.id == Assignment.project_id)
        .outerjoin(Participant, Participant.id == Assignment.participant_id)
        .outerjoin(_Employer, _Employer.id == Assignment.employer_id)
        .outerjoin(_Parent, and_(_Parent.id == Participant.parent_id, Participant.role == ParticipantRole.LABOUR_SUB))
        .outerjoin(_Using, _Using.id == func.coalesce(_Parent.company_id, Participant.company_id))
        .outerjoin(Team, Team.id == Assignment.team_id)
        .outerjoin(_Waiting, _Waiting.id == Assignment.waiting_for_id)
        .outerjoin(_Next, _Next.id == _Waiting.company_id)
        .where(condition)
        .order_by(Assignment.id)
    )


def shown(session: Session, condition: ColumnElement[bool], *, limit: int) -> list[AssignmentView]:
    """The first ones under a condition, by id: first which rows, then what a person reads of them."""
    return _read(session, session.scalars(select(Assignment.id).where(condition).order_by(Assignment.id).limit(limit)).all())


def page(
    session: Session,
    condition: ColumnElement[bool],
    *,
    limit: int,
    offset: int,
    order: Sequence[ColumnElement[Any]],
    by_name: bool,
) -> tuple[list[AssignmentView], int]:
    """One page under a condition, and how many match it in all; the condition is worked out once for both.

    `by_name`: the order asks for a name around the assignment. To all that match only that one is joined, since a planner leaves out
    the outer joins that nothing asks for; the others are joined to the page.
    """
    asked = select(Assignment.id, func.count().over()).where(condition)
    if by_name:
        asked = views(condition).with_only_columns(Assignment.id, func.count().over(), maintain_column_froms=True).order_by(None)
    rows = session.execute(asked.order_by(*order).limit(limit).offset(offset)).all()
    if not rows and offset:
        return [], session.scalar(select(func.count(Assignment.id)).where(condition)) or 0
    return _read(session, [row[0] for row in rows]), rows[0][1] if rows else 0


def _read(session: Session, ids: Sequence[int]) -> list[AssignmentView]:
    found = {row[0].id: view(row) for row in session.execute(views(Assignment.id.in_(ids)))} if ids else {}
    return [found[id_] for id_ in ids if id_ in found]


def view(row: Row[*tuple[Any, ...]]) -> AssignmentView:
    """A row of `views`."""
    return AssignmentView(*row)


def current(sight: Sight) -> ColumnElement[bool]:
    """A-43: of what is seen, one row per worker and project: the open assignment, or where none is open the last that ended."""
    other = aliased(Assignment)
    replaced = select(other.id).where(
        other.worker_id == Assignment.worker_id,
        other.project_id == Assignment.project_id,
        or_(other.state.in_(OPEN_STATES), and_(other.state == AssignmentState.ENDED, other.id > Assignment.id)),
        sight(other),
    )
    last = and_(Assignment.state == AssignmentState.ENDED, ~replaced.exists())
    return and_(sight(Assignment), or_(Assignment.state.in_(OPEN_STATES), last))


def matching(q: str, keys: CentreSecrets | None = None, *, among_few: bool = False) -> ColumnElement[bool]:
    """A-32: part of a name (also in pinyin or initials), team, employer or using unit, or the end of an ID or phone number.

    `among_few` where other conditions leave a project's or an employer's people: each of them is looked at. Else each way leads over an
    index to assignments, so that a search costs what it finds. Whole numbers are found with `keys` only.
    """
    companies = select(Company.id).where(Company.name.icontains(q, autoescape=True))
    parents = select(Participant.id).where(Participant.company_id.in_(companies))
    under = select(Participant.id).where(Participant.parent_id.in_(parents), Participant.role == ParticipantRole.LABOUR_SUB)
    teams = select(Team.id).where(Team.name.icontains(q, autoescape=True))
    named = (Assignment.employer_id.in_(companies), Assignment.participant_id.in_(under), Assignment.team_id.in_(teams))
    if among_few:
        return or_(*named, search.matches(keys, q, Assignment.worker_id, among_few=True))
    found: ColumnElement[bool] = Assignment.id.in_(
        union(*(select(Assignment.id).where(way) for way in (*named, search.matches(keys, q, Assignment.worker_id))))
    )
    return found


def locked(session: Session, assignment_id: int) -> Assignment | None:
    """The assignment, as committed by everybody else, held until this transaction ends."""
    wanted = select(Assignment).where(Assignment.id == assignment_id).with_for_update()
    return session.scalar(wanted.execution_options(populate_existing=True))


def open_of(session: Session, worker_id: int, project_id: int) -> Assignment | None:
    """The worker's open assignment to a project: at most one (A-35)."""
    wanted = select(Assignment).where(Assignment.worker_id == worker_id, Assignment.project_id == project_id)
    return session.scalar(wanted.where(Assignment.state.in_(OPEN_STATES)))


def open_under(session: Session, participant_ids: Collection[int]) -> list[Assignment]:
    """Every open assignment of these participants, locked in order."""
    wanted = select(Assignment).where(Assignment.participant_id.in_(participant_ids), Assignment.state.in_(OPEN_STATES))
    return list(session.scalars(wanted.order_by(Assignment.id).with_for_update().execution_options(populate_existing=True)))


def hold(session: Session, assignment_ids: Collection[int]) -> None:
    """Lock assignments in one order, before a batch takes them one by one: two batches of the same people never wait for each other."""
    for some in chunks(sorted(set(assignment_ids))):
        session.execute(select(Assignment.id).where(Assignment.id.in_(some)).order_by(Assignment.id).with_for_update())


def steps(session: Session, assignment_ids: Collection[int]) -> list[tuple[int, int]]:
    """How often each of these has been accepted."""
    found: list[tuple[int, int]] = []
    for some in chunks(sorted(set(assignment_ids))):
        rows = session.execute(select(Assignment.id, Assignment.accepted_steps).where(Assignment.id.in_(some)))
        found += [(id_, taken) for id_, taken in rows]
    return found


def hold_team(session: Session, team_id: int) -> list[Assignment]:
    """The open assignments of a team, locked in order."""
    wanted = select(Assignment).where(Assignment.team_id == team_id, Assignment.state.in_(OPEN_STATES)).order_by(Assignment.id)
    return list(session.scalars(wanted.with_for_update().execution_options(populate_existing=True)))


def heads(session: Session, condition: ColumnElement[bool]) -> dict[AssignmentState, int]:
    """A-43: distinct workers by state."""
    counted = select(Assignment.state, func.count(Assignment.worker_id.distinct())).where(condition).group_by(Assignment.state)
    return {row[0]: row[1] for row in session.execute(counted)}


def contract_and_completion(session: Session, assignment: Assignment) -> tuple[dt.date, dt.date | None]:
    """When the worker's contract ends, and when the project is planned to be completed."""
    wanted = select(Employment.contract_end, Project.completion_planned).join(Project, Project.id == assignment.project_id)
    end, planned = session.execute(wanted.where(Employment.id == assignment.employment_id)).one()
    return end, planned
