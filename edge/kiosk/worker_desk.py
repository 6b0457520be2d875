"""What a manager does with one worker outside an enrolment: find, withdraw a face, bind or release a work card, write a pass.

It shares the desk's step and its operator; nothing of it is a draft. Who is to be enrolled anew puts the identity card on the reader:
a work card's number can be copied and proves nobody.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from edge.kiosk.codes import svg
from edge.kiosk.consent import VERSION, notice
from edge.kiosk.enrolment import Desk, Step
from edge.kiosk.parts import CardSeen
from edge.kiosk.problem import KioskProblem
from edge.kiosk.worker_records import Withdrawal, WorkerRecords
from edge.model import Right
from edge.sync import qr_pass
from edge.sync.wire import Consent

BACK: Final = {Step.WORKER: Step.FIND, Step.BIND: Step.WORKER, Step.PASS: Step.WORKER, Step.WITHDRAWN: Step.WORKER}
STEPS: Final = frozenset({Step.FIND, *BACK})


@dataclass(frozen=True)
class Pass:
    """A signed pass: the code as SVG, until when it holds (ms), and the journal's number of its writing."""

    svg: str
    until_ms: int
    reference: str


class WorkerDesk:
    """Beside the desk, on its thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.found: Sequence[Right] = ()
        self.searched = ""
        self.worker: Right | None = None
        self.withdrawal: Withdrawal | None = None
        self.written: Pass | None = None
        self.told = ""
        self.told_values: Mapping[str, str | int] = {}
        self._last_card = 0

    @property
    def records(self) -> WorkerRecords:
        """The store's side."""
        return self._desk.parts.records.workers

    def search(self, text: str) -> None:
        """From the card to the list of workers; empty text shows everybody, as far as a screen holds them."""
        if self._desk.step not in (Step.CARD, Step.FIND, Step.WORKER, Step.WITHDRAWN, Step.PASS):
            raise KioskProblem("WRONG_STEP")
        self._operator()
        self.searched, self.found = text, self.records.find(text)
        self._desk.step, self._last_card = Step.FIND, self._desk.parts.cards.reading().number

    def choose(self, person: str) -> None:
        """One of the list, or whose work card was laid."""
        self._operator()
        right = self._desk.parts.records.right(person)
        if right is None:
            raise KioskProblem("NOT_ON_ROSTER")
        self.worker, self._desk.step = right, Step.WORKER
        self.withdrawal = self.written = None
        self.told = ""

    def back(self) -> None:
        """One screen back."""
        self._desk.step, self.told = BACK[self._desk.step], ""
        if self._desk.step is Step.FIND:
            self.found = self.records.find(self.searched)

    def anew(self) -> None:
        """The face is to be taken anew: this worker's identity card is awaited."""
        worker = self._at(Step.WORKER)
        self._desk.next_worker()
        self._desk.wanted = worker.person

    def withdraw(self) -> None:
        """The worker takes the consent back (privacy duties C2.5): the template here is gone when this returns, with proof."""
        worker = self._at(Step.WORKER)
        if worker.face == "refused" and not self.records.has_template(worker.person):
            raise KioskProblem("NOTHING_TO_WITHDRAW")
        said = Consent(VERSION, notice("zh").text_hash, "zh", self._operator(), template=False, transfer=False)
        self.withdrawal = self.records.withdraw(worker.person, said)
        self._desk.step = Step.WITHDRAWN

    def begin_binding(self) -> None:
        """A work card is awaited on the reader."""
        self._at(Step.WORKER)
        self._desk.step, self.told = Step.BIND, "CARD_BIND"
        self._last_card = self._desk.parts.cards.reading().number
        self._desk.parts.cards.again()

    def release(self, card: bytes) -> None:
        """The card opens for this worker no more."""
        worker = self._at(Step.WORKER)
        self.records.release(worker.person, card, self._operator())
        self.told = "CARD_RELEASED"

    def write_pass(self) -> None:
        """A pass that this box signs, for a day at most."""
        worker, sign = self._at(Step.WORKER), self._desk.parts.sign
        if sign is None:
            raise KioskProblem("KEY_MISSING")
        now_s = self._desk.parts.records.now_ms() // 1000
        until_s = now_s + qr_pass.PRINTED_S
        reference = self.records.passes(worker.person, self._operator(), until_s)
        code = qr_pass.write(worker.person, until_s, self._desk.parts.box, sign)
        self.written, self._desk.step = Pass(svg(code), until_s * 1000, reference), Step.PASS

    def tick(self) -> None:
        """Looks at the reader: called after the desk's own."""
        step, reading = self._desk.step, self._desk.parts.cards.reading()
        if step is Step.CARD:
            card = self._desk.card
            if card is not None and card.problem == "WORK_CARD_HERE":
                self._open_by_work_card(card)
        elif step in (Step.FIND, Step.BIND) and reading.seen is not None and reading.number > self._last_card:
            self._last_card = reading.number
            if step is Step.BIND:
                self._bind(reading.seen)
            elif reading.seen.problem is None:
                self._open(reading.seen)

    def _open_by_work_card(self, card: CardSeen) -> None:
        self._desk.card = None
        if not self._open(card):
            self._desk.card = replace(card, problem="WORK_CARD_UNKNOWN")

    def _open(self, card: CardSeen) -> bool:
        right = self._desk.parts.records.by_card(card.card_hash)
        if right is not None:
            self.choose(right.person)
        return right is not None

    def _bind(self, card: CardSeen) -> None:
        worker = self._at(Step.BIND)
        if card.kind != "work_card":
            self.told = "CARD_NOT_FOR_WORK"
            return
        if card.problem:
            self.told = card.problem
            return
        try:
            self.records.bind(worker.person, card.card_hash, self._operator())
        except KioskProblem as refused:
            self.told, self.told_values = refused.code, refused.values
            return
        self._desk.step, self.told = Step.WORKER, "CARD_BOUND"

    def _at(self, step: Step) -> Right:
        self._operator()
        if self._desk.step is not step or self.worker is None:
            raise KioskProblem("WRONG_STEP")
        right = self._desk.parts.records.right(self.worker.person)
        if right is None:
            raise KioskProblem("NOT_ON_ROSTER")
        self.worker = right
        return right

    def _operator(self) -> str:
        if self._desk.operator is None:
            raise KioskProblem("WRONG_STEP")
        return self._desk.operator.operator
