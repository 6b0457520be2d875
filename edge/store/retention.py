"""What the box no longer needs, it deletes: in small steps, because deleting needs room and holds up the gate for as long as it takes."""

from __future__ import annotations

from typing import Final

from edge.clock import Clock
from edge.store import file
from edge.store.copies import Copies
from edge.store.database import Store
from edge.store.journal import Journal
from edge.store.local_words import LocalWords
from edge.store.lookups import Lookups
from edge.store.passages import Passages
from edge.store.roster import Roster
from edge.store.templates import Templates
from edge.sync import wire

DRAFT_KEPT_S: Final = 24 * 3600
REFUSAL_KEPT_DAYS: Final = 90
"""Who was refused stands in the journal so long (privacy.md C2, 6)."""
ASIDE_KEPT_DAYS: Final = 30
"""A damaged store that was set aside holds names and templates too: so long a technician has time to look at it."""
_DAY_MS: Final = 24 * 3600 * 1000


class Retention:
    """`keep_days`: how long facts stay here after the centre has them."""

    def __init__(self, store: Store, journal: Journal, clock: Clock, keep_days: int) -> None:
        self._store = store
        self._journal = journal
        self._clock = clock
        self._keep_ms = keep_days * _DAY_MS

    def sweep(self) -> int:
        """One small step of everything that is due; how many rows went. Called every minute or so.

        While there is no wall clock, only the kiosk's answers go: other ages are unknown then.
        """
        now_ms = self._clock.now_ms()
        gone = Lookups(self._store, self._clock).purge()
        if self._clock.quality() is wire.Clock.NONE:
            return gone
        gone += self._journal.purge(now_ms - self._keep_ms)
        gone += self._journal.erase_refusals(now_ms - REFUSAL_KEPT_DAYS * _DAY_MS)
        gone += LocalWords(self._store).purge()
        gone += Passages(self._store).purge(now_ms - self._keep_ms)
        gone += Roster(self._store).purge_ended(now_ms // 1000)
        with self._store.transaction():
            gone += self._store.execute("DELETE FROM drafts WHERE at_ms < ?", now_ms - DRAFT_KEPT_S * 1000)
            gone += self._store.execute("DELETE FROM enrolments WHERE at_ms < ?", now_ms - self._keep_ms)
        if self._clock.quality() is not wire.Clock.NTP:  # a clock that only runs ahead must not delete what cannot be had again
            return gone
        gone += len(file.forget_set_aside(self._store.path, now_ms // 1000 - ASIDE_KEPT_DAYS * 24 * 3600))
        return gone + self._lapse(now_ms // 1000)

    def _lapse(self, now_s: int) -> int:
        """A template lapses by itself at the end of its right, without a word from the centre (privacy duty 5). The gate shows none to
        anybody from that moment on by its own clock; deleted it is by a clock that is right."""
        with self._store.transaction():
            over = self._store.rows(
                "SELECT DISTINCT person FROM templates JOIN rights USING (person) WHERE valid_until_s <= ? LIMIT 50", now_s
            )
            version = Roster(self._store).version()
            for (person,) in over:
                Templates(self._store).delete(str(person))
                Copies(self._store).forget(str(person))
                proof = wire.Deletion(str(person), wire.EndCause.DEPARTURE, template=True, right=False, roster_version=version)
                self._journal.record(proof)
        if over:
            self._store.forget_deleted()
        return len(over)
