from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.central.messaging.field import Field, open_field


@pytest.fixture
def field(database_url: str, tmp_path: Path) -> Iterator[Field]:
    """A project with boxes on both databases."""
    field = open_field(tmp_path, database_url)
    yield field
    field.centre.close()
