"""Who has a right at this project's gates (I6): read by gate and kiosk, written by sync in one transaction a version."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from edge.clock import Clock
from edge.model import EndedRight, Right, SitePolicy
from edge.store.database import Store, Value
from edge.store.journal import Journal
from edge.store.lease import Lease
from edge.store.roster_change import RosterChange
from edge.sync import wire

ENDED_KEPT_S: Final = 30 * 24 * 3600
"""How long a card is remembered as ended, to say why it does not open."""

_RIGHT = "SELECT r.packed, r.face FROM rights r"


class Roster:
    """The roster this box holds."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.lease = Lease(store)

    def version(self) -> int:
        """0 before the first."""
        found = self._store.row("SELECT version FROM roster")
        return int(found[0]) if found and isinstance(found[0], int) else 0

    def hash(self) -> bytes:
        """The hash over all entries; empty before the first roster."""
        found = self._store.row("SELECT hash FROM roster")
        return found[0] if found and isinstance(found[0], bytes) else b""

    def header(self) -> wire.RosterHeader | None:
        """The project, its boxes and operators; None before the first roster."""
        found = self._store.row("SELECT header FROM roster")
        return wire.decode(found[0], wire.RosterHeader) if found and isinstance(found[0], bytes) else None

    def policy(self) -> SitePolicy:
        """What the header says of the project, as far as a decision needs it."""
        header = self.header()
        return _policy(header) if header else SitePolicy()

    def right(self, person: str) -> Right | None:
        """One worker's right."""
        return self._one("WHERE r.person = ?", person)

    def by_card(self, card_hash: bytes) -> Right | None:
        """The right that a card stands for."""
        return self._one("JOIN cards c ON c.person = r.person WHERE c.card = ?", card_hash)

    def ended_by_card(self, card_hash: bytes) -> EndedRight | None:
        """A right that this card stood for until it ended."""
        return _ended(self._store.row("SELECT person, cause, at_s FROM ended WHERE card = ?", card_hash))

    def ended(self, person: str) -> EndedRight | None:
        """This person's right that ended, where a card of theirs was known; the latest."""
        return _ended(self._store.row("SELECT person, cause, at_s FROM ended WHERE person = ? ORDER BY at_s DESC LIMIT 1", person))

    def rights(self) -> list[Right]:
        """Everybody, by person."""
        return [_right(row) for row in self._store.rows(f"{_RIGHT} ORDER BY r.person")]

    def count(self) -> int:
        """How many people have a right."""
        found = self._store.row("SELECT count(*) FROM rights")
        return int(found[0]) if found and isinstance(found[0], int) else 0

    def lease_left_s(self, clock: Clock) -> int:
        """Seconds for which this roster may still be acted on; 0 or less when the lease is over."""
        return self.lease.left_s(clock)

    def apply(self, parts: Sequence[wire.RosterPart], journal: Journal) -> wire.Applied:
        """Takes all parts of a change, removals first, in one transaction with the proofs of deletion.

        Raises `RosterUnfit`, and leaves everything as it was, where they are not all there, do not follow what the box holds, or do not
        hash to what they promise: then everything must be asked for.
        """
        return RosterChange(self._store, journal).apply(parts, self.version())

    def purge_ended(self, now_s: int) -> int:
        """Forgets the cards of rights that ended long ago; how many."""
        with self._store.transaction():
            return self._store.execute("DELETE FROM ended WHERE noted_ms < ?", (now_s - ENDED_KEPT_S) * 1000)

    def _one(self, rest: str, value: Value) -> Right | None:
        found = self._store.row(f"{_RIGHT} {rest}", value)
        return _right(found) if found else None


def _right(row: tuple[Value, ...]) -> Right:
    entry = wire.decode(row[0] if isinstance(row[0], bytes) else b"", wire.RosterEntry)
    said = {name: getattr(entry, name) for name in Right.__dataclass_fields__}
    return Right(**said | {"face": str(row[1])})  # what was decided at this kiosk since stands before what the centre said


def _ended(found: tuple[Value, ...] | None) -> EndedRight | None:
    return EndedRight(str(found[0]), wire.EndCause(str(found[1])), int(str(found[2]))) if found else None


def _policy(header: wire.RosterHeader) -> SitePolicy:
    """Words that a newer centre knows and this box does not fall back to the milder of those it knows: no worker is refused by a word.

    Of liveness to the default: whoever moves as asked is refused by nothing, and what was made stricter must not become laxer here.
    """
    said = header.policy
    return SitePolicy(
        project_name=header.project_name,
        contact=header.contact,
        state=header.state,
        lease_s=header.lease_s,
        anti_passback=said.anti_passback if said.anti_passback in ("soft", "hard") else "off",
        hours=said.hours,
        when_stale="deny" if said.when_stale == "deny" else "card_guard",
        liveness=said.liveness if said.liveness in ("always", "risk", "never") else wire.GatePolicy().liveness,
        movements=min(2, max(1, said.movements)),
    )
