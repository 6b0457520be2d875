"""The lanes that a worker and a team may use, who may enter while a project stands still, and versions of teams."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Five columns; whoever is there may use every lane, as before."""
    op.add_column("assignments", sa.Column("lanes", sa.JSON(none_as_null=True), nullable=True))
    op.add_column("assignments", sa.Column("maintenance", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("teams", sa.Column("lanes", sa.JSON(), server_default="[]", nullable=False))
    op.add_column("teams", sa.Column("maintenance", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("teams", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
