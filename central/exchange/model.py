"""Tables of batch registration from a workbook (A-62): the job, the file, and each row with what was found wrong."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, row_id, words


class ImportState(StrEnum):
    """From the file to the workers: nothing is saved before `committing`, which somebody must ask for."""

    CHECKING = "checking"
    READY = "ready"
    COMMITTING = "committing"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"


class RowState(StrEnum):
    """What is known of one row: fit to be registered, not fit, registered, there already, or refused when its turn came."""

    GOOD = "good"
    BAD = "bad"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


class ImportJob(Base):
    """One file of one employer. `total`, `checked`, `done` count rows; `granted` are the functions of whoever asked, as words."""

    __tablename__ = "import_jobs"
    __table_args__ = (Index("ix_import_jobs_company_id", "company_id", "id"), Index("ix_import_jobs_state", "state"))

    id: Mapped[int] = row_id()
    company_id: Mapped[int] = mapped_column(BigId, ForeignKey("companies.id"))
    project_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("projects.id"))
    team_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("teams.id"))
    state: Mapped[ImportState] = mapped_column(words(ImportState))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[bytes] = mapped_column(LargeBinary)
    code: Mapped[str] = mapped_column(String(32), server_default="", default="")
    total: Mapped[int] = mapped_column(default=0)
    checked: Mapped[int] = mapped_column(default=0)
    good: Mapped[int] = mapped_column(default=0)
    bad: Mapped[int] = mapped_column(default=0)
    warned: Mapped[int] = mapped_column(default=0)
    done: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    failed: Mapped[int] = mapped_column(default=0)
    actor: Mapped[str] = mapped_column(String(64))
    on_behalf_of: Mapped[str] = mapped_column(String(64), server_default="", default="")
    created_at: Mapped[dt.datetime]
    updated_at: Mapped[dt.datetime]


class ImportFile(Base):
    """The workbook as it came, sealed; gone when the job is over and its time is up."""

    __tablename__ = "import_files"

    import_id: Mapped[int] = mapped_column(BigId, ForeignKey("import_jobs.id"), primary_key=True, autoincrement=False)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class ImportRow(Base):
    """One row of the sheet, by its number there. `said_sealed` is the statement, `problems` JSON of [column letter, field, code]."""

    __tablename__ = "import_rows"
    __table_args__ = (Index("ix_import_rows_import_id_state", "import_id", "state", "number"),)

    import_id: Mapped[int] = mapped_column(BigId, ForeignKey("import_jobs.id"), primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[RowState] = mapped_column(words(RowState))
    said_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    problems: Mapped[str] = mapped_column(Text, default="[]")
    warnings: Mapped[str] = mapped_column(Text, default="[]")
    worker_id: Mapped[int | None] = mapped_column(BigId)
