"""One change of the roster, from parts to tables. Removals before additions; what was deleted is proven in the journal (A-50 to A-53).

A box holds no template of anybody without a right (A-03): a removal deletes right and template, and keeps only the hashes of the cards
for a while. Withdrawn consent deletes the template and leaves the card's right.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from edge.errors import RosterUnfit
from edge.store.copies import Copies
from edge.store.database import Store
from edge.store.journal import Journal
from edge.store.local_words import LocalWords
from edge.store.templates import Templates
from edge.sync import wire


class RosterChange:
    """Applies parts within one transaction."""

    def __init__(self, store: Store, journal: Journal) -> None:
        self._store = store
        self._journal = journal
        self._templates = Templates(store)
        self._words = LocalWords(store)

    def apply(self, parts: Sequence[wire.RosterPart], version: int) -> wire.Applied:
        """See `Roster.apply`."""
        ordered = _whole(parts, version)
        last = ordered[-1]
        with self._store.transaction():
            removals = {removal.person: removal for part in ordered for removal in part.remove}
            if last.from_version == 0:
                removals |= self._vanished({entry.person for part in ordered for entry in part.put}, removals)
            for removal in removals.values():
                self._remove(removal, last.to_version)
            for part in ordered:
                for entry in part.put:
                    self._put(entry, last.to_version)
            self._check(last.hash_after)
            self._store.execute(
                "INSERT OR REPLACE INTO roster VALUES (1, ?, ?, ?)", last.to_version, last.hash_after, msgspec.msgpack.encode(last.header)
            )
            self._templates.touch()
            at_ms = self._journal.now_ms()
        if removals:
            self._store.forget_deleted()
        return wire.Applied(last.to_version, last.hash_after, at_ms)

    def _vanished(self, stay: set[str], named: dict[str, wire.Removal]) -> dict[str, wire.Removal]:
        """Whoever a full roster no longer holds is removed as if it had been named."""
        gone = [str(person) for (person,) in self._store.rows("SELECT person FROM rights") if person not in stay and person not in named]
        return {person: wire.Removal(person, wire.EndCause.CORRECTED, self._cards(person), 0) for person in gone}

    def _remove(self, removal: wire.Removal, version: int) -> None:
        cards = {*removal.cards, *self._cards(removal.person)}
        known = self._store.row("SELECT 1 FROM ended WHERE person = ? AND at_s = ?", removal.person, removal.at_s)
        templates = self._templates.delete(removal.person)
        rights = self._store.execute("DELETE FROM rights WHERE person = ?", removal.person)
        now_ms = self._journal.now_ms()
        self._store.write_all(
            "INSERT OR REPLACE INTO ended VALUES (?, ?, ?, ?, ?)",
            [(card, removal.person, removal.cause, removal.at_s or now_ms // 1000, now_ms) for card in cards],
        )
        self._store.execute("DELETE FROM drafts WHERE person = ?", removal.person)
        if templates or rights or not known:
            self._journal.record(wire.Deletion(removal.person, removal.cause, templates > 0, rights > 0, version))

    def _put(self, entry: wire.RosterEntry, version: int) -> None:
        before, word = self._before(entry.person), self._words.face(entry.person)
        news = before is None or entry.face != before[0]
        face = word or (before[1] if before is not None and entry.face == "none" and not news else entry.face)
        self._store.execute(
            "INSERT INTO rights VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (person) DO UPDATE SET"
            " shown_name = excluded.shown_name, team = excluded.team, trade = excluded.trade, employer = excluded.employer,"
            " valid_from_s = excluded.valid_from_s, valid_until_s = excluded.valid_until_s, face = excluded.face,"
            " needs_training = excluded.needs_training, packed = excluded.packed",
            entry.person,
            entry.shown_name,
            entry.team,
            entry.trade,
            entry.employer,
            entry.valid_from_s,
            entry.valid_until_s,
            face,
            int(entry.needs_training),
            wire.encode(msgspec.structs.replace(entry, templates=())),
        )
        self._store.execute("DELETE FROM cards WHERE person = ?", entry.person)
        self._store.write_all("INSERT OR REPLACE INTO cards VALUES (?, ?)", [(card, entry.person) for card in entry.cards])
        self._store.write_all("DELETE FROM ended WHERE card = ?", [(card,) for card in entry.cards])
        self._words.apply_cards(entry.person, entry.cards)
        if face == entry.face == "granted":
            for template in entry.templates:
                self._templates.put(entry.person, template.engine, template.sealed, "relay")
        elif entry.face != "granted" or word == "refused":
            self._drop_templates(entry.person, version, keep_local=word == "granted" or (entry.face == "none" and not news))

    def _before(self, person: str) -> tuple[str, str] | None:
        """What the centre said of this person's face, and what counts here."""
        found = self._store.row("SELECT packed, face FROM rights WHERE person = ?", person)
        if found is None or not isinstance(found[0], bytes):
            return None
        return wire.decode(found[0], wire.RosterEntry).face, str(found[1])

    def _drop_templates(self, person: str, version: int, *, keep_local: bool) -> None:
        """Without consent, no template. One that was taken here stays while its enrolment is still on the way up, or while the centre only
        says what it said before it could know."""
        gone = self._templates.delete(person, "relay" if keep_local else None)
        if not keep_local:
            Copies(self._store).forget(person)
        if gone:
            withdrawn = wire.Deletion(person, wire.EndCause.WITHDRAWN, template=True, right=False, roster_version=version)
            self._journal.record(withdrawn)
            self._store.forget_deleted()

    def _cards(self, person: str) -> tuple[bytes, ...]:
        found = self._store.rows("SELECT card FROM cards WHERE person = ?", person)
        return tuple(card for (card,) in found if isinstance(card, bytes))

    def _check(self, promised: bytes) -> None:
        packed = self._store.rows("SELECT packed FROM rights")
        entries = [wire.decode(row[0], wire.RosterEntry) for row in packed if isinstance(row[0], bytes)]
        if wire.roster_hash(entries) != promised:
            raise RosterUnfit("the roster does not hash to what was promised")


def _whole(parts: Sequence[wire.RosterPart], version: int) -> list[wire.RosterPart]:
    ordered = sorted(parts, key=lambda part: part.index)
    if not ordered:
        raise RosterUnfit("no parts")
    first = ordered[0]
    ends = {(part.from_version, part.to_version, part.total, part.hash_after) for part in ordered}
    if len(ends) != 1 or [part.index for part in ordered] != list(range(first.total)):
        raise RosterUnfit(f"{len(ordered)} of {first.total} parts")
    if first.from_version not in (0, version):
        raise RosterUnfit(f"leads from {first.from_version}, this box holds {version}")
    if first.to_version < version:
        raise RosterUnfit(f"leads back from {version} to {first.to_version}")
    return ordered
