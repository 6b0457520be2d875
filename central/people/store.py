"""Queries over workers and employments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from central.people.model import EmployerException, Employment, EmploymentState, WageTerms, Worker
from central.people.wages import Notice
from central.projects.model import Company, Participant, Project


@dataclass(frozen=True)
class EmployedWorker:
    """A worker with the present employment, the employer's name and the wage items. `notices` are what a deed warned of."""

    worker: Worker
    employment: Employment
    employer: str
    wages: WageTerms | None = None
    notices: tuple[Notice, ...] = ()


def by_number(session: Session, id_index: bytes) -> Worker | None:
    """The worker with this (indexed) ID number, locked."""
    return session.scalar(select(Worker).where(Worker.id_index == id_index).with_for_update())


def present_employments(session: Session, worker_id: int) -> list[tuple[Employment, str]]:
    """The employments that have not departed, with the employer's name: one, or more by exception (A-30)."""
    wanted = select(Employment, Company.name).join(Company, Company.id == Employment.employer_id).order_by(Employment.id)
    rows = session.execute(wanted.where(Employment.worker_id == worker_id, Employment.state != EmploymentState.DEPARTED))
    return [(row[0], row[1]) for row in rows]


def present_employment(session: Session, worker_id: int, employer_id: int | None = None) -> tuple[Employment, str] | None:
    """The employment that has not departed, with the employer's name; of this employer if one is named."""
    found = present_employments(session, worker_id)
    return next((pair for pair in found if employer_id in (None, pair[0].employer_id)), None)


def employed(employer_id: int | None) -> Select[Worker, Employment, str, WageTerms]:
    """Workers with their present employment, employer and wage items, of one employer or (None) of all, by id."""
    wanted = (
        select(Worker, Employment, Company.name, WageTerms)
        .join(Employment, Employment.worker_id == Worker.id)
        .outerjoin(Company, Company.id == Employment.employer_id)
        .outerjoin(WageTerms, WageTerms.employment_id == Employment.id)
        .where(Employment.state != EmploymentState.DEPARTED)
        .order_by(Worker.id)
    )
    return wanted if employer_id is None else wanted.where(Employment.employer_id == employer_id)


def read(session: Session, employment_ids: Sequence[int]) -> list[EmployedWorker]:
    """These employments as lists show them, in this order; how many of them there are is what it costs."""
    wanted = employed(None).where(Employment.id.in_(employment_ids)).order_by(None)
    found = {row[1].id: EmployedWorker(*row) for row in session.execute(wanted)} if employment_ids else {}
    return [found[one] for one in employment_ids if one in found]


def one_employed(session: Session, worker_id: int, employer_id: int | None) -> EmployedWorker | None:
    """One of them."""
    row = session.execute(employed(employer_id).where(Worker.id == worker_id).order_by(Employment.id).limit(1)).first()
    return EmployedWorker(*row) if row else None


def open_exception(session: Session, worker_id: int, company_id: int) -> EmployerException | None:
    """A-30: the supervision body's unused permission, locked."""
    wanted = select(EmployerException).where(EmployerException.worker_id == worker_id, EmployerException.company_id == company_id)
    return session.scalar(wanted.where(EmployerException.used_at.is_(None)).limit(1).with_for_update())


def completion_of(session: Session, company_id: int, project_id: int) -> dt.date | None:
    """When a project in which this company takes part is planned to be completed."""
    parts = select(Participant.id).where(Participant.project_id == Project.id, Participant.company_id == company_id)
    return session.scalar(select(Project.completion_planned).where(Project.id == project_id, parts.exists()))
