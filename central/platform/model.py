"""Tables of the uploads to the national platform: a project's channel, and one row for each record that is to be there once.

A row says what is uploaded and how far that is; what is said of a person is read and sealed at the moment of sending and kept nowhere here.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, row_id, words


class UploadKind(StrEnum):
    """What a record is, in the order in which the platform wants them."""

    PROJECT = "project"
    COMPANY = "company"
    PARTICIPANT = "participant"
    TEAM = "team"
    WORKER = "worker"
    ENTRY = "entry"
    CONTRACT = "contract"
    ATTENDANCE = "attendance"
    PAYROLL = "payroll"
    EXIT = "exit"
    TEAM_CHANGE = "team_change"
    PARTICIPANT_EXIT = "participant_exit"


class UploadState(StrEnum):
    """Where a record stands. `blocked`: another must be there first. `failed` with a time is tried again then, without one by somebody.

    `skipped`: it failed, and somebody decided to leave it; what needs it stays blocked. `withdrawn`: it turned out before it was sent that
    there is nothing to tell.
    """

    BLOCKED = "blocked"
    WAITING = "waiting"
    SENT = "sent"
    DONE = "done"
    ALREADY_THERE = "already_there"
    FAILED = "failed"
    SKIPPED = "skipped"
    WITHDRAWN = "withdrawn"


THERE: Final = (UploadState.DONE, UploadState.ALREADY_THERE)
"""The platform has it."""
OPEN: Final = (UploadState.BLOCKED, UploadState.WAITING, UploadState.SENT)
"""It may still get there by itself."""
_DUE: Final = text("next_at IS NOT NULL")
_BLOCKED: Final = text("state = 'blocked'")
_SENT: Final = text("state = 'sent'")
_PASSAGE: Final = text("kind = 'attendance' AND settled_at IS NOT NULL")


class PlatformChannel(Base):
    """A project's way to the platform: who switched it on or off, from which date on passages are told, and what holds it up.

    `seeded_upto` is the assignment up to which those that stood at the switching were entered, None when all are. `position` is how far
    the attendance feed is entered. `paused_code`: nothing is sent until somebody resumes; `resume_at`: nothing before then, after
    `setbacks` in a row.
    """

    __tablename__ = "platform_channels"

    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("projects.id"), primary_key=True, autoincrement=False)
    switched_on: Mapped[bool]
    switched_by: Mapped[str] = mapped_column(String(64))
    switched_at: Mapped[dt.datetime]
    since: Mapped[dt.date]
    seeded_upto: Mapped[int | None] = mapped_column(BigInteger)
    position: Mapped[int] = mapped_column(BigInteger)
    paused_code: Mapped[str] = mapped_column(String(40), server_default="", default="")
    paused_at: Mapped[dt.datetime | None]
    resume_at: Mapped[dt.datetime | None]
    setbacks: Mapped[int] = mapped_column(server_default="0", default=0)
    last_success_at: Mapped[dt.datetime | None]


class PlatformUpload(Base):
    """One record, known by our own `key` within its project and kind: it is entered once and uploaded until it is there.

    `key` is an id, a passage's `box/epoch/seq`, `manual/<id>`, of a published month's line `yyyy-mm/<assignment>`, of a team's change
    `<team>/<audit entry>`. `needs_id` and `follows_id` must be there before it. `team_upload_id` is the team whose number (`number`, given
    by the platform) it names. `alone`: it was refused among others and goes by itself. `serial` is what the platform calls the request.
    `moved_on` is the date that an entry or exit was told with. `next_at`: to be sent, asked about or tried again then; None when nothing
    is due.
    """

    __tablename__ = "platform_uploads"
    __table_args__ = (
        UniqueConstraint("project_id", "kind", "key"),
        Index("ix_platform_uploads_due", "project_id", "next_at", "id", postgresql_where=_DUE, sqlite_where=_DUE),
        Index("ix_platform_uploads_needs_id", "needs_id", postgresql_where=_BLOCKED, sqlite_where=_BLOCKED),
        Index("ix_platform_uploads_follows_id", "follows_id", postgresql_where=_BLOCKED, sqlite_where=_BLOCKED),
        Index("ix_platform_uploads_serial", "serial", postgresql_where=_SENT, sqlite_where=_SENT),
        Index("ix_platform_uploads_settled", "settled_at", postgresql_where=_PASSAGE, sqlite_where=_PASSAGE),
        Index("ix_platform_uploads_state", "project_id", "state", "id"),
    )

    id: Mapped[int] = row_id()
    project_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[UploadKind] = mapped_column(words(UploadKind))
    key: Mapped[str] = mapped_column(String(120))
    assignment_id: Mapped[int | None] = mapped_column(BigId)
    team_upload_id: Mapped[int | None] = mapped_column(BigId)
    needs_id: Mapped[int | None] = mapped_column(BigId)
    follows_id: Mapped[int | None] = mapped_column(BigId)
    state: Mapped[UploadState] = mapped_column(words(UploadState))
    alone: Mapped[bool] = mapped_column(server_default=false(), default=False)
    serial: Mapped[str] = mapped_column(String(64), server_default="", default="")
    number: Mapped[str] = mapped_column(String(64), server_default="", default="")
    code: Mapped[str] = mapped_column(String(40), server_default="", default="")
    said: Mapped[str] = mapped_column(String(200), server_default="", default="")
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    moved_on: Mapped[dt.date | None]
    next_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
    sent_at: Mapped[dt.datetime | None]
    settled_at: Mapped[dt.datetime | None]


class PlatformPack(Base):
    """What became of the passages that were entered on one local date, packed together once they had been settled for long enough: whether
    each was told, when, with which answer (`central.platform.packing`)."""

    __tablename__ = "platform_packs"

    project_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    day: Mapped[dt.date] = mapped_column(primary_key=True)
    records: Mapped[int]
    packed: Mapped[bytes] = mapped_column(LargeBinary)
