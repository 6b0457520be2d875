"""The table of what the old system knew of a worker's employment (A-58): read-only, by the database's own word."""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, guard, row_id


class LegacyRecord(Base):
    """One stretch of employment in the old system. The person is known by the HMAC of the ID number, registered here or not."""

    __tablename__ = "legacy_records"
    __table_args__ = (Index("ix_legacy_records_id_index", "id_index"),)

    id: Mapped[int] = row_id()
    id_index: Mapped[bytes] = mapped_column(LargeBinary)
    source: Mapped[str] = mapped_column(String(64))
    employer: Mapped[str] = mapped_column(String(200))
    project: Mapped[str] = mapped_column(String(200), server_default="", default="")
    trade: Mapped[str] = mapped_column(String(40), server_default="", default="")
    first_day: Mapped[dt.date | None]
    last_day: Mapped[dt.date | None]
    imported_at: Mapped[dt.datetime]


READ_ONLY: Final = {
    "sqlite": (
        "CREATE TRIGGER legacy_records_refuse_update BEFORE UPDATE ON legacy_records BEGIN SELECT RAISE(ABORT, 'LEGACY_IS_READ_ONLY'); END",
        "CREATE TRIGGER legacy_records_refuse_delete BEFORE DELETE ON legacy_records BEGIN SELECT RAISE(ABORT, 'LEGACY_IS_READ_ONLY'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse_legacy_change() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''LEGACY_IS_READ_ONLY''; END'",
        "CREATE TRIGGER legacy_records_refuse_change BEFORE UPDATE OR DELETE OR TRUNCATE ON legacy_records "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_legacy_change()",
    ),
}
"""A-58 in the database. By dialect; the migration runs the same statements."""

guard(LegacyRecord.__table__, READ_ONLY)
