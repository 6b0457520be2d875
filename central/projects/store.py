"""Queries over companies, projects, participants and teams."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from central.projects.chain import Link
from central.projects.model import Company, Participant, ParticipantState, Project


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


def companies(after: int, limit: int) -> Select[Company]:
    """One page of companies, and one row more to know whether another page follows."""
    return select(Company).where(Company.id > after).order_by(Company.id).limit(limit + 1)


def projects(after: int, limit: int, company_id: int | None, project_id: int | None) -> Select[Project]:
    """One page of projects: all of them, a company's, or one."""
    wanted = select(Project).where(Project.id > after).order_by(Project.id).limit(limit + 1)
    if company_id is not None:
        wanted = wanted.where(Project.id.in_(select(Participant.project_id).where(Participant.company_id == company_id)))
    if project_id is not None:
        wanted = wanted.where(Project.id == project_id)
    return wanted
