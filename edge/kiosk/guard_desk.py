"""The guard's desk: one confirmed worker through by a guard's word, the gate held open or closed again. The gate acts; this asks and shows.

Whatever is asked carries who asked and a coded reason, and stands in the journal under the number that is shown. A guard may use nothing
else of the kiosk.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from edge.kiosk.parts import KioskParts, Records
from edge.kiosk.problem import KioskProblem
from edge.model import Right
from edge.store.hand_asks import ADMIT, CLOSE, GOOD_FOR_MS, OPEN
from edge.sync.wire import Method, Operator

ADMIT_REASONS: Final = ("FACE_NOT_READ", "CARD_LEFT_AT_HOME", "READER_BROKEN", "INJURED", "HANDS_FULL", "OTHER")
OPEN_REASONS: Final = ("RUSH", "DELIVERY", "TURNSTILE_REPAIR", "VISIT", "OTHER")
EMERGENCY_REASONS: Final = ("FIRE_SEEN", "ACCIDENT", "DRILL", "OTHER")
CLOSE_REASON: Final = "OVER"
REASONS: Final = {"admit": ADMIT_REASONS, "open": OPEN_REASONS, "emergency": EMERGENCY_REASONS}
_METHODS: Final = {"open": Method.ONE_KEY, "emergency": Method.EMERGENCY}
_SILENT_MS: Final = GOOD_FOR_MS + 3_000
_ACTS: Final = 12


@dataclass(frozen=True)
class Act:
    """One thing asked of the gate. `answer` None: it has not acted yet; empty: done; else the code of why not. `reference` is the
    journal's number of what was written."""

    number: int
    kind: str
    method: Method
    person: str
    shown_name: str
    why: str
    at_ms: int
    answer: str | None = None
    reference: str | None = None


class GuardDesk:
    """One guard's post. On the pages' thread."""

    def __init__(self, parts: KioskParts) -> None:
        self._parts = parts
        self.operator: Operator | None = None
        self._forget()

    def _forget(self) -> None:
        self.searched = ""
        self.found: Sequence[Right] = ()
        self.chosen: Right | None = None
        self.laid: Right | None = None
        self.acts: list[Act] = []
        self._last_card = self._parts.cards.reading().number

    @property
    def records(self) -> Records:
        """The store."""
        return self._parts.records

    def sign_in(self, operator: Operator) -> None:
        """The PIN was right."""
        self._forget()
        self.operator = operator

    def sign_out(self) -> None:
        """Leaves."""
        self._forget()
        self.operator = None

    def search(self, text: str) -> None:
        """Confirmed workers by shown name, team, trade or employer (A-03: nobody else can be let in)."""
        self._who()
        self.searched, self.found = text, self.records.workers.find(text) if text.strip() else ()
        self.chosen = self.laid = None

    def choose(self, person: str) -> None:
        """One of them."""
        self._who()
        self.chosen, self.laid = self.records.right(person), None
        if self.chosen is None:
            raise KioskProblem("NOT_ON_ROSTER")

    def admit(self, person: str, why: str) -> None:
        """Lets the chosen worker through, once: `person` is whom the guard's page shows.

        Raises `KioskProblem` WHY_MISSING, NOBODY_CHOSEN, ASKED_ALREADY, or CHOSEN_CHANGED where the page shows somebody else.
        """
        chosen = self.chosen
        if chosen is None:
            raise KioskProblem("NOBODY_CHOSEN")
        if chosen.person != person:
            raise KioskProblem("CHOSEN_CHANGED")
        if why not in ADMIT_REASONS:
            raise KioskProblem("WHY_MISSING")
        self._ask(ADMIT, Method.GUARD, why, chosen)
        self.chosen, self.laid, self.searched, self.found = None, None, "", ()

    def hold(self, what: str, why: str) -> None:
        """Holds the gate open, `what` being open (one key) or emergency."""
        if what not in _METHODS:
            raise KioskProblem("BAD_REQUEST")
        if why not in REASONS[what]:
            raise KioskProblem("WHY_MISSING")
        self._ask(OPEN, _METHODS[what], why)

    def close(self, what: str) -> None:
        """What was held open is over."""
        if what not in _METHODS:
            raise KioskProblem("BAD_REQUEST")
        self._ask(CLOSE, _METHODS[what], CLOSE_REASON)

    def _ask(self, kind: str, method: Method, why: str, right: Right | None = None) -> None:
        operator = self._who()
        if any(act.answer is None for act in self.acts):
            raise KioskProblem("ASKED_ALREADY")
        person, name = (right.person, right.shown_name) if right else ("", "")
        at_ms = self.records.now_ms()
        number = self.records.hands.ask(kind, method, operator.operator, why, person)
        self.acts = [Act(number, kind, method, person, name, why, at_ms), *self.acts][:_ACTS]

    def tick(self) -> None:
        """Looks what the gate answered, and at a card on the kiosk's reader while nobody enrols there."""
        if self.operator is None:
            return
        self.acts = [self._followed(act) if act.answer is None else act for act in self.acts]

    def take_card(self) -> None:
        """A worker's card leads to the worker; where the guard looks at another one, it is offered and changes nothing by itself."""
        reading = self._parts.cards.reading()
        if self.operator is None or reading.seen is None or reading.number <= self._last_card:
            return
        self._last_card = reading.number
        right = self.records.by_card(reading.seen.card_hash)
        if right is None:
            return
        if self.chosen is None:
            self.chosen = right
        else:
            self.laid = right if right.person != self.chosen.person else None

    def _followed(self, act: Act) -> Act:
        answer = self.records.hands.answer(act.number)
        if answer is None:
            return replace(act, answer="GATE_SILENT") if self.records.now_ms() - act.at_ms > _SILENT_MS else act
        operator = self._who().operator
        reference = self.records.hands.written(act.kind, act.method, operator, act.person, act.at_ms)
        return replace(act, answer=answer, reference=reference)

    def _who(self) -> Operator:
        if self.operator is None:
            raise KioskProblem("NOT_SIGNED_IN")
        return self.operator
