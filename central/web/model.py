"""Tables of the portal: who is signed in, which attempts to sign in failed, and the views of lists that people keep."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, row_id


class PortalSession(Base):
    """A signed-in browser, of an account or of a certificate. Of its cookie only the SHA-256 is kept.

    `password_mark` ends it when the password changes. `stage` is `in` once nothing is left to be shown; before, `second` asks for the
    second factor's code, `enrol` for a second factor to be set up, `password` for a password of one's own. `agent` is what the browser
    calls itself, for its owner to recognise it by.
    """

    __tablename__ = "portal_sessions"

    id: Mapped[int] = row_id()
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    account_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("accounts.id"), index=True)
    certificate_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("certificates.id"), index=True)
    password_mark: Mapped[bytes] = mapped_column(LargeBinary)
    stage: Mapped[str] = mapped_column(String(16), server_default="in", default="in")
    agent: Mapped[str] = mapped_column(String(200), server_default="", default="")
    created_at: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]


class FailedSignIn(Base):
    """One failed attempt under one key: a keyed hash of an account's name or of an address, so that neither stands here."""

    __tablename__ = "failed_sign_ins"
    __table_args__ = (Index("ix_failed_sign_ins_key_at", "key", "at"),)

    id: Mapped[int] = row_id()
    key: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]


class SavedView(Base):
    """A view of a list under a name: conditions and order as they stand in the URL, for the one who kept it."""

    __tablename__ = "saved_views"
    __table_args__ = (UniqueConstraint("actor", "list", "name"),)

    id: Mapped[int] = row_id()
    actor: Mapped[str] = mapped_column(String(64))
    list: Mapped[str] = mapped_column(String(200))
    name: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(String(600))
    created_at: Mapped[dt.datetime]
