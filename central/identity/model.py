"""Tables of accounts, certificates, delegations, API tokens, kiosk operators and remembered answers.

No password, token, PIN or one-time secret is stored in clear. Sets of functions are stored as a JSON list of `Function` values; NULL
stands for everything that the role has.
"""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from central.access import Position, Role
from central.database import Base, BigId, row_id, words


class Account(Base):
    """Somebody who signs in at the portal. `password_hash` is an argon2id string.

    An empty `password_hash` is no password: nobody signs in until another is given.
    `position` counts for a project's office only (A-06). `totp_sealed` is the secret of the second factor; `totp_step` the last time step
    that was used, so that no code works twice; `recovery` a JSON list of SHA-256 digests in hexadecimal.
    """

    __tablename__ = "accounts"

    id: Mapped[int] = row_id()
    username: Mapped[str] = mapped_column(String(64), unique=True)
    password_hash: Mapped[str] = mapped_column(String(200))
    display_name: Mapped[str] = mapped_column(String(100))
    role: Mapped[Role] = mapped_column(words(Role))
    company_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("companies.id"))
    project_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("projects.id"))
    position: Mapped[Position] = mapped_column(words(Position), server_default="manager", default=Position.MANAGER)
    password_is_temporary: Mapped[bool] = mapped_column(server_default="0", default=False)
    totp_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    totp_step: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    recovery: Mapped[str] = mapped_column(Text, server_default="[]", default="[]")
    disabled_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class Certificate(Base):
    """A certificate by which an enterprise signs in (法人一证通, A-05): each is a principal of its own, with its own functions.

    `serial` is the certificate's number in hexadecimal, `fingerprint` the SHA-256 of its DER form.
    """

    __tablename__ = "certificates"
    __table_args__ = (UniqueConstraint("fingerprint"), Index("ix_certificates_company_id", "company_id"))

    id: Mapped[int] = row_id()
    company_id: Mapped[int] = mapped_column(BigId, ForeignKey("companies.id"))
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    serial: Mapped[str] = mapped_column(String(64))
    issuer: Mapped[str] = mapped_column(String(300))
    operator: Mapped[str] = mapped_column(String(100))
    functions: Mapped[str | None] = mapped_column(Text)
    not_after: Mapped[dt.datetime]
    disabled_at: Mapped[dt.datetime | None]
    last_used_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class Challenge(Base):
    """A random text that a certificate's key must sign: for one browser, for two minutes, once. Kept as hashes."""

    __tablename__ = "certificate_challenges"
    __table_args__ = (UniqueConstraint("nonce_hash"), Index("ix_certificate_challenges_expires_at", "expires_at"))

    id: Mapped[int] = row_id()
    nonce_hash: Mapped[bytes] = mapped_column(LargeBinary)
    browser_hash: Mapped[bytes] = mapped_column(LargeBinary)
    expires_at: Mapped[dt.datetime]


class Delegation(Base):
    """A-06: what a project's manager lets a member of the same office do, from when until when; never deleted."""

    __tablename__ = "delegations"
    __table_args__ = (Index("ix_delegations_delegate_id", "delegate_id"), Index("ix_delegations_project_id", "project_id"))

    id: Mapped[int] = row_id()
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("projects.id"))
    company_id: Mapped[int] = mapped_column(BigId, ForeignKey("companies.id"))
    manager_id: Mapped[int] = mapped_column(BigId, ForeignKey("accounts.id"))
    delegate_id: Mapped[int] = mapped_column(BigId, ForeignKey("accounts.id"))
    functions: Mapped[str] = mapped_column(Text)
    starts_at: Mapped[dt.datetime]
    ends_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    revoke_cause: Mapped[str] = mapped_column(String(32), server_default="", default="")
    created_at: Mapped[dt.datetime]


class ApiToken(Base):
    """A bearer token: 32 random bytes, of which only the SHA-256 is kept. `maker` is the actor whose rights it never exceeds."""

    __tablename__ = "api_tokens"

    id: Mapped[int] = row_id()
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    role: Mapped[Role] = mapped_column(words(Role))
    company_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("companies.id"))
    project_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("projects.id"))
    functions: Mapped[str | None] = mapped_column(Text)
    maker: Mapped[str] = mapped_column(String(64), server_default="", default="")
    expires_at: Mapped[dt.datetime | None]
    revoked_at: Mapped[dt.datetime | None]
    last_used_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class OperatorRole(StrEnum):
    """A manager enrols at the kiosk and may do what a guard does; a guard opens the gate by hand and nothing else."""

    MANAGER = "manager"
    GUARD = "guard"


class KioskOperator(Base):
    """Somebody who may use the kiosks of a project; the argon2id PIN hash travels to its boxes and is checked there, offline."""

    __tablename__ = "kiosk_operators"
    __table_args__ = (Index("ix_kiosk_operators_project_id", "project_id"),)

    id: Mapped[int] = row_id()
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("projects.id"))
    name: Mapped[str] = mapped_column(String(100))
    pin_hash: Mapped[str] = mapped_column(String(200))
    role: Mapped[OperatorRole] = mapped_column(words(OperatorRole), server_default="manager", default=OperatorRole.MANAGER)
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
