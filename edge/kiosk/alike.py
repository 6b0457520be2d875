"""The duplicate check: is this face already on the roster under another name? A warning, never a refusal (siblings exist)."""

from __future__ import annotations

import logging
import threading

from edge.faces import Vector
from edge.kiosk.parts import Alike, Gallery

log = logging.getLogger(__name__)


class AlikeCheck:
    """Runs the check in a thread of its own: opening thousands of sealed templates takes seconds on a small board."""

    def __init__(self, gallery: Gallery, engine: str, rows: Vector, person: str) -> None:
        self._gallery, self._engine, self.rows, self._person = gallery, engine, rows, person
        self.found: Alike | None = None
        self.failed = False
        self._thread = threading.Thread(target=self._run, name="kiosk-alike", daemon=True)
        self._thread.start()

    @property
    def done(self) -> bool:
        """Whether `found` is final; with `failed` it says nothing."""
        return not self._thread.is_alive()

    def wait(self, timeout_s: float) -> bool:
        """Waits for the end; whether it came."""
        self._thread.join(timeout_s)
        return self.done

    def _run(self) -> None:
        try:
            self.found = self._gallery.look_alike(self._engine, self.rows, self._person)
        except Exception:
            self.failed = True
            log.exception("the duplicate check failed; the enrolment goes on without it")
