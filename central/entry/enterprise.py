"""The employer's view across projects (A-63): where its people are, under which name each project goes (A-56)."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.entry.model import Assignment, AssignmentState
from central.projects import rules
from central.projects.model import Participant, Project, ProjectState
from central.projects.rules import NameSource


@dataclass(frozen=True)
class EmployerProject:
    """A project on which an employer takes part, with its own people there: distinct workers by state (A-43)."""

    project_id: int
    reg_no: str
    name: str
    name_source: NameSource
    state: ProjectState
    heads: dict[AssignmentState, int]


def projects_of_employer(session: Session, access: Access, after: int, limit: int) -> list[EmployerProject]:
    """A-56, A-63: one page of the employer's projects, and one more. Two queries for any number of rows."""
    access.require(Function.VIEW_PEOPLE)
    employer = access.require_employer()
    mine = select(Participant.project_id).where(Participant.company_id == employer)
    wanted = select(Project).where(Project.id.in_(mine), Project.id > after).order_by(Project.id).limit(limit + 1)
    found = list(session.scalars(wanted))
    counted = (
        select(Assignment.project_id, Assignment.state, func.count(Assignment.worker_id.distinct()))
        .where(Assignment.employer_id == employer, Assignment.project_id.in_([project.id for project in found]))
        .where(Assignment.state != AssignmentState.WITHDRAWN)
        .group_by(Assignment.project_id, Assignment.state)
    )
    heads: dict[int, dict[AssignmentState, int]] = defaultdict(dict)
    for project_id, state, count in session.execute(counted):
        heads[project_id][state] = count
    return [_line(project, heads[project.id]) for project in found]


def _line(project: Project, heads: dict[AssignmentState, int]) -> EmployerProject:
    name, source = rules.shown_name(project.contract_name, project.name)
    return EmployerProject(project.id, project.reg_no, name, source, project.state, heads)
