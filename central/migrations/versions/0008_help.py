"""Tickets, and the views of lists that people keep."""

import sqlalchemy as sa
from alembic import op

from central.database import BigId, UtcDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Two new tables."""
    op.create_table(
        "tickets",
        sa.Column("id", BigId, sa.Identity(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("company_id", BigId, nullable=True),
        sa.Column("project_id", BigId, nullable=True),
        sa.Column("about", sa.String(64), nullable=False),
        sa.Column("page", sa.String(200), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("said_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("shot_type", sa.String(32), server_default="", nullable=False),
        sa.Column("shot_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("answer", sa.Text(), server_default="", nullable=False),
        sa.Column("answered_by", sa.String(64), server_default="", nullable=False),
        sa.Column("answered_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tickets")),
    )
    op.create_index("ix_tickets_actor", "tickets", ["actor", "id"])
    op.create_index("ix_tickets_state", "tickets", ["state", "id"])
    op.create_table(
        "saved_views",
        sa.Column("id", BigId, sa.Identity(), nullable=False),
        sa.Column("actor", sa.String(64), nullable=False),
        sa.Column("list", sa.String(200), nullable=False),
        sa.Column("name", sa.String(40), nullable=False),
        sa.Column("query", sa.String(600), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("actor", "list", "name", name=op.f("uq_saved_views_actor_list_name")),
    )
