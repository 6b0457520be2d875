"""A kiosk with real parts around it: store, keys, a card reader on a pty, a simulated camera, the default face engine."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import argon2

from edge.clock import SystemClock
from edge.faces import threshold
from edge.gate.engines import load_engine
from edge.kiosk.card_place import SwipePlace
from edge.kiosk.lookalikes import Lookalikes
from edge.kiosk.parts import KioskParts
from edge.kiosk.records import StoreRecords
from edge.reader.id_number import card_hash
from edge.reader.swipes import Swipes
from edge.store.database import Store
from edge.store.health import Health
from edge.store.journal import Journal
from edge.store.roster import Roster
from edge.store.secrets import BoxKeys
from edge.sync import wire
from hardware.camera.simulated import SimulatedCamera, SimulatedScene
from hardware.card_reader import CardData, synthetic
from hardware.card_reader.simulated import SamSimulator
from hardware.catalogue import open_card_reader

CARD_KEY = bytes(range(16))
PIN = "2468"
PIN_HASH = argon2.PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PIN)
BIRTH = date(1988, 8, 8)


def card(sequence: int, name: str = "张建国", valid_until: date | None = date(2036, 5, 20)) -> CardData:
    """A resident's card; `sequence` tells people apart."""
    return synthetic.resident(name, birth=BIRTH, sequence=sequence, valid_until=valid_until)


def hash_of(sequence: int) -> bytes:
    """How the roster knows that card."""
    return card_hash(synthetic.number(BIRTH, sequence), CARD_KEY)


def entry(person: str, sequence: int, shown_name: str = "张*", face: str = "none", team: str = "钢筋一班") -> wire.RosterEntry:
    """A confirmed worker."""
    return wire.RosterEntry(person, shown_name, team, "钢筋工", "上海沪建劳务有限公司", (hash_of(sequence),), 1_700_000_000, None, face)


def header(*boxes: wire.BoxKey, operators: tuple[wire.Operator, ...] | None = None) -> wire.RosterHeader:
    """The project as the roster's head has it."""
    known = (wire.Operator("op1", "李志强", PIN_HASH), wire.Operator("op2", "王海燕", PIN_HASH)) if operators is None else operators
    return wire.RosterHeader("p1", "滨江花园三期总承包工程", "项目部 陈工 021-5555 0101", CARD_KEY, boxes, known)


def apply(store: Store, head: wire.RosterHeader, *entries: wire.RosterEntry, remove: tuple[wire.Removal, ...] = ()) -> None:
    """The roster becomes these people."""
    roster = Roster(store)
    hashed, clock = wire.roster_hash(entries), SystemClock()
    part = wire.RosterPart(0, roster.version() + 1, 0, 1, head, remove, entries, hashed)
    roster.apply([part], Journal(store, clock))
    roster.lease.renew(wire.RosterPointer(roster.version(), hashed, len(entries), clock.now_ms(), 3600), clock)


@dataclass
class House:
    """Everything of one kiosk that a test may touch. `store` is the test's own connection."""

    home: Path
    parts: KioskParts
    store: Store
    keys: BoxKeys
    reader: SamSimulator
    scene: SimulatedScene
    cleanup: list[object] = field(default_factory=list)

    def journal(self) -> list[wire.Event]:
        """All facts, oldest first."""
        return [wire.decode(row.packed, wire.Event) for row in Journal(self.store, SystemClock()).unsent(0, 1000)]

    def connected(self, is_connected: bool, since_ms: int = 0) -> None:
        """What sync says of the line."""
        Health(self.store).report("sync", {"connected": is_connected, "since_ms": since_ms})


@contextmanager
def house(home: Path, *, with_faces: bool = True, lane_socket: Path | None = None) -> Iterator[House]:
    """A box with an empty store and its kiosk's parts; the caller applies a roster."""
    keys, clock = BoxKeys.create(home), SystemClock()
    store = Store.open(home)
    scene = SimulatedScene(home / "scene")
    reader = SamSimulator()
    swipes = Swipes(open_card_reader(f"sam-serial:{reader.path}"), look_s=0.05, again_s=0.3)
    camera = SimulatedCamera(home / "scene")
    engine = load_engine("sface", None, 1) if with_faces else None
    records = StoreRecords(lambda: Store.open(home), clock, keys.sealing_public)
    bound = (lambda rows: threshold(engine.scale, rows)) if engine else (lambda _rows: 1.0)
    gallery = Lookalikes(lambda: Store.open(home), keys.open_sealed, bound)
    cards = SwipePlace(swipes, records.card_key, clock.now_ms)
    fault = None if engine else "MODEL_MISSING"
    parts = KioskParts("b-kiosk001", "1", records, cards, gallery, camera, engine, fault, lane_socket, sign=keys.sign)
    try:
        yield House(home, parts, store, keys, reader, scene)
    finally:
        swipes.close()
        camera.close()
        reader.close()
        records.close()
        store.close()
