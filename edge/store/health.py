"""How each process of the box is, as it last said itself: what the health page and the doctor read."""

from __future__ import annotations

import json
from typing import Any, Final

from edge.clock import Clock, SystemClock
from edge.store.database import Store

SILENT_MS: Final = 30_000
"""A sync process that has said nothing for so long is down, and the box offline."""


class Health:
    """One report a process; a new one replaces the old."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        self._store = store
        self._clock = clock or SystemClock()

    def report(self, process: str, report: dict[str, Any]) -> None:
        """Keeps a report (JSON values, nothing personal). Left out while the disk is full: the room belongs to events."""
        if not self._store.reserve.is_kept() and self._store.reserve.is_scarce():
            return
        with self._store.transaction():
            self._store.execute(
                "INSERT INTO health VALUES (?, ?, ?) ON CONFLICT (process) DO UPDATE SET report = excluded.report, at_ms = excluded.at_ms",
                process,
                json.dumps(report, ensure_ascii=False),
                self._clock.now_ms(),
            )

    def all(self) -> dict[str, dict[str, Any]]:
        """Each process' last report, with its time as `at_ms`."""
        found = self._store.rows("SELECT process, report, at_ms FROM health ORDER BY process")
        return {str(process): {**json.loads(str(report)), "at_ms": at_ms} for process, report, at_ms in found}

    def offline_since_ms(self, began_ms: int) -> int | None:
        """Since when (wall time) this box is cut off from the centre, by what sync last said; None while it is in touch.

        A sync process that is silent counts from its last word, one that never spoke from `began_ms`.
        """
        said = self.all().get("sync")
        if said is None:
            return began_ms
        at_ms = int(said["at_ms"])
        if self._clock.now_ms() - at_ms > SILENT_MS:
            return at_ms
        return None if said.get("connected") else int(said.get("since_ms") or at_ms)
