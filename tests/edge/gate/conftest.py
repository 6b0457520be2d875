"""What the gate's tests share."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.gate.liveness import Liveness
from edge.sync.wire import Direction
from tests.edge.gate.box import box
from tests.edge.gate.site import Opener, Site


@pytest.fixture
def at_site(tmp_path: Path) -> Iterator[Opener]:
    sites: list[Site] = []
    with box(tmp_path) as made:

        def opened(direction: Direction = Direction.IN, liveness: Liveness | None = None) -> Site:
            sites.append(Site(made, direction, liveness))
            return sites[-1]

        yield opened
        for site in sites:
            site.close()
