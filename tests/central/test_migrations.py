"""The migrations lead to exactly the tables, indexes and guards that the models declare, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, text

from central.database import Database
from central.migrations import migrate, tables
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
