"""The migrations lead to exactly the tables, indexes and guards that the models declare, on both databases."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from central.database import Database
from central.migrations import config, migrate, tables
from edge.sync import wire
from tests.parts.postgres import Cluster

GUARDS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name",
    "postgresql": "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname",
}
INDEXES = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL ORDER BY name",
    "postgresql": "SELECT indexname, indexdef FROM pg_indexes "
    "WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY indexname",
}


@pytest.fixture(params=["sqlite", "postgresql"])
def two_urls(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """Two empty databases of a kind."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'a.db'}", f"sqlite:///{tmp_path / 'b.db'}"
        return
    running: Cluster = request.getfixturevalue("cluster")
    urls = running.create(), running.create()
    yield urls
    for url in urls:
        running.drop(url)


def test_migrating_leads_to_what_the_models_declare_and_twice_changes_nothing(two_urls: tuple[str, str]) -> None:
    for _ in range(2):
        migrate(two_urls[0])
    migrated, created = (Database.open(url) for url in two_urls)
    tables().create_all(created.engine)
    with migrated.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "compare_server_default": False, "include_name": is_ours}
        )
        assert compare_metadata(context, tables()) == []
    for question in (GUARDS, INDEXES):
        assert told(migrated.engine, question) == told(created.engine, question) != []
    with migrated.reading() as one, created.reading() as other:
        for table in tables().sorted_tables:
            assert one.execute(table.select()).all() == other.execute(table.select()).all()
    migrated.close()
    created.close()


def is_ours(name: str | None, kind: str, _parents: object) -> bool:
    """Whether the models may know of it: the months of a table that PostgreSQL keeps in parts are no tables of theirs."""
    return kind != "table" or not str(name).startswith("passages_")


def told(engine: Engine, question: dict[str, str]) -> list[tuple[str, str]]:
    """What the database itself says of its triggers or indexes."""
    with engine.connect() as connection:
        return [(row[0], " ".join(str(row[1]).split())) for row in connection.execute(text(question[engine.dialect.name]))]


def test_workers_who_are_there_get_their_place_by_pinyin(two_urls: tuple[str, str]) -> None:
    """More than the migration takes at once; whoever comes later without one is refused where the database can be told so."""
    database = Database.open(two_urls[0])
    with database.engine.connect() as connection:
        command.upgrade(config(connection), "0012")
        connection.commit()
    some = 5002
    with database.writing() as session:
        _insert(session, "workers", *({"id": n, "id_index": b"%d" % n, "name": "单一" if n % 2 else "吕二"} for n in range(1, some + 1)))
    migrate(two_urls[0])
    with database.reading() as session:
        found = session.execute(text("SELECT name_order, count(*), min(id), max(id) FROM workers GROUP BY name_order ORDER BY 1")).all()
    assert found == [("lv3吕er4二", some // 2, 2, some), ("shan4单yi1一", some // 2, 1, some - 1)]
    database.close()


def test_the_checks_of_what_is_kept_are_filled_from_the_boxes_own_records(two_urls: tuple[str, str]) -> None:
    """Before 0014 they stood in the event alone. One that was emptied, or comes from an older box, fills nothing."""
    database = Database.open(two_urls[0])
    with database.engine.connect() as connection:
        command.upgrade(config(connection), "0013")
        connection.commit()
    way, card = wire.Direction.IN, wire.Method.ID_CARD
    passage = wire.encode(
        wire.Event(1, 0, 0, 1, wire.Clock.NTP, wire.Passage("p", way, card, "1", 1, 7, ("face-1to1", "no code", "blink")))
    )
    refused = wire.Refusal(wire.Reason.FACE_MISMATCH, card, way, "1", 1, "p", 310, checks=("sharpness",))
    refusal = wire.encode(wire.Event(2, 0, 0, 1, wire.Clock.NTP, refused))
    *head, body = msgspec.msgpack.decode(refusal)
    older = msgspec.msgpack.encode([*head, body[:6]])
    with database.writing() as session:
        for seq, packed in enumerate((passage, refusal, older, b"", b"\xff"), 1):
            kind, table = ("p", "passages") if seq == 1 else ("r", "refusals")
            _insert(session, "box_events", box_id="b", epoch="e", seq=seq, kind=kind, packed=packed)
            _insert(session, table, box_id="b", epoch="e", seq=seq, id=seq)
    migrate(two_urls[0])
    with database.reading() as session:
        assert session.execute(text("SELECT checks FROM passages")).all() == [("face-1to1 blink",)]
        told = session.execute(text("SELECT score, checks FROM refusals ORDER BY seq")).all()
    assert told == [(310, "sharpness"), *[(None, "")] * 3]
    database.close()


def _insert(session: Session, name: str, *rows: dict[str, Any], **given: Any) -> None:
    """Rows of a table as it is now, with something in every column that needs it."""
    table = sa.Table(name, sa.MetaData(), autoload_with=session.connection())
    plain = {sa.Boolean: False, sa.Integer: 1, sa.BigInteger: 1, sa.DateTime: dt.datetime(2026, 4, 1, tzinfo=dt.UTC), sa.LargeBinary: b"x"}
    needed = {
        column.name: next((value for kind, value in plain.items() if isinstance(column.type, kind)), "x")
        for column in table.columns
        if not (column.nullable or column.server_default is not None)
    }
    session.execute(table.insert(), [needed | row for row in (rows or (given,))])
