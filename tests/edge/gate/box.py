"""A box on a desk: a real store with a roster, a clock that tests turn, devices that do as they are told."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import numpy as np

from edge.faces import Face, Image, Quality, Scale, Vector, unit
from edge.gate.passage import Gatekeeper, Place
from edge.reader.id_number import card_hash
from edge.store.database import Store
from edge.store.health import Health
from edge.store.journal import Journal
from edge.store.lease import Lease
from edge.store.roster import Roster
from edge.store.secrets import BoxKeys, seal
from edge.sync import wire
from hardware.camera import Frame
from hardware.card_reader import CardData, ChipSeen
from hardware.card_reader.synthetic import number
from hardware.errors import DeviceError, DeviceTimeout, NoCard
from hardware.turnstile import Way

NOW_MS = 1_800_000_000_000
CARD_KEY = b"k" * 32
WORKERS = ("worker-0001", "worker-0002", "worker-0003")


@dataclass
class FakeClock:
    wall_ms: int = NOW_MS
    ran_ms: int = 1_000_000
    trust: wire.Clock = wire.Clock.NTP

    def now_ms(self) -> int:
        return self.wall_ms

    def mono_ms(self) -> int:
        return self.ran_ms

    def boot(self) -> int:
        return 77

    def quality(self) -> wire.Clock:
        return self.trust

    def pass_s(self, seconds: float) -> None:
        self.wall_ms += round(1000 * seconds)
        self.ran_ms += round(1000 * seconds)


class RunningClock(FakeClock):
    """The same, as time goes by."""

    def now_ms(self) -> int:
        return self.wall_ms + time.monotonic_ns() // 1_000_000

    def mono_ms(self) -> int:
        return time.monotonic_ns() // 1_000_000


def id_number(person: str) -> str:
    from datetime import date

    return number(date(1985, 3, 15), sequence=int(person[-2:]) + 1)


def entry(person: str, **changes: object) -> wire.RosterEntry:
    whole = wire.RosterEntry(
        person,
        "张*",
        "钢筋一班",
        "钢筋工",
        "某劳务公司",
        (card_hash(id_number(person), CARD_KEY),),
        NOW_MS // 1000 - 86400,
        None,
        "granted",
    )
    return msgspec.structs.replace(whole, **changes)


class Box:
    """One box's home, opened by the test's own thread."""

    def __init__(self, home: Path, clock: FakeClock) -> None:
        self.home, self.clock, self.store, self.keys = home, clock, Store.open(home), BoxKeys.create(home)
        self.journal, self.roster = Journal(self.store, self.clock), Roster(self.store)
        self.entries: dict[str, wire.RosterEntry] = {}
        still = wire.GatePolicy(liveness="risk")  # nobody has to move, unless a test says so or a check has a doubt
        self.header = wire.RosterHeader("p-1", "示范项目", "李* 总包办公室", CARD_KEY, (), (), policy=still)

    def publish(self, *entries: wire.RosterEntry, remove: Iterable[wire.Removal] = (), lease_s: int = 3600, **header: object) -> None:
        """The centre says: these as well, those no more."""
        self.header = msgspec.structs.replace(self.header, **header)
        gone = tuple(remove)
        self.entries = {who: e for who, e in self.entries.items() if who not in {r.person for r in gone}} | {e.person: e for e in entries}
        before = self.roster.version()
        hashed = wire.roster_hash(list(self.entries.values()))
        self.roster.apply([wire.RosterPart(before, before + 1, 0, 1, self.header, gone, entries, hashed)], self.journal)
        self.renew(lease_s)

    def renew(self, lease_s: int) -> None:
        pointer = wire.RosterPointer(self.roster.version(), self.roster.hash(), len(self.entries), self.clock.now_ms(), lease_s)
        Lease(self.store).renew(pointer, self.clock)
        Health(self.store, self.clock).report("sync", {"connected": True, "since_ms": self.clock.now_ms()})

    def sealed(self, engine: str, rows: Image | Vector) -> bytes:
        table = np.atleast_2d(np.asarray(rows, np.float32))
        plain = msgspec.msgpack.encode([engine, table.shape[0], table.shape[1], table.tobytes()])
        return seal(plain, self.keys.sealing_public)

    def events(self) -> list[wire.Body]:
        return [wire.decode(row.packed, wire.Event).body for row in self.journal.unsent(0, 10_000)]

    def facts(self) -> list[wire.Body]:
        """Everything but the deletions that a roster leaves."""
        return [body for body in self.events() if not isinstance(body, wire.Deletion)]


@contextmanager
def box(home: Path, clock: FakeClock | None = None) -> Iterator[Box]:
    made = Box(home, clock or FakeClock())
    try:
        made.publish(*(entry(person) for person in WORKERS))
        yield made
    finally:
        made.store.close()


@dataclass
class FakeTurnstile:
    """Writes down which way it opened; `fault` makes it fail."""

    ways: list[Way] = field(default_factory=list)
    fault: DeviceTimeout | None = None
    now: frozenset[str] = frozenset()
    held: bool = False
    lit: bool = False
    button: bool = False
    goes: bool | None = None

    def open(self, way: Way) -> None:
        if self.fault:
            raise self.fault
        self.ways.append(way)

    def passed(self, timeout_s: float) -> bool | None:
        return self.goes

    def hold(self, opened: bool) -> None:
        if self.fault:
            raise self.fault
        self.held = opened

    def light(self, on: bool) -> None:
        self.lit = on

    def pressed(self) -> bool:
        was, self.button = self.button, False
        return was

    def alarms(self) -> frozenset[str]:
        return self.now

    def close(self) -> None:
        pass


@dataclass
class FakeCamera:
    """Shows what `show` puts before it, one frame a call."""

    frame: Frame | None = None
    code: str | None = None

    def show(self, image: Image, taken_s: float) -> None:
        self.frame = Frame(image, self.frame.number + 1 if self.frame else 1, taken_s)

    def latest(self) -> Frame | None:
        return self.frame

    def wait_for(self, after: int, timeout_s: float) -> Frame | None:
        return self.frame if self.frame and self.frame.number > after else None

    def fault(self) -> str | None:
        return self.code

    def close(self) -> None:
        pass


class FakeReader:
    """Hands each card out once, then has none; `trouble` is raised instead."""

    def __init__(self) -> None:
        self.trouble: DeviceError | None = None
        self._card: CardData | ChipSeen | None = None
        self._lock = threading.Lock()

    def lay(self, card: CardData | ChipSeen) -> None:
        with self._lock:
            self._card = card

    def identify(self) -> str:
        return "fake"

    def read(self) -> CardData | ChipSeen:
        if self.trouble is not None:
            raise self.trouble
        with self._lock:
            card, self._card = self._card, None
        if card is None:
            raise NoCard
        return card

    def close(self) -> None:
        pass


FAKE_SCALE = Scale(points=((0.4, 1e-3), (0.5, 1e-5)), margin=0.05, same=0.4)
GOOD = Quality(width_px=120.0, sharpness=120.0, brightness=120.0, turn=0.0)


@dataclass(frozen=True)
class Stands:
    """Somebody in the picture: who (a number), where, how well they can be seen, and how far the nose is off the middle (0.4: turned)."""

    who: int
    x: float = 200.0
    quality: Quality = GOOD
    nose: float = 0.0

    def at(self, x: float) -> Stands:
        return replace(self, x=x)


class FakeEngine:
    """Sees whoever `people` says, and knows each number by a fixed vector of its own."""

    name, dim, scale = "fake-1", 64, FAKE_SCALE

    def __init__(self) -> None:
        self.people: tuple[Stands, ...] = ()
        self.embedded = 0
        self._noise = np.random.default_rng(3)

    def detect(self, image: Image) -> list[Face]:
        faces = []
        for one in self.people:
            width = one.quality.width_px
            marks = np.array([[0, 0], [40, 0], [20 + 40 * one.nose, 20], [0, 40], [40, 40]], np.float32)
            faces.append(Face((one.x, 100.0, width, width * 1.3), marks, 0.9, one.quality))
        return sorted(faces, key=lambda face: -face.box[2])

    def embed(self, image: Image, face: Face) -> Vector:
        self.embedded += 1
        who = next(one.who for one in self.people if one.x == face.box[0])
        return unit(face_of(who) + self._noise.normal(scale=0.03, size=self.dim))


def face_of(who: int) -> Vector:
    return unit(np.random.default_rng(1000 + who).normal(size=FakeEngine.dim))


BLANK = np.zeros((480, 640, 3), np.uint8)


def fill_the_disk(site: Box) -> int:
    """Passages until no page is left: what SQLite meets on a full disk, with the reserve already spent. How many there are now."""
    site.store.reserve.release()
    site.store.rows("PRAGMA max_page_count = 1")  # never below what is there already
    gate, written = Gatekeeper(Place("1", wire.Direction.IN), site.store, site.clock, FakeTurnstile()), 0
    while gate.by_face(WORKERS[2], 0.8).event is not None:
        written += 1
        assert written < 500
    return written


def make_room(site: Box) -> None:
    site.store.rows("PRAGMA max_page_count = 1000000")


def until(holds: Callable[[], bool]) -> bool:
    """Waits for another thread, ten seconds at most."""
    end = time.monotonic() + 10
    while not holds() and time.monotonic() < end:
        time.sleep(0.01)
    return holds()
