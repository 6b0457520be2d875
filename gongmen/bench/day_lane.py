"""One lane of the bench's morning: the whole gate over a camera, a card reader and a clock that the bench moves."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from edge.clock import SystemClock
from edge.faces import FaceEngine, Image
from edge.gate.eyes import Eyes
from edge.gate.gatehouse import Equipment, Gatehouse
from edge.gate.liveness import passive_checks
from edge.gate.passage import Outcome, Place
from edge.reader.swipes import SwipeState
from edge.store.secrets import BoxKeys
from edge.sync import wire
from gongmen.bench.day_people import BORN, Kind, Visitor
from gongmen.bench.gate_rig import HandCamera, WatchedTurnstile
from hardware.camera import Frame
from hardware.card_reader import CardData
from hardware.card_reader.synthetic import resident
from hardware.errors import NoCard

RATE: Final = 15
PATIENCE_S: Final = 8.0
"""How long somebody looks into the camera before trying the card, or giving up."""
STEP_UP_S: Final = 1.0
"""From one person's passage to the next one's face."""
_BORN: Final = (BORN, BORN.replace(year=1986))


class MorningClock(SystemClock):
    """Wall and monotonic time of the simulated morning; the boot is this machine's."""

    def __init__(self, began_ms: int) -> None:
        super().__init__()
        self._began_ms, self.ran_s = began_ms, 1_000.0

    def now_ms(self) -> int:
        """Wall time of the morning."""
        return self._began_ms + round(1000 * (self.ran_s - 1_000.0))

    def mono_ms(self) -> int:
        """Ms of the morning."""
        return round(1000 * self.ran_s)

    def quality(self) -> wire.Clock:
        """Synchronised."""
        return wire.Clock.NTP


class HandReader:
    """Gives a card once after it is laid."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._card: CardData | None = None

    def lay(self, number: str) -> None:
        """This person's ID card."""
        born = _BORN[number[6:10] == "1986"]
        sequence = int(number[14:17])
        with self._lock:
            self._card = resident(birth=born, number=number, male=sequence % 2 == 1)

    def identify(self) -> str:
        """No device."""
        return "bench"

    def read(self) -> CardData:
        """The card that was laid. Raises `NoCard`."""
        with self._lock:
            card, self._card = self._card, None
        if card is None:
            raise NoCard
        return card

    def close(self) -> None:
        """Nothing to let go."""


@dataclass
class Visit:
    """What came of one visitor. `seconds` from stepping up to the arm or the end; `by` the way in, empty where there was none."""

    visitor: Visitor
    by: str = ""
    taken_for: str = ""
    refused_by_face: bool = False
    seconds: float = 0.0
    reasons: list[str] = field(default_factory=list)
    frames_ms: list[float] = field(default_factory=list)


class DayLane:
    """Build, `visit` one after the other, `close`: one thread."""

    def __init__(self, home: Path, lane: str, engine: FaceEngine, clock: MorningClock, empty: Image) -> None:
        self.clock, self._empty, self._engine = clock, empty, engine
        self._camera, self._reader, self._arm = HandCamera(), HandReader(), WatchedTurnstile()
        self._outcomes: list[Outcome] = []
        equipment = Equipment(self._camera, self._reader, self._arm, engine, passive_checks(), eyes=Eyes.load())
        self._house = Gatehouse(home, Place(lane, wire.Direction.IN), equipment, BoxKeys.load(home), clock)
        self._house.feed.wait(120)
        self._lane, self._swipes = self._house.lane, self._house.swipes
        self._lane.mono_s = lambda: clock.ran_s
        self._lane.decided = self._decided

    def close(self) -> None:
        """Lets everything go."""
        self._house.close()

    def visit(self, visitor: Visitor, frames: list[Image]) -> Visit:
        """One person steps up, looks into the camera, takes out the card if need be, and is through or gives up."""
        for _ in range(round(STEP_UP_S * RATE)):
            self._frame(self._empty, None)
        visit, began_s = Visit(visitor), self.clock.ran_s
        if visitor.picture is not None:
            self._look(visit, frames, began_s)
        if not visit.by and visitor.number and visitor.kind is Kind.WORKER:
            visit.refused_by_face = visitor.picture is not None
            self._show_card(visit, frames)
        visit.seconds = self.clock.ran_s - began_s
        return visit

    def _look(self, visit: Visit, frames: list[Image], began_s: float) -> None:
        shown = 0
        while self.clock.ran_s - began_s < PATIENCE_S:
            self._frame(frames[shown % len(frames)], visit)
            shown += 1
            if self._through(visit, "face"):
                return

    def _show_card(self, visit: Visit, frames: list[Image]) -> None:
        self._reader.lay(visit.visitor.number)
        before, end_s = self._swipes.latest().laid, time.monotonic() + 5
        while self._swipes.latest().laid == before and time.monotonic() < end_s:
            time.sleep(0.002)
        for shown in range(round(5 * RATE)):
            self._frame(frames[shown % len(frames)], visit)
            if self._through(visit, "card"):
                break
        self._swipes.forget()
        while self._swipes.latest().state is SwipeState.CARD:
            time.sleep(0.002)

    def _frame(self, image: Image, visit: Visit | None) -> None:
        self.clock.ran_s += 1 / RATE
        began = time.perf_counter()
        self._camera.show(image, self.clock.ran_s)
        self._lane.step(0)
        if visit is not None:
            visit.frames_ms.append(1000 * (time.perf_counter() - began))

    def _through(self, visit: Visit, way: str) -> bool:
        """Takes up what was decided; whether the arm opened."""
        for outcome in self._outcomes:
            decision = outcome.decision
            if outcome.opened and decision is not None and decision.claim.right is not None:
                visit.by, visit.taken_for = way, decision.claim.right.person
            elif decision is not None and decision.reason is not None:
                visit.reasons.append(decision.reason.value)
        self._outcomes.clear()
        return bool(visit.by)

    def _decided(self, outcome: Outcome, _: Frame | None) -> None:
        self._outcomes.append(outcome)
