"""Links of the own view one by one, supplements to a frozen month, and the team under which a line was published."""

import msgspec
import sqlalchemy as sa
from alembic import op

from central.database import BigId, UtcDateTime

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_ROWS = sa.table("frozen_rows", sa.column("month_id"), sa.column("assignment_id"), sa.column("told"), sa.column("team_id"))


def upgrade() -> None:
    """One new table and two columns. Links given out before end here: they are made again."""
    op.create_table(
        "own_links",
        sa.Column("id", BigId, sa.Identity(), nullable=False),
        sa.Column("assignment_id", BigId, nullable=False),
        sa.Column("issued_by", sa.String(64), nullable=False),
        sa.Column("issued_at", UtcDateTime(), nullable=False),
        sa.Column("until", UtcDateTime(), nullable=False),
        sa.Column("revoked_by", sa.String(64), server_default="", nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_own_links")),
    )
    op.create_index("ix_own_links_assignment_id", "own_links", ["assignment_id", "id"])
    op.add_column("corrections", sa.Column("supplements_id", BigId, nullable=True))
    op.add_column("frozen_rows", sa.Column("team_id", BigId, nullable=True))
    connection = op.get_bind()
    for month_id, assignment_id, told in connection.execute(sa.select(_ROWS.c.month_id, _ROWS.c.assignment_id, _ROWS.c.told)).all():
        same = _ROWS.c.month_id == month_id, _ROWS.c.assignment_id == assignment_id
        connection.execute(_ROWS.update().where(*same).values(team_id=msgspec.msgpack.decode(told)["team_id"]))
