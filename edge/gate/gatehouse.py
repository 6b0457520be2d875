"""The gate process, put together: everything between the devices it is handed and the screen it serves."""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edge.clock import Clock
from edge.gate.card_desk import CardDesk
from edge.gate.devices import Devices, DeviceWatch
from edge.gate.display import Display
from edge.gate.faces import FaceEngine
from edge.gate.gallery_feed import GalleryFeed
from edge.gate.lane import Lane, LaneParts
from edge.gate.liveness import Liveness
from edge.gate.passage import Gatekeeper, Place
from edge.gate.recognition import Recognition
from edge.gate.screen import Screen
from edge.gate.screen_server import ScreenServer
from edge.reader.swipes import Swipes
from edge.store.database import Store
from edge.store.roster import Roster
from edge.store.secrets import BoxKeys
from hardware.camera import Camera
from hardware.card_reader import CardReader
from hardware.turnstile import Turnstile

log = logging.getLogger(__name__)

SOCKET: Final = Path("run/lane.sock")


@dataclass(frozen=True)
class Equipment:
    """The devices of the lane, open, and the engine, loaded. The gatehouse closes the devices."""

    camera: Camera
    reader: CardReader
    turnstile: Turnstile
    engine: FaceEngine
    liveness: Liveness | None = None


class Gatehouse:
    """Build it, `run` and `close` it in one thread: its store belongs to that thread."""

    def __init__(self, home: Path, place: Place, equipment: Equipment, keys: BoxKeys, clock: Clock) -> None:
        self._equipment = equipment
        self._store = store = Store.open(home)
        self.screen = Screen(place.direction.value, place.lane)
        keeper = Gatekeeper(place, store, clock, equipment.turnstile)
        recognition = Recognition(equipment.engine, equipment.liveness)
        display = Display(self.screen, clock)
        self.feed = GalleryFeed(home, equipment.engine, keys.open_sealed, clock)
        devices = Devices(equipment.camera, Swipes(equipment.reader), equipment.turnstile)
        self._swipes = devices.swipes
        desk = CardDesk(keeper, Roster(store), recognition, equipment.engine.scale)
        watch = DeviceWatch(devices, store, self.feed, keeper, display)
        self.lane = Lane(LaneParts(devices, recognition, self.feed, keeper, desk, display, watch))
        self._server = ScreenServer(self.screen, home / SOCKET)

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Raises `StoreError` where the process must start again; a screen that cannot be served is logged."""
        try:
            self._server.start()
        except OSError as error:
            log.warning("the lane screen cannot be served: %s", error.strerror)
        self.lane.run(stop)

    def close(self) -> None:
        """Lets everything go; safe to repeat."""
        self._server.close()
        self.feed.close()
        self._swipes.close()
        self._equipment.camera.close()
        self._equipment.turnstile.close()
        self._store.close()
