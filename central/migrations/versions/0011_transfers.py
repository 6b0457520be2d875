"""Transfers between employers; indexes by which the lists of workers are sorted; outages that were withdrawn."""

import sqlalchemy as sa
from alembic import op

from central.database import BigId, UtcDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One new table, and indexes."""
    op.create_table(
        "transfers",
        sa.Column("id", BigId, sa.Identity(), nullable=False),
        sa.Column("worker_id", BigId, nullable=False),
        sa.Column("employment_id", BigId, nullable=False),
        sa.Column("from_id", BigId, nullable=False),
        sa.Column("to_id", BigId, nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("name_said", sa.String(100), nullable=False),
        sa.Column("said_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("by_chip", sa.SmallInteger(), server_default="0", nullable=False),
        sa.Column("asked_by", sa.String(64), nullable=False),
        sa.Column("asked_at", UtcDateTime(), nullable=False),
        sa.Column("lapses_at", UtcDateTime(), nullable=False),
        sa.Column("answered_by", sa.String(64), server_default="", nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("departs_on", sa.Date(), nullable=True),
        sa.Column("reason", sa.String(200), server_default="", nullable=False),
        sa.Column("cause", sa.String(64), server_default="", nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_transfers")),
        sa.ForeignKeyConstraint(["worker_id"], ["workers.id"], name=op.f("fk_transfers_worker_id")),
        sa.ForeignKeyConstraint(["employment_id"], ["employments.id"], name=op.f("fk_transfers_employment_id")),
        sa.ForeignKeyConstraint(["from_id"], ["companies.id"], name=op.f("fk_transfers_from_id")),
        sa.ForeignKeyConstraint(["to_id"], ["companies.id"], name=op.f("fk_transfers_to_id")),
    )
    is_open, is_released = sa.text("state IN ('waiting', 'released')"), sa.text("state = 'released'")
    op.create_index(
        "uq_transfers_one_open", "transfers", ["worker_id", "to_id"], unique=True, postgresql_where=is_open, sqlite_where=is_open
    )
    op.create_index(
        "uq_transfers_one_released", "transfers", ["worker_id"], unique=True, postgresql_where=is_released, sqlite_where=is_released
    )
    op.create_index("ix_transfers_from_id", "transfers", ["from_id", "state", "id"])
    op.create_index("ix_transfers_to_id", "transfers", ["to_id", "state", "id"])
    op.create_index("ix_transfers_state", "transfers", ["state", "id"])
    op.add_column("planned_outages", sa.Column("withdrawn_at", UtcDateTime(), nullable=True))
    op.create_index("ix_planned_outages_ends_at", "planned_outages", ["ends_at"])
    op.create_index("ix_workers_name", "workers", ["name", "id"])
    op.create_index("ix_companies_name", "companies", ["name", "id"])
    for table, column in (("workers", "created_at"), ("employments", "contract_end")):
        op.drop_index(f"ix_{table}_{column}", table)
        op.create_index(f"ix_{table}_{column}", table, [column, "id"])
