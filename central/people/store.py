"""Queries over workers and employments."""

from __future__ import annotations

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from central.people.model import Employment, EmploymentState, Worker
from central.projects.model import Company


def by_number(session: Session, id_index: bytes) -> Worker | None:
    """The worker with this (indexed) ID number, locked."""
    return session.scalar(select(Worker).where(Worker.id_index == id_index).with_for_update())


def present_employment(session: Session, worker_id: int) -> tuple[Employment, str] | None:
    """The employment that has not departed, with the employer's name."""
    wanted = select(Employment, Company.name).join(Company, Company.id == Employment.employer_id)
    row = session.execute(wanted.where(Employment.worker_id == worker_id, Employment.state != EmploymentState.DEPARTED)).first()
    return (row[0], row[1]) if row else None


def employed(employer_id: int | None) -> Select[Worker, Employment, str]:
    """Workers with their present employment and employer, of one employer or (None) of all."""
    wanted = (
        select(Worker, Employment, Company.name)
        .join(Employment, Employment.worker_id == Worker.id)
        .join(Company, Company.id == Employment.employer_id)
        .where(Employment.state != EmploymentState.DEPARTED)
        .order_by(Worker.id)
    )
    return wanted if employer_id is None else wanted.where(Employment.employer_id == employer_id)
