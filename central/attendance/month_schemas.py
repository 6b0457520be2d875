"""What the API says about months, labour counts, rates and wages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from central.attendance import checks
from central.attendance.day_rows import KeptPunch, stays_of
from central.attendance.labour_count import Group, LabourCount
from central.attendance.ledger import DayRecord
from central.attendance.model import Passage
from central.attendance.papers import Correction, CorrectionReason, CorrectionState, FrozenMonth, Objection
from central.attendance.published import Difference
from central.attendance.rates import Coverage, ProjectRates, Reconciled
from central.attendance.rules import Judged, shown_name
from central.attendance.schemas import CHECKS_SAID
from central.attendance.sheet import Line
from central.attendance.wage_sheet import Supplement, WageLine
from central.schemas import In
from edge.sync.wire import Direction

Days = Annotated[Decimal, PlainSerializer(str, return_type=str), Field(examples=["21.5"])]
Money = Annotated[Decimal, PlainSerializer(str, return_type=str), Field(examples=["5418.00"])]


class CellOut(BaseModel):
    """A date. `marks`: √ ◐ △ × 停 休 ／ 手; empty where nothing is true yet."""

    marks: str
    days: Days
    seconds: int
    expected: str


class LineOut(BaseModel):
    """A worker's month; a date's passages are at `/api/v1/assignments/{id}/days/{date}`."""

    assignment_id: int
    worker_id: int
    name: str = Field(description="脱敏姓名 / masked name")
    id_number: str
    employer_id: int
    employer: str
    using_unit: str
    level: int
    team_id: int | None
    team: str
    trade: str
    cells: list[CellOut]
    days: Days
    seconds: int
    expected_days: int
    missing_punches: int
    manual_days: int

    @classmethod
    def of(cls, line: Line) -> LineOut:
        """From a line of the sheet."""
        return cls(
            assignment_id=line.assignment_id,
            worker_id=line.worker_id,
            name=shown_name(line.name),
            id_number=line.id_masked,
            employer_id=line.employer_id,
            employer=line.employer,
            using_unit=line.using_unit,
            level=line.level,
            team_id=line.team_id,
            team=line.team,
            trade=line.trade,
            cells=[CellOut(marks=c.marks, days=Decimal(c.halves) / 2, seconds=c.seconds, expected=c.expected) for c in line.cells],
            days=line.days,
            seconds=line.seconds,
            expected_days=line.expected,
            missing_punches=line.missing_punches,
            manual_days=line.manual_days,
        )


class FrozenOut(BaseModel):
    """That a month is frozen and published."""

    frozen_at: dt.datetime
    published_on: dt.date
    objections_until: dt.date
    rows: int
    digest: str = Field(description="全部行的摘要 / digest over all lines")

    @classmethod
    def of(cls, frozen: FrozenMonth) -> FrozenOut:
        """From the record."""
        return cls(
            frozen_at=frozen.frozen_at,
            published_on=frozen.published_on,
            objections_until=frozen.objections_until,
            rows=frozen.rows,
            digest=frozen.digest.hex(),
        )


class DifferenceOut(BaseModel):
    """What later events would make of a published line; `days` are the days of the month that differ. Null: there is no such line.

    `supplements`: those days that rest on a correction approved after the freeze (补充); the others arrived late from a gate.
    """

    assignment_id: int
    days: list[int]
    supplements: list[int] = Field(description="定稿后批准补卡的日期 / days with a correction approved after the freeze")
    now: LineOut | None

    @classmethod
    def of(cls, found: Difference) -> DifferenceOut:
        """From the service."""
        now = LineOut.of(found.now) if found.now is not None else None
        return cls(assignment_id=found.assignment_id, days=list(found.dates), supplements=list(found.supplements), now=now)


class MonthOut(BaseModel):
    """A part of a project's month: as published where it is frozen, else as it stands now."""

    month: str = Field(examples=["2026-04"])
    profile: str
    items: list[LineOut]
    next_cursor: str | None
    as_of: dt.date
    complete_days: list[dt.date] = Field(description="数据已到齐的日期 / dates on which everything has arrived")
    pending: int = Field(description="待计算的变更数 / changes that wait to be derived")
    frozen: FrozenOut | None
    differences: list[DifferenceOut] = Field(description="定稿之后的变化 / what changed after the freeze")


class FreezeIn(In):
    """Freezing a month."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"public_days": 5, "despite_incomplete": False}]})

    public_days: int = Field(default=5, ge=1, le=60, description="公示天数 / days for objections")
    despite_incomplete: bool = Field(default=False, description="知悉有闸机未报齐仍定稿 / although a gate has not told everything")


class ObjectionIn(In):
    """An objection to a published line, or to one date of it."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={"examples": [{"assignment_id": 17, "work_date": "2026-04-09", "text": "9 日加班到 20 点，出场未识别"}]},
    )

    assignment_id: int = Field(ge=1, le=2**53)
    text: str = Field(min_length=1, max_length=500)
    work_date: dt.date | None = None


class AnswerIn(In):
    """The answer to an objection."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"text": "已补卡，见更正记录", "accepted": True}]})

    text: str = Field(min_length=1, max_length=500)
    accepted: bool


class ObjectionOut(BaseModel):
    """An objection and its answer."""

    id: int
    assignment_id: int
    work_date: dt.date | None
    text: str
    raised_at: dt.datetime
    answer: str
    accepted: bool | None
    answered_at: dt.datetime | None

    @classmethod
    def of(cls, row: Objection) -> ObjectionOut:
        """From the record."""
        return cls.model_validate(row, from_attributes=True)


class PunchOut(BaseModel):
    """An event that a day rests on; `id` is the passage's, or a correction's that begins with `manual.`"""

    id: str
    at: dt.datetime
    gate: str
    method: str
    manual: bool

    @classmethod
    def of(cls, punch: KeptPunch | None) -> PunchOut | None:
        """From a day record."""
        if punch is None:
            return None
        return cls(id=punch.name, at=punch.at, gate=punch.gate, method=punch.method, manual=punch.manual)


class GatePassageOut(BaseModel):
    """A passage as a gate told it: by which way in, and which checks ran before it opened."""

    id: str = Field(examples=["b-k3v7a2qd.9f3c1a52.1742"])
    at: dt.datetime
    direction: str = Field(description="01 进 / in, 02 出 / out")
    method: str = Field(description="001 人脸 / face, 005 身份证 / ID card, …")
    gate: str
    lane: str
    checks: list[str] = Field(description=CHECKS_SAID, examples=[["face-1to1", "sharpness", "colour"]])
    score: int | None = Field(description="人脸相似度千分数；没有比对为 null / likeness per mille; null: no face was compared")
    counted: bool
    duplicate: bool
    offline: bool
    judged: Judged
    operator: str = Field(description="人工放行的值守人员 / the guard who let somebody through")
    why: str = Field(description="人工放行的原因代码 / the code of why")

    @classmethod
    def of(cls, row: Passage) -> GatePassageOut:
        """From its row."""
        told = ("at", "direction", "method", "lane", "score", "counted", "duplicate", "offline", "judged", "operator", "why")
        name = f"{row.box_id}.{row.epoch}.{row.seq}"
        return cls(id=name, gate=row.box_id, checks=list(checks.named(row.checks)), **{field: getattr(row, field) for field in told})


class StayOut(BaseModel):
    """A time on site: `paired`, `missing_out`, `missing_in` or `cleared` (007); only a pair has seconds."""

    state: str
    seconds: int
    entered: PunchOut | None
    left: PunchOut | None


class DayOut(BaseModel):
    """A worker's date with everything that it rests on."""

    assignment_id: int
    date: dt.date
    days: Days
    seconds: int
    incomplete: bool
    manual: bool
    stays: list[StayOut]
    passages: list[GatePassageOut] = Field(
        description="闸机当日所报全部通行，含未计入的 / all that the gates told of the date, also what did not count"
    )
    digest: str

    @classmethod
    def of(cls, record: DayRecord, passages: Iterable[Passage]) -> DayOut:
        """From the record, and what the gates told."""
        stays = [
            StayOut(state=s.state, seconds=s.seconds, entered=PunchOut.of(s.entered), left=PunchOut.of(s.left))
            for s in stays_of(record.stays)
        ]
        return cls(
            assignment_id=record.assignment_id,
            date=record.work_date,
            days=Decimal(record.halves) / 2,
            seconds=record.seconds,
            incomplete=record.incomplete,
            manual=record.manual,
            stays=stays,
            passages=[GatePassageOut.of(passage) for passage in passages],
            digest=record.digest.hex(),
        )


class GroupOut(BaseModel):
    """People of one level, employer, team and trade."""

    level: int
    employer_id: int
    employer: str
    team_id: int | None
    team: str
    trade: str
    registered: int
    present: int
    never_seen: int
    first_in_at: dt.datetime | None
    last_out_at: dt.datetime | None

    @classmethod
    def of(cls, group: Group) -> GroupOut:
        """From the service."""
        return cls.model_validate(group, from_attributes=True)


class LabourOut(BaseModel):
    """A date's labour count in distinct people (A-43); `on_site` only for the present work date."""

    date: dt.date
    registered: int
    present: int
    never_seen: int
    on_site: int | None
    uncertain: bool = Field(description="当日曾一键或应急开闸，人数以点名为准 / a gate stood open for nobody known: count by roll-call")
    groups: list[GroupOut]

    @classmethod
    def of(cls, found: LabourCount) -> LabourOut:
        """From the service."""
        return cls(
            date=found.date,
            registered=found.registered,
            present=found.present,
            never_seen=found.never_seen,
            on_site=found.on_site,
            uncertain=found.uncertain,
            groups=[GroupOut.of(group) for group in found.groups],
        )


class RatesOut(BaseModel):
    """A project's attendance rate, and team leaders below 80 %."""

    valid_days: Days
    expected_days: int
    rate: str | None
    key_staff_below: dict[int, str] = Field(description="低于 80% 的班组长 / team leaders below 80 %, by assignment")

    @classmethod
    def of(cls, found: ProjectRates) -> RatesOut:
        """From the service."""
        below = {assignment_id: str(own) for assignment_id, own in found.key_below}
        told = str(found.rate) if found.rate is not None else None
        return cls(valid_days=found.valid_days, expected_days=found.expected_days, rate=told, key_staff_below=below)


class CoverageOut(BaseModel):
    """Coverage (target 100 %) and update rate (at least 85 %) over the projects under way."""

    date: dt.date
    projects: int
    reporting: int
    updated: int
    coverage: str | None
    update_rate: str | None

    @classmethod
    def of(cls, found: Coverage) -> CoverageOut:
        """From the service."""
        coverage = str(found.coverage) if found.coverage is not None else None
        update = str(found.update_rate) if found.update_rate is not None else None
        return cls(
            date=found.date,
            projects=found.projects,
            reporting=found.reporting,
            updated=found.updated,
            coverage=coverage,
            update_rate=update,
        )


class ReconciledOut(BaseModel):
    """A line to look at before a wage sheet is signed."""

    assignment_id: int
    name: str
    employer: str
    team: str
    days: Days
    expected_days: int
    share: str | None
    missing_punches: int
    manual_days: int
    without_right: int
    remarks: list[str] = Field(description="FEW_DAYS, MISSING_PUNCHES, MANUAL_EVENTS, WITHOUT_RIGHT")

    @classmethod
    def of(cls, found: Reconciled) -> ReconciledOut:
        """From the service."""
        line = found.line
        return cls(
            assignment_id=line.assignment_id,
            name=shown_name(line.name),
            employer=line.employer,
            team=line.team,
            days=line.days,
            expected_days=line.expected,
            share=str(found.share) if found.share is not None else None,
            missing_punches=line.missing_punches,
            manual_days=line.manual_days,
            without_right=found.without_right,
            remarks=list(found.remarks),
        )


class ReconciliationOut(BaseModel):
    """A page of the reconciliation report, the most doubtful first; `total` lines in all."""

    items: list[ReconciledOut]
    next_cursor: str | None
    total: int


class DueOut(BaseModel):
    """An amount, the dates it rests on, and the sum."""

    dates: list[dt.date]
    amount: Money
    how: str = Field(examples=["300.00 × 21.5"])


class SupplementOut(BaseModel):
    """What changed since the month was published: beside the published amount, never in it."""

    dates: list[dt.date]
    approved: list[dt.date] = Field(description="其中经批准补卡的日期 / those of them that rest on an approved correction")
    days: Days
    amount: Money | None

    @classmethod
    def of(cls, found: Supplement | None) -> SupplementOut | None:
        """From the service."""
        return cls.model_validate(found, from_attributes=True) if found is not None else None


class WageOut(BaseModel):
    """A worker's wage basis. `masked`: the amounts are the employer's to see (A-61)."""

    assignment_id: int
    name: str
    employer: str
    team: str
    mode: str | None = Field(description="daily 日结, daily_monthly 按日计月结, monthly 月薪加绩效; null: 未登记 / not registered")
    masked: bool
    days: Days
    expected_days: int
    amount: Money | None
    due: list[DueOut]
    performance_on: list[dt.date]
    warnings: list[str]
    supplement: SupplementOut | None = Field(description="定稿后的补充 / what changed after the month was published")

    @classmethod
    def of(cls, found: WageLine) -> WageOut:
        """From the service."""
        line, told = found.line, found.basis
        return cls(
            assignment_id=line.assignment_id,
            name=shown_name(line.name),
            employer=line.employer,
            team=line.team,
            mode=found.mode.value if found.mode is not None else None,
            masked=found.masked,
            days=line.days,
            expected_days=line.expected,
            amount=told.amount if told is not None else None,
            due=[DueOut(dates=list(due.dates), amount=due.amount, how=due.how) for due in told.due] if told is not None else [],
            performance_on=list(told.performance_on) if told is not None else [],
            warnings=list(told.warnings) if told is not None else [],
            supplement=SupplementOut.of(found.supplement),
        )


class WagesOut(BaseModel):
    """Some lines of a month's wage basis; `frozen` where they rest on the published month."""

    items: list[WageOut]
    next_cursor: str | None
    frozen: FrozenOut | None
    pending: int


class CorrectionIn(In):
    """A request for a missing punch (补卡)."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "assignment_id": 17,
                    "at": "2026-04-09T12:00:00Z",
                    "direction": "02",
                    "reason": "not_recognised",
                    "evidence": "班组长签字单 12",
                }
            ]
        },
    )

    assignment_id: int = Field(ge=1, le=2**53)
    at: dt.datetime
    direction: Direction
    reason: CorrectionReason
    note: str = Field(default="", max_length=300)
    evidence: str = Field(default="", max_length=200, description="印证材料编号 / what shows it")


class RejectionIn(In):
    """Why a request is refused."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"why": "监控显示当日 17:30 已离场"}]})

    why: str = Field(min_length=1, max_length=300)


class CorrectionOut(BaseModel):
    """A request and how it was decided."""

    id: int
    project_id: int
    assignment_id: int
    at: dt.datetime
    direction: str
    reason: CorrectionReason
    note: str
    evidence: str
    state: CorrectionState
    requested_at: dt.datetime
    decided_at: dt.datetime | None
    decision: str
    supplement: bool = Field(description="该月定稿后提出，作为补充 / its month was frozen: it stands beside it as a supplement")

    @classmethod
    def of(cls, row: Correction) -> CorrectionOut:
        """From the record."""
        told = {name: getattr(row, name) for name in cls.model_fields if name != "supplement"}
        return cls(**told, supplement=row.supplements_id is not None)
