"""What the API says of companies, projects, participants and teams."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from central.projects.model import Calendar, ParticipantRole, ParticipantState, Project, ProjectState, TeamState
from central.projects.rules import NameSource, shown_name
from central.schemas import In, Line, Moment, OptionalLine, Out, ShortLine, example

RowRef = Annotated[int, Field(ge=1, le=2**53)]
Minute = Annotated[int, Field(ge=0, le=1440)]


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
    contract_name: OptionalLine = ""


class ProjectOut(Out):
    """A project; `roster_version` is what its gates are brought up to.

    `shown_name` is the contract's name, or the registered one where there is none: `name_source` says which, and pages mark the latter
    〔报建〕 (A-56).
    """

    id: int
    reg_no: str
    name: str
    contract_name: str
    shown_name: str
    name_source: NameSource
    version: int
    state: ProjectState
    completion_planned: dt.date | None
    completed_at: Moment | None
    contact: str
    roster_version: int


def project_out(project: Project) -> ProjectOut:
    """As the API shows a project."""
    shown, source = shown_name(project.contract_name, project.name)
    kept = {name: getattr(project, name) for name in ProjectOut.model_fields if name not in ("shown_name", "name_source")}
    return ProjectOut(shown_name=shown, name_source=source, **kept)


class GatePolicyIn(In):
    """A project's gate policy: anti-passback off, soft (marked) or hard (refused); `hours` are minutes of the local day, [] always.

    `liveness`: when a face has to move as asked before it opens; `movements`: how many times, 1 (a turn) or 2 (two of turns and blink).

    What is left out has the default of the gates' contract (`wire.GatePolicy`).
    """

    anti_passback: Literal["off", "soft", "hard"] | None = None
    hours: Annotated[list[tuple[Minute, Minute]], Field(max_length=8)] | None = None
    when_stale: Literal["deny", "card_guard"] | None = None
    liveness: Literal["always", "risk", "never"] | None = None
    movements: Annotated[int, Field(ge=1, le=2)] | None = None
    template_grace_d: Annotated[int, Field(ge=0, le=365)] | None = None


class SettingsIn(In):
    """What to change of a project's settings; what is left out stays. `version` (or If-Match) is what was read."""

    model_config = example({"alert_days": 5, "presumed_exit_days": 20, "version": 1})

    name: Line | None = None
    contract_name: OptionalLine | None = None
    contact: OptionalLine | None = None
    completion_planned: dt.date | None = None
    day_cut_min: Annotated[int, Field(ge=0, le=720)] | None = None
    valid_day_profile: Literal["ANY_IN", "SPAN4", "SUM4", "HOURS_N"] | None = None
    full_day_min: Annotated[int, Field(ge=60, le=1440)] | None = None
    calendar: Calendar | None = None
    alert_days: Annotated[int, Field(ge=0, le=1000)] | None = None
    presumed_exit_days: Annotated[int, Field(ge=0, le=1000)] | None = None
    gate_policy: GatePolicyIn | None = None
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None


class SettingsOut(Out):
    """A project's settings; `day_cut_min` is minutes after midnight, the days are working days (A-54)."""

    project_id: int
    version: int
    day_cut_min: int
    valid_day_profile: str
    full_day_min: int
    calendar: Calendar
    alert_days: int
    presumed_exit_days: int
    gate_policy: GatePolicyIn


class SuspensionIn(In):
    """Dates on which the project stands still; without `last_day` until it is told otherwise."""

    model_config = example({"first_day": "2026-10-01", "last_day": "2026-10-07", "reason": "国庆停工"})

    first_day: dt.date
    last_day: dt.date | None = None
    reason: Line


class ResumptionIn(In):
    """The last day of a suspension."""

    model_config = example({"last_day": "2026-10-05"})

    last_day: dt.date


class SuspensionOut(Out):
    """A suspension (停工)."""

    id: int
    project_id: int
    first_day: dt.date
    last_day: dt.date | None
    reason: str


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
    may_number: Annotated[bool, Field(description="重名时自动加序号 / number a taken name (A-36)")] = False


class TeamOut(Out):
    """A team, known by its id (A-36)."""

    id: int
    employer_id: int
    project_id: int
    name: str
    leader_worker_id: int | None
    state: TeamState
