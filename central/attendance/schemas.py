"""What the API says about attendance."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from central.attendance import checks
from central.attendance.absence import PresenceState
from central.attendance.completeness import GateEvidence
from central.attendance.model import Passage
from central.attendance.papers import ManualEvent
from central.attendance.presence import Line
from central.attendance.rules import Judged, shown_name
from central.attendance.store import FeedRow
from central.schemas import In

CHECKS_SAID: Final = (
    "通行前做过的检查，按先后 / the checks that ran, in their order: "
    "face-1to1, sharpness, colour, minifasnet, depth, turn_left, turn_right, blink"
)


class PassageOut(BaseModel):
    """A passage, or an approved correction beside them. The same `id` with a higher `revision` replaces what was pulled before: its time
    was corrected, or nobody went through (`kind` not_passed)."""

    id: str = Field(examples=["b-k3v7a2qd.9f3c1a52.1742"])
    kind: Literal["passage", "not_passed", "manual"] = Field(
        description="passage 通行; not_passed 闸机开了但没有人通过，不是考勤 / no attendance; manual 补卡 / an approved correction"
    )
    revision: int
    project_id: int
    assignment_id: int | None
    worker_id: int | None
    name: str | None = Field(description="脱敏姓名 / masked name", examples=["张**"])
    id_number: str | None = Field(description="脱敏证件号 / masked number", examples=["310***********1234"])
    employer_id: int | None
    employer: str | None
    team: str | None
    trade: str | None
    direction: str = Field(description="01 进 / in, 02 出 / out")
    method: str | None = Field(description="001 人脸 / face, 005 身份证 / ID card, …; null: 补卡 / a correction")
    lane: str | None
    checks: list[str] = Field(description=CHECKS_SAID, examples=[["sharpness", "colour", "turn_left"]])
    at: dt.datetime
    at_reported: dt.datetime = Field(description="盒子时钟所报时间 / what the box's clock said")
    clock: str | None
    offline: bool
    stale_roster: bool
    duplicate: bool
    judged: Judged
    counted: bool = Field(description="false: 闸机开了但没有人通过，不是考勤 / the turnstile opened and nobody went through: no attendance")
    reason: str | None = Field(description="补卡原因 / why it was corrected")
    received_at: dt.datetime

    @classmethod
    def of(cls, row: FeedRow) -> PassageOut:
        """From a row of the feed."""
        event = row.event
        told = _of_passage(event) if isinstance(event, Passage) else _of_correction(event)
        return cls(
            **told,
            project_id=event.project_id,
            assignment_id=event.assignment_id,
            worker_id=event.worker_id,
            name=shown_name(row.name) if row.name else None,
            id_number=row.id_masked,
            employer_id=event.employer_id,
            employer=row.employer,
            team=row.team,
            trade=row.trade,
            direction=event.direction,
            at=event.at,
        )


def _of_passage(passage: Passage) -> dict[str, Any]:
    own = ("revision", "method", "lane", "at_reported", "clock", "offline", "stale_roster", "duplicate", "judged", "counted", "received_at")
    kind = "passage" if passage.counted else "not_passed"
    name = f"{passage.box_id}.{passage.epoch}.{passage.seq}"
    return {"id": name, "kind": kind, "reason": None, "checks": list(checks.named(passage.checks))} | {
        field: getattr(passage, field) for field in own
    }


def _of_correction(event: ManualEvent) -> dict[str, Any]:
    return {
        "id": f"manual.correction.{event.id}",
        "kind": "manual",
        "revision": 1,
        "method": None,
        "lane": None,
        "checks": [],
        "at_reported": event.at,
        "clock": None,
        "offline": False,
        "stale_roster": False,
        "duplicate": False,
        "judged": Judged.OK,
        "counted": True,
        "reason": event.reason.value,
        "received_at": event.approved_at,
    }


class AttendancePage(BaseModel):
    """Some of the feed. Ask again with `next_cursor` whenever you like: it never ends. `complete_until` is by project id, and holds for
    what was pulled once `at_end` is true; each gate's own words are at `/projects/{id}/completeness`."""

    items: list[PassageOut]
    next_cursor: str = Field(examples=["AAAAAAAABs5mN2Z8zQ1hXw4p"])
    at_end: bool = Field(description="此刻没有更多 / nothing more at this moment")
    complete_until: dict[int, dt.datetime | None] = Field(
        description="该时刻之前的通行已全部到达 / every passage up to then has arrived; null: 尚有盒子未报齐 / a box is behind"
    )


class GateOut(BaseModel):
    """A gate, and until when it has told everything; what is not covered makes every worker's later days undetermined."""

    box: str = Field(examples=["b-k3v7a2qd"])
    name: str
    lane: str
    installed_at: dt.datetime
    retired_at: dt.datetime | None
    reported_until: dt.datetime | None = Field(description="此前的通行已全部到达 / everything before then has arrived")
    holes: list[tuple[dt.datetime, dt.datetime]] = Field(
        description="可能永久缺失的时段 / spans in which something may be missing for good"
    )
    online: bool
    last_seen_at: dt.datetime | None
    faults: list[str]

    @classmethod
    def of(cls, gate: GateEvidence) -> GateOut:
        """From the gate's evidence."""
        report = gate.report
        return cls(
            box=gate.box,
            name=gate.name,
            lane=gate.lane,
            installed_at=report.installed_at,
            retired_at=report.retired_at,
            reported_until=report.reported_until,
            holes=list(report.holes),
            online=gate.online,
            last_seen_at=gate.last_seen_at,
            faults=list(gate.faults),
        )


class PresenceOut(BaseModel):
    """One worker's presence on the project: derived from attendance, never an act, reversed by the next passage (A-50, A-54)."""

    assignment_id: int
    worker_id: int
    name: str = Field(description="脱敏姓名 / masked name", examples=["张**"])
    id_number: str
    employer: str
    team: str | None
    trade: str
    state: PresenceState
    since: dt.date
    last_on: dt.date | None = Field(description="末次考勤日 / the last date seen")
    evidence: str = Field(description="末次通行编号 / id of the last passage", examples=["b-k3v7a2qd.9f3c1a52.1742"])
    absent_days: int = Field(description="确定缺勤的工作日数 / working days of certain absence")
    complete_up_to: dt.date | None
    template_dropped_at: dt.datetime | None

    @classmethod
    def of(cls, line: Line) -> PresenceOut:
        """From a line of the service."""
        return cls(
            assignment_id=line.assignment_id,
            worker_id=line.worker_id,
            name=shown_name(line.name),
            id_number=line.id_masked,
            employer=line.employer,
            team=line.team,
            trade=line.trade,
            state=line.state,
            since=line.since,
            last_on=line.last_on,
            evidence=line.evidence,
            absent_days=line.absent_days,
            complete_up_to=line.complete_up_to,
            template_dropped_at=line.template_dropped_at,
        )


class PresenceOfProject(BaseModel):
    """One page of a project's workers, and what it rests on."""

    items: list[PresenceOut]
    next_cursor: str | None
    as_of: dt.date = Field(description="已结束的最后一个考勤日 / the last work date that is over")
    gates: list[GateOut]
    calendar_provisional_from: dt.date | None = Field(
        description="自该日起法定节假日尚未公布，暂按周一至周五计 / statutory holidays unknown from then on: Mondays to Fridays stand in"
    )


class CompletenessOut(BaseModel):
    """Whether everything of a date has arrived, and which gates have not told all of it."""

    date: dt.date
    complete: bool
    missing: list[GateOut]


class SuspensionSpan(BaseModel):
    """Dates on which the project stands still, both included; no last one: until told otherwise."""

    first: dt.date
    last: dt.date | None


class GroundOut(BaseModel):
    """All that a project's presence rests on beside its passages, so that whoever pulls can derive the same.

    Ask for this first and pull to the end then: whatever this calls complete has been pulled.
    """

    as_of: dt.date = Field(description="已结束的最后一个考勤日 / the last work date that is over")
    day_cut_min: int
    alert_days: int
    presumed_exit_days: int
    calendar: str
    suspensions: list[SuspensionSpan]
    rest_days: list[dt.date] = Field(description="近 800 天的非工作日 / dates of the last 800 days that are no working days")
    gates: list[GateOut]


class TrainingIn(In):
    """A training that was given to a worker who was away for a year."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"on": "2026-04-20", "evidence": "三级安全教育卡 2026-118"}]})

    on: dt.date
    evidence: str = Field(min_length=1, max_length=200, description="印证材料编号或说明 / what shows it")


class DoneOut(BaseModel):
    """It is done."""

    id: int
