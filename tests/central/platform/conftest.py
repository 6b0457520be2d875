from collections.abc import Iterator
from pathlib import Path
from shutil import copy

import pytest

from tests.central.platform.world import World, opened, secret_in, staged


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


@pytest.fixture(scope="session")
def secret(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file with the appsecret, the same for all."""
    return secret_in(tmp_path_factory.mktemp("platform"))


@pytest.fixture
def desk(sqlite_url: str, tmp_path: Path, secret: Path) -> Iterator[World]:
    """The same for what is asked of the centre over it: API and pages."""
    with staged(tmp_path, sqlite_url, secret) as built:
        yield built


@pytest.fixture
def alone(sqlite_url: str, tmp_path: Path) -> Iterator[World]:
    """The same on SQLite only."""
    with opened(tmp_path, sqlite_url) as built:
        yield built
