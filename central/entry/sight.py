"""Who sees which assignments (A-45, A-63): one condition for every list, page and lookup."""

from __future__ import annotations

from collections import defaultdict

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlalchemy.orm import Session

from central.access import Access
from central.entry.model import Assignment
from central.projects import service as projects
from central.projects.chain import Chain


def on_project(session: Session, access: Access, project_id: int) -> ColumnElement[bool]:
    """A-45: the assignments of a project that this principal sees. The project itself must be visible (404 NOT_FOUND otherwise).

    An employer sees its own people, a using unit those that come to it along the contract chain once those before it accepted,
    an authority everybody.
    """
    projects.visible_project(session, access, project_id)
    here = Assignment.project_id == project_id
    if access.sees_everything:
        return here
    return and_(here, _reached(projects.chain(session, project_id), access.company_id))


def of_employer(access: Access) -> ColumnElement[bool]:
    """A-63: an employer's assignments on all projects; an authority's are all."""
    return true() if access.sees_everything else Assignment.employer_id == access.require_employer()


def _reached(chain: Chain, company_id: int | None) -> ColumnElement[bool]:
    by_turn: dict[int, list[int]] = defaultdict(list)
    for link in chain.links:
        turn = chain.visible_after(company_id, link.id)
        if turn is not None:
            by_turn[turn].append(link.id)
    reached = [and_(Assignment.participant_id.in_(ids), Assignment.accepted_steps >= turn) for turn, ids in by_turn.items()]
    own = Assignment.employer_id == company_id if company_id is not None else false()
    return or_(own, *reached)
