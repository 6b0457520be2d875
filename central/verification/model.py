"""Tables of identity checks and of planned outages of the service that answers them."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, row_id, words


class CheckState(StrEnum):
    """`waiting` until the service gives a verdict; `settled` when it did; `dropped` when somebody else settled it first."""

    WAITING = "waiting"
    SETTLED = "settled"
    DROPPED = "dropped"


class IdentityCheck(Base):
    """One question to the verification service, asked again until it is answered. At most one waits per worker.

    `cause` is why the last attempt gave no verdict, or what the verdict was (A-25).
    """

    __tablename__ = "identity_checks"
    __table_args__ = (
        Index(
            "uq_identity_checks_one_waiting",
            "worker_id",
            unique=True,
            postgresql_where=text("state = 'waiting'"),
            sqlite_where=text("state = 'waiting'"),
        ),
        Index("ix_identity_checks_state", "state", "next_at"),
    )

    id: Mapped[int] = row_id()
    worker_id: Mapped[int] = mapped_column(BigId, ForeignKey("workers.id"))
    state: Mapped[CheckState] = mapped_column(words(CheckState), default=CheckState.WAITING)
    cause: Mapped[str] = mapped_column(String(32), server_default="", default="")
    attempts: Mapped[int] = mapped_column(server_default="0", default=0)
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[dt.datetime]
    next_at: Mapped[dt.datetime]
    settled_at: Mapped[dt.datetime | None]


class PlannedOutage(Base):
    """A dated time in which the verification service is planned to be away, beside its weekly one; withdrawn, it counts no more."""

    __tablename__ = "planned_outages"
    __table_args__ = (Index("ix_planned_outages_ends_at", "ends_at"),)

    id: Mapped[int] = row_id()
    begins_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(String(200))
    actor: Mapped[str] = mapped_column(String(64))
    withdrawn_at: Mapped[dt.datetime | None]
