"""Tables of workers and their employment (domain.md, Model 2). ID and phone numbers exist sealed, indexed and masked, never in clear."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import Final

from sqlalchemy import BigInteger, Dialect, ForeignKey, Index, LargeBinary, SmallInteger, String, text
from sqlalchemy.orm import Mapped, mapped_column, validates
from sqlalchemy.types import TypeDecorator

from central.database import Base, BigId, row_id, words
from central.people.name_order import LONGEST, order_of


def ordered(length: int) -> String:
    """Texts that are sorted, or searched by their beginning: ordered by code points on both databases."""
    return String(length).with_variant(String(length, collation="C"), "postgresql")


class Money(TypeDecorator[Decimal]):
    """CNY with two decimals, stored as whole fen: no database rounds it."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        """To fen; more than two decimals are a `ValueError`."""
        if value is None:
            return None
        fen = value * 100
        if fen != fen.to_integral_value():
            raise ValueError("money has two decimals")
        return int(fen)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        """Back to yuan, two decimals."""
        return None if value is None else Decimal(value).scaleb(-2)


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


class WageType(StrEnum):
    """工资类型 (A-16, A-17): by the day and settled each day, by the day and settled each month, or monthly basic plus performance."""

    DAILY = "daily"
    DAILY_MONTHLY = "daily_monthly"
    MONTHLY = "monthly"


class Worker(Base):
    """A natural person, one row per ID number. `id_index` is the HMAC that finds the number, `id_sealed` the number itself (AEAD).

    `identity_cause` is the code of what kept the identity from being verified (A-25), empty when nothing does.
    `name_order` is by what lists are sorted; it follows the name by itself, only what is written past the mapper says it too.
    """

    __tablename__ = "workers"
    __table_args__ = (
        Index("ix_workers_created_at", "created_at", "id"),
        Index("ix_workers_name_order", "name_order", "id"),
        Index("ix_workers_identity_state", "identity_state", "id"),
        Index("ix_workers_main_trade", "main_trade", "id"),
    )

    id: Mapped[int] = row_id()
    id_type: Mapped[str] = mapped_column(String(2))
    id_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    id_index: Mapped[bytes] = mapped_column(LargeBinary, unique=True)
    id_masked: Mapped[str] = mapped_column(String(32))
    name: Mapped[str] = mapped_column(String(100))
    name_order: Mapped[str] = mapped_column(ordered(LONGEST))
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
    identity_cause: Mapped[str] = mapped_column(String(32), server_default="", default="")
    main_trade: Mapped[str] = mapped_column(String(8), server_default="", default="")
    address_sealed: Mapped[bytes | None] = mapped_column(LargeBinary)

    @validates("name")
    def _sort_by_it(self, _key: str, name: str) -> str:
        self.name_order = order_of(name)
        return name


_ONE: Final = text("state <> 'departed' AND exceptional = 0")


class Employment(Base):
    """A labour contract between a worker and an employer. One that has not departed is unique per worker (A-30, I1).

    `exceptional` is a further one that the supervision body allowed, with a reason in the audit.
    """

    __tablename__ = "employments"
    __table_args__ = (
        Index(
            "uq_employments_one_active",
            "worker_id",
            unique=True,
            postgresql_where=_ONE,
            sqlite_where=_ONE,
        ),
        Index("ix_employments_employer_id", "employer_id", "state"),
        Index("ix_employments_worker_id", "worker_id"),
        Index("ix_employments_contract_end", "contract_end", "id"),
        Index("ix_employments_employer_worker", "employer_id", "worker_id"),
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
    exceptional: Mapped[int] = mapped_column(SmallInteger, server_default="0", default=0)


class WageTerms(Base):
    """What A-13 asks of an employment. In daily modes `basic_wage` is per day, in the monthly mode per month; CNY.

    `performance_dates` are ISO dates joined by commas, `defaulted` the names of the fields that a profile filled (A-14), likewise.
    The card's number is sealed; `card_masked` shows its last four.
    """

    __tablename__ = "wage_terms"

    employment_id: Mapped[int] = mapped_column(BigId, ForeignKey("employments.id"), primary_key=True, autoincrement=False)
    wage_type: Mapped[WageType] = mapped_column(words(WageType))
    bank_code: Mapped[str] = mapped_column(String(8))
    bank_name: Mapped[str] = mapped_column(String(100))
    card_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    card_masked: Mapped[str] = mapped_column(String(32))
    basic_wage: Mapped[Decimal] = mapped_column(Money)
    probation_wage: Mapped[Decimal] = mapped_column(Money)
    performance_payments: Mapped[int]
    performance_dates: Mapped[str] = mapped_column(String(200), server_default="", default="")
    defaulted: Mapped[str] = mapped_column(String(300), server_default="", default="")
    updated_at: Mapped[dt.datetime]


class EmployerException(Base):
    """A-30: the supervision body allows one further employer for this person, with a reason; good for one registration."""

    __tablename__ = "employer_exceptions"
    __table_args__ = (Index("ix_employer_exceptions_worker_id", "worker_id", "company_id"),)

    id: Mapped[int] = row_id()
    worker_id: Mapped[int] = mapped_column(BigId, ForeignKey("workers.id"))
    company_id: Mapped[int] = mapped_column(BigId, ForeignKey("companies.id"))
    reason: Mapped[str] = mapped_column(String(200))
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]
    used_at: Mapped[dt.datetime | None]


class WorkerTerm(Base):
    """By what a worker is found (A-32): a term's beginning is sought in this index. See `central.people.terms`."""

    __tablename__ = "worker_terms"
    __table_args__ = (Index("ix_worker_terms_worker_id", "worker_id", "term"),)

    term: Mapped[str] = mapped_column(ordered(64), primary_key=True)
    worker_id: Mapped[int] = mapped_column(BigId, ForeignKey("workers.id"), primary_key=True, autoincrement=False)
