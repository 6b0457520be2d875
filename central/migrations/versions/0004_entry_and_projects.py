"""What entry and projects keep beside the first revision: settings and suspensions of projects, departures, deaths, comparisons, requests
for old data, and the centre's jobs. Columns are added one by one: tables with triggers are never made anew."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
WAITING = sa.text("effected_at IS NULL AND cancelled_at IS NULL")


def upgrade() -> None:
    """Columns of projects, then what is new."""
    _columns()
    _entry()
    _history()


def _columns() -> None:
    op.add_column("projects", sa.Column("contract_name", sa.String(200), server_default="", nullable=False))
    op.add_column("projects", sa.Column("day_cut_min", sa.Integer(), server_default="240", nullable=False))
    op.add_column("projects", sa.Column("valid_day_profile", sa.String(16), server_default="ANY_IN", nullable=False))
    op.add_column("projects", sa.Column("full_day_min", sa.Integer(), server_default="480", nullable=False))
    op.add_column("projects", sa.Column("calendar", sa.String(32), server_default="festivals", nullable=False))
    op.add_column("projects", sa.Column("alert_days", sa.Integer(), server_default="3", nullable=False))
    op.add_column("projects", sa.Column("presumed_exit_days", sa.Integer(), server_default="15", nullable=False))
    op.add_column("projects", sa.Column("gate_policy", sa.JSON(), server_default="{}", nullable=False))
    op.add_column("projects", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    op.create_index("ix_assignments_of_project", "assignments", ["project_id", "id"], unique=False)
    op.create_index("ix_assignments_of_employer", "assignments", ["employer_id", "id"], unique=False)


def _entry() -> None:
    op.create_table(
        "jobs",
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.String(200), server_default="", nullable=False),
        sa.Column("runs", sa.Integer(), server_default="0", nullable=False),
        sa.Column("failures", sa.Integer(), server_default="0", nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_jobs"),
    )
    op.create_table(
        "deaths",
        sa.Column("worker_id", BIG, autoincrement=False, nullable=False),
        sa.Column("died_on", sa.Date(), nullable=False),
        sa.Column("note", sa.String(200), nullable=False),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name="fk_deaths_worker_id"),
        sa.PrimaryKeyConstraint("worker_id", name="pk_deaths"),
    )
    op.create_table(
        "project_suspensions",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_project_suspensions_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_project_suspensions"),
    )
    op.create_index("ix_project_suspensions_project_id", "project_suspensions", ["project_id", "first_day"], unique=False)
    op.create_table(
        "departures",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("employment_id", BIG, nullable=False),
        sa.Column("worker_id", BIG, nullable=False),
        sa.Column("employer_id", BIG, nullable=False),
        sa.Column("departs_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(32), nullable=False),
        sa.Column("recorded_by", sa.String(64), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancelled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("effected_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["employer_id"], ["companies.id"], name="fk_departures_employer_id"),
        sa.ForeignKeyConstraint(["employment_id"], ["employments.id"], name="fk_departures_employment_id"),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name="fk_departures_worker_id"),
        sa.PrimaryKeyConstraint("id", name="pk_departures"),
    )
    op.create_index("ix_departures_due", "departures", ["departs_on"], unique=False, postgresql_where=WAITING, sqlite_where=WAITING)
    op.create_index("ix_departures_worker_id", "departures", ["worker_id"], unique=False)
    op.create_index(
        "uq_departures_one_waiting", "departures", ["employment_id"], unique=True, postgresql_where=WAITING, sqlite_where=WAITING
    )
    op.create_table(
        "comparisons",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("assignment_id", BIG, nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("matched", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name="fk_comparisons_assignment_id"),
        sa.PrimaryKeyConstraint("id", name="pk_comparisons"),
    )
    op.create_index("ix_comparisons_actor", "comparisons", ["actor", "at"], unique=False)


def _history() -> None:
    op.create_table(
        "history_requests",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("statement", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.String(64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_history_requests_project_id"),
        sa.PrimaryKeyConstraint("id", name="pk_history_requests"),
    )
    op.create_index("ix_history_requests_project_id", "history_requests", ["project_id"], unique=False)
    op.create_index("ix_history_requests_state", "history_requests", ["state"], unique=False)
    op.create_table(
        "history_files",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("request_id", BIG, nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("media_type", sa.String(100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.LargeBinary(), nullable=False),
        sa.Column("content_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["request_id"], ["history_requests.id"], name="fk_history_files_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_history_files"),
    )
    op.create_index("ix_history_files_request_id", "history_files", ["request_id"], unique=False)
    op.create_table(
        "history_steps",
        sa.Column("id", BIG, sa.Identity(always=False), nullable=False),
        sa.Column("request_id", BIG, nullable=False),
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("company_id", BIG, nullable=True),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("remark", sa.String(200), server_default="", nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["company_id"], ["companies.id"], name="fk_history_steps_company_id"),
        sa.ForeignKeyConstraint(["request_id"], ["history_requests.id"], name="fk_history_steps_request_id"),
        sa.PrimaryKeyConstraint("id", name="pk_history_steps"),
        sa.UniqueConstraint("request_id", "act", name="uq_history_steps_request_id_act"),
    )
