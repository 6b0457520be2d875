"""A lane whose store cannot be opened, because the disk is quite full or refuses writes: nobody comes in, everybody gets out.

Nothing can be decided and nothing recorded; so OUT opens for every card, every face and the exit button, a fire and the emergency key hold
the arm, and how often it opened is told to the lane that follows, which writes it down first of all.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Final

from edge.clock import Clock
from edge.faces import FaceEngine
from edge.gate.devices import Devices, is_the_readers
from edge.gate.gallery import Gallery
from edge.gate.openings import BUTTON_MS, FIRE
from edge.gate.passage import Place
from edge.gate.patience import Patience
from edge.gate.recognition import Recognition
from edge.gate.screen import Screen
from edge.reader.swipes import SwipeState
from edge.store.hand_asks import CLOSE, GOOD_FOR_MS
from edge.store.urgent_ask import UrgentPlace
from edge.sync.wire import Direction
from hardware.camera import Frame
from hardware.errors import DeviceError
from hardware.turnstile import Way

LOOK_AGAIN_S: Final = 5.0
"""Between two tries to open the store."""
STORE_AWAY: Final = "STORE_AWAY"
"""Written once the store is there again: since when it was not, and how many went out meanwhile."""
KEY: Final = "KEY"
_NOBODY: Final = Gallery.build(1, {})
_WAIT_S: Final = 0.1
_TEND_S: Final = 0.5
_STALE_S: Final = 0.5


class StorelessLane:
    """One lane's, in the thread that owns the turnstile. `why` is the store's code; `went_out` counts the pulses given."""

    def __init__(self, place: Place, devices: Devices, engine: FaceEngine, home: Path, *, clock: Clock, why: str) -> None:
        self._place, self._devices, self._clock, self._why = place, devices, clock, why
        self._recognition, self._patience = Recognition(engine), Patience()
        self._urgent = UrgentPlace(home)
        self.screen = Screen(place.direction.value, place.lane)
        self.screen.amend(faults=(why,))
        self.went_out = 0
        self._holds: set[str] = set()
        self._frame = self._swipe = 0
        self._pressed_ms = -BUTTON_MS
        self._tended_s = float("-inf")

    def run(self, stop: threading.Event, is_well: Callable[[], bool], beat: Callable[[], None]) -> None:
        """Until `stop`, or until the store can be opened again and nothing is held. `beat` is called in every round."""
        tried_s = time.monotonic()
        while not stop.is_set():
            beat()
            self.step()
            if not self._holds and time.monotonic() - tried_s >= LOOK_AGAIN_S:
                if is_well():
                    return
                tried_s = time.monotonic()

    def step(self, wait_s: float = _WAIT_S) -> None:
        """One round: at most `wait_s` for a frame."""
        frame = self._devices.camera.wait_for(self._frame, wait_s)
        if time.monotonic() - self._tended_s >= _TEND_S:
            self._tended_s = time.monotonic()
            self._tend()
        if self._button() or (self._place.direction is Direction.OUT and (self._card() or self._face(frame))):
            self._let_out()

    def _tend(self) -> None:
        with suppress(DeviceError):  # no answer is no news of a fire
            self._hold(FIRE, FIRE in self._devices.turnstile.alarms())
        ask, now_ms = self._urgent.asked(), self._clock.mono_ms()
        if ask is not None and ask.boot == self._clock.boot() and now_ms - ask.asked_mono_ms <= GOOD_FOR_MS:
            self._hold(KEY + ask.method, ask.kind != CLOSE)
            with suppress(OSError):
                self._urgent.settle(ask.number, "")
        if self._holds:
            self._arm(opened=True)
        self.screen.show("emergency" if self._holds else "fault", self._clock.now_ms())

    def _hold(self, source: str, opened: bool) -> None:
        held = bool(self._holds)
        (self._holds.add if opened else self._holds.discard)(source)
        if held and not self._holds:
            self._arm(opened=False)

    def _arm(self, *, opened: bool) -> None:
        with suppress(DeviceError):
            self._devices.turnstile.hold(opened)

    def _button(self) -> bool:
        now_ms = self._clock.mono_ms()
        with suppress(DeviceError):
            if self._devices.turnstile.pressed() and now_ms - self._pressed_ms >= BUTTON_MS:
                self._pressed_ms = now_ms
                return True
        return False

    def _card(self) -> bool:
        """Any card, whether it can be read or not."""
        swipe = self._devices.swipes.latest()
        if swipe.number == self._swipe:
            return False
        self._swipe = swipe.number
        return swipe.state is SwipeState.CARD or (swipe.cause is not None and not is_the_readers(swipe.cause))

    def _face(self, frame: Frame | None) -> bool:
        """Any face that stays."""
        if frame is None:
            return False
        self._frame = frame.number
        self.screen.picture(frame)
        if time.monotonic() - frame.taken_s > _STALE_S:
            return False
        view = self._recognition.look(frame.image, frame.taken_s, _NOBODY)
        return self._patience.is_over(view, frame.taken_s) or view.verdict is not None

    def _let_out(self) -> None:
        try:
            self._devices.turnstile.open(Way.OUT)
        except DeviceError:
            return
        self.went_out += 1
        self._recognition.excuse(came_through=True, at_s=time.monotonic())
        self.screen.show("pass", self._clock.now_ms(), anew=True)
