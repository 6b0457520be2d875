"""Brings the roster down: the retained pointer says what there is, the box asks for what it lacks, and applies whole changes only."""

from __future__ import annotations

import logging
from typing import Final

from edge.clock import Clock
from edge.errors import RosterUnfit
from edge.store.journal import Journal
from edge.store.roster import Roster
from edge.sync import wire

log = logging.getLogger(__name__)

ASK_AGAIN_MS: Final = 10_000
MOST_PARTS: Final = 4096


class RosterFeed:
    """What is lacking, what has come of it, and when to ask again."""

    def __init__(self, roster: Roster, journal: Journal, clock: Clock) -> None:
        self._roster = roster
        self._journal = journal
        self._clock = clock
        self._pointer: wire.RosterPointer | None = None
        self._parts: dict[int, wire.RosterPart] = {}
        self._asked_ms: int | None = None
        self._everything = False
        self._applied: wire.Applied | None = None
        self.fault: str | None = None

    def connected(self) -> None:
        """A new connection: half of an answer is no answer any more."""
        self._parts.clear()
        self._asked_ms = None

    def pointed(self, pointer: wire.RosterPointer) -> None:
        """The centre says which roster is in force. Versions only rise: an older one is an old message, or a centre that lost some."""
        if pointer.version < self._roster.version():
            self.fault = "ROSTER_OLD"
            return
        if self._pointer is None or pointer.issued_ms >= self._pointer.issued_ms:
            self._pointer, self.fault = pointer, None
        self._renew()

    def arrived(self, part: wire.RosterPart) -> None:
        """A part, opened and checked. With the last one missing the change is applied."""
        if any(_change(other) != _change(part) for other in self._parts.values()) or part.total > MOST_PARTS:
            self._parts.clear()
        if part.to_version < self._roster.version():
            return
        self._parts[part.index] = part
        if len(self._parts) == part.total:
            self._apply(list(self._parts.values()))

    def due(self) -> list[tuple[wire.Up, wire.Message]]:
        """What is to be said to the centre now."""
        said: list[tuple[wire.Up, wire.Message]] = []
        if self._applied is not None:
            said.append((wire.Up.APPLIED, self._applied))
            self._applied = None
        now = self._clock.mono_ms()
        if self._lacks() and (self._asked_ms is None or now - self._asked_ms >= ASK_AGAIN_MS):
            self._asked_ms = now
            have = (0, b"") if self._everything else (self._roster.version(), self._roster.hash())
            said.append((wire.Up.ROSTER_GET, wire.RosterGet(*have)))
        return said

    def _apply(self, parts: list[wire.RosterPart]) -> None:
        self._parts.clear()
        try:
            self._applied = self._roster.apply(parts, self._journal)
        except RosterUnfit as unfit:
            log.warning("%s", unfit)
            self.fault, self._everything, self._asked_ms = unfit.code, True, None
            return
        self.fault, self._everything, self._asked_ms = None, False, None
        self._renew()

    def _lacks(self) -> bool:
        pointer = self._pointer
        return pointer is not None and (pointer.version, pointer.hash) != (self._roster.version(), self._roster.hash())

    def _renew(self) -> None:
        if self._pointer is not None and not self._lacks():
            self._roster.lease.renew(self._pointer, self._clock)


def _change(part: wire.RosterPart) -> tuple[int, int, int, bytes]:
    return part.from_version, part.to_version, part.total, part.hash_after
