"""One worker outside an enrolment: found on the roster, given a work card or rid of one, consent withdrawn. Every act is a fact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from edge.clock import Clock
from edge.errors import NotOnRoster
from edge.kiosk.problem import KioskProblem
from edge.model import Right
from edge.store.copies import Copies
from edge.store.database import Store
from edge.store.enrolments import Enrolments
from edge.store.journal import Journal
from edge.store.roster import Roster
from edge.store.templates import Templates
from edge.sync.wire import Body, CardBinding, Consent, Deletion, EndCause, Enrolment, Incident

MOST: Final = 60
"""Workers shown at once; more words find fewer."""
QR_PASS_WRITTEN: Final = "QR_PASS_WRITTEN"  # noqa: S105 - a code of incidents


@dataclass(frozen=True)
class Withdrawal:
    """What withdrawing came to here. `reference` is the journal's number (`epoch-seq`) of the proof, the word itself where there was no
    template; `boxes` counts the project's other boxes, which delete theirs as soon as the centre has told them."""

    reference: str
    at_ms: int
    template_gone: bool
    boxes: int


class WorkerRecords:
    """Over the kiosk's own connection. Raises `EdgeError`."""

    def __init__(self, store: Callable[[], Store], clock: Clock) -> None:
        self._open, self._clock = store, clock

    def find(self, text: str) -> Sequence[Right]:
        """Confirmed workers whose shown name, team, trade or employer has every word; at most `MOST`, by team. The box knows no more."""
        words = text.split()[:6]
        where = " AND ".join(["instr(shown_name || ' ' || team || ' ' || trade || ' ' || employer, ?) > 0"] * len(words)) or "1"
        sql = f"SELECT person FROM rights WHERE {where} ORDER BY team, shown_name, person LIMIT ?"  # noqa: S608 - built of our own words
        store = self._open()
        roster = Roster(store)
        found = [roster.right(str(person)) for (person,) in store.rows(sql, *words, MOST)]
        return [right for right in found if right is not None]

    def has_template(self, person: str) -> bool:
        """Whether this box holds a face of theirs."""
        return Templates(self._open()).has(person)

    def work_cards(self, person: str) -> list[bytes]:
        """The hashes of this worker's work cards, in a fixed order: the roster's, and what was said here since."""
        return Enrolments(self._open(), self._clock).work_cards(person)

    def bind(self, person: str, card: bytes, operator: str) -> str:
        """The card opens for this worker from now on, at this box at once. Raises `KioskProblem` CARD_TAKEN, `NotOnRoster`."""
        store = self._open()
        with store.transaction():
            holder = Roster(store).by_card(card)
            if Roster(store).right(person) is None:
                raise NotOnRoster("no card without a confirmed right")
            if holder is not None:
                code = "CARD_BOUND_ALREADY" if holder.person == person else "CARD_TAKEN"
                raise KioskProblem(code, who=f"{holder.shown_name} · {holder.team}")
            return self._write(store, CardBinding(person, card, bound=True, operator=operator))

    def release(self, person: str, card: bytes, operator: str) -> str:
        """The card opens for this worker no more. Raises `KioskProblem` CARD_NOT_BOUND."""
        store = self._open()
        with store.transaction():
            if card not in self.work_cards(person):
                raise KioskProblem("CARD_NOT_BOUND")
            return self._write(store, CardBinding(person, card, bound=False, operator=operator))

    def withdraw(self, person: str, consent: Consent) -> Withdrawal:
        """Consent is gone, and with it the template and every copy on its way, in one transaction with the proof (privacy duty C2.5)."""
        store = self._open()
        journal, roster = Journal(store, self._clock), Roster(store)
        with store.transaction():
            word = journal.record(Enrolment(person, "", 0, 0, consent, {}))
            Copies(store).forget(person)
            gone = Templates(store).delete(person) > 0
            proof = journal.record(Deletion(person, EndCause.WITHDRAWN, True, False, roster.version())) if gone else word
        store.forget_deleted()
        header = roster.header()
        others = max(0, len(header.boxes) - 1) if header else 0
        return Withdrawal(f"{journal.epoch}-{proof.seq}", proof.at_ms, gone, others)

    def passes(self, person: str, operator: str, until_s: int) -> str:
        """A pass is being written for this worker: noted before it is shown."""
        store = self._open()
        with store.transaction():
            return self._write(store, Incident(QR_PASS_WRITTEN, f"{person} until {until_s} by {operator}"))

    def is_safe(self, reference: str) -> bool:
        """Whether the centre has acknowledged this fact."""
        epoch, _, seq = reference.rpartition("-")
        head = Journal(self._open(), self._clock).head()
        return epoch != head.epoch or int(seq) <= head.acked

    def _write(self, store: Store, body: Body) -> str:
        journal = Journal(store, self._clock)
        return f"{journal.epoch}-{journal.record(body).seq}"
