"""Sealed copies of templates on their way to the other boxes: beside the journal, and only until the centre has them or they must go.

A journal keeps its bytes for months at the box and for good at the centre. Of a copy it holds the digest; what is deleted is gone.
"""

from __future__ import annotations

from collections.abc import Mapping

from edge.store.database import Store
from edge.sync import wire

Number = tuple[str, int]
"""Epoch and seq of the `Enrolment` that the copies belong to."""


class Copies:
    """The copies that wait for the centre's word."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def put(self, number: Number, person: str, copies: Mapping[str, bytes]) -> None:
        """Keeps the copies (box to sealed bytes) of an enrolment, within its transaction; older ones of this person go."""
        self.forget(person)
        self._store.write_all(
            "INSERT INTO copies VALUES (?, ?, ?, ?, ?)", [(*number, person, box, sealed) for box, sealed in copies.items()]
        )

    def ready(self) -> list[Number]:
        """Enrolments with copies whose facts the centre holds already, oldest first: before that it could not tell whose they are."""
        found = self._store.rows(
            "SELECT DISTINCT c.epoch, c.seq FROM copies c JOIN head h ON c.epoch != h.epoch OR c.seq <= h.acked ORDER BY c.rowid"
        )
        return [(str(epoch), seq) for epoch, seq in found if isinstance(seq, int)]

    def of(self, number: Number) -> wire.TemplateCopies:
        """The copies of one enrolment, as they go up."""
        found = self._store.rows("SELECT box, sealed FROM copies WHERE epoch = ? AND seq = ? ORDER BY box", *number)
        return wire.TemplateCopies(*number, {str(box): sealed for box, sealed in found if isinstance(sealed, bytes)})

    def taken(self, number: Number) -> bool:
        """The centre has them or wants them no more: they go. False if there were none."""
        with self._store.transaction():
            return self._store.execute("DELETE FROM copies WHERE epoch = ? AND seq = ?", *number) > 0

    def forget(self, person: str) -> int:
        """Whoever withdrew consent or has no right: nothing of this person goes up any more; how many copies went."""
        with self._store.transaction():
            return self._store.execute("DELETE FROM copies WHERE person = ?", person)

    def renumber(self, before: Number, after: Number) -> None:
        """The enrolment was written anew under another number (a new epoch)."""
        self._store.execute("UPDATE copies SET epoch = ?, seq = ? WHERE epoch = ? AND seq = ?", *after, *before)
