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
def alone(sqlite_template: Path, tmp_path: Path) -> Iterator[World]:
    """The same on SQLite only: for what lies between us and the platform."""
    copy(sqlite_template, tmp_path / "central.db")
    with opened(tmp_path, f"sqlite:///{tmp_path / 'central.db'}") as built:
        yield built
