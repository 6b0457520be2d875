"""Tables of what is derived from passages: days, who was last seen when, and the marks of what must be derived anew.

Nothing here is a fact: all of it can be made again from passages and corrections, and is the same then (`gongmen central attendance
rebuild`). No foreign keys: these are written in bulk, beside the busiest tables of the centre.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from central.attendance.absence import PresenceState
from central.database import Base, BigId, row_id, words


class AttendanceSettings(Base):
    """What a project says of its attendance beside the settings that stand with the project itself. No row: the defaults.

    `undirected_lanes`: ids of boxes whose lane serves both ways, so that the first passage of a date is an IN and the last an OUT.
    `correct_until_day`: the day of the next month until which a missing punch may be asked for and approved (补卡).
    """

    __tablename__ = "attendance_settings"

    project_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    max_span_min: Mapped[int] = mapped_column(server_default="960", default=960)
    debounce_s: Mapped[int] = mapped_column(server_default="120", default=120)
    correct_until_day: Mapped[int] = mapped_column(server_default="5", default=5)
    undirected_lanes: Mapped[list[Any]] = mapped_column(JSON, server_default="[]", default=list)
    version: Mapped[int] = mapped_column(server_default="1", default=1)


class DirtyDay(Base):
    """Something between these moments arrived or changed for an assignment: the dates around them are to be derived anew.

    Only ever added (by what happened) and taken away (by the job, in the transaction that derives): no row is shared, so that nobody
    waits for anybody and no mark is lost. `shard` spreads the work over processes.
    """

    __tablename__ = "dirty_days"
    __table_args__ = (Index("ix_dirty_days_shard", "shard", "id"), Index("ix_dirty_days_assignment_id", "assignment_id"))

    id: Mapped[int] = row_id()
    shard: Mapped[int]
    assignment_id: Mapped[int] = mapped_column(BigId)
    first_at: Mapped[dt.datetime]
    last_at: Mapped[dt.datetime]


class DerivedProject(Base):
    """Under which rules a project's days were derived; other rules make all of them dirty."""

    __tablename__ = "derived_projects"

    project_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    rules: Mapped[str] = mapped_column(String(500))


class DayRecord(Base):
    """One assignment's work date. There is a row where it was seen or has hours; none where nothing happened.

    `seconds` are whole seconds on site, `halves` what the day counts in half days (0, 1, 2). `stays` are the pairs and what is missing,
    each with the events it rests on (`central.attendance.day_rows`). `seen`: somebody known passed on this date by its own time;
    `last_punch` is that evidence. `digest` is over everything the row rests on and says.
    """

    __tablename__ = "day_records"
    __table_args__ = (Index("ix_day_records_project_id", "project_id", "work_date"),)

    assignment_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    work_date: Mapped[dt.date] = mapped_column(primary_key=True)
    project_id: Mapped[int] = mapped_column(BigId)
    seconds: Mapped[int]
    halves: Mapped[int]
    first_in_at: Mapped[dt.datetime | None]
    last_out_at: Mapped[dt.datetime | None]
    incomplete: Mapped[bool]
    manual: Mapped[bool]
    seen: Mapped[bool]
    last_punch: Mapped[str] = mapped_column(String(120))
    stays: Mapped[bytes] = mapped_column(LargeBinary)
    digest: Mapped[bytes] = mapped_column(LargeBinary)


class Sighting(Base):
    """When an assignment was last seen, with the evidence, and what followed from long absence.

    `last_on` and `evidence` follow the day records; `state` and `since` are the label as the job last saw it. `template_dropped_at`: the
    face template was taken from the gates after the grace (the card right stays, the worker may enrol again). `retraining_since`: a year
    without attendance; gates refuse until a training is recorded (`retrained_on`), from which absence is counted again.
    """

    __tablename__ = "sightings"
    __table_args__ = (Index("ix_sightings_project_id", "project_id"),)

    assignment_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    project_id: Mapped[int] = mapped_column(BigId)
    last_on: Mapped[dt.date | None]
    evidence: Mapped[str] = mapped_column(String(120), server_default="", default="")
    state: Mapped[PresenceState | None] = mapped_column(words(PresenceState))
    since: Mapped[dt.date | None]
    template_dropped_at: Mapped[dt.datetime | None]
    retraining_since: Mapped[dt.date | None]
    retrained_on: Mapped[dt.date | None]
    judged_at: Mapped[dt.datetime | None]


class Lock(Base):
    """Rows to hold while something is derived, so that two processes never derive the same at once."""

    __tablename__ = "attendance_locks"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    at: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
