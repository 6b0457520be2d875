"""Tables of passages and refusals: facts, kept once, with what is judged of them beside.

The busiest tables after the journal: no foreign keys, and an index only for a question that is asked.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from sqlalchemy import BigInteger, Index, String, UniqueConstraint, false, text, true
from sqlalchemy.orm import Mapped, mapped_column

from central.attendance.rules import Judged
from central.database import Base, BigId, guard, row_id, words

_REMEMBERED: Final = text("NOT forgotten")
_UNSURE: Final = text("clock = 'none'")
_OF_SOMEBODY: Final = text("assignment_id IS NOT NULL")


class Passage(Base):
    """Somebody went through a gate. Its identity is the event's: (box, epoch, seq), which the journal keeps unique in the same
    transaction; on PostgreSQL the table is cut by months of `at`, so that the key must hold `at` too (ADR 0011).

    `position` is its place in the feed: given under a lock, without gaps, later commits always behind. A passage whose time is
    corrected later moves to a new place and its `revision` rises, so that whoever pulled it already gets it again.
    `at` is the best known time, `at_reported` what the box's clock said. `judged` says what the centre thinks of it; not `counted` is
    one for which the turnstile opened and saw nobody go through. `operator` and `why` are filled where a guard let somebody through.
    `checks` names what ran before it opened, as `checks.kept` writes it.
    """

    __tablename__ = "passages"
    __table_args__ = (
        Index("ix_passages_position", "position"),
        Index("ix_passages_project_id_position", "project_id", "position"),
        Index("ix_passages_employer_id_position", "employer_id", "position"),
        Index("ix_passages_assignment_id_at", "assignment_id", "at"),
        Index("ix_passages_project_id_at", "project_id", "at"),
        Index("ix_passages_unsure", "project_id", postgresql_where=_UNSURE, sqlite_where=_UNSURE),
        {"postgresql_partition_by": "RANGE (at)"},
    )

    box_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    position: Mapped[int] = mapped_column(BigInteger)
    revision: Mapped[int]
    boot: Mapped[int] = mapped_column(BigInteger)
    mono_ms: Mapped[int] = mapped_column(BigInteger)
    project_id: Mapped[int] = mapped_column(BigId)
    assignment_id: Mapped[int | None] = mapped_column(BigId)
    worker_id: Mapped[int | None] = mapped_column(BigId)
    employer_id: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[dt.datetime] = mapped_column(primary_key=True)
    at_reported: Mapped[dt.datetime]
    clock: Mapped[str] = mapped_column(String(8))
    direction: Mapped[str] = mapped_column(String(2))
    method: Mapped[str] = mapped_column(String(3))
    lane: Mapped[str] = mapped_column(String(128))
    roster_version: Mapped[int] = mapped_column(BigInteger)
    score: Mapped[int | None]
    checks: Mapped[str] = mapped_column(String(200), server_default="", default="")
    offline: Mapped[bool]
    stale_roster: Mapped[bool]
    duplicate: Mapped[bool]
    judged: Mapped[Judged] = mapped_column(words(Judged))
    counted: Mapped[bool] = mapped_column(server_default=true(), default=True)
    operator: Mapped[str] = mapped_column(String(128), server_default="", default="")
    why: Mapped[str] = mapped_column(String(128), server_default="", default="")
    received_at: Mapped[dt.datetime]

    __mapper_args__ = {"primary_key": [box_id, epoch, seq]}  # noqa: RUF012  read by SQLAlchemy as a class attribute


PASSAGE_MONTHS: Final = {
    "postgresql": (
        "CREATE TABLE passages_default PARTITION OF passages DEFAULT",
        """CREATE FUNCTION make_passage_month(wanted date) RETURNS boolean LANGUAGE plpgsql AS '
DECLARE
  first_day date = date_trunc(''month'', wanted)::date;
  part text = ''passages_'' || to_char(first_day, ''YYYY_MM'');
  low timestamptz = first_day::timestamp AT TIME ZONE ''Asia/Shanghai'';
  high timestamptz = (first_day + interval ''1 month'') AT TIME ZONE ''Asia/Shanghai'';
BEGIN
  IF to_regclass(part) IS NOT NULL THEN
    RETURN false;
  END IF;
  EXECUTE format(''CREATE TABLE %I (LIKE passages INCLUDING DEFAULTS)'', part);
  EXECUTE format(''WITH moved AS (DELETE FROM passages_default WHERE at >= %L AND at < %L RETURNING *) INSERT INTO %I SELECT * FROM moved'',
    low, high, part);
  EXECUTE format(''ALTER TABLE passages ATTACH PARTITION %I FOR VALUES FROM (%L) TO (%L)'', part, low, high);
  RETURN true;
END'""",
    ),
}
"""Passages by months of local time: a default part that takes whatever has no month yet, and the function that makes a month of it. The
migration runs the same statements."""

guard(Passage.__table__, PASSAGE_MONTHS)


class NotPassed(Base):
    """A box's word that nobody went through for a passage of its journal; kept also where it comes before the passage."""

    __tablename__ = "not_passed"

    box_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)


class Refusal(Base):
    """Somebody was refused at a gate; no image, no card, and the assignment only where the box knew who it was (A-03).

    `checks` names what ran, as `checks.kept` writes it; `score` is 0 to 1000, None where no face was compared.
    `forgotten`: who it was, score and checks have been taken out, ninety days after the refusal arrived.
    """

    __tablename__ = "refusals"
    __table_args__ = (
        UniqueConstraint("box_id", "epoch", "seq"),
        Index("ix_refusals_project_id_at", "project_id", "at", "id"),
        Index("ix_refusals_assignment_id_at", "assignment_id", "at", "id", postgresql_where=_OF_SOMEBODY, sqlite_where=_OF_SOMEBODY),
        Index("ix_refusals_remembered", "received_at", postgresql_where=_REMEMBERED, sqlite_where=_REMEMBERED),
    )

    id: Mapped[int] = row_id()
    box_id: Mapped[str] = mapped_column(String(16))
    epoch: Mapped[str] = mapped_column(String(64))
    seq: Mapped[int] = mapped_column(BigInteger)
    project_id: Mapped[int] = mapped_column(BigId)
    assignment_id: Mapped[int | None] = mapped_column(BigId)
    at: Mapped[dt.datetime]
    reason: Mapped[str] = mapped_column(String(32))
    method: Mapped[str] = mapped_column(String(3))
    direction: Mapped[str] = mapped_column(String(2))
    lane: Mapped[str] = mapped_column(String(128))
    roster_version: Mapped[int] = mapped_column(BigInteger)
    score: Mapped[int | None]
    checks: Mapped[str] = mapped_column(String(200), server_default="", default="")
    offline: Mapped[bool]
    forgotten: Mapped[bool] = mapped_column(server_default=false(), default=False)
    received_at: Mapped[dt.datetime]


class FeedPosition(Base):
    """The last place given in a feed. Its row is locked from the giving to the commit, so that places become visible in order."""

    __tablename__ = "feed_positions"

    feed: Mapped[str] = mapped_column(String(32), primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger)


class BootSync(Base):
    """When a boot's wall clock became right: that moment by wall clock and by the boot's monotonic clock, in ms."""

    __tablename__ = "boot_syncs"

    box_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    epoch: Mapped[str] = mapped_column(String(64), primary_key=True)
    boot: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at_ms: Mapped[int] = mapped_column(BigInteger)
    mono_ms: Mapped[int] = mapped_column(BigInteger)
