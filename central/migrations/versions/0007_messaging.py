"""What messaging and the boxes keep beside the first revision."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Each box's version of the contract."""
    op.add_column("boxes", sa.Column("wire", sa.Integer(), server_default="1", nullable=False))
