"""The table of transfers: a new employer asks for somebody who works for another, and the present one answers (A-30)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Final

from sqlalchemy import ForeignKey, Index, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, row_id, words


class TransferState(StrEnum):
    """`waiting` for the answer, `released` with a departure date; the others are ends. `failed`: the kept form no longer fits."""

    WAITING = "waiting"
    RELEASED = "released"
    COMPLETED = "completed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    FAILED = "failed"


_OPEN: Final = text("state IN ('waiting', 'released')")
_RELEASED: Final = text("state = 'released'")


class Transfer(Base):
    """One request. A company has at most one open per worker, and a worker is released to at most one company.

    `said_sealed` is the typed form, gone at every end; `name_said` the name in it; `cause` the code of why it
    ended so, `reason` the present employer's own words. `by_chip`: a paired reader proved the card when it was asked for.
    """

    __tablename__ = "transfers"
    __table_args__ = (
        Index("uq_transfers_one_open", "worker_id", "to_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("uq_transfers_one_released", "worker_id", unique=True, postgresql_where=_RELEASED, sqlite_where=_RELEASED),
        Index("ix_transfers_from_id", "from_id", "state", "id"),
        Index("ix_transfers_to_id", "to_id", "state", "id"),
        Index("ix_transfers_state", "state", "id"),
    )

    id: Mapped[int] = row_id()
    worker_id: Mapped[int] = mapped_column(BigId, ForeignKey("workers.id"))
    employment_id: Mapped[int] = mapped_column(BigId, ForeignKey("employments.id"))
    from_id: Mapped[int] = mapped_column(BigId, ForeignKey("companies.id"))
    to_id: Mapped[int] = mapped_column(BigId, ForeignKey("companies.id"))
    state: Mapped[TransferState] = mapped_column(words(TransferState), default=TransferState.WAITING)
    name_said: Mapped[str] = mapped_column(String(100))
    said_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    by_chip: Mapped[int] = mapped_column(SmallInteger, server_default="0", default=0)
    asked_by: Mapped[str] = mapped_column(String(64))
    asked_at: Mapped[dt.datetime]
    lapses_at: Mapped[dt.datetime]
    answered_by: Mapped[str] = mapped_column(String(64), server_default="", default="")
    answered_at: Mapped[dt.datetime | None]
    departs_on: Mapped[dt.date | None]
    reason: Mapped[str] = mapped_column(String(200), server_default="", default="")
    cause: Mapped[str] = mapped_column(String(64), server_default="", default="")
    ended_at: Mapped[dt.datetime | None]
