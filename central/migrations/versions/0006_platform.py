"""What the uploads to the national platform keep."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """A project's channel, and one row for each record."""
    op.create_table(
        "platform_channels",
        sa.Column("project_id", BIG, autoincrement=False, nullable=False),
        sa.Column("switched_on", sa.Boolean(), nullable=False),
        sa.Column("switched_by", sa.String(64), nullable=False),
        sa.Column("switched_at", TIME, nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("seeded_upto", sa.BigInteger()),
        sa.Column("position", sa.BigInteger(), nullable=False),
        sa.Column("paused_code", sa.String(40), server_default="", nullable=False),
        sa.Column("paused_at", TIME),
        sa.Column("resume_at", TIME),
        sa.Column("setbacks", sa.Integer(), server_default="0", nullable=False),
        sa.Column("last_success_at", TIME),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_platform_channels_project_id"),
        sa.PrimaryKeyConstraint("project_id", name="pk_platform_channels"),
    )
    op.create_table(
        "platform_uploads",
        sa.Column("id", BIG, sa.Identity(), nullable=False),
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        *(sa.Column(name, BIG) for name in ("assignment_id", "team_upload_id", "needs_id", "follows_id")),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("alone", sa.Boolean(), server_default=sa.false(), nullable=False),
        *(sa.Column(name, sa.String(length), server_default="", nullable=False) for name, length in TEXTS),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("moved_on", sa.Date()),
        sa.Column("next_at", TIME),
        sa.Column("created_at", TIME, nullable=False),
        sa.Column("sent_at", TIME),
        sa.Column("settled_at", TIME),
        sa.PrimaryKeyConstraint("id", name="pk_platform_uploads"),
        sa.UniqueConstraint("project_id", "kind", "key", name="uq_platform_uploads_project_id_kind_key"),
    )
    for name, columns, where in INDEXES:
        op.create_index(f"ix_platform_uploads_{name}", "platform_uploads", columns, postgresql_where=where, sqlite_where=where)


TEXTS = (("serial", 64), ("number", 64), ("code", 40), ("said", 200))
INDEXES = (
    ("due", ["project_id", "next_at", "id"], sa.text("next_at IS NOT NULL")),
    ("needs_id", ["needs_id"], sa.text("state = 'blocked'")),
    ("follows_id", ["follows_id"], sa.text("state = 'blocked'")),
    ("serial", ["serial"], sa.text("state = 'sent'")),
    ("state", ["project_id", "state", "id"], None),
)
