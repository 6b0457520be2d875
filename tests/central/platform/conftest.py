from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.central.platform.world import World, opened


@pytest.fixture
def world(database_url: str, tmp_path: Path) -> Iterator[World]:
    """A site and a platform, on both databases."""
    with opened(tmp_path, database_url) as built:
        yield built
