"""Tables of what people write about attendance: corrections, frozen months, objections, links; and the published roots."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import BigInteger, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, row_id, words


class CorrectionState(StrEnum):
    """A request waits, and is decided once."""

    REQUESTED = "requested"
    APPROVED = "approved"
    REJECTED = "rejected"


class CorrectionReason(StrEnum):
    """Why a punch is missing: a closed list (补卡原因)."""

    FORGOTTEN = "forgotten"
    GATE_FAULT = "gate_fault"
    NOT_RECOGNISED = "not_recognised"
    EMERGENCY_OPENING = "emergency_opening"
    OTHER_EXIT = "other_exit"
    OTHER = "other"


class Correction(Base):
    """A request for a punch that is missing (补卡), and how it was decided. It never changes a passage.

    `supplements_id`: the frozen month that it came too late for; approved, it stands beside that month as a supplement (补充).
    """

    __tablename__ = "corrections"
    __table_args__ = (Index("ix_corrections_project_id", "project_id", "state"), Index("ix_corrections_assignment_id", "assignment_id"))

    id: Mapped[int] = row_id()
    project_id: Mapped[int] = mapped_column(BigId)
    assignment_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[dt.datetime]
    direction: Mapped[str] = mapped_column(String(2))
    reason: Mapped[CorrectionReason] = mapped_column(words(CorrectionReason))
    note: Mapped[str] = mapped_column(String(300), server_default="", default="")
    evidence: Mapped[str] = mapped_column(String(200), server_default="", default="")
    state: Mapped[CorrectionState] = mapped_column(words(CorrectionState))
    requested_by: Mapped[str] = mapped_column(String(64))
    requested_at: Mapped[dt.datetime]
    decided_by: Mapped[str] = mapped_column(String(64), server_default="", default="")
    decided_at: Mapped[dt.datetime | None]
    decision: Mapped[str] = mapped_column(String(300), server_default="", default="")
    supplements_id: Mapped[int | None] = mapped_column(BigId)


class ManualEvent(Base):
    """An approved correction: a punch that stands beside the passages, marked as manual. Added once, never changed.

    `position` is its place in the attendance feed, in one row of numbers with the passages.
    """

    __tablename__ = "manual_events"
    __table_args__ = (
        UniqueConstraint("correction_id"),
        UniqueConstraint("position"),
        Index("ix_manual_events_assignment_id_at", "assignment_id", "at"),
    )

    id: Mapped[int] = row_id()
    correction_id: Mapped[int] = mapped_column(BigId)
    position: Mapped[int] = mapped_column(BigInteger)
    project_id: Mapped[int] = mapped_column(BigId)
    assignment_id: Mapped[int] = mapped_column(BigId)
    worker_id: Mapped[int] = mapped_column(BigId)
    employer_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[dt.datetime]
    direction: Mapped[str] = mapped_column(String(2))
    reason: Mapped[CorrectionReason] = mapped_column(words(CorrectionReason))
    approved_at: Mapped[dt.datetime]


class FrozenMonth(Base):
    """A month's sheet as it was frozen and published (公示). `month` is its first day. `digest` is over all its rows."""

    __tablename__ = "frozen_months"
    __table_args__ = (UniqueConstraint("project_id", "month"),)

    id: Mapped[int] = row_id()
    project_id: Mapped[int] = mapped_column(BigId)
    month: Mapped[dt.date]
    frozen_at: Mapped[dt.datetime]
    frozen_by: Mapped[str] = mapped_column(String(64))
    published_on: Mapped[dt.date]
    objections_until: Mapped[dt.date]
    rows: Mapped[int]
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class FrozenRow(Base):
    """One worker's line of a frozen month, byte for byte as it was published (`central.attendance.sheet`); `team_id` is the line's own,
    to be found by."""

    __tablename__ = "frozen_rows"

    month_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    assignment_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    told: Mapped[bytes] = mapped_column(LargeBinary)
    team_id: Mapped[int | None] = mapped_column(BigId)


class Objection(Base):
    """Somebody disagrees with a published line; it is answered, and the line stays as it was published."""

    __tablename__ = "objections"
    __table_args__ = (Index("ix_objections_month_id", "month_id"), Index("ix_objections_assignment_id", "assignment_id"))

    id: Mapped[int] = row_id()
    month_id: Mapped[int] = mapped_column(BigId)
    assignment_id: Mapped[int] = mapped_column(BigId)
    work_date: Mapped[dt.date | None]
    text: Mapped[str] = mapped_column(String(500))
    raised_by: Mapped[str] = mapped_column(String(64))
    raised_at: Mapped[dt.datetime]
    answer: Mapped[str] = mapped_column(String(500), server_default="", default="")
    accepted: Mapped[bool | None]
    answered_by: Mapped[str] = mapped_column(String(64), server_default="", default="")
    answered_at: Mapped[dt.datetime | None]


class OwnLink(Base):
    """A link given to a worker for the own view: who made it for whom, and until when it opens. Nothing here opens anything."""

    __tablename__ = "own_links"
    __table_args__ = (Index("ix_own_links_assignment_id", "assignment_id", "id"),)

    id: Mapped[int] = row_id()
    assignment_id: Mapped[int] = mapped_column(BigId)
    issued_by: Mapped[str] = mapped_column(String(64))
    issued_at: Mapped[dt.datetime]
    until: Mapped[dt.datetime]
    revoked_by: Mapped[str] = mapped_column(String(64), server_default="", default="")
    revoked_at: Mapped[dt.datetime | None]


class DailyRoot(Base):
    """The root over what a project's boxes told of one date. What arrives later makes a new version; the old ones stay."""

    __tablename__ = "daily_roots"

    project_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    date: Mapped[dt.date] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary)
    leaves: Mapped[int]
    published_at: Mapped[dt.datetime]
