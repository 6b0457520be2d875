"""The gate process, put together: everything between the devices it is handed and the screen it serves."""

from __future__ import annotations

import logging
import sys
import threading
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge.clock import Clock
from edge.faces import FaceEngine
from edge.gate.card_desk import CardDesk
from edge.gate.devices import Devices, DeviceWatch
from edge.gate.display import Display
from edge.gate.eyes import Eyes
from edge.gate.gallery_feed import GalleryFeed
from edge.gate.lane import Lane, LaneParts
from edge.gate.liveness import Liveness
from edge.gate.openings import Openings
from edge.gate.passage import Gatekeeper, Place
from edge.gate.proof import asking
from edge.gate.recognition import Recognition
from edge.gate.screen import Screen
from edge.gate.screen_server import ScreenServer
from edge.reader.swipes import Swipes
from edge.store.database import Store
from edge.store.hand_asks import HandAsks
from edge.store.roster import Roster
from edge.store.secrets import BoxKeys
from hardware.camera import Camera
from hardware.card_reader import CardReader
from hardware.turnstile import Turnstile

log = logging.getLogger(__name__)

TURN_S: Final = 0.0005
"""A thread that wants the interpreter gets it after so long. Python's own 5 ms, a dozen times a frame, slowed the lane while the gallery's
thread took in a new roster: from 5 to 21 ms a frame at 5,000 templates."""
SOCKET: Final = Path("run/lane.sock")


@dataclass(frozen=True)
class Equipment:
    """The devices of the lane, open, and the engine, loaded. The gatehouse closes the devices. `engine_fault` says why there is none."""

    camera: Camera
    reader: CardReader
    turnstile: Turnstile
    engine: FaceEngine
    liveness: Liveness | None = None
    engine_fault: str | None = None
    eyes: Eyes | None = None


class Gatehouse:
    """Build it, `run` and `close` it in one thread: its store belongs to that thread."""

    def __init__(self, home: Path, place: Place, equipment: Equipment, keys: BoxKeys, clock: Clock, *, centre_key: bytes = b"") -> None:
        """Takes the devices over, also where it raises `StoreError`."""
        with ExitStack() as held:
            held.callback(equipment.turnstile.close)
            held.callback(equipment.camera.close)
            held.callback(equipment.reader.close)
            store = Store.open(home)  # before anybody's card is taken: a reader hands a card out once
            held.callback(store.close)
            self.swipes = swipes = Swipes(equipment.reader)
            held.callback(swipes.close)
            held.callback(sys.setswitchinterval, sys.getswitchinterval())
            sys.setswitchinterval(TURN_S)
            self.feed = GalleryFeed(home, equipment.engine, keys.open_sealed, clock)
            held.callback(self.feed.close)
            self.screen = Screen(place.direction.value, place.lane)
            self._server = ScreenServer(self.screen, home / SOCKET)
            held.callback(self._server.close)
            self._centre_key = centre_key
            self.lane = self._lane(place, store, equipment, swipes, clock)
            self._held = held.pop_all()

    def _lane(self, place: Place, store: Store, equipment: Equipment, swipes: Swipes, clock: Clock) -> Lane:
        devices = Devices(equipment.camera, swipes, equipment.turnstile)
        self.keeper = keeper = Gatekeeper(place, store, clock, equipment.turnstile)
        policy = Roster(store).policy
        recognition = Recognition(
            equipment.engine, equipment.liveness, asking=lambda: asking(policy(), place.direction), eyes=equipment.eyes
        )
        display = Display(self.screen, clock)
        desk = CardDesk(keeper, Roster(store), recognition, equipment.engine.scale, self._centre_key)
        openings = Openings(keeper, HandAsks(store, clock))
        watch = DeviceWatch(devices, store, self.feed, keeper, display, openings=openings, engine_fault=equipment.engine_fault)
        lane = Lane(LaneParts(devices, recognition, self.feed, keeper, desk, display, watch, openings))
        lane.decided = watch.decided
        return lane

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Raises `StoreError` where the process must start again; a screen that cannot be served is logged."""
        try:
            self._server.start()
        except OSError as error:
            log.warning("the lane screen cannot be served: %s", error.strerror)
        self.lane.run(stop)

    def close(self) -> None:
        """Lets everything go; safe to repeat."""
        self._held.close()
