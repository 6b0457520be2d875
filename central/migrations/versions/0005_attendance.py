"""What attendance keeps beside passages: derived days and sightings, marks of what is to be derived, corrections, frozen months, roots."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """New tables only."""
    op.create_table(
        "attendance_locks",
        sa.Column("name", sa.String(32), nullable=False),
        sa.Column("at", sa.BigInteger(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_attendance_locks"),
    )
    op.create_table(
        "attendance_settings",
        sa.Column("project_id", BIG, autoincrement=False, nullable=False),
        sa.Column("max_span_min", sa.Integer(), server_default="960", nullable=False),
        sa.Column("debounce_s", sa.Integer(), server_default="120", nullable=False),
        sa.Column("correct_until_day", sa.Integer(), server_default="5", nullable=False),
        sa.Column("undirected_lanes", sa.JSON(), server_default="[]", nullable=False),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.PrimaryKeyConstraint("project_id", name="pk_attendance_settings"),
    )
    op.create_table(
        "corrections",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("assignment_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("direction", sa.String(2), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("note", sa.String(300), server_default="", nullable=False),
        sa.Column("evidence", sa.String(200), server_default="", nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("requested_by", sa.String(64), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.String(64), server_default="", nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision", sa.String(300), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_corrections"),
    )
    op.create_index("ix_corrections_assignment_id", "corrections", ["assignment_id"], unique=False)
    op.create_index("ix_corrections_project_id", "corrections", ["project_id", "state"], unique=False)
    op.create_table(
        "daily_roots",
        sa.Column("project_id", BIG, autoincrement=False, nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("root", sa.LargeBinary(), nullable=False),
        sa.Column("leaves", sa.Integer(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "date", "version", name="pk_daily_roots"),
    )
    op.create_table(
        "day_records",
        sa.Column("assignment_id", BIG, autoincrement=False, nullable=False),
        sa.Column("work_date", sa.Date(), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("halves", sa.Integer(), nullable=False),
        sa.Column("first_in_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_out_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("incomplete", sa.Boolean(), nullable=False),
        sa.Column("manual", sa.Boolean(), nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("last_punch", sa.String(120), nullable=False),
        sa.Column("stays", sa.LargeBinary(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("assignment_id", "work_date", name="pk_day_records"),
    )
    op.create_index("ix_day_records_project_id", "day_records", ["project_id", "work_date"], unique=False)
    op.create_table(
        "derived_projects",
        sa.Column("project_id", BIG, autoincrement=False, nullable=False),
        sa.Column("rules", sa.String(500), nullable=False),
        sa.PrimaryKeyConstraint("project_id", name="pk_derived_projects"),
    )
    op.create_table(
        "dirty_days",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("shard", sa.Integer(), nullable=False),
        sa.Column("assignment_id", BIG, nullable=False),
        sa.Column("first_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_dirty_days"),
    )
    op.create_index("ix_dirty_days_assignment_id", "dirty_days", ["assignment_id"], unique=False)
    op.create_index("ix_dirty_days_shard", "dirty_days", ["shard", "id"], unique=False)
    op.create_table(
        "frozen_months",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by", sa.String(64), nullable=False),
        sa.Column("published_on", sa.Date(), nullable=False),
        sa.Column("objections_until", sa.Date(), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_frozen_months"),
        sa.UniqueConstraint("project_id", "month", name="uq_frozen_months_project_id_month"),
    )
    op.create_table(
        "frozen_rows",
        sa.Column("month_id", BIG, autoincrement=False, nullable=False),
        sa.Column("assignment_id", BIG, autoincrement=False, nullable=False),
        sa.Column("told", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("month_id", "assignment_id", name="pk_frozen_rows"),
    )
    op.create_table(
        "manual_events",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("correction_id", BIG, nullable=False),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("assignment_id", BIG, nullable=False),
        sa.Column("worker_id", BIG, nullable=False),
        sa.Column("employer_id", BIG, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("direction", sa.String(2), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_manual_events"),
        sa.UniqueConstraint("correction_id", name="uq_manual_events_correction_id"),
        sa.UniqueConstraint("position", name="uq_manual_events_position"),
    )
    op.create_index("ix_manual_events_assignment_id_at", "manual_events", ["assignment_id", "at"], unique=False)
    op.create_table(
        "objections",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("month_id", BIG, nullable=False),
        sa.Column("assignment_id", BIG, nullable=False),
        sa.Column("work_date", sa.Date(), nullable=True),
        sa.Column("text", sa.String(500), nullable=False),
        sa.Column("raised_by", sa.String(64), nullable=False),
        sa.Column("raised_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(500), server_default="", nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=True),
        sa.Column("answered_by", sa.String(64), server_default="", nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_objections"),
    )
    op.create_index("ix_objections_assignment_id", "objections", ["assignment_id"], unique=False)
    op.create_index("ix_objections_month_id", "objections", ["month_id"], unique=False)
    op.create_table(
        "sightings",
        sa.Column("assignment_id", BIG, autoincrement=False, nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("last_on", sa.Date(), nullable=True),
        sa.Column("evidence", sa.String(120), server_default="", nullable=False),
        sa.Column("state", sa.String(32), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("template_dropped_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retraining_since", sa.Date(), nullable=True),
        sa.Column("retrained_on", sa.Date(), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("assignment_id", name="pk_sightings"),
    )
    op.create_index("ix_sightings_project_id", "sightings", ["project_id"], unique=False)
    op.create_index(
        "ix_passages_unsure",
        "passages",
        ["project_id"],
        unique=False,
        postgresql_where=sa.text("clock = 'none'"),
        sqlite_where=sa.text("clock = 'none'"),
    )
    op.create_index("ix_passages_project_id_at", "passages", ["project_id", "at"], unique=False)
