"""What the API says of assignments and the people of a project."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, JsonValue, WithJsonSchema

from central.entry.enterprise import EmployerProject
from central.entry.model import AssignmentEnd, AssignmentState, FaceState
from central.entry.people_list import WhyEmpty
from central.entry.store import AssignmentView
from central.entry.trades import TRADES
from central.errors import TEXTS, Problem
from central.projects.model import ProjectState
from central.projects.rules import NameSource
from central.schemas import In, Line, Moment, NotSettable, Out, example

RowRef = Annotated[int, Field(ge=1, le=2**53)]
Trade = Annotated[
    JsonValue, WithJsonSchema({"type": "string", "description": "主要工种代码，只能一个 / one trade (A-31)", "examples": ["020"]})
]


class AssignmentIn(In):
    """A worker to assign to a project."""

    model_config = example({"worker_id": 12, "project_id": 1, "main_trade": "020", "team_id": 2})

    worker_id: RowRef
    project_id: RowRef
    main_trade: Trade
    team_id: RowRef | None = None
    participant_id: RowRef | None = None
    entry_time: NotSettable = None


class AssignmentEdit(In):
    """What to change before acceptance; `version` (or If-Match) is what was read."""

    model_config = example({"main_trade": "030", "version": 1})

    project_id: RowRef | None = None
    main_trade: Trade = None
    team_id: RowRef | None = None
    participant_id: RowRef | None = None
    version: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    entry_time: NotSettable = None


class AcceptanceIn(In):
    """An acceptance. The time is the server's; `project_id` may say in which project the caller confirms."""

    model_config = example({})

    project_id: RowRef | None = None
    entry_time: NotSettable = None


class ReturnIn(In):
    """Why an assignment goes back to the employer."""

    model_config = example({"reason": "工种与合同不符，请核对后重新分派"})

    reason: Line


class WarningOut(Out):
    """Something to look at; nothing was refused."""

    code: str
    detail: str
    detail_en: str


class AssignmentOut(Out):
    """An assignment. `waiting_for` names the company that must act next; `using_unit` is 用工单位 (A-46)."""

    id: int
    worker_id: int
    worker: str
    id_masked: str
    phone_masked: str
    employer_id: int
    employer: str
    project_id: int
    project: str
    name_source: NameSource
    participant_id: int
    using_unit: str
    level: int
    team_id: int | None
    team: str | None
    main_trade: str
    trade: str
    state: AssignmentState
    version: int
    waiting_for: str | None
    return_reason: str
    entry_time: Moment | None
    ended_at: Moment | None
    end_cause: AssignmentEnd | None
    face: FaceState
    last_seen_at: Moment | None
    warnings: list[WarningOut] = Field(default_factory=list)


class HeadsOut(Out):
    """Distinct workers by state (A-43); `why_empty` says why nobody is seen (A-47)."""

    total: int
    by_state: dict[str, int]
    why_empty: WarningOut | None = None


class EmployerProjectOut(Out):
    """A project of an employer, with its own people there (A-63); `name_source` registration is shown with the mark 〔报建〕 (A-56)."""

    project_id: int
    reg_no: str
    name: str
    name_source: NameSource
    state: ProjectState
    total: int
    by_state: dict[str, int]


class CompletionOut(Out):
    """What a completion ended (A-53)."""

    participant_id: int
    ended_assignments: int


def employer_project_out(line: EmployerProject) -> EmployerProjectOut:
    """As the API shows it."""
    heads = {state.value: count for state, count in line.heads.items()}
    return EmployerProjectOut(
        project_id=line.project_id,
        reg_no=line.reg_no,
        name=line.name,
        name_source=line.name_source,
        state=line.state,
        total=sum(heads.values()),
        by_state=heads,
    )


def why_out(why: WhyEmpty | None) -> WarningOut | None:
    """The reason with its texts."""
    if why is None:
        return None
    zh, en = Problem(why.code, 404, companies=why.companies, count=why.count).text
    return WarningOut(code=why.code, detail=zh, detail_en=en)


def assignment_out(view: AssignmentView, warnings: list[str] | None = None) -> AssignmentOut:
    """As the API shows an assignment."""
    a = view.assignment
    return AssignmentOut(
        id=a.id,
        worker_id=a.worker_id,
        worker=view.worker,
        id_masked=view.id_masked,
        phone_masked=view.phone_masked,
        employer_id=a.employer_id,
        employer=view.employer,
        project_id=a.project_id,
        project=view.project,
        name_source=view.name_source,
        participant_id=a.participant_id,
        using_unit=view.using_unit,
        level=view.level,
        team_id=a.team_id,
        team=view.team,
        main_trade=a.main_trade,
        trade=TRADES[a.main_trade],
        state=a.state,
        version=a.version,
        waiting_for=view.waiting_for,
        return_reason=a.return_reason,
        entry_time=a.entry_time,
        ended_at=a.ended_at,
        end_cause=a.end_cause,
        face=a.face,
        last_seen_at=a.last_seen_at,
        warnings=[WarningOut(code=code, detail=TEXTS[code].zh, detail_en=TEXTS[code].en) for code in warnings or []],
    )
