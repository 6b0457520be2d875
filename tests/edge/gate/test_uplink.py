"""In touch with the centre or not, by what the sync process last said."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from edge.gate.uplink import SILENT_MS, offline_since

NOW, BEGAN = 10_000_000, 9_000_000


@pytest.mark.parametrize(
    ("said", "since"),
    [
        (None, BEGAN),
        ({"connected": True, "since_ms": 5, "at_ms": NOW - 100}, None),
        ({"connected": False, "since_ms": 7_000, "at_ms": NOW - 100}, 7_000),
        ({"connected": False, "at_ms": NOW - 100}, NOW - 100),
        ({"connected": True, "since_ms": 5, "at_ms": NOW - SILENT_MS - 1}, NOW - SILENT_MS - 1),
    ],
    ids=["never said anything", "connected", "cut off", "cut off, unknown since when", "connected but silent"],
)
def test_a_box_is_offline_since(said: Mapping[str, Any] | None, since: int | None) -> None:
    assert offline_since(said, NOW, BEGAN) == since
