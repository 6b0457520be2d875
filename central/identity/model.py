"""Tables of accounts, API tokens, kiosk operators and remembered answers. No password, token or PIN is stored in clear."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from central.access import Role
from central.database import Base, BigId, row_id, words


class Account(Base):
    """Somebody who signs in at the portal. `password_hash` is an argon2id string."""

    __tablename__ = "accounts"

    id: Mapped[int] = row_id()
    username: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    display_name: Mapped[str] = mapped_column(String(100))
    role: Mapped[Role] = mapped_column(words(Role))
    company_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("companies.id"))
    project_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("projects.id"))
    disabled_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class ApiToken(Base):
    """A bearer token: 32 random bytes, of which only the SHA-256 is kept."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = row_id()
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    role: Mapped[Role] = mapped_column(words(Role))
    company_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("companies.id"))
    project_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("projects.id"))
    expires_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class KioskOperator(Base):
    """Somebody who may use the kiosks of a project; the argon2id PIN hash travels to its boxes and is checked there, offline."""

    __tablename__ = "kiosk_operators"
    __table_args__ = (Index("ix_kiosk_operators_project_id", "project_id"),)

    id: Mapped[int] = row_id()
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("projects.id"))
    name: Mapped[str] = mapped_column(String(100))
    pin_hash: Mapped[str] = mapped_column(String(200))
    disabled_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class RememberedAnswer(Base):
    """The answer to a write that carried an Idempotency-Key, kept in the same transaction, sealed, per actor (A-36, A-48)."""

    __tablename__ = "remembered_answers"

    actor: Mapped[str] = mapped_column(String(64), primary_key=True)
    key: Mapped[str] = mapped_column(String(128), primary_key=True)
    request_mac: Mapped[bytes] = mapped_column(LargeBinary)
    answer_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[dt.datetime] = mapped_column(index=True)
