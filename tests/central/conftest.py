"""Every test of the centre's store runs on SQLite and on a real PostgreSQL."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from sqlalchemy import Connection, text

from central.centre import Centre
from central.database import Database
from central.migrations import tables
from tests.central.builders import Story, open_centre
from tests.central.in_process import in_process
from tests.central.stage import application, leave
from tests.parts.postgres import Cluster, running_cluster


class Reused:
    """A database that goes back to what it held at the beginning."""

    def __init__(self, url: str) -> None:
        self.url = url
        with _connected(url) as connection:
            self._first = {table: [dict(row._mapping) for row in connection.execute(table.select())] for table in tables().sorted_tables}
        deletes = "\n".join(f'DELETE FROM "{table.name}";' for table in self._first)
        self._emptying = text(f"DO $$ BEGIN {deletes} {_COUNT_ANEW} END $$")

    def empty(self) -> None:
        """Back to the beginning: rows, and the counting of keys."""
        with _connected(self.url) as connection:
            connection.execute(text("SET LOCAL session_replication_role = replica"))  # triggers that forbid this are for everybody else
            connection.execute(self._emptying)  # in one: two hundred round trips took longer than most tests
            for table, rows in self._first.items():
                if rows:
                    connection.execute(table.insert(), rows)


_COUNT_ANEW = """
PERFORM setval(format('%I.%I', schemaname, sequencename)::regclass, start_value, false) FROM pg_sequences WHERE last_value IS NOT NULL;
"""


@contextmanager
def _connected(url: str) -> Iterator[Connection]:
    database = Database.open(url)
    with database.engine.begin() as connection:
        yield connection
    database.close()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL for this session."""
    with running_cluster() as running:
        yield running


@pytest.fixture(scope="session")
def postgres_database(cluster: Cluster) -> Reused:
    """A migrated, empty database that is emptied again after each test: quicker than a new one."""
    url = cluster.create()
    _create(url)
    return Reused(url)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty file to copy."""
    path = tmp_path_factory.mktemp("sqlite") / "empty.db"
    _create(f"sqlite:///{path}")
    return path


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A migrated, empty database of each kind."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "central.db")
        yield f"sqlite:///{tmp_path / 'central.db'}"
        return
    reused: Reused = request.getfixturevalue("postgres_database")
    yield reused.url
    reused.empty()


@pytest.fixture
def centre(database_url: str, tmp_path: Path) -> Iterator[Centre]:
    """An opened centre with a clock that stands still."""
    opened = open_centre(tmp_path, database_url)
    yield opened
    opened.close()
    leave(opened)


@pytest.fixture
def database(centre: Centre) -> Database:
    """The centre's store."""
    return centre.database


@pytest.fixture
def story(centre: Centre) -> Story:
    """The site that most tests speak of."""
    return Story(centre)


@pytest.fixture
def client(centre: Centre) -> Iterator[httpx.Client]:
    """The application over the same centre."""
    with in_process(application(centre)) as opened:
        yield opened


def _create(url: str) -> None:
    database = Database.open(url)
    tables().create_all(database.engine)
    database.close()
