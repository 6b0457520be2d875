"""Somebody wants through: decide, write it down, open. In that order, and the writing is committed before the arm moves.

Where a sensor tells who goes through, a passage that nobody made is taken back by a fact of its own: it is no attendance.

A full disk: nobody is let IN without a record, everybody is let OUT, and the incident is written as soon as there is room. A
turnstile that does not answer after the commit is an incident too: the passage stands in the journal, its fault right behind it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Final

from edge.clock import Clock
from edge.errors import StoreDamaged, StoreError, StoreFull, StoreReplaced
from edge.gate.decision import NOT_COMPARED, Compared, Moment, decide
from edge.gate.threshold_watch import SENSOR_SILENT, ThresholdWatch
from edge.gate.uplink import Uplink
from edge.model import Claim, Decision, EndedRight, Right, SignedCode
from edge.store.database import Store
from edge.store.enrolments import Enrolments
from edge.store.health import Health
from edge.store.journal import Journal
from edge.store.passages import Passages
from edge.store.roster import Roster
from edge.store.used_codes import UsedCodes
from edge.sync.qr_pass import QrPassUnfit
from edge.sync.wire import Body, Direction, Event, Incident, Method, NotPassed, Opening, Passage, Reason, Refusal
from hardware.errors import DeviceError
from hardware.turnstile import Turnstile, Way

DEBOUNCE_MS: Final = 120_000
"""The same person through the same gate the same way within this is one passage, kept twice, the second one marked."""
CAME_IN_MS: Final = 5 * 60 * 1000
"""Anti-passback asks only after an IN here this short a while ago. This box sees one way and never hears of an OUT by a sibling, so it
cannot know who is inside; but a card handed back over the arm comes at once, and who left by another gate comes later."""
PASSED_AGAIN: Final = "PASSED_AGAIN"
"""Noted beside a passage under soft anti-passback: IN twice within a few minutes, without an OUT here between."""
EXIT_UNKNOWN: Final = "EXIT_UNKNOWN"
"""Somebody whom the box does not know went OUT."""
OPENING_LATE: Final = "OPENING_LATE"
"""Noted beside an opening by hand that could not be written when it was: when that was."""
LATE_MS: Final = 5_000
OWED: Final = 200
"""So many openings wait in memory at most: days of a full disk."""
PASSAGE_UNSURE: Final = "PASSAGE_UNSURE"
"""Passages of which nobody can say whether they were made: the attendance stands, and somebody may ask."""
_AWAITED: Final = "awaited_passages"
_HELD_OPEN: Final = "held_open"
TURNSTILE_FAULT: Final = "TURNSTILE_FAULT"


@dataclass(frozen=True)
class Place:
    """Which lane this is, and which way it leads."""

    lane: str
    direction: Direction

    @property
    def way(self) -> Way:
        """The same for the turnstile."""
        return Way.IN if self.direction is Direction.IN else Way.OUT


@dataclass(frozen=True)
class Outcome:
    """What came of it. `decision` and `event` are None where the store could not be read or written; `fault` is then its code, or says
    that the turnstile failed; `opened` tells what the arm did."""

    decision: Decision | None
    event: Event | None
    opened: bool
    fault: str | None = None


class Gatekeeper:
    """Lets people through one lane. One thread, the one that owns the store and the turnstile.

    `broken` holds an error after which the store must be opened anew: the process ends, and its supervisor starts it again.
    """

    def __init__(self, place: Place, store: Store, clock: Clock, turnstile: Turnstile) -> None:
        self.place, self.clock = place, clock
        self.uplink = Uplink(Health(store, clock), clock)
        self.broken: StoreError | None = None
        self._store, self._turnstile = store, turnstile
        self._journal, self._roster, self._passages = Journal(store, clock), Roster(store), Passages(store)
        self._enrolments, self._codes = Enrolments(store, clock), UsedCodes(store)
        self._watch = ThresholdWatch(turnstile)
        self._restarted_over = self._awaited = tuple(int(seq) for seq in str(store.meta(_AWAITED) or "").split())
        self._not_made: tuple[int, ...] = ()
        self._unwritten: dict[str, str] = {}
        self._owed: deque[tuple[int, Opening]] = deque(maxlen=OWED)

    def by_face(self, person: str, score: float, checks: tuple[str, ...] = (), fault: Reason | None = None) -> Outcome:
        """A face was found in the gallery; `fault` is LIVENESS_FAILED where it did not show that it is alive."""
        return self._admit(lambda: replace(self._claim_by_face(person, score, checks), fault=fault))

    def unknown_face(self, score: float | None, checks: tuple[str, ...] = ()) -> Outcome:
        """A face that no confirmed worker has (A-03)."""
        return self._admit(lambda: Claim(Method.FACE, self.place.direction, None, score=score, checks=checks, lane=self.place.lane))

    def untold(self, method: Method, why: str) -> Outcome:
        """Somebody wants out, and neither face nor card says who it is: `why` is a coded reason. OUT opens, and it is written down."""
        return self._admit(lambda: Claim(method, self.place.direction, None, lane=self.place.lane, why=why))

    def by_card(self, card: bytes, found: Compared = NOT_COMPARED, *, expired: bool = False, method: Method = Method.ID_CARD) -> Outcome:
        """An ID card or a work card was read; `found` where its owner's face was compared."""
        return self._admit(lambda: _with_face(self._claim_by_card(card, method, expired), found), found.agrees)

    def unused(self, code: SignedCode) -> SignedCode:
        """The same, unless it has opened this way already: then raises `QrPassUnfit` with QR_USED. Raises `StoreError`."""
        if not self._watch.doubts(code.person) and self._codes.rests(code, self.place.direction, self.clock.now_ms() // 1000):
            raise QrPassUnfit(Reason.QR_USED.value, code.person)
        return code

    def by_pass(self, read: Callable[[], SignedCode], found: Compared = NOT_COMPARED) -> Outcome:
        """A signed QR pass was shown. `read` gives it, or raises `QrPassUnfit` for one that is not signed, or over, or used."""
        return self._admit(lambda: _with_face(self._claim_by_pass(read), found), found.agrees)

    def by_guard(self, person: str, operator: str, why: str) -> Outcome:
        """A guard looked and answers for it: `why` is a coded reason, `operator` who said so."""
        return self._admit(lambda: replace(self._claim_by_face(person, None, ()), method=Method.GUARD, operator=operator, why=why))

    def hold_open(self, method: Method, *, opened: bool, operator: str, why: str, hold: bool = False) -> str | None:
        """One-key (008) or emergency (009): held open until it is said to be over; `hold` where something else still holds it.

        Written even where the arm fails; the fault's code.
        """
        fault = self._hold(opened or hold)
        return self._write_opening(Opening(method, None, self.place.lane, opened, operator, why), fault)

    def left_open(self) -> tuple[Method, ...]:
        """What the journal holds to be open here still: the process that held it has ended since. Raises `StoreError`."""
        return tuple(Method(value) for value in str(self._store.meta(_HELD_OPEN) or "").split())

    def keep_open(self) -> None:
        """What is held open is asked for again: a board that lost its power forgets. A failure is the device watch's to say."""
        self._hold(opened=True)

    def let_out(self, why: str) -> str | None:
        """One pulse OUT for whoever stands there, on the exit button; the fault's code."""
        fault = self._open(Way.OUT)
        return self._write_opening(Opening(Method.ONE_KEY, Direction.OUT, self.place.lane, open=False, why=why), fault)

    def button_pressed(self) -> bool:
        """Whether the exit button was pressed since the last call; a board that fails has none."""
        try:
            return self._turnstile.pressed()
        except DeviceError:
            return False

    def light(self, on: bool) -> bool:
        """The lamp; whether the board took it. One that fails leaves it as it is."""
        try:
            self._turnstile.light(on)
        except DeviceError:
            return False
        return True

    def _write_opening(self, opening: Opening, fault: str | None) -> str | None:
        """The arm has moved already. What cannot be written now is owed: written in its turn when there is room, as a late one."""
        self._owed.append((self.clock.now_ms(), opening))
        try:
            self._write_what_is_owed()
        except StoreError as error:
            self.note(error.code, "an opening is not written down yet")
        if fault:
            self.note(TURNSTILE_FAULT, f"{fault} at an opening by hand")
        return fault

    def _write_what_is_owed(self) -> None:
        while self._owed:
            at_ms, opening = self._owed[0]
            with self._store.transaction():
                self._write_down(opening)
                if self.clock.now_ms() - at_ms >= LATE_MS:
                    when = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="seconds")
                    self._journal.record(Incident(OPENING_LATE, f"method {opening.method}, {'open' if opening.open else 'over'} at {when}"))
            self._owed.popleft()

    def _write_down(self, opening: Opening) -> None:
        """The fact, and beside it in the same transaction what is open now. A fire's wire and a key of one method end apart."""
        held = list(self.left_open())
        if opening.direction is None and opening.open:
            held.append(opening.method)
        elif opening.direction is None and opening.method in held:
            held.remove(opening.method)
        with self._store.transaction():
            self._journal.record(opening)
            self._store.set_meta(_HELD_OPEN, " ".join(held) or None)

    def follow(self) -> None:
        """Looks whether whoever was let through went. Raises `StoreError` where what it saw cannot be written: then again next time.

        Which passages are not answered yet stands in the store: after a restart nobody can say any more whether they were made.
        """
        settled = self._watch.settle(self.clock.mono_ms() / 1000)
        self._not_made += settled.not_made
        if settled.unsure:
            self._unsure(settled.unsure, f"{settled.went} went through" if settled.went else "the sensor saw nobody, and may be cut off")
        if self._restarted_over:
            self._unsure(self._restarted_over, "the gate was started again")
            self._restarted_over = ()
        awaited = self._watch.awaited() if self._watch.has_sensor else ()
        if self._not_made or awaited != self._awaited:
            with self._store.transaction():
                for seq in self._not_made:
                    self._journal.record(NotPassed(seq))
                self._store.set_meta(_AWAITED, " ".join(map(str, awaited)) or None)
            self._not_made, self._awaited = (), awaited

    @property
    def sensor_fault(self) -> str | None:
        """SENSOR_SILENT while the passage sensor is taken for absent, because it has seen none of those who were let through last."""
        return SENSOR_SILENT if self._watch.is_silent else None

    def sensor_stuck(self, stuck: bool) -> None:
        """Whether the board says that something stays closed: then a sensor that sees nobody takes nothing back."""
        self._watch.stuck(stuck)

    def _unsure(self, seqs: tuple[int, ...], why: str) -> None:
        waiting = self._unwritten.get(PASSAGE_UNSURE)
        self.note(PASSAGE_UNSURE, "; ".join(filter(None, [waiting, f"events {' '.join(map(str, seqs))}: {why}"])))

    def would_say(self, person: str) -> Decision:
        """The answer to this person's face now, without a record: for somebody refused a moment ago who still stands there."""
        claim = self._claim_by_face(person, 1.0, ())
        return decide(claim, self._roster.policy(), self._moment(claim, None))

    def wants_card(self, person: str) -> bool:
        """Whether this worker's face is taken for somebody else's, as the kiosk found: going in, a card is shown beside it."""
        return self.place.direction is Direction.IN and self._enrolments.twin_of(person) is not None

    def unreadable(self, error: StoreError) -> Outcome:
        """The store failed before anything could be decided: nobody comes in unrecorded, everybody gets out."""
        if isinstance(error, (StoreDamaged, StoreReplaced)):
            self.broken = error
        opened = self.place.direction is Direction.OUT and self._open() is None
        self.note(error.code, "went out unrecorded" if opened else "refused unrecorded")
        return Outcome(None, None, opened, error.code)

    def note(self, code: str, detail: str = "") -> None:
        """Writes an incident; where that cannot be now it is kept, once for each code, and written by `catch_up`."""
        self._unwritten[code] = detail
        self.catch_up()

    def catch_up(self) -> None:
        """Writes what could not be written when it happened: openings, then incidents."""
        try:
            self._write_what_is_owed()
        except StoreError:
            return
        for code, detail in list(self._unwritten.items()):
            try:
                with self._store.transaction():
                    self._journal.record(Incident(code, detail))
            except StoreError:
                return
            del self._unwritten[code]

    @property
    def unwritten(self) -> frozenset[str]:
        """The codes of incidents that still wait for room."""
        return frozenset(self._unwritten)

    def _claim_by_face(self, person: str, score: float | None, checks: tuple[str, ...]) -> Claim:
        right, ended = self._right_of(person)
        return Claim(Method.FACE, self.place.direction, right, ended, score=score, checks=checks, lane=self.place.lane)

    def _right_of(self, person: str) -> tuple[Right | None, EndedRight | None]:
        right = self._roster.right(person)
        return right, None if right else self._roster.ended(person)

    def _claim_by_card(self, card: bytes, method: Method, expired: bool) -> Claim:
        right = self._roster.by_card(card)
        ended = None if right else self._roster.ended_by_card(card)
        return Claim(method, self.place.direction, right, ended, card_expired=expired, lane=self.place.lane)

    def _claim_by_pass(self, read: Callable[[], SignedCode]) -> Claim:
        code, fault = None, None
        try:
            code = read()
            person = code.person
        except QrPassUnfit as unfit:
            person, fault = unfit.person, Reason(unfit.code)
        right, ended = self._right_of(person) if person else (None, None)
        return Claim(Method.QR, self.place.direction, right, ended, lane=self.place.lane, fault=fault, code=code)

    def _admit(self, claim_now: Callable[[], Claim], face_agrees: bool | None = None) -> Outcome:
        """Decides, records, opens. Never raises for a sick store or turnstile: the outcome says so.

        Enforces A-03: of somebody refused no template and no image is kept, and no attendance.
        """
        try:
            decision, event = self._decide_and_record(claim_now, face_agrees)
        except StoreError as error:
            return self.unreadable(error)
        if not decision.opens:
            return Outcome(decision, event, opened=False)
        fault = self._open(event=event)
        if fault:
            self.note(TURNSTILE_FAULT, f"{fault} after event {event.seq}")
        return Outcome(decision, event, opened=fault is None, fault=TURNSTILE_FAULT if fault else None)

    def _decide_and_record(self, claim_now: Callable[[], Claim], face_agrees: bool | None) -> tuple[Decision, Event]:
        claim = claim_now()
        decision = decide(claim, self._roster.policy(), self._moment(claim, face_agrees))
        fact = self._fact(decision)
        try:
            return decision, self._write(fact, claim.code)
        except StoreFull:
            event = self._write(fact, claim.code)  # the store has just released its reserve: a second time there may be room
            self.note(StoreFull.code, "reserve in use")
            return decision, event

    def _write(self, fact: Body, code: SignedCode | None = None) -> Event:
        with self._store.transaction():
            event = self._journal.record(fact)
            if code is not None and isinstance(fact, Passage):
                self._codes.note(code, fact.direction, self.clock.now_ms() // 1000, event.seq)
            awaited = (*self._awaited, event.seq) if isinstance(fact, Passage) and self._watch.has_sensor else self._awaited
            if awaited != self._awaited:
                self._store.set_meta(_AWAITED, " ".join(map(str, awaited)))
        self._awaited = awaited
        return event

    def _open(self, way: Way | None = None, event: Event | None = None) -> str | None:
        try:
            self._turnstile.open(way or self.place.way)
        except DeviceError as error:
            return error.code
        seq, person = (event.seq, event.body.person) if event is not None and isinstance(event.body, Passage) else (None, None)
        self._watch.opened(seq, person, self.clock.mono_ms() / 1000)
        return None

    def _hold(self, opened: bool) -> str | None:
        try:
            self._turnstile.hold(opened)
        except DeviceError as error:
            return error.code
        return None

    def _moment(self, claim: Claim, face_agrees: bool | None) -> Moment:
        person, now_ms = _person(claim), self.clock.now_ms()
        last = self._passages.last(person) if person and not self._watch.doubts(person) else None
        duplicate = last is not None and last[0] is claim.direction and abs(now_ms - last[1]) < DEBOUNCE_MS
        just_in = last is not None and last[0] is Direction.IN and 0 <= now_ms - last[1] < CAME_IN_MS
        return Moment(
            now_s=now_ms / 1000,
            clock=self.clock.quality(),
            lease_left_s=self._roster.lease_left_s(self.clock),
            offline=self.uplink.is_offline(),
            duplicate=duplicate,
            face_agrees=face_agrees,
            just_in=just_in,
            just_in_seen=just_in and person is not None and self._watch.saw(person),
        )

    def _fact(self, decision: Decision) -> Body:
        claim, version, lane, flags = decision.claim, self._roster.version(), self.place.lane, decision.flags
        person = _person(claim)
        score = None if claim.score is None else round(1000 * min(1.0, max(0.0, claim.score)))
        offline = "offline" in flags
        if decision.reason is not None:
            return Refusal(decision.reason, claim.method, claim.direction, lane, version, person, score, offline, claim.checks)
        if person is None:
            return Incident(EXIT_UNKNOWN, ", ".join((f"lane {lane}, method {claim.method}", *filter(None, [claim.why]))))
        return Passage(
            person=person,
            direction=claim.direction,
            method=claim.method,
            lane=lane,
            roster_version=version,
            score=score,
            checks=claim.checks,
            offline=offline,
            stale_roster="stale_roster" in flags,
            duplicate="duplicate" in flags,
            operator=claim.operator,
            why=claim.why or (PASSED_AGAIN if "passed_again" in flags else ""),
        )


def _with_face(claim: Claim, found: Compared) -> Claim:
    """What is wrong with the card or code itself comes before a face that is no living one."""
    fault = claim.fault or (None if found.alive else Reason.LIVENESS_FAILED)
    return replace(claim, score=found.score, checks=found.checks, fault=fault)


def _person(claim: Claim) -> str | None:
    known = claim.right or claim.ended
    return known.person if known else None
