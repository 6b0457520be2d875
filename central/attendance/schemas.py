"""What the API says about attendance."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field

from central.attendance.rules import Judged, shown_name
from central.attendance.store import FeedRow


class PassageOut(BaseModel):
    """A passage. The same `id` with a higher `revision` replaces what was pulled before (its time was corrected)."""

    id: str = Field(examples=["b-k3v7a2qd.9f3c1a52.1742"])
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
    method: str = Field(description="001 人脸 / face, 005 身份证 / ID card, …")
    lane: str
    at: dt.datetime
    at_reported: dt.datetime = Field(description="盒子时钟所报时间 / what the box's clock said")
    clock: str
    offline: bool
    stale_roster: bool
    duplicate: bool
    judged: Judged
    received_at: dt.datetime

    @classmethod
    def of(cls, row: FeedRow) -> PassageOut:
        """From a row of the feed."""
        passage = row.passage
        return cls(
            id=f"{passage.box_id}.{passage.epoch}.{passage.seq}",
            revision=passage.revision,
            project_id=passage.project_id,
            assignment_id=passage.assignment_id,
            worker_id=passage.worker_id,
            name=shown_name(row.name) if row.name else None,
            id_number=row.id_masked,
            employer_id=passage.employer_id,
            employer=row.employer,
            team=row.team,
            trade=row.trade,
            direction=passage.direction,
            method=passage.method,
            lane=passage.lane,
            at=passage.at,
            at_reported=passage.at_reported,
            clock=passage.clock,
            offline=passage.offline,
            stale_roster=passage.stale_roster,
            duplicate=passage.duplicate,
            judged=passage.judged,
            received_at=passage.received_at,
        )


class AttendancePage(BaseModel):
    """Some passages. Ask again with `next_cursor` whenever you like: it never ends. `complete_until` is by project id."""

    items: list[PassageOut]
    next_cursor: str = Field(examples=["YXQ6MTc0Mg"])
    complete_until: dict[int, dt.datetime | None] = Field(
        description="该时刻之前的通行已全部到达 / every passage up to then has arrived; null: 尚有盒子未报齐 / a box is behind"
    )
