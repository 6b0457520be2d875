"""Queries over companies, projects, participants and teams."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.projects.chain import Link
from central.projects.model import Company, Participant, ParticipantState


def links(session: Session, *, project_id: int | None = None, company_id: int | None = None) -> list[Link]:
    """Participants as values, of one project or of one company (or of both)."""
    wanted = select(Participant, Company.name).join(Company, Company.id == Participant.company_id).order_by(Participant.id)
    if project_id is not None:
        wanted = wanted.where(Participant.project_id == project_id)
    if company_id is not None:
        wanted = wanted.where(Participant.company_id == company_id)
    return [_link(participant, name) for participant, name in session.execute(wanted)]


def _link(participant: Participant, company: str) -> Link:
    return Link(
        id=participant.id,
        project_id=participant.project_id,
        company_id=participant.company_id,
        company=company,
        role=participant.role,
        parent_id=participant.parent_id,
        level=participant.level,
        active=participant.state is ParticipantState.ACTIVE,
    )
