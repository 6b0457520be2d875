"""Tables of passages and refusals: facts, kept once, with what is judged of them beside.

The busiest tables after the journal: no foreign keys, and an index only for a question that is asked.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from central.attendance.rules import Judged
from central.database import Base, BigId, row_id, words

_UNSURE: Final = text("clock = 'none'")


class Passage(Base):
    """Somebody went through a gate. Its identity is the event's: (box, epoch, seq).

    `position` is its place in the feed: given under a lock, without gaps, later commits always behind. A passage whose time is
    corrected later moves to a new place and its `revision` rises, so that whoever pulled it already gets it again.
    `at` is the best known time, `at_reported` what the box's clock said. `judged` says what the centre thinks of it.
    """

    __tablename__ = "passages"
    __table_args__ = (
        UniqueConstraint("position"),
        Index("ix_passages_project_id_position", "project_id", "position"),
        Index("ix_passages_employer_id_position", "employer_id", "position"),
        Index("ix_passages_assignment_id_at", "assignment_id", "at"),
        Index("ix_passages_unsure", "project_id", postgresql_where=_UNSURE, sqlite_where=_UNSURE),
    )

    box_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int]
    boot: Mapped[int] = mapped_column(BigInteger)
    mono_ms: Mapped[int] = mapped_column(BigInteger)
    project_id: Mapped[int] = mapped_column(BigId)
    assignment_id: Mapped[int | None] = mapped_column(BigId)
    worker_id: Mapped[int | None] = mapped_column(BigId)
    employer_id: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[dt.datetime]
    at_reported: Mapped[dt.datetime]
    clock: Mapped[str] = mapped_column(String(8))
    direction: Mapped[str] = mapped_column(String(2))
    method: Mapped[str] = mapped_column(String(3))
    lane: Mapped[str] = mapped_column(String(128))
    roster_version: Mapped[int] = mapped_column(BigInteger)
    score: Mapped[int | None]
    offline: Mapped[bool]
    stale_roster: Mapped[bool]
    duplicate: Mapped[bool]
    judged: Mapped[Judged] = mapped_column(words(Judged))
    received_at: Mapped[dt.datetime]


class Refusal(Base):
    """Somebody was refused at a gate; no image, no card, and the assignment only where the box knew who it was (A-03)."""

    __tablename__ = "refusals"
    __table_args__ = (UniqueConstraint("box_id", "epoch", "seq"), Index("ix_refusals_project_id_at", "project_id", "at"))

    id: Mapped[int] = row_id()
    box_id: Mapped[str] = mapped_column(String(16))
    epoch: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(BigInteger)
    project_id: Mapped[int] = mapped_column(BigId)
    assignment_id: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(String(32))
    method: Mapped[str] = mapped_column(String(3))
    direction: Mapped[str] = mapped_column(String(2))
    lane: Mapped[str] = mapped_column(String(128))
    roster_version: Mapped[int] = mapped_column(BigInteger)
    offline: Mapped[bool]
    received_at: Mapped[dt.datetime]


class FeedPosition(Base):
    """The last place given in a feed. Its row is locked from the giving to the commit, so that places become visible in order."""

    __tablename__ = "feed_positions"

    feed: Mapped[str] = mapped_column(String(32), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)


class BootSync(Base):
    """When a boot's wall clock became right: that moment by wall clock and by the boot's monotonic clock, in ms."""

    __tablename__ = "boot_syncs"

    box_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(64), primary_key=True)
    boot: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    mono_ms: Mapped[int] = mapped_column(BigInteger)
