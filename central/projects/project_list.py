"""Projects as pages read them: those a principal may look at, found by name or registration number, any page."""

from __future__ import annotations

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from central.access import Access
from central.projects.model import Participant, Project


def find(session: Session, access: Access, q: str, offset: int, limit: int) -> tuple[list[Project], int]:
    """Some projects by name, and how many there are: an authority's are all, the others' those that they take part in."""
    seen = select(Project)
    if not access.sees_everything:
        seen = seen.where(Project.id.in_(select(Participant.project_id).where(Participant.company_id == access.company_id)))
    if access.project_id is not None:
        seen = seen.where(Project.id == access.project_id)
    if q:
        seen = seen.where(or_(Project.name.icontains(q, autoescape=True), Project.reg_no.icontains(q, autoescape=True)))
    total = session.scalar(seen.with_only_columns(func.count(Project.id))) or 0
    return list(session.scalars(seen.order_by(Project.name, Project.id).offset(offset).limit(limit))), total
