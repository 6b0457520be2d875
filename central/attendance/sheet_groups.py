"""By what a project's sheet can be narrowed: the employers, teams and trades among the people that somebody sees there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from central.access import Access
from central.entry import sight, store
from central.entry.model import Assignment
from central.entry.store import AssignmentView
from central.projects.model import Company, Team


@dataclass(frozen=True, slots=True)
class Groups:
    """(id, name) of employers and teams, codes of trades; each in the order of a list."""

    employers: Sequence[tuple[int, str]]
    teams: Sequence[tuple[int, str]]
    trades: Sequence[str]


def of_project(session: Session, access: Access, project_id: int) -> Groups:
    """Of everybody who ever was confirmed there, as far as this principal sees them. One query."""
    seen = sight.on_project(session, access, project_id)(Assignment)
    wanted = (
        select(Company.id, Company.name, Team.id, Team.name, Assignment.main_trade)
        .select_from(Assignment)
        .join(Company, Company.id == Assignment.employer_id)
        .outerjoin(Team, Team.id == Assignment.team_id)
        .where(seen, Assignment.entry_time.is_not(None))
        .distinct()
    )
    rows = session.execute(wanted).all()
    employers = {(name, id_) for id_, name, _, _, _ in rows}
    teams = {(name, id_) for _, _, id_, name, _ in rows if name}
    return Groups(
        employers=[(id_, name) for name, id_ in sorted(employers)],
        teams=[(id_, name) for name, id_ in sorted(teams)],
        trades=sorted({trade for *_, trade in rows}),
    )


def people(session: Session, assignment_ids: Sequence[int]) -> dict[int, AssignmentView]:
    """The people behind a list whose rows name assignments that its reader may see. One query."""
    condition: ColumnElement[bool] = Assignment.id.in_(sorted(set(assignment_ids)))
    return {row[0].id: store.view(row) for row in session.execute(store.views(condition))} if assignment_ids else {}
