"""在场人数: how many people are on site, for the lane screen. The centre says it for all gates together; this box goes on from there.

A box that never heard of the centre's figure counts by itself where it sees both ways, and knows nothing where it sees one.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from edge.store.database import Store
from edge.store.passages import Passages
from edge.sync import wire

STAY_MS: Final = 16 * 3600 * 1000
"""Who went in longer ago than the longest stay no longer counts as on site."""
FRESH_MS: Final = 5 * 60 * 1000
"""The centre says its figure at least once a minute; one that is older than this is shown with its time."""
_SAID = "site_count"


class OnSite(NamedTuple):
    """A figure for the screen; `as_of_ms` is the time for which it holds where that is no longer now."""

    heads: int
    as_of_ms: int | None = None


class SiteCount:
    """The figure that this box may show."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._passages = Passages(store)

    def take(self, said: wire.SiteCount) -> None:
        """Keeps what the centre says; what it said before that is not heard again."""
        with self._store.transaction():
            before = self._said()
            if before is None or said.at_ms >= before.at_ms:
                self._store.set_meta(_SAID, wire.encode(said))

    def now(self, at_ms: int) -> OnSite | None:
        """At this wall time; None where the box cannot know it."""
        said = self._said()
        if said is None or at_ms - said.at_ms > STAY_MS:
            own = self._passages.on_site_count(at_ms - STAY_MS)
            return None if own is None else OnSite(own)
        count = max(0, said.on_site + self._passages.change_since(said.epoch, said.upto))
        return OnSite(count, said.at_ms if at_ms - said.at_ms > FRESH_MS else None)

    def _said(self) -> wire.SiteCount | None:
        found = self._store.meta(_SAID)
        return wire.decode(found, wire.SiteCount) if isinstance(found, bytes) else None
