"""The table of tickets. What was written and shown may hold personal data: both are stored sealed."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, row_id, words


class TicketState(StrEnum):
    """Open until somebody answers."""

    OPEN = "open"
    ANSWERED = "answered"


class Ticket(Base):
    """One question. `about` is the request id of the page it is about, `page` that page's path without its query."""

    __tablename__ = "tickets"
    __table_args__ = (Index("ix_tickets_actor", "actor", "id"), Index("ix_tickets_state", "state", "id"))

    id: Mapped[int] = row_id()
    actor: Mapped[str] = mapped_column(String(64))
    role: Mapped[str] = mapped_column(String(32))
    company_id: Mapped[int | None] = mapped_column(BigId)
    project_id: Mapped[int | None] = mapped_column(BigId)
    about: Mapped[str] = mapped_column(String(64))
    page: Mapped[str] = mapped_column(String(200))
    state: Mapped[TicketState] = mapped_column(words(TicketState), default=TicketState.OPEN)
    said_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    shot_type: Mapped[str] = mapped_column(String(32), server_default="", default="")
    shot_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    answer: Mapped[str] = mapped_column(Text, server_default="", default="")
    answered_by: Mapped[str] = mapped_column(String(64), server_default="", default="")
    answered_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]
