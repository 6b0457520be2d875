"""Tables of assignments and acceptances (domain.md, Model 3 'Assignment')."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Final

from sqlalchemy import JSON, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, guard, row_id, words


class AssignmentState(StrEnum):
    """The state machine of an assignment; no arrow of it is called 'exit' (I8)."""

    ASSIGNED = "assigned"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    ACCEPTED_BY_SUB = "accepted_by_sub"
    CONFIRMED = "confirmed"
    ENDED = "ended"


class AssignmentEnd(StrEnum):
    """Why an assignment ended (A-50 to A-53)."""

    DEPARTURE = "departure"
    DEATH = "death"
    COMPLETION = "completion"


class FaceState(StrEnum):
    """What the worker decided about the face at this project's gates; `refused` is of equal standing."""

    NONE = "none"
    GRANTED = "granted"
    REFUSED = "refused"


class DepartureReason(StrEnum):
    """How a labour contract ends; having left a site is not among them (A-51)."""

    EXPIRED = "expired"
    RESIGNED = "resigned"
    DISMISSED = "dismissed"
    AGREED = "agreed"
    RETIRED = "retired"
    OTHER = "other"


_WAITING: Final = text("effected_at IS NULL AND cancelled_at IS NULL")
_OPEN: Final = text("state NOT IN ('ended', 'withdrawn')")


class Assignment(Base):
    """A worker on a project. Open ones are unique per (worker, project) (A-35, I2).

    `person` is the reference that gates use: random, 11 characters. `entry_time` is written once, by the server, when the general
    contractor accepts (A-41); a trigger in the database refuses any later change. `accepted_steps` counts the acceptances along the
    contract path, `waiting_for_id` is the participant that must accept next (None when nobody has to). `lanes` are the only lanes that the
    worker may use (empty: all; None: those of the team), `maintenance` that the gates open while the project stands still.
    """

    __tablename__ = "assignments"
    __table_args__ = (
        Index("uq_assignments_one_open", "worker_id", "project_id", unique=True, postgresql_where=_OPEN, sqlite_where=_OPEN),
        Index("ix_assignments_project_id", "project_id", "state"),
        Index("ix_assignments_employer_id", "employer_id", "state"),
        Index("ix_assignments_of_project", "project_id", "id"),
        Index("ix_assignments_of_employer", "employer_id", "id"),
        Index("ix_assignments_participant_id", "participant_id"),
        Index("ix_assignments_worker_id", "worker_id"),
        Index("ix_assignments_employment_id", "employment_id"),
        Index("ix_assignments_team_id", "team_id"),
    )

    id: Mapped[int] = row_id()
    worker_id: Mapped[int] = mapped_column(BigId, ForeignKey("workers.id"))
    employment_id: Mapped[int] = mapped_column(BigId, ForeignKey("employments.id"))
    employer_id: Mapped[int] = mapped_column(BigId, ForeignKey("companies.id"))
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("projects.id"))
    participant_id: Mapped[int] = mapped_column(BigId, ForeignKey("participants.id"))
    team_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("teams.id"))
    main_trade: Mapped[str] = mapped_column(String(8))
    state: Mapped[AssignmentState] = mapped_column(words(AssignmentState), default=AssignmentState.ASSIGNED)
    version: Mapped[int] = mapped_column(default=1)
    person: Mapped[str] = mapped_column(String(11), unique=True)
    accepted_steps: Mapped[int] = mapped_column(default=0)
    waiting_for_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("participants.id"))
    return_reason: Mapped[str] = mapped_column(String(200), server_default="", default="")
    entry_time: Mapped[dt.datetime | None]
    ended_at: Mapped[dt.datetime | None]
    end_cause: Mapped[AssignmentEnd | None] = mapped_column(words(AssignmentEnd))
    face: Mapped[FaceState] = mapped_column(words(FaceState), default=FaceState.NONE)
    enrolled_engine: Mapped[str] = mapped_column(String(64), server_default="", default="")
    last_seen_at: Mapped[dt.datetime | None]
    lanes: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    maintenance: Mapped[bool] = mapped_column(server_default=false(), default=False)
    created_at: Mapped[dt.datetime]


class Acceptance(Base):
    """A using unit's acceptance of an assignment: one per participant and assignment, never changed."""

    __tablename__ = "acceptances"
    __table_args__ = (UniqueConstraint("assignment_id", "participant_id"),)

    id: Mapped[int] = row_id()
    assignment_id: Mapped[int] = mapped_column(BigId, ForeignKey("assignments.id"))
    participant_id: Mapped[int] = mapped_column(BigId, ForeignKey("participants.id"))
    actor: Mapped[str] = mapped_column(String(64))
    at: Mapped[dt.datetime]


class Departure(Base):
    """A departure (离职) that an employer recorded: from 00:00 (Asia/Shanghai) of `departs_on` on the rights are gone (A-49).

    It waits until that date (`effected_at`), or is cancelled before. One at a time waits for an employment.
    """

    __tablename__ = "departures"
    __table_args__ = (
        Index("uq_departures_one_waiting", "employment_id", unique=True, postgresql_where=_WAITING, sqlite_where=_WAITING),
        Index("ix_departures_due", "departs_on", postgresql_where=_WAITING, sqlite_where=_WAITING),
        Index("ix_departures_worker_id", "worker_id"),
    )

    id: Mapped[int] = row_id()
    employment_id: Mapped[int] = mapped_column(BigId, ForeignKey("employments.id"))
    worker_id: Mapped[int] = mapped_column(BigId, ForeignKey("workers.id"))
    employer_id: Mapped[int] = mapped_column(BigId, ForeignKey("companies.id"))
    departs_on: Mapped[dt.date]
    reason: Mapped[DepartureReason] = mapped_column(words(DepartureReason))
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[dt.datetime]
    cancelled_at: Mapped[dt.datetime | None]
    effected_at: Mapped[dt.datetime | None]


class Death(Base):
    """A worker's death (身亡): ends everything at once (A-52). The record is kept."""

    __tablename__ = "deaths"

    worker_id: Mapped[int] = mapped_column(BigId, ForeignKey("workers.id"), primary_key=True, autoincrement=False)
    died_on: Mapped[dt.date]
    note: Mapped[str] = mapped_column(String(200))
    recorded_by: Mapped[str] = mapped_column(String(64))
    recorded_at: Mapped[dt.datetime]


class Comparison(Base):
    """That somebody compared a number with a worker's, and whether it was the same (A-44); the number itself is not kept."""

    __tablename__ = "comparisons"
    __table_args__ = (Index("ix_comparisons_actor", "actor", "at"),)

    id: Mapped[int] = row_id()
    assignment_id: Mapped[int] = mapped_column(BigId, ForeignKey("assignments.id"))
    actor: Mapped[str] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(16))
    matched: Mapped[bool]
    at: Mapped[dt.datetime]


ENTRY_TIME_GUARDS: Final = {
    "sqlite": (
        "CREATE TRIGGER assignments_entry_time_is_final BEFORE UPDATE OF entry_time ON assignments "
        "WHEN OLD.entry_time IS NOT NULL AND NEW.entry_time IS NOT OLD.entry_time "
        "BEGIN SELECT RAISE(ABORT, 'ENTRY_TIME_IMMUTABLE'); END",
    ),
    "postgresql": (
        "CREATE FUNCTION refuse_entry_time_change() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RAISE EXCEPTION ''ENTRY_TIME_IMMUTABLE''; END'",
        "CREATE TRIGGER assignments_entry_time_is_final BEFORE UPDATE OF entry_time ON assignments FOR EACH ROW "
        "WHEN (OLD.entry_time IS NOT NULL AND NEW.entry_time IS DISTINCT FROM OLD.entry_time) "
        "EXECUTE FUNCTION refuse_entry_time_change()",
    ),
}
"""A-41 in the database itself: a written entry time stays. By dialect, one statement each; the migration runs the same ones."""

guard(Assignment.__table__, ENTRY_TIME_GUARDS)
