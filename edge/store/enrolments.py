"""Enrolments at this kiosk: half-done ones, which survive a restart, and the finished ones of the day."""

from __future__ import annotations

import json
from typing import Any, Literal, NamedTuple

import msgspec

from edge.clock import Clock, SystemClock
from edge.store.database import Store
from edge.sync import wire


class Draft(NamedTuple):
    """A half-done enrolment: which step comes next, and what was said so far. Never a picture, never a number."""

    person: str
    step: str
    data: dict[str, Any]
    at_ms: int


class Finished(NamedTuple):
    """An enrolment as it went into the journal; `engine` is empty for card only, `quality` 0 to 1000."""

    seq: int
    at_ms: int
    person: str
    engine: str
    shots: int
    quality: int
    operator: str

    @property
    def way(self) -> Literal["face", "card"]:
        """How this worker passes the gate."""
        return "face" if self.engine else "card"


class Enrolments:
    """Drafts are kept by `save`; a finished one appears by itself when its fact is recorded, and takes the draft away."""

    def __init__(self, store: Store, clock: Clock | None = None) -> None:
        self._store = store
        self._clock = clock or SystemClock()

    def save(self, person: str, step: str, data: dict[str, Any]) -> None:
        """Keeps how far an enrolment has come (`data`: JSON values)."""
        with self._store.transaction():
            self._store.execute(
                "INSERT INTO drafts VALUES (?, ?, ?, ?) ON CONFLICT (person)"
                " DO UPDATE SET step = excluded.step, data = excluded.data, at_ms = excluded.at_ms",
                person,
                step,
                json.dumps(data, ensure_ascii=False),
                self._clock.now_ms(),
            )

    def load(self, person: str) -> Draft | None:
        """One person's draft."""
        return next((draft for draft in self.drafts() if draft.person == person), None)

    def drafts(self) -> list[Draft]:
        """All drafts, newest first."""
        found = self._store.rows("SELECT person, step, data, at_ms FROM drafts ORDER BY at_ms DESC, person")
        return [msgspec.convert((person, step, json.loads(str(data)), at_ms), Draft) for person, step, data, at_ms in found]

    def drop(self, person: str) -> None:
        """Forgets one person's draft."""
        with self._store.transaction():
            self._store.execute("DELETE FROM drafts WHERE person = ?", person)

    def today(self, since_ms: int) -> list[Finished]:
        """Finished enrolments from a wall time on (the caller knows where the day begins), newest first."""
        return self._finished("at_ms >= ?", since_ms)

    def of(self, person: str) -> Finished | None:
        """A person's last enrolment at this box."""
        return next(iter(self._finished("person = ?", person)), None)

    def work_cards(self, person: str) -> list[bytes]:
        """The hashes of a person's work cards: all that open for them but the identity card, which the roster names first."""
        found = self._store.row("SELECT packed FROM rights WHERE person = ?", person)
        named = wire.decode(found[0], wire.RosterEntry).cards[:1] if found and isinstance(found[0], bytes) else ()
        cards = self._store.rows("SELECT card FROM cards WHERE person = ? ORDER BY card", person)
        return [card for (card,) in cards if isinstance(card, bytes) and card not in named]

    def flag_twins(self, person: str, other: str) -> None:
        """Two people whose faces are taken for each other, within the caller's transaction: each shows a card beside the face."""
        self._store.write_all("INSERT OR REPLACE INTO twins VALUES (?, ?)", [(person, other), (other, person)])

    def twin_of(self, person: str) -> str | None:
        """Whom this person's face is taken for, if anybody."""
        found = self._store.row("SELECT other FROM twins WHERE person = ?", person)
        return str(found[0]) if found else None

    def _finished(self, where: str, value: int | str) -> list[Finished]:
        sql = f"SELECT seq, at_ms, person, engine, shots, quality, operator FROM enrolments WHERE {where} ORDER BY id DESC"  # noqa: S608 - ours
        return [msgspec.convert(row, Finished) for row in self._store.rows(sql, value)]
