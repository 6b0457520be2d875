"""Passages that were told to the platform, packed by the day; an index by which the old ones are found."""

import sqlalchemy as sa
from alembic import op

from central.database import BigId

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_PASSAGE = sa.text("kind = 'attendance' AND settled_at IS NOT NULL")


def upgrade() -> None:
    """One new table, one new index."""
    op.create_table(
        "platform_packs",
        sa.Column("project_id", BigId, autoincrement=False, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("records", sa.Integer(), nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("project_id", "day", name=op.f("pk_platform_packs")),
    )
    op.create_index(
        "ix_platform_uploads_settled", "platform_uploads", ["settled_at"], postgresql_where=_PASSAGE, sqlite_where=_PASSAGE
    )
