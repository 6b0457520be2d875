"""What the tests in a browser share: the browser, and a working day at the portal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from central.migrations import tables
from tests.central.builders import open_centre
from tests.central.web.day import Day, opened
from tests.parts.browser import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def day(tmp_path: Path) -> Iterator[Day]:
    """A centre on SQLite with an account for each role; administrators need no second factor."""
    centre = open_centre(tmp_path, f"sqlite:///{tmp_path / 'central.db'}", second_factor_for_administrators=False)
    tables().create_all(centre.database.engine)
    yield opened(centre)
    centre.close()
