from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from tests.central.platform.world import World, opened


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """A site and a platform, on both databases."""
    with opened(tmp_path, database_url) as built:
        yield built


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """A migrated, empty file, for what lies between us and the platform: the database has no part in it."""
    copy(sqlite_template, tmp_path / "central.db")
    return f"sqlite:///{tmp_path / 'central.db'}"


@pytest.fixture
def alone(sqlite_url: str, tmp_path: Path) -> Iterator[World]:
    """The same on SQLite only."""
    with opened(tmp_path, sqlite_url) as built:
        yield built
