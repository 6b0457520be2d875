"""One lane of the bench's morning: the whole gate over a camera, a card reader and a clock that the bench moves."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from edge.clock import SystemClock
from edge.faces import Face, FaceEngine, Image, Vector
from edge.gate.card_desk import WAIT_S
from edge.gate.challenge import MOVES
from edge.gate.gatehouse import Equipment, Gatehouse
from edge.gate.liveness import Liveness
from edge.gate.owner import PROVES_S
from edge.gate.passage import Outcome, Place
from edge.gate.recognition import Hint
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
"""How long somebody looks into the camera before trying the card, or giving up; whoever is being asked to move does that first."""
BEGINS_S: Final = 1_000.0
"""What the machine's own monotonic clock says at 06:30."""
STEP_UP_S: Final = 1.0
"""From one person's passage to the next one's face."""
SEEN: Final = RATE // 2
"""Frames for which the screen asks for the card before somebody takes it out."""
ASKS: Final = frozenset(ask.value for ask in MOVES)
TURNS: Final = {"TURN_LEFT": 0.35, "TURN_RIGHT": -0.35}
_BORN: Final = (BORN, BORN.replace(year=1986))


class MorningClock(SystemClock):
    """Wall and monotonic time of the simulated morning; the boot is this machine's."""

    def __init__(self, began_ms: int) -> None:
        super().__init__()
        self._began_ms, self.ran_s = began_ms, BEGINS_S

    @property
    def morning_s(self) -> float:
        """Seconds since 06:30."""
        return self.ran_s - BEGINS_S

    def now_ms(self) -> int:
        """Wall time of the morning."""
        return self._began_ms + round(1000 * self.morning_s)

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


class TurningEngine:
    """The engine, whose living visitors can turn their heads: photographs cannot, so the nose's landmark is moved in the nearest face.

    `turned` in eye distances, to the picture's right.
    """

    def __init__(self, engine: FaceEngine) -> None:
        self._engine, self.name, self.dim, self.scale, self.turned = engine, engine.name, engine.dim, engine.scale, 0.0

    def detect(self, image: Image) -> list[Face]:
        """As the engine does, the first face's nose moved."""
        faces = self._engine.detect(image)
        if not faces or not self.turned:
            return faces
        marks = faces[0].landmarks.copy()
        marks[2] += self.turned * (marks[1] - marks[0])
        return [replace(faces[0], landmarks=marks), *faces[1:]]

    def embed(self, image: Image, face: Face) -> Vector:
        """As the engine does."""
        return self._engine.embed(image, face)


@dataclass
class Visit:
    """What came of one visitor. `seconds` from stepping up to the arm or the end; `by` the way in, empty where there was none.

    `queued_s` is how long they stood behind others before that, `score` what the gate made of the face that it let in.
    """

    visitor: Visitor
    by: str = ""
    taken_for: str = ""
    refused_by_face: bool = False
    seconds: float = 0.0
    queued_s: float = 0.0
    score: float | None = None
    reasons: list[str] = field(default_factory=list)
    frames_ms: list[float] = field(default_factory=list)


class DayLane:
    """Build, `visit` one after the other, `close`: one thread."""

    def __init__(self, home: Path, lane: str, engine: FaceEngine, *, clock: MorningClock, empty: Image, liveness: Liveness) -> None:
        self.clock, self._empty, self._engine = clock, empty, TurningEngine(engine)
        self._camera, self._reader, self._arm = HandCamera(), HandReader(), WatchedTurnstile()
        self._outcomes: list[Outcome] = []
        self._asked = ("", 0.0)
        equipment = Equipment(self._camera, self._reader, self._arm, self._engine, liveness)
        self._house = Gatehouse(home, Place(lane, wire.Direction.IN), equipment, BoxKeys.load(home), clock)
        self._house.feed.wait(120)
        self._lane, self._swipes = self._house.lane, self._house.swipes
        self._lane.mono_s = lambda: clock.ran_s
        self._lane.decided = self._decided

    def close(self) -> None:
        """Lets everything go."""
        self._house.close()

    def visit(self, visitor: Visitor, frames: list[Image]) -> Visit:
        """One person waits for the turn, steps up, looks into the camera, takes out the card if need be, and is through or gives up.

        While nobody waits the clock leaps to the next one: this is where an hour becomes minutes.
        """
        self.clock.ran_s += max(0.0, visitor.at_s - self.clock.morning_s)
        queued_s = self.clock.morning_s - visitor.at_s
        for _ in range(round(STEP_UP_S * RATE)):
            self._frame(self._empty, None)
        visit, began_s = Visit(visitor, queued_s=queued_s), self.clock.ran_s
        if visitor.picture is not None:
            self._look(visit, frames, began_s)
        if not visit.by and visitor.number and visitor.kind is Kind.WORKER:
            visit.refused_by_face = visitor.picture is not None
            self._show_card(visit, frames)
        visit.seconds = self.clock.ran_s - began_s
        return visit

    def _look(self, visit: Visit, frames: list[Image], began_s: float) -> None:
        shown = sent = 0
        while sent < SEEN and (self.clock.ran_s - began_s < PATIENCE_S or self._hint() in ASKS):
            self._frame(frames[shown % len(frames)], visit)
            shown += 1
            sent = sent + 1 if self._hint() == Hint.USE_CARD and visit.visitor.number else 0
            if self._through(visit, "face"):
                return

    def _show_card(self, visit: Visit, frames: list[Image]) -> None:
        self._reader.lay(visit.visitor.number)
        before, end_s = self._swipes.latest().laid, time.monotonic() + 5
        while self._swipes.latest().laid == before and time.monotonic() < end_s:
            time.sleep(0.002)
        said = len(visit.reasons)
        for shown in range(round((WAIT_S + PROVES_S) * RATE)):
            self._frame(frames[shown % len(frames)], visit)
            if self._through(visit, "card") or len(visit.reasons) > said:
                break
        self._swipes.forget()
        while self._swipes.latest().state is SwipeState.CARD:
            time.sleep(0.002)

    def _frame(self, image: Image, visit: Visit | None) -> None:
        self.clock.ran_s += 1 / RATE
        self._engine.turned = self._move(visit)
        began = time.perf_counter()
        self._camera.show(image, self.clock.ran_s)
        self._lane.step(0)
        if visit is not None:
            visit.frames_ms.append(1000 * (time.perf_counter() - began))

    def _move(self, visit: Visit | None) -> float:
        """How far this visitor has turned the head: what the screen asked for a moment ago, if it is a head."""
        hint = self._hint()
        if hint != self._asked[0]:
            self._asked = (hint, self.clock.ran_s)
        reacts_s = visit.visitor.reacts_s if visit is not None else None
        return TURNS.get(hint, 0.0) if reacts_s is not None and self.clock.ran_s - self._asked[1] >= reacts_s else 0.0

    def _hint(self) -> str:
        return self._house.screen.now()[1].hint or ""

    def _through(self, visit: Visit, way: str) -> bool:
        """Takes up what was decided; whether the arm opened."""
        for outcome in self._outcomes:
            decision = outcome.decision
            if outcome.opened and decision is not None and decision.claim.right is not None:
                visit.by, visit.taken_for, visit.score = way, decision.claim.right.person, decision.claim.score
            elif decision is not None and decision.reason is not None:
                visit.reasons.append(decision.reason.value)
        self._outcomes.clear()
        return bool(visit.by)

    def _decided(self, outcome: Outcome, _: Frame | None) -> None:
        self._outcomes.append(outcome)
