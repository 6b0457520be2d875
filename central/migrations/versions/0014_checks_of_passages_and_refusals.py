"""The checks that ran before a gate decided, beside passages and refusals; filled from the boxes' own records where these are kept."""

from collections.abc import Iterator
from typing import Any

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

BATCH = 2000
MOST = 200
CODE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")
BODY = 5
"""Where an event's array holds its body (wire version 1)."""
PASSAGE = ("p", None, 7)
REFUSAL = ("r", 7, 9)
"""A body's tag, and where its array holds the score (None: the row has it already) and the checks."""
EVENTS = sa.table("box_events", *(sa.column(name) for name in ("box_id", "epoch", "seq", "kind", "packed")))
KEY = (EVENTS.c.box_id, EVENTS.c.epoch, EVENTS.c.seq)
OF_SOMEBODY = sa.text("assignment_id IS NOT NULL")


def upgrade() -> None:
    """Three columns, their past, and the indexes of the list of refusals."""
    for table in ("passages", "refusals"):
        op.add_column(table, sa.Column("checks", sa.String(200), server_default="", nullable=False))
    op.add_column("refusals", sa.Column("score", sa.Integer(), nullable=True))
    op.drop_index("ix_refusals_project_id_at", "refusals")
    op.create_index("ix_refusals_project_id_at", "refusals", ["project_id", "at", "id"])
    op.create_index(
        "ix_refusals_assignment_id_at",
        "refusals",
        ["assignment_id", "at", "id"],
        postgresql_where=OF_SOMEBODY,
        sqlite_where=OF_SOMEBODY,
    )
    _fill("passages", PASSAGE)
    _fill("refusals", REFUSAL)


def _fill(name: str, kind: tuple[str, int | None, int]) -> None:
    """What the kept events say, some thousand at a time; an event that cannot be read has no row here."""
    tag, score, checks = kind
    columns = ("box_id", "epoch", "seq", "checks", *(("score",) if score is not None else ()))
    table = sa.table(name, *(sa.column(column) for column in columns))
    same = (table.c.box_id == sa.bindparam("b_box"), table.c.epoch == sa.bindparam("b_epoch"), table.c.seq == sa.bindparam("b_seq"))
    values: dict[str, Any] = {"checks": sa.bindparam("b_checks")} | ({"score": sa.bindparam("b_score")} if score is not None else {})
    for rows in _batches(tag):
        found = []
        for box, epoch, seq, packed in rows:
            body = _body(packed, tag)
            told = {"b_checks": _kept(_at(body, checks))} | ({"b_score": _score(_at(body, score))} if score is not None else {})
            if any(told.values()):
                found.append({"b_box": box, "b_epoch": epoch, "b_seq": seq, **told})
        if found:
            op.get_bind().execute(sa.update(table).where(*same).values(values), found)


def _batches(tag: str) -> Iterator[list[Any]]:
    wanted = sa.select(*KEY, EVENTS.c.packed).where(EVENTS.c.kind == tag).order_by(*KEY).limit(BATCH)
    rows = list(op.get_bind().execute(wanted))
    while rows:
        yield rows
        last = (sa.literal(value, column.type) for value, column in zip(rows[-1][:3], KEY, strict=True))
        rows = list(op.get_bind().execute(wanted.where(sa.tuple_(*KEY) > sa.tuple_(*last))))


def _body(packed: bytes, tag: str) -> list[Any]:
    try:
        body = msgspec.msgpack.decode(packed)[BODY]
    except (msgspec.DecodeError, IndexError, TypeError):
        return []
    return body if isinstance(body, list) and body[:1] == [tag] else []


def _at(body: list[Any], place: int) -> Any:
    return body[place] if place < len(body) else None


def _score(value: Any) -> int | None:
    return value if isinstance(value, int) and 0 <= value < 2**31 else None


def _kept(checks: Any) -> str:
    told = ""
    for code in checks if isinstance(checks, list) else ():
        if isinstance(code, str) and 0 < len(code) <= 40 and CODE.issuperset(code):
            longer = f"{told} {code}".strip()
            told = longer if len(longer) <= MOST else told
    return told
