"""What messaging and the boxes keep beside the first revision."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    """Each box's version of the contract, openings by hand, passages that nobody made, work cards, forgotten refusals."""
    op.add_column("boxes", sa.Column("wire", sa.Integer(), server_default="1", nullable=False))
    for name, length in (("method", 3), ("direction", 2), ("lane", 128), ("operator", 128)):
        op.add_column("incidents", sa.Column(name, sa.String(length), server_default="", nullable=False))
    op.add_column("refusals", sa.Column("forgotten", sa.Boolean(), server_default=sa.false(), nullable=False))
    remembered = sa.text("NOT forgotten")
    op.create_index("ix_refusals_remembered", "refusals", ["received_at"], postgresql_where=remembered, sqlite_where=remembered)
    op.create_table(
        "not_passed",
        sa.Column("box_id", sa.String(16), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("box_id", "epoch", "seq", name="pk_not_passed"),
    )
    op.create_table(
        "work_cards",
        sa.Column("project_id", BIG, nullable=False),
        sa.Column("card", sa.LargeBinary(), nullable=False),
        sa.Column("assignment_id", BIG, nullable=False),
        sa.Column("bound", sa.Boolean(), nullable=False),
        sa.Column("at", TIME, nullable=False),
        sa.Column("box_id", sa.String(16), nullable=False),
        sa.Column("epoch", sa.String(64), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("operator", sa.String(128), nullable=False),
        sa.Column("received_at", TIME, nullable=False),
        sa.ForeignKeyConstraint(["project_id"], ["projects.id"], name="fk_work_cards_project_id"),
        sa.ForeignKeyConstraint(["assignment_id"], ["assignments.id"], name="fk_work_cards_assignment_id"),
        sa.ForeignKeyConstraint(["box_id"], ["boxes.id"], name="fk_work_cards_box_id"),
        sa.PrimaryKeyConstraint("project_id", "card", name="pk_work_cards"),
    )
    op.create_index("ix_work_cards_assignment_id", "work_cards", ["assignment_id"])
