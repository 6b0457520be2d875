"""Who passed here: for the debounce, the lane screen and the health page. Read from the journal's facts, never written by hand."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from edge.store.database import Store
from edge.sync.wire import Direction, Method


class Seen(NamedTuple):
    """One passage."""

    seq: int
    at_ms: int
    person: str
    direction: Direction
    method: Method
    lane: str
    duplicate: bool


class Passages:
    """The passages of this box."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def last(self, person: str) -> tuple[Direction, int] | None:
        """A person's last passage that was no duplicate: direction and wall time in ms; None if there was none."""
        found = self._store.row("SELECT direction, at_ms FROM presence WHERE person = ?", person)
        return msgspec.convert(found, tuple[Direction, int]) if found else None

    def recent(self, count: int) -> list[Seen]:
        """The last passages, newest first."""
        return self._select("ORDER BY id DESC LIMIT ?", count)

    def since(self, at_ms: int) -> list[Seen]:
        """Passages from a wall time on, oldest first."""
        return self._select("WHERE at_ms >= ? ORDER BY id", at_ms)

    def on_site_count(self, since_ms: int = 0) -> int | None:
        """How many people went in here, at `since_ms` or later, and not out again; None where this box saw only one of the two ways.

        Who went out by a sibling stays inside for this box: a count from one way alone would only rise, or stay 0.
        """
        rows = self._store.rows("SELECT direction, count(*) FROM presence WHERE at_ms >= ? GROUP BY direction", since_ms)
        found = {str(direction): count for direction, count in rows}
        inside = found.get(Direction.IN)
        return inside if len(found) == len(Direction) and isinstance(inside, int) else None

    def change_since(self, epoch: str, seq: int) -> int:
        """How many more people are on site for what this box wrote after this number: who last came IN, less who last went OUT."""
        rows = self._store.rows(
            "SELECT direction, count(*) FROM (SELECT person, direction, max(seq) FROM passages"
            " WHERE epoch = ? AND seq > ? AND duplicate = 0 GROUP BY person) GROUP BY direction",
            epoch,
            seq,
        )
        found = {str(direction): count for direction, count in rows if isinstance(count, int)}
        return found.get(Direction.IN, 0) - found.get(Direction.OUT, 0)

    def regulars(self, since_ms: int) -> frozenset[str]:
        """Who last passed here at `since_ms` or later, by whichever way in."""
        found = self._store.rows("SELECT person FROM presence WHERE at_ms >= ?", since_ms)
        return frozenset(person for (person,) in found if isinstance(person, str))

    def purge(self, older_than_ms: int, limit: int = 500) -> int:
        """Deletes at most `limit` of the oldest rows of this view that are older; how many. The facts themselves are the journal's."""
        with self._store.transaction():
            self._store.execute("DELETE FROM presence WHERE at_ms < ?", older_than_ms)
            return self._store.execute(
                "DELETE FROM passages WHERE id IN (SELECT id FROM passages ORDER BY id LIMIT ?) AND at_ms < ?", limit, older_than_ms
            )

    def _select(self, rest: str, value: int) -> list[Seen]:
        sql = f"SELECT seq, at_ms, person, direction, method, lane, duplicate FROM passages {rest}"  # noqa: S608 - `rest` is ours
        return [msgspec.convert(row, Seen, strict=False) for row in self._store.rows(sql, value)]
