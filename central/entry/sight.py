"""Who sees which assignments (A-45, A-63): one condition for every list, page and lookup."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from sqlalchemy import ColumnElement, and_, false, or_, true
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.projects import service as projects
from central.projects.chain import Chain

Sight = Callable[[Any], ColumnElement[bool]]
"""From `Assignment`, or an alias of it, to the condition under which this principal sees a row."""


def on_project(session: Session, access: Access, project_id: int) -> Sight:
    """A-45: the assignments of a project that this principal sees. The project itself must be visible (404 NOT_FOUND otherwise).

    An employer sees its own people, a using unit those that come to it along the contract chain once those before it accepted,
    an authority everybody.
    """
    access.require(Function.VIEW_PEOPLE)
    projects.visible_project(session, access, project_id)
    if access.sees_everything:
        return lambda of: of.project_id == project_id
    by_turn = _turns(projects.chain(session, project_id), access.company_id)

    def seen(of: Any) -> ColumnElement[bool]:
        reached = [and_(of.participant_id.in_(ids), of.accepted_steps >= turn) for turn, ids in by_turn.items()]
        own = of.employer_id == access.company_id if access.company_id is not None else false()
        return and_(of.project_id == project_id, or_(own, *reached))

    return seen


def of_employer(access: Access, project_id: int | None = None) -> Sight:
    """A-63: an employer's assignments on all projects, or on one; an authority's are all. Others: `Problem` 403 NOT_THE_EMPLOYER."""
    access.require(Function.VIEW_PEOPLE)
    employer = None if access.sees_everything else access.require_employer()

    def seen(of: Any) -> ColumnElement[bool]:
        here = true() if project_id is None else of.project_id == project_id
        return and_(here, true() if employer is None else of.employer_id == employer)

    return seen


def _turns(chain: Chain, company_id: int | None) -> dict[int, list[int]]:
    by_turn: dict[int, list[int]] = defaultdict(list)
    for link in chain.links:
        turn = chain.visible_after(company_id, link.id)
        if turn is not None:
            by_turn[turn].append(link.id)
    return by_turn
