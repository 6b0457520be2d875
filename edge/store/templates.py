"""Sealed face templates: only of people with a right here (A-03), only as ciphertext that this box's own key opens."""

from __future__ import annotations

import sqlite3
from typing import Literal

from edge.errors import NotOnRoster
from edge.store.database import Store

Origin = Literal["local", "relay"]
"""Taken at this box's own kiosk, or sealed for this box by another one and relayed by the centre."""

_GALLERY = "gallery"


class Templates:
    """The templates this box holds."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def all(self, engine: str, now_s: int | None = None) -> list[tuple[str, bytes]]:
        """(person, sealed bytes) for one engine; with `now_s`, without those whose right has lapsed by then."""
        found = self._store.rows(
            "SELECT person, sealed FROM templates JOIN rights USING (person) WHERE engine = ?"
            " AND (?2 IS NULL OR valid_until_s IS NULL OR valid_until_s > ?2) ORDER BY person, origin",
            engine,
            now_s,
        )
        return [(person, sealed) for person, sealed in found if isinstance(person, str) and isinstance(sealed, bytes)]

    def lapsed(self, now_s: int) -> int:
        """How many rights have lapsed by then. Once this has changed, because time went on or the clock was set, `all` gives others."""
        found = self._store.row("SELECT count(*) FROM rights WHERE valid_until_s <= ?", now_s)
        return int(found[0]) if found and isinstance(found[0], int) else 0

    def stamp(self) -> int:
        """A number that rises with every change of templates or rights: what the gate compares before it loads its gallery anew."""
        value = self._store.meta(_GALLERY)
        return value if isinstance(value, int) else 0

    def has(self, person: str, engine: str | None = None) -> bool:
        """Whether this person has a template here, of any engine or of one."""
        return bool(self._store.row("SELECT 1 FROM templates WHERE person = ? AND (?2 IS NULL OR engine = ?2)", person, engine))

    def put(self, person: str, engine: str, sealed: bytes, origin: Origin) -> None:
        """Keeps a template. Raises `NotOnRoster` for anybody without a right: no gate holds a face of the unconfirmed (A-03)."""
        with self._store.transaction():
            try:
                self._store.execute(
                    "INSERT INTO templates VALUES (?, ?, ?, ?)"
                    " ON CONFLICT (person, engine, origin) DO UPDATE SET sealed = excluded.sealed WHERE sealed != excluded.sealed",
                    person,
                    engine,
                    origin,
                    sealed,
                )
            except sqlite3.IntegrityError as error:
                raise NotOnRoster("no template without a confirmed right") from error
            self.touch()

    def delete(self, person: str, origin: Origin | None = None) -> int:
        """Deletes a person's templates, all or those of one origin; how many there were. With all goes what was found about the face: whom

        it is taken for.
        """
        with self._store.transaction():
            if origin is None:
                self._store.execute("DELETE FROM twins WHERE person = ?1 OR other = ?1", person)
            gone = self._store.execute("DELETE FROM templates WHERE person = ? AND (?2 IS NULL OR origin = ?2)", person, origin)
            if gone:
                self.touch()
        return gone

    def count(self) -> int:
        """How many people have a template here."""
        found = self._store.row("SELECT count(DISTINCT person) FROM templates")
        return int(found[0]) if found and isinstance(found[0], int) else 0

    def touch(self) -> None:
        """Says that templates or rights have changed."""
        self._store.set_meta(_GALLERY, self.stamp() + 1)
