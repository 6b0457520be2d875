"""Tables of the requests for old data and of what was put into their files (A-57)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, row_id, words


class HistoryState(StrEnum):
    """Which of the five steps a request has taken last; `refused` ends it."""

    DRAFT = "draft"
    STATED = "stated"
    CONFIRMED = "confirmed"
    VERIFIED = "verified"
    ACCEPTED = "accepted"
    GIVEN = "given"
    REFUSED = "refused"


class HistoryAct(StrEnum):
    """What is done for a request. The confirmation of the three parties (建、监、施) takes three acts, whose order is free."""

    STATEMENT = "statement"
    OWNER = "owner"
    SUPERVISOR = "supervisor"
    CONTRACTOR = "contractor"
    VERIFICATION = "verification"
    ACCEPTANCE = "acceptance"
    RELEASE = "release"
    REFUSAL = "refusal"


class HistoryRequest(Base):
    """One project's request for the people and passages that the old system knew between two dates."""

    __tablename__ = "history_requests"
    __table_args__ = (Index("ix_history_requests_project_id", "project_id"), Index("ix_history_requests_state", "state"))

    id: Mapped[int] = row_id()
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("projects.id"))
    state: Mapped[HistoryState] = mapped_column(words(HistoryState))
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date]
    statement: Mapped[str] = mapped_column(Text)
    requested_by: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime]


class HistoryStep(Base):
    """One act for a request, never changed: who did it, for which company, with what remark."""

    __tablename__ = "history_steps"
    __table_args__ = (UniqueConstraint("request_id", "act"),)

    id: Mapped[int] = row_id()
    request_id: Mapped[int] = mapped_column(BigId, ForeignKey("history_requests.id"))
    act: Mapped[HistoryAct] = mapped_column(words(HistoryAct))
    company_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("companies.id"))
    actor: Mapped[str] = mapped_column(String(64))
    remark: Mapped[str] = mapped_column(String(200), server_default="", default="")
    at: Mapped[dt.datetime]


class HistoryFile(Base):
    """A file that belongs to an act: the signed statement, a confirmation with its seal. The content is sealed with the master key."""

    __tablename__ = "history_files"
    __table_args__ = (Index("ix_history_files_request_id", "request_id"),)

    id: Mapped[int] = row_id()
    request_id: Mapped[int] = mapped_column(BigId, ForeignKey("history_requests.id"))
    act: Mapped[HistoryAct] = mapped_column(words(HistoryAct))
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    content_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
