"""A lane at a site: a real store, and frames, cards and seconds that the test deals out."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date

import cv2
import numpy as np
import segno
from nacl.signing import SigningKey

from edge.faces import Image
from edge.gate.card_desk import CardDesk
from edge.gate.devices import Devices, DeviceWatch
from edge.gate.display import Display
from edge.gate.gallery_feed import GalleryFeed
from edge.gate.lane import Lane, LaneParts
from edge.gate.liveness import Liveness
from edge.gate.openings import Openings
from edge.gate.passage import Gatekeeper, Outcome, Place
from edge.gate.proof import asking
from edge.gate.recognition import Recognition
from edge.gate.screen import LaneView, Screen
from edge.reader.swipes import Swipes
from edge.store.hand_asks import HandAsks
from edge.store.templates import Templates
from edge.sync import qr_pass
from edge.sync.wire import Direction, Incident, Passage, Refusal
from hardware.card_reader import ChipKind, ChipSeen
from hardware.card_reader.synthetic import resident
from hardware.turnstile import Turnstile
from tests.edge.gate.box import BLANK, NOW_MS, WORKERS, Box, FakeCamera, FakeEngine, FakeReader, FakeTurnstile, Stands, face_of

RATE = 15
STRANGER = 8
CENTRE = SigningKey(bytes(range(32)))
UID = bytes.fromhex("04A1B2C3D4E5F6")


def code_of(person: str, seconds: float = 60, key: SigningKey = CENTRE, signer: str = qr_pass.CENTRE) -> str:
    return qr_pass.write(person, NOW_MS // 1000 + int(seconds), signer, lambda data: key.sign(data).signature)


def picture_of(code: str) -> Image:
    """A frame in which somebody holds this code up."""
    matrix = np.array([[bool(dot) for dot in row] for row in segno.make(code).matrix_iter(scale=5, border=4)])
    frame = np.full((480, 640, 3), 90, np.uint8)
    size = matrix.shape[0]
    frame[100 : 100 + size, 150 : 150 + size] = np.where(matrix, 0, 255).astype(np.uint8)[:, :, None]
    return cv2.GaussianBlur(frame, (3, 3), 0).astype(np.uint8)


class Site:
    """A lane whose frames, cards and seconds the test deals out. Worker i looks like face i."""

    def __init__(
        self, made: Box, direction: Direction = Direction.IN, liveness: Liveness | None = None, arm: Turnstile | None = None
    ) -> None:
        self.box, self.camera, self.reader, self.engine = made, FakeCamera(), FakeReader(), FakeEngine()
        self.arm = FakeTurnstile()
        self.now_s = 100.0
        with made.store.transaction():
            for number, person in enumerate(WORKERS, 1):
                Templates(made.store).put(person, "fake-1", made.sealed("fake-1", np.stack([face_of(number)] * 3)), "local")
        self.feed = GalleryFeed(made.home, self.engine, made.keys.open_sealed, made.clock, look_s=0.01)
        assert self.feed.wait(10)
        self.swipes = Swipes(self.reader, look_s=0.01, again_s=60)
        self.screen = Screen(direction.value, "1")
        wired = arm or self.arm
        devices = Devices(self.camera, self.swipes, wired)
        keeper = Gatekeeper(Place("1", direction), made.store, made.clock, wired)
        policy, chance = made.roster.policy, random.Random(1)
        recognition = Recognition(self.engine, liveness, asking=lambda: asking(policy(), direction), chance=chance)
        display = Display(self.screen, made.clock)
        desk = CardDesk(keeper, made.roster, recognition, self.engine.scale, bytes(CENTRE.verify_key))
        self.asks = HandAsks(made.store, made.clock)
        self.openings = openings = Openings(keeper, self.asks)
        watch = DeviceWatch(devices, made.store, self.feed, keeper, display, openings=openings)
        self.lane = Lane(LaneParts(devices, recognition, self.feed, keeper, desk, display, watch, openings), lambda: self.now_s)
        self.outcomes: list[Outcome] = []
        self.lane.decided = lambda outcome, frame: self.outcomes.append(outcome)

    def close(self) -> None:
        self.feed.close()
        self.swipes.close()

    def tick(self, seconds: float) -> None:
        self.now_s += seconds
        self.box.clock.pass_s(seconds)

    def see(self, *people: Stands, seconds: float, age_s: float = 0.0) -> set[str]:
        """So long of these people before the camera; the states that the screen went through."""
        self.engine.people, states = people, set()
        for _ in range(round(seconds * RATE)):
            self.tick(1 / RATE)
            self.camera.show(BLANK, self.now_s - age_s)
            self.lane.step(0)
            states.add(self.view.state)
        return states

    def blind(self, seconds: float, code: str | None = None) -> set[str]:
        """So long without any new frame."""
        self.camera.code, states = code, set()
        for _ in range(round(seconds * RATE)):
            self.tick(1 / RATE)
            self.lane.step(0)
            states.add(self.view.state)
        return states

    def lay_card(self, person: str, valid_until: date | None = date(2035, 1, 1)) -> None:
        before = self.swipes.latest().number
        self.reader.lay(resident(sequence=int(person[-2:]) + 1, valid_until=valid_until))
        assert self.swipes.next_card(before, 10) is not None

    def card_is_gone(self) -> None:
        self.swipes.forget()

    def holds(self) -> bool:
        return self.arm.held

    def lay_work_card(self, uid: bytes) -> None:
        before = self.swipes.latest().number
        self.reader.lay(ChipSeen(ChipKind.MIFARE_CLASSIC, uid))
        assert self.swipes.next_card(before, 10) is not None

    def hold_up(self, code: str, *people: Stands, seconds: float) -> None:
        """A phone with this code before the camera, in the hand of these people."""
        self.engine.people, picture = people, picture_of(code)
        for _ in range(round(seconds * RATE)):
            self.tick(1 / RATE)
            self.camera.show(picture, self.now_s)
            self.lane.step(0)

    @property
    def view(self) -> LaneView:
        return self.screen.now()[1]

    def facts(self) -> list[object]:
        return [fact for fact in self.box.facts() if isinstance(fact, (Passage, Refusal))]

    def incidents(self) -> list[str]:
        return [fact.code for fact in self.box.facts() if isinstance(fact, Incident)]


Opener = Callable[..., Site]
