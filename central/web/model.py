"""Tables of the portal: who is signed in, and which attempts to sign in failed."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, row_id


class PortalSession(Base):
    """A signed-in browser. Of its cookie only the SHA-256 is kept; `password_mark` ends it when the password changes."""

    __tablename__ = "portal_sessions"

    id: Mapped[int] = row_id()
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    account_id: Mapped[int] = mapped_column(BigId, ForeignKey("accounts.id"), index=True)
    password_mark: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]


class FailedSignIn(Base):
    """One failed attempt under one key: a keyed hash of an account's name or of an address, so that neither stands here."""

    __tablename__ = "failed_sign_ins"
    __table_args__ = (Index("ix_failed_sign_ins_key_at", "key", "at"),)

    id: Mapped[int] = row_id()
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
