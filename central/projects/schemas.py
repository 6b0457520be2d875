"""What the API says of companies, projects, participants and teams."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import Field, StringConstraints

from central.projects.model import ParticipantRole, ParticipantState, ProjectState, TeamState
from central.schemas import In, Line, Moment, OptionalLine, Out, ShortLine, example

RowRef = Annotated[int, Field(ge=1, le=2**53)]


class CompanyIn(In):
    """A company to register."""

    model_config = example({"uscc": "91310115MA1H7XAK20", "name": "浦江建筑劳务有限公司"})

    uscc: Annotated[str, StringConstraints(strip_whitespace=True, min_length=18, max_length=18)]
    name: Line


class CompanyOut(Out):
    """A company."""

    id: int
    uscc: str
    name: str


class ProjectIn(In):
    """A project to register."""

    model_config = example(
        {"reg_no": "2026PD0042", "name": "浦东图书馆改扩建工程", "completion_planned": "2027-12-31", "contact": "项目部 021-50000000"}
    )

    reg_no: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9A-Za-z_-]{3,64}$")]
    name: Line
    completion_planned: dt.date | None = None
    contact: OptionalLine = ""


class ProjectOut(Out):
    """A project; `roster_version` is what its gates are brought up to."""

    id: int
    reg_no: str
    name: str
    state: ProjectState
    completion_planned: dt.date | None
    completed_at: Moment | None
    contact: str
    roster_version: int


class ParticipantIn(In):
    """A company's part in the project; a subcontractor stands under the general contractor unless `parent_id` says otherwise."""

    model_config = example({"company_id": 3, "role": "labour_sub", "parent_id": 1})

    company_id: RowRef
    role: ParticipantRole
    parent_id: RowRef | None = None


class ParticipantOut(Out):
    """A company's part in the project; `level` counts from the general contractor (0)."""

    id: int
    project_id: int
    company_id: int
    company: str
    role: ParticipantRole
    parent_id: int | None
    level: int
    state: ParticipantState


class TeamIn(In):
    """A team of the calling employer."""

    model_config = example({"name": "钢筋一班", "leader_worker_id": 12})

    name: ShortLine
    leader_worker_id: RowRef | None = None


class TeamOut(Out):
    """A team, known by its id (A-36)."""

    id: int
    employer_id: int
    project_id: int
    name: str
    leader_worker_id: int | None
    state: TeamState
