"""In touch with the centre or not, by what the sync process last said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from edge.store.database import Store
from edge.store.health import SILENT_MS, Health
from tests.edge.store.box import FakeClock

BEGAN = 9_000_000


@pytest.mark.parametrize(
    ("said", "silent_ms", "since"),
    [
        (None, 0, "began"),
        ({"connected": True, "since_ms": 5}, 100, None),
        ({"connected": False, "since_ms": 7_000}, 100, 7_000),
        ({"connected": False}, 100, "said"),
        ({"connected": True, "since_ms": 5}, SILENT_MS + 1, "said"),
    ],
    ids=["never said anything", "connected", "cut off", "cut off, unknown since when", "connected but silent"],
)
def test_a_box_is_offline_since(tmp_path: Path, said: dict[str, Any] | None, silent_ms: int, since: int | str | None) -> None:
    clock = FakeClock()
    store = Store.open(tmp_path)
    try:
        health = Health(store, clock)
        at_ms = clock.now_ms()
        if said is not None:
            health.report("sync", said)
        clock.go_on(silent_ms)
        assert health.offline_since_ms(BEGAN) == {"began": BEGAN, "said": at_ms}.get(str(since), since)
    finally:
        store.close()
