"""Tables of the card readers on employers' desks and of the codes that pair them (see `central.people.chip_read`)."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, row_id


class OfficeReader(Base):
    """A reader bridge that signs what it reads: its Ed25519 public key, whose desk it stands on, until it is revoked."""

    __tablename__ = "office_readers"
    __table_args__ = (Index("ix_office_readers_company_id", "company_id"),)

    id: Mapped[int] = row_id()
    company_id: Mapped[int] = mapped_column(BigId, ForeignKey("companies.id"))
    public_key: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    name: Mapped[str] = mapped_column(String(100))
    sam_id: Mapped[str] = mapped_column(String(64), server_default="", default="")
    paired_by: Mapped[str] = mapped_column(String(64))
    paired_at: Mapped[dt.datetime]
    revoked_at: Mapped[dt.datetime | None]


class ReaderPairing(Base):
    """A one-time code that a bridge redeems; only its HMAC is kept."""

    __tablename__ = "reader_pairings"

    id: Mapped[int] = row_id()
    company_id: Mapped[int] = mapped_column(BigId, ForeignKey("companies.id"))
    code_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    asked_by: Mapped[str] = mapped_column(String(64))
    expires_at: Mapped[dt.datetime]
    redeemed_at: Mapped[dt.datetime | None]
