"""Signed codes that have opened here: a code is good once each way, so that a picture of it, sent on, opens for nobody else.

One on a phone is used up, since the page makes the next. A printed one rests for a while: its owner comes in more than once in a day.
Each box keeps its own; a copy shown at a sibling at once is not seen here.
"""

from __future__ import annotations

from typing import Final

from edge.model import SignedCode
from edge.store.database import Store
from edge.sync.wire import Direction

RESTS_S: Final = 5 * 60
"""How long a printed code opens no second time the same way: against its being handed back over the arm, as with anti-passback. Who went
out by another gate, or did not go in where no sensor tells so, is not kept waiting for longer."""


class UsedCodes:
    """The codes of this box's gate."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def rests(self, code: SignedCode, direction: Direction, now_s: int) -> bool:
        """Whether it has opened this way already, and may not again now."""
        found = self._store.row(
            "SELECT 1 FROM used_codes WHERE person = ? AND signer = ? AND over_s = ? AND direction = ? AND until_s > ?",
            code.person,
            code.signer,
            code.over_s,
            direction,
            now_s,
        )
        return found is not None

    def note(self, code: SignedCode, direction: Direction, now_s: int, seq: int) -> None:
        """It opens now, by the fact `seq`: within the caller's transaction. A passage that nobody made gives it back (`projections`)."""
        until_s = min(code.over_s, now_s + RESTS_S) if code.printed else code.over_s
        self._store.execute("DELETE FROM used_codes WHERE until_s <= ?", now_s)
        self._store.execute(
            "INSERT OR REPLACE INTO used_codes VALUES (?, ?, ?, ?, ?, ?)",
            code.person,
            code.signer,
            code.over_s,
            direction,
            until_s,
            seq,
        )
