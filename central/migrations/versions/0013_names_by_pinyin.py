"""By what names of people are sorted, filled for those who are there, and the index that lists of workers walk."""

import sqlalchemy as sa
from alembic import op

from central.people.name_order import order_of

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BATCH = 5000
WORKERS = sa.table("workers", *(sa.column(name) for name in ("id", "name", "name_order")))


def upgrade() -> None:
    """One column and its index in place of the name's own; the default is for those who are there while it is being filled."""
    ordered = sa.String(120).with_variant(sa.String(120, collation="C"), "postgresql")
    op.add_column("workers", sa.Column("name_order", ordered, server_default="", nullable=False))
    op.drop_index("ix_workers_name", "workers")
    _fill()
    op.create_index("ix_workers_name_order", "workers", ["name_order", "id"])
    if op.get_context().dialect.name == "postgresql":  # SQLite would have to write the whole table anew
        op.alter_column("workers", "name_order", server_default=None)


def _fill() -> None:
    """Some thousand workers at a time, by id."""
    some = sa.select(WORKERS.c.id, WORKERS.c.name).order_by(WORKERS.c.id).limit(BATCH)
    write = sa.update(WORKERS).where(WORKERS.c.id == sa.bindparam("worker")).values(name_order=sa.bindparam("key"))
    after = 0
    while rows := op.get_bind().execute(some.where(WORKERS.c.id > after)).all():
        op.get_bind().execute(write, [{"worker": id_, "key": order_of(name)} for id_, name in rows])
        after = rows[-1][0]
