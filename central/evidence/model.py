"""Tables of evidence: what it is about, and apart from that its sealed content."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, guard, row_id


class Evidence(Base):
    """A document or photo about a person on a day, on a project or about an assignment. It changes no time of the system.

    `company_id` is who attached it. `sha256` is of the content in clear. Triggers refuse UPDATE and DELETE.
    """

    __tablename__ = "evidence"
    __table_args__ = (
        Index("ix_evidence_worker_id", "worker_id"),
        Index("ix_evidence_project_id", "project_id"),
        Index("ix_evidence_assignment_id", "assignment_id"),
    )

    id: Mapped[int] = row_id()
    worker_id: Mapped[int] = mapped_column(BigId, ForeignKey("workers.id"))
    project_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("projects.id"))
    assignment_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("assignments.id"))
    company_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("companies.id"))
    about_on: Mapped[dt.date]
    note: Mapped[str] = mapped_column(String(200))
    file_name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(100))
    size: Mapped[int]
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]


class EvidenceContent(Base):
    """The content, sealed with the master key and bound to its digest; lists never load it."""

    __tablename__ = "evidence_contents"

    evidence_id: Mapped[int] = mapped_column(BigId, ForeignKey("evidence.id"), primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


def _for_good(table: str) -> dict[str, tuple[str, ...]]:
    refused = "BEGIN SELECT RAISE(ABORT, 'EVIDENCE_IS_FINAL'); END"
    return {
        "sqlite": (
            f"CREATE TRIGGER {table}_refuse_update BEFORE UPDATE ON {table} {refused}",
            f"CREATE TRIGGER {table}_refuse_delete BEFORE DELETE ON {table} {refused}",
        ),
        "postgresql": (
            f"CREATE FUNCTION refuse_{table}_change() RETURNS trigger LANGUAGE plpgsql AS "
            "'BEGIN RAISE EXCEPTION ''EVIDENCE_IS_FINAL''; END'",
            f"CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_{table}_change()",
        ),
    }


FINAL: Final = {table: _for_good(table) for table in ("evidence", "evidence_contents")}
"""A-27 in the database. By table and dialect; the migration runs the same statements."""

guard(Evidence.__table__, FINAL["evidence"])
guard(EvidenceContent.__table__, FINAL["evidence_contents"])
