"""用工查询 as pages read it: who is on a project, and where an employer's workers are, one row per worker and project (A-43).

Beside the cursor pages of the API: any order, any page, the heads per state, and who keeps people from being visible. It costs a fixed
number of queries whatever the number of rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from central.access import Access
from central.entry import sight, store
from central.entry.model import Assignment
from central.entry.rules import OPEN_STATES
from central.entry.sight import Sight
from central.entry.store import AssignmentView
from central.people.model import Worker
from central.projects import service as projects
from central.projects.model import Company, Participant, ParticipantRole
from central.secrets import CentreSecrets

STATES: Final = ("assigned", "accepted_by_sub", "confirmed", "returned", "ended")
"""The states a list shows and counts, in the order of the way to the gate; what was withdrawn never reached the project."""
COLUMNS: Final = ("name", "trade", "team", "employer", "using_unit", "level", "state", "entry", "face", "seen", "project")
"""What a list can be sorted by."""
_OWN: Final = ("trade", "state", "entry", "face", "seen")
"""Of these, what stands on the assignment itself; the others are names around it."""
WAITING_STATES: Final = ("assigned", "accepted_by_sub")
"""In these somebody has to accept next."""


@dataclass(frozen=True)
class PeopleQuery:
    """What is asked for. `sort` is one of `COLUMNS`, or empty for the order of registration.

    `turn_of` is a company: only what waits for its acceptance (进场确认). With `keys` whole numbers are found too (A-32).
    `project_id` keeps an employer's list to one of its projects (A-63).
    """

    state: str = ""
    q: str = ""
    sort: str = ""
    descending: bool = False
    offset: int = 0
    limit: int = 50
    turn_of: int | None = None
    keys: CentreSecrets | None = None
    project_id: int | None = None


@dataclass(frozen=True)
class PeoplePage:
    """Some rows, how many match, and the heads over everything that this principal sees: distinct workers, per state and in all.

    `waiting` names who must accept first, and how many people wait there unseen (A-45, A-47); no name of theirs.
    """

    lines: list[AssignmentView]
    matching: int
    heads: dict[str, int]
    total: int
    waiting: list[tuple[str, int]]


def of_project(session: Session, access: Access, project_id: int, query: PeopleQuery) -> PeoplePage:
    """A-45, A-46: everybody this principal sees on a project. Raises `Problem` 404 NOT_FOUND for a neighbour."""
    seen = sight.on_project(session, access, project_id)
    return replace(_page(session, seen, query, is_one_project=True), waiting=_waiting(session, access, project_id, seen))


def of_employer(session: Session, access: Access, query: PeopleQuery) -> PeoplePage:
    """A-63: an employer's workers on all projects, or on one of them, whatever their state. Raises `Problem` 403 NOT_THE_EMPLOYER."""
    access.require_employer()
    return _page(session, sight.of_employer(access, query.project_id), query, is_one_project=query.project_id is not None)


def of_worker(session: Session, access: Access, worker_id: int, limit: int = 200) -> list[AssignmentView]:
    """A-63: where a worker is and was assigned, newest first, as far as this principal sees an employer's assignments."""
    seen = sight.of_employer(access)
    wanted = store.views(seen(Assignment)).where(Assignment.worker_id == worker_id)
    return [store.view(row) for row in session.execute(wanted.order_by(None).order_by(Assignment.id.desc()).limit(limit))]


def is_turn_of(session: Session, assignment: Assignment, company_id: int) -> bool:
    """Whether this company has to accept next."""
    if assignment.waiting_for_id is None or assignment.state not in WAITING_STATES:
        return False
    return session.get_one(Participant, assignment.waiting_for_id).company_id == company_id


def _page(session: Session, seen: Sight, query: PeopleQuery, *, is_one_project: bool = False) -> PeoplePage:
    """On one project everybody is one row (A-43), so that the heads are the total too."""
    current = store.current(seen)
    counted = store.heads(session, current)
    heads = {state: next((n for s, n in counted.items() if s.value == state), 0) for state in STATES}
    total = sum(heads.values()) if is_one_project else _count(session, Assignment.worker_id.distinct(), [current])
    condition = and_(current, *_narrower(query))
    order = _order(_columns(store.views(condition)), query)
    by_name = query.sort in COLUMNS and query.sort not in _OWN
    lines, matching = store.page(session, condition, limit=query.limit, offset=query.offset, order=order, by_name=by_name)
    return PeoplePage(lines, matching, heads, total, [])


def _narrower(query: PeopleQuery) -> list[ColumnElement[bool]]:
    """What the query asks for, as conditions on the assignment alone."""
    found: list[ColumnElement[bool]] = []
    if query.turn_of is not None:
        theirs = select(Participant.id).where(Participant.company_id == query.turn_of)
        found += [Assignment.waiting_for_id.in_(theirs), Assignment.state.in_(WAITING_STATES)]
    if query.state:
        found.append(Assignment.state == query.state)
    if query.q:
        found.append(store.matching(query.q, query.keys, among_few=True))
    return found


def _count(session: Session, what: ColumnElement[Any] | InstrumentedAttribute[int], conditions: Sequence[ColumnElement[bool]]) -> int:
    return session.scalar(select(func.count(what)).where(*conditions)) or 0


def _columns(wanted: Select[*tuple[Any, ...]]) -> dict[str, ColumnElement[Any]]:
    """What can be sorted by: the assignment's own columns, and those that the view joins, which end its rows in the order of its fields."""
    joined = [field.name for field in fields(AssignmentView)][1:]
    of_view = dict(zip(joined, list(wanted.selected_columns)[-len(joined) :], strict=True))
    return {
        "name": Worker.name_order.expression,
        "trade": Assignment.main_trade.expression,
        "state": Assignment.state.expression,
        "entry": Assignment.entry_time.expression,
        "face": Assignment.face.expression,
        "seen": Assignment.last_seen_at.expression,
        **{key: of_view[key] for key in ("team", "employer", "using_unit", "level", "project")},
    }


def _order(columns: dict[str, ColumnElement[Any]], query: PeopleQuery) -> tuple[ColumnElement[Any], ...]:
    column = columns.get(query.sort)
    if column is None:
        return (Assignment.id.asc(),)
    return (column.desc() if query.descending else column.asc()).nulls_last(), Assignment.id.asc()


@dataclass(frozen=True)
class WhyEmpty:
    """A-47: the code of why a list is empty, and what its texts speak of."""

    code: str
    companies: str = ""
    count: int = 0
    project: str = ""


def why_empty(session: Session, access: Access, project_id: int) -> WhyEmpty | None:
    """A-47: why this principal sees nobody on a project; None where it sees somebody.

    In this order: somebody must accept first; the account is not one of the construction manager's (用工单位); the company's people are
    on another project; nobody was assigned.
    """
    seen = sight.on_project(session, access, project_id)
    if session.scalar(select(Assignment.id).where(store.current(seen)).limit(1)) is not None:
        return None
    waiting = _waiting(session, access, project_id, seen)
    if waiting:
        return WhyEmpty("EMPTY_WAITING", "、".join(name for name, _ in waiting), sum(count for _, count in waiting))
    mine = projects.parts_of(session, access.company_id)
    if not access.sees_everything and not any(link.is_using_unit for link in mine if link.project_id == project_id):
        return WhyEmpty("EMPTY_WRONG_ACCOUNT", project=str(project_id))
    elsewhere = [link.project_id for link in mine if link.project_id != project_id and link.role is ParticipantRole.GENERAL_CONTRACTOR]
    if elsewhere and session.scalar(select(Assignment.id).where(Assignment.project_id.in_(elsewhere)).limit(1)) is not None:
        return WhyEmpty("EMPTY_WRONG_PROJECT", count=len(elsewhere))
    return WhyEmpty("EMPTY_NOBODY")


def _waiting(session: Session, access: Access, project_id: int, seen: Sight) -> list[tuple[str, int]]:
    """Those who will come to this principal along the contract chain once somebody before it has accepted."""
    chain = projects.chain(session, project_id)
    coming = [link.id for link in chain.links if chain.visible_after(access.company_id, link.id)]
    counted = (
        select(Company.name, func.count(Assignment.worker_id.distinct()))
        .select_from(Assignment)
        .join(Participant, Participant.id == Assignment.waiting_for_id)
        .join(Company, Company.id == Participant.company_id)
        .where(Assignment.participant_id.in_(coming), Assignment.state.in_(OPEN_STATES), ~seen(Assignment))
        .group_by(Company.name)
        .order_by(Company.name)
    )
    return [(name, count) for name, count in session.execute(counted)] if coming else []
