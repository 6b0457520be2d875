"""Tables of companies, projects, participants and teams (domain.md, Model 1 and 2)."""

from __future__ import annotations

import datetime as dt
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, ForeignKey, Index, LargeBinary, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from central.database import Base, BigId, row_id, words


class ProjectState(StrEnum):
    """Where a project stands; only the first two take new assignments (A-53)."""

    REGISTERED = "registered"
    IN_PROGRESS = "in_progress"
    SUSPENDED = "suspended"
    COMPLETED = "completed"


class ParticipantRole(StrEnum):
    """What a company does on a project (参建单位类型 009, 001, 006, 008, 007)."""

    GENERAL_CONTRACTOR = "general_contractor"
    PROFESSIONAL_SUB = "professional_sub"
    LABOUR_SUB = "labour_sub"
    OWNER = "owner"
    SUPERVISOR = "supervisor"


class ParticipantState(StrEnum):
    """A participant is there until its (sub)contract is completed."""

    ACTIVE = "active"
    COMPLETED = "completed"


class TeamState(StrEnum):
    """Only an active team takes members (A-36)."""

    ACTIVE = "active"
    LEADERLESS = "leaderless"
    CLOSED = "closed"


class Calendar(StrEnum):
    """Which dates are a project's working days, before its suspensions are taken out (domain.md, Attendance 3).

    A site works every day but the statutory festivals, unless it says that it keeps the statutory working days, or works every day.
    """

    FESTIVALS = "festivals"
    WORKDAYS = "workdays"
    EVERY_DAY = "every_day"


class Company(Base):
    """A company by its unified social credit code (统一社会信用代码)."""

    __tablename__ = "companies"
    __table_args__ = (Index("ix_companies_name", "name", "id"),)

    id: Mapped[int] = row_id()
    uscc: Mapped[str] = mapped_column(String(18), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[dt.datetime]


class Project(Base):
    """A registered project (报建编号). `card_key_sealed` is the key of the card hashes at its gates, sealed with the master key.

    `roster_version` only rises; whatever a gate must know raises it in the same transaction. `name` is the registered name,
    `contract_name` that of the contract, empty where it has none (A-56).

    Its settings: `day_cut_min` minutes after local midnight at which a work date begins, `valid_day_profile` (a word of
    `attendance.valid_day.Profile`) with `full_day_min` minutes for HOURS_N, `calendar`, `alert_days` and `presumed_exit_days` in working
    days (3 to 90), `gate_policy` in the shape of `wire.GatePolicy`, where what is missing has that type's default.
    """

    __tablename__ = "projects"

    id: Mapped[int] = row_id()
    reg_no: Mapped[str] = mapped_column(String(64), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    state: Mapped[ProjectState] = mapped_column(words(ProjectState))
    completion_planned: Mapped[dt.date | None]
    completed_at: Mapped[dt.datetime | None]
    contact: Mapped[str] = mapped_column(String(200), server_default="")
    contract_name: Mapped[str] = mapped_column(String(200), server_default="", default="")
    day_cut_min: Mapped[int] = mapped_column(server_default="240", default=240)
    valid_day_profile: Mapped[str] = mapped_column(String(16), server_default="ANY_IN", default="ANY_IN")
    full_day_min: Mapped[int] = mapped_column(server_default="480", default=480)
    calendar: Mapped[Calendar] = mapped_column(words(Calendar), server_default=Calendar.FESTIVALS.value, default=Calendar.FESTIVALS)
    alert_days: Mapped[int] = mapped_column(server_default="3", default=3)
    presumed_exit_days: Mapped[int] = mapped_column(server_default="15", default=15)
    gate_policy: Mapped[dict[str, Any]] = mapped_column(JSON, server_default="{}", default=dict)
    version: Mapped[int] = mapped_column(server_default="1", default=1)
    card_key_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    roster_version: Mapped[int] = mapped_column(BigInteger, server_default="0", default=0)
    created_at: Mapped[dt.datetime]


class ProjectSuspension(Base):
    """Dates on which a project stands still (停工): no attendance is expected of anybody. Both dates count; no end: until told."""

    __tablename__ = "project_suspensions"
    __table_args__ = (Index("ix_project_suspensions_project_id", "project_id", "first_day"),)

    id: Mapped[int] = row_id()
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("projects.id"))
    first_day: Mapped[dt.date]
    last_day: Mapped[dt.date | None]
    reason: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[dt.datetime]


class Participant(Base):
    """A company's part in a project, under `parent_id` in the contract chain. `level` counts from the general contractor (0).

    Owner and supervisor stand beside the chain: no parent, level 0. A company may take part more than once under different parents.
    """

    __tablename__ = "participants"
    __table_args__ = (
        UniqueConstraint("project_id", "company_id", "role", "parent_id"),
        Index(
            "uq_participants_one_general_contractor",
            "project_id",
            unique=True,
            postgresql_where=text("role = 'general_contractor'"),
            sqlite_where=text("role = 'general_contractor'"),
        ),
        Index("ix_participants_company_id", "company_id"),
    )

    id: Mapped[int] = row_id()
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("projects.id"))
    company_id: Mapped[int] = mapped_column(BigId, ForeignKey("companies.id"))
    role: Mapped[ParticipantRole] = mapped_column(words(ParticipantRole))
    parent_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("participants.id"))
    level: Mapped[int]
    state: Mapped[ParticipantState] = mapped_column(words(ParticipantState), default=ParticipantState.ACTIVE)
    completed_at: Mapped[dt.datetime | None]
    created_at: Mapped[dt.datetime]


class Team(Base):
    """A team (班组) of one employer on one project, known by its id; the name is unique among the active ones (A-36).

    `lanes` (empty: all) and `maintenance` are what its members may use at the gates, unless something else is set for one of them.
    """

    __tablename__ = "teams"
    __table_args__ = (
        Index(
            "uq_teams_active_name",
            "employer_id",
            "project_id",
            "name",
            unique=True,
            postgresql_where=text("state <> 'closed'"),
            sqlite_where=text("state <> 'closed'"),
        ),
        Index("ix_teams_project_id", "project_id"),
    )

    id: Mapped[int] = row_id()
    employer_id: Mapped[int] = mapped_column(BigId, ForeignKey("companies.id"))
    project_id: Mapped[int] = mapped_column(BigId, ForeignKey("projects.id"))
    name: Mapped[str] = mapped_column(String(100))
    leader_worker_id: Mapped[int | None] = mapped_column(BigId, ForeignKey("workers.id"))
    state: Mapped[TeamState] = mapped_column(words(TeamState), default=TeamState.ACTIVE)
    lanes: Mapped[list[str]] = mapped_column(JSON, server_default="[]", default=list)
    maintenance: Mapped[bool] = mapped_column(server_default=false(), default=False)
    version: Mapped[int] = mapped_column(server_default="1", default=1)
    created_at: Mapped[dt.datetime]
