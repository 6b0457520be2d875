"""What the API says of what boxes sent that was not right."""

from __future__ import annotations

import datetime as dt

from pydantic import BaseModel, Field

from central.messaging import box_words
from central.messaging.model import Incident, QuarantinedEvent


class QuarantinedOut(BaseModel):
    """An event that was kept raw. What it says is not shown here: it may be personal, or anything."""

    id: int
    box: str
    epoch: str
    seq: int
    code: str = Field(examples=["BAD_MESSAGE"])
    detail: str
    size: int = Field(description="字节数 / bytes")
    received_at: dt.datetime

    @classmethod
    def of(cls, row: QuarantinedEvent) -> QuarantinedOut:
        """From its row."""
        return cls(
            id=row.id,
            box=row.box_id,
            epoch=row.epoch,
            seq=row.seq,
            code=row.code,
            detail=row.detail,
            size=len(row.packed),
            received_at=row.received_at,
        )


class IncidentOut(BaseModel):
    """Something about a box; `raised_by` is `box`, or `centre` for what was seen in its journal."""

    id: int
    box: str
    epoch: str
    seq: int
    at: dt.datetime
    code: str = Field(examples=["CLONE_ALARM"])
    says: str = Field(description="中文说明 / in Chinese")
    says_en: str
    detail: str
    raised_by: str
    method: str = Field(description="008 一键放行 / one-key, 009 应急 / emergency; 其他事件为空 / empty for others")
    direction: str
    lane: str
    operator: str

    @classmethod
    def of(cls, row: Incident) -> IncidentOut:
        """From its row."""
        words = box_words.of_incident(row.code)
        return cls(
            id=row.id,
            box=row.box_id,
            epoch=row.epoch,
            seq=row.seq,
            at=row.at,
            code=row.code,
            says=words.zh,
            says_en=words.en,
            detail=row.detail,
            raised_by=row.raised_by,
            method=row.method,
            direction=row.direction,
            lane=row.lane,
            operator=row.operator,
        )
