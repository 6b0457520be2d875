"""Tables of workers and their employment (domain.md, Model 2). ID and phone numbers exist sealed, indexed and masked, never in clear."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, row_id, words


class IdentityState(StrEnum):
    """Only a verified worker can be assigned (A-26)."""

    PENDING = "pending"
    VERIFIED = "verified"
    REJECTED = "rejected"


class LifeState(StrEnum):
    """Death ends everything (A-52)."""

    ALIVE = "alive"
    DECEASED = "deceased"


class Category(StrEnum):
    """Construction worker, or misc. staff whose employer is the general contractor (A-29)."""

    WORKER = "worker"
    MISC = "misc"


class EmploymentForm(StrEnum):
    """Temporary (临时工) or not (A-15)."""

    TEMPORARY = "temporary"
    NON_TEMPORARY = "non_temporary"


class EmploymentState(StrEnum):
    """An employment is active until its departure date is reached."""

    ACTIVE = "active"
    DEPARTURE_SCHEDULED = "departure_scheduled"
    DEPARTED = "departed"


class Worker(Base):
    """A natural person, one row per ID number. `id_index` is the HMAC that finds the number, `id_sealed` the number itself (AEAD)."""

    __tablename__ = "workers"

    id: Mapped[int] = row_id()
    id_type: Mapped[str] = mapped_column(String(2))
    id_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    id_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    id_masked: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(100))
    sex: Mapped[str] = mapped_column(String(1), server_default="")
    birth_date: Mapped[dt.date | None]
    nation: Mapped[str] = mapped_column(String(40), server_default="")
    identity_state: Mapped[IdentityState] = mapped_column(words(IdentityState))
    identity_source: Mapped[str] = mapped_column(String(16))
    life_state: Mapped[LifeState] = mapped_column(words(LifeState), default=LifeState.ALIVE)
    category: Mapped[Category] = mapped_column(words(Category), default=Category.WORKER)
    phone_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)
    phone_masked: Mapped[str] = mapped_column(String(32), server_default="")
    version: Mapped[int] = mapped_column(default=1)
    created_at: Mapped[dt.datetime]


class Employment(Base):
    """A labour contract between a worker and an employer. One that has not departed is unique per worker (A-30, I1)."""

    __tablename__ = "employments"
    __table_args__ = (
        Index(
            "uq_employments_one_active",
            "worker_id",
            unique=True,
            postgresql_where=text("state <> 'departed'"),
            sqlite_where=text("state <> 'departed'"),
        ),
        Index("ix_employments_employer_id", "employer_id", "state"),
    )

    id: Mapped[int] = row_id()
    worker_id: Mapped[int] = mapped_column(BigId, ForeignKey("workers.id"))
    employer_id: Mapped[int] = mapped_column(BigId, ForeignKey("companies.id"))
    contract_type: Mapped[str] = mapped_column(String(32))
    contract_start: Mapped[dt.date]
    contract_end: Mapped[dt.date]
    employment_form: Mapped[EmploymentForm] = mapped_column(words(EmploymentForm))
    state: Mapped[EmploymentState] = mapped_column(words(EmploymentState), default=EmploymentState.ACTIVE)
    departure_on: Mapped[dt.date | None]
    created_at: Mapped[dt.datetime]
