"""One enrolment after the other, as the manager goes through it: card, who, consent, capture or card trial, approval, done.

The desk holds where it stands; a screen shows it (`edge.kiosk.desk_view`) and calls one method per button. A worker who refuses the face
takes the same number of steps to an enrolment of equal standing (privacy duty C2.3). Nobody is enrolled who is not on the roster (A-03).
Pictures live in memory until the enrolment ends.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum

import numpy as np

from edge.faces import threshold, unit
from edge.kiosk import consent as notices
from edge.kiosk.alike import AlikeCheck
from edge.kiosk.capture import Capture
from edge.kiosk.chip_photo import ChipLook
from edge.kiosk.guidance import WANTED, Shot
from edge.kiosk.parts import CardSeen, Draft, KioskParts, Receipt
from edge.kiosk.problem import KioskProblem
from edge.kiosk.standing import Standing, off_roster, on_roster
from edge.model import Right
from edge.sync.wire import Consent, Operator


class Step(StrEnum):
    """The screens, in order; `TRY_CARD` stands where `CAPTURE` does for a worker who uses the card.

    From `FIND` on they are not part of an enrolment: `edge.kiosk.worker_desk`.
    """

    CARD = "card"
    WHO = "who"
    CONSENT = "consent"
    CAPTURE = "capture"
    TRY_CARD = "try_card"
    APPROVE = "approve"
    DONE = "done"
    FIND = "find"
    WORKER = "worker"
    BIND = "bind"
    PASS = "pass"  # noqa: S105 - a pass to be shown
    WITHDRAWN = "withdrawn"


BACK = {
    Step.WHO: Step.CARD,
    Step.CONSENT: Step.WHO,
    Step.CAPTURE: Step.CONSENT,
    Step.TRY_CARD: Step.CONSENT,
    Step.APPROVE: Step.CONSENT,
    Step.DONE: Step.CARD,
    Step.FIND: Step.CARD,
}
ANSWER_WITHIN_S = 8.0


class Desk:
    """The enrolment under way. Not thread-safe: everything happens on one thread, but for the capture's own."""

    def __init__(self, parts: KioskParts, mono_s: Callable[[], float] = time.monotonic) -> None:
        self.parts, self._records, self._mono_s = parts, parts.records, mono_s
        self.capture = Capture(parts.camera, parts.engine, parts.eyes) if parts.camera and parts.engine else None
        self.wanted = ""
        """Whose identity card is awaited; empty: anybody's."""
        self.operator: Operator | None = None
        self._last_card = 0
        self._forget()

    def _forget(self) -> None:
        self.step = Step.CARD
        self.card: CardSeen | None = None
        self.right: Right | None = None
        self.consent: Consent | None = None
        self._request, self._asked_s = "", 0.0
        self.alike: AlikeCheck | None = None
        self.receipt: Receipt | None = None
        self.trial = "CARD_TRY"
        self.chip = ChipLook(None, b"")
        self.with_helmet = False
        self.wanted = ""
        self._half_done: Draft | None = None
        if self.capture:
            self.capture.forget()

    # --- what the manager does -----------------------------------------------------------------------------------------------------

    def sign_in(self, operator: Operator) -> None:
        """The operator's PIN was right: begins at the card, with a card put there from now on or lying there already."""
        self._forget()
        self.operator, self._last_card = operator, 0

    def sign_out(self) -> None:
        """Leaves; what is half done stays as a draft."""
        self._forget()
        self.operator = None

    def begin(self) -> None:
        """From who-this-is to consent. Raises NOT_ON_ROSTER for anybody whom the gates do not know (A-03)."""
        self._at(Step.WHO)
        if self.right is None or self._records.right(self.right.person) is None:
            raise KioskProblem("NOT_ON_ROSTER")
        self._go(Step.CONSENT)

    def agree(self, template: bool, transfer: bool, pictures: bool, language: str, text_hash: str, *, helmet: bool = False) -> None:
        """The worker's ticks; the face may be taken with the first one only (privacy duty C2.1). `helmet` asks for shots with it, too."""
        self._at(Step.CONSENT)
        if not template:
            raise KioskProblem("CONSENT_REQUIRED")
        if self.parts.camera is None:
            raise KioskProblem("CAMERA_MISSING")
        if self.capture is None:
            raise KioskProblem(self.parts.engine_fault or "ENGINE_MISSING")
        self.consent, self.with_helmet = self._consented(True, transfer, pictures, language, text_hash), helmet
        self._go(Step.CAPTURE)
        self.capture.start()

    def use_card(self, language: str, text_hash: str) -> None:
        """The worker wants no face: the card is tried once and is the way in, of equal standing (privacy duty C2.3)."""
        self._at(Step.CONSENT)
        self.consent = self._consented(False, False, False, language, text_hash)
        self._begin_card_trial()

    def retake(self) -> None:
        """Drops the shots and takes new ones."""
        self._at(Step.APPROVE, Step.CAPTURE)
        if self.capture is None or self.consent is None or not self.consent.template:
            raise KioskProblem("WRONG_STEP")
        self.alike = None
        self._go(Step.CAPTURE)
        self.capture.start()

    def helmet_on(self) -> None:
        """The worker has put the helmet on: shots with it are taken."""
        self._at(Step.CAPTURE)
        if self.capture is None or not self.asks_helmet:
            raise KioskProblem("WRONG_STEP")
        self.capture.start_helmet()

    def skip_helmet(self) -> None:
        """There is no helmet here, or it takes too long: the shots without it are enough."""
        self._at(Step.CAPTURE)
        if self.capture is None or len(self.capture.shots) < WANTED:
            raise KioskProblem("SHOTS_MISSING")
        self._to_approval(self.capture)

    @property
    def asks_helmet(self) -> bool:
        """Whether the shots without a helmet are there and those with it have not begun."""
        capture = self.capture
        return self.with_helmet and capture is not None and capture.enough and not capture.progress.helmet

    def approve(self) -> Receipt:
        """Commits. The receipt's reference finds the event again."""
        self._at(Step.APPROVE)
        right, consent, operator = self.right, self.consent, self.operator
        if right is None or consent is None or operator is None or self._records.right(right.person) is None:
            raise KioskProblem("NOT_ON_ROSTER")
        if self.alike is not None and not self.alike.done:
            raise KioskProblem("CHECKING")
        shots = self.template_shots() if consent.template else ()
        engine = self.parts.engine.name if shots and self.parts.engine else ""
        rows = np.stack([shot.row for shot in shots]) if shots else None
        quality = min((shot.quality for shot in shots), default=0)
        twin = self.alike.found.person if shots and self.alike and self.alike.found else ""
        reference = self._records.enrol(right.person, engine, rows, quality, consent, twin=twin)
        now = self._records.now_ms()
        way = "face" if shots else "card"
        receipt = Receipt(reference, right.shown_name, right.team, way, now, operator.name, consent.transfer, consent.pictures, bool(twin))
        if self.capture:
            self.capture.forget()
        self.receipt, self.step = receipt, Step.DONE
        return receipt

    def back(self) -> None:
        """One screen back; nothing agreed or decided is lost that the worker need not decide again."""
        target = BACK.get(self.step)
        if target is None:
            raise KioskProblem("WRONG_STEP")
        if target is Step.CARD:
            self.next_worker()
            return
        if self.capture:
            self.capture.forget()
        self.alike = None
        self._go(target)

    def next_worker(self) -> None:
        """Back to the card; what is half done stays as a draft, what was never begun is forgotten. A card still there is not read again."""
        if self.step in (Step.WHO, Step.CONSENT) and self.right is not None:
            self._records.drop_draft(self.right.person)
        self._forget()

    def resume(self, person: str) -> None:
        """Takes up a half-done enrolment once the worker's own card is laid: a wrong tap in a list puts no face under the wrong right."""
        self._at(Step.CARD)
        draft = next((one for one in self._records.drafts() if one.person == person), None)
        if draft is None or self._records.right(person) is None:
            raise KioskProblem("NOT_ON_ROSTER")
        self.wanted, self._half_done, self.card = person, draft, None
        self.parts.cards.again()

    def _go_on(self, draft: Draft) -> None:
        """From where a half-done enrolment stood. What was agreed to holds while the notice is unchanged."""
        self.consent = draft.consent
        if draft.consent is None or draft.consent.text_hash != notices.notice(draft.consent.language).text_hash:
            self._go(Step.CONSENT)
        elif not draft.consent.template:
            self._begin_card_trial()
        elif self.capture is not None:
            self._go(Step.CAPTURE)
            self.capture.start()
        else:
            self._go(Step.CONSENT)

    def shot(self, index: int) -> bytes | None:
        """A kept picture as JPEG, for the approval screen: those without a helmet first."""
        shots = self.shots()
        return shots[index].jpeg if 0 <= index < len(shots) else None

    # --- what happens by itself ----------------------------------------------------------------------------------------------------

    def tick(self) -> None:
        """Looks at reader, centre and capture; called before every view."""
        if self.operator is None:
            return
        if self.step is Step.CARD:
            self._take_card()
        elif self.step is Step.WHO:
            self._look_up()
        elif self.step is Step.CAPTURE:
            self._finish_capture()
        elif self.step is Step.TRY_CARD:
            self._try_card()

    def _take_card(self) -> None:
        reading = self.parts.cards.reading()
        if reading.seen is None or reading.number == self._last_card:
            return
        self._last_card, self.card = reading.number, reading.seen
        right = None if reading.seen.problem else self._records.by_card(reading.seen.card_hash)
        problem = reading.seen.problem or self._unfit(reading.seen, right)
        if problem:
            self.card = replace(reading.seen, problem=problem)
            return
        self.right, self.step = right, Step.WHO
        self.chip = ChipLook(self.parts.decode_photo, reading.seen.photo)
        if self.right is not None and self._half_done is not None:
            self._go_on(self._half_done)
            return
        if self.right is not None:
            self._save()
            return
        self._request, self._asked_s = self._records.ask(reading.seen.card_hash), self._mono_s()

    def _unfit(self, seen: CardSeen, right: Right | None) -> str | None:
        """A number that can be copied proves nobody; and once one worker is to be taken anew, it is that worker's card that is awaited."""
        if seen.kind != "id_card":
            return "WORK_CARD_HERE" if seen.kind == "work_card" else "CARD_TEXT_NEEDED"
        other = self.wanted and (right is None or right.person != self.wanted)
        return "PERSON_CARD_MISMATCH" if other else None

    def _look_up(self) -> None:
        if self.right is None and self.card is not None:
            self.right = self._records.by_card(self.card.card_hash)
            if self.right is not None:
                self._save()

    def _finish_capture(self) -> None:
        if self.capture is not None and self.capture.enough and not self.asks_helmet:
            self._to_approval(self.capture)

    def _to_approval(self, capture: Capture) -> None:
        capture.stop()
        if self.right is None or self.parts.engine is None:
            return
        rows = np.stack([shot.row for shot in capture.shots])
        self.chip.compare(self.parts.engine, rows)
        self.alike = AlikeCheck(self.parts.gallery, self.parts.engine.name, rows, self.right.person)
        self._go(Step.APPROVE)

    def _try_card(self) -> None:
        reading = self.parts.cards.reading()
        if reading.seen is None:
            return
        right = self._records.by_card(reading.seen.card_hash)
        self._last_card = reading.number
        if right is None or self.right is None or right.person != self.right.person:
            self.trial = "CARD_TRY_OTHER"
            return
        self.trial = "CARD_TRY_GOOD"
        self._go(Step.APPROVE)

    def standing(self) -> Standing | None:
        """Where the card's owner stands, from the roster or from what the centre answered."""
        if self.right is not None:
            return on_roster(self.right, self._records.enrolled(self.right.person))
        if self.card is None or self.card.problem:
            return None
        waited = self._mono_s() - self._asked_s > ANSWER_WITHIN_S
        online = self._records.offline_since_ms() is None and not waited
        answer = self._records.answer(self._request) if self._request else None
        return off_roster(self._records.ended_by_card(self.card.card_hash), answer, online)

    # --- small matters ---------------------------------------------------------------------------------------------------------------

    def _at(self, *steps: Step) -> None:
        if self.step not in steps or self.operator is None:
            raise KioskProblem("WRONG_STEP")

    def _go(self, step: Step) -> None:
        self.step = step
        self._save()

    def _save(self) -> None:
        if self.right is not None:
            self._records.save_draft(Draft(self.right.person, self.step, self._records.now_ms(), self.consent))

    def _begin_card_trial(self) -> None:
        self.trial = "CARD_TRY"
        self.parts.cards.again()
        self._go(Step.TRY_CARD)

    def shots(self) -> tuple[Shot, ...]:
        """The pictures kept so far, those with a helmet last."""
        return (*self.capture.shots, *self.capture.helmet_shots) if self.capture else ()

    @property
    def helmet_known(self) -> bool | None:
        """Whether the gate would know this worker with the helmet on; None without such shots. They are no part of the template."""
        capture, engine = self.capture, self.parts.engine
        if capture is None or engine is None or not capture.helmet_shots:
            return None
        mean = unit(np.mean([shot.row for shot in capture.shots], axis=0))
        enough = threshold(engine.scale, WANTED * max(1, self._records.people()))
        return min(float(mean @ shot.row) for shot in capture.helmet_shots) >= enough

    def template_shots(self) -> tuple[Shot, ...]:
        """Those that become the template. A helmet in it would be matched by other people's helmets: those shots are for looking only."""
        return self.capture.shots if self.capture else ()

    def _consented(self, template: bool, transfer: bool, pictures: bool, language: str, text_hash: str) -> Consent:
        shown = notices.notice(language)
        if text_hash != shown.text_hash:
            raise KioskProblem("CONSENT_CHANGED")
        operator = self.operator.operator if self.operator else ""
        return Consent(notices.VERSION, shown.text_hash, "en" if language == "en" else "zh", operator, template, transfer, pictures)
