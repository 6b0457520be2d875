"""What the gate's benchmark puts around the gate: a camera and a turnstile under its hand, and a store full of workers."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt

from edge.clock import SystemClock
from edge.faces import FaceEngine, Image, unit
from edge.gate.lane import Lane
from edge.store.database import Store
from edge.store.journal import Journal
from edge.store.lease import Lease
from edge.store.roster import Roster
from edge.store.secrets import BoxKeys, seal
from edge.store.templates import Templates
from edge.sync import wire
from edge.worn import enrolment_row
from gongmen.bench.photographs import Photographed
from gongmen.bench.report import percentile
from hardware.camera import Frame
from hardware.camera.simulated import Scene, Stage
from hardware.turnstile import Way
from hardware.turnstile.none import NoTurnstile

Rows = npt.NDArray[np.float32]


def moment() -> tuple[float, float]:
    """Now, in seconds: by the clock on the wall, and this thread's processor time."""
    return time.perf_counter(), time.thread_time()


class HandCamera:
    """Shows one frame at a time, when it is told."""

    def __init__(self) -> None:
        self._frame: Frame | None = None

    def show(self, image: Image, at_s: float) -> None:
        """The next frame, stamped with this time."""
        self._frame = Frame(image, self._frame.number + 1 if self._frame else 1, at_s)

    def latest(self) -> Frame | None:
        """The frame shown last."""
        return self._frame

    def wait_for(self, after: int, timeout_s: float) -> Frame | None:
        """The same, if it is newer."""
        return self._frame if self._frame and self._frame.number > after else None

    def fault(self) -> str | None:
        """None."""
        return None

    def close(self) -> None:
        """Nothing to let go."""


class Times:
    """How long things took, by the clock on the wall and by the processor's own (which another process cannot lengthen)."""

    def __init__(self) -> None:
        self.wall_ms: list[float] = []
        self._cpu_ms: list[float] = []

    def keep(self, began: tuple[float, float], ended: tuple[float, float]) -> None:
        """Times from a pair of moments (wall, processor) to another, in seconds."""
        self.wall_ms.append(1000 * (ended[0] - began[0]))
        self._cpu_ms.append(1000 * (ended[1] - began[1]))

    @property
    def p50(self) -> float:
        """The median by the wall clock."""
        return percentile(self.wall_ms, 0.5)

    @property
    def processor_p50(self) -> float:
        """The median by the processor's clock."""
        return percentile(self._cpu_ms, 0.5)

    def row(self, workers: int) -> dict[str, Any]:
        """The cells of a report's row."""
        shares = {f"p{round(100 * share)}_ms": percentile(self.wall_ms, share) for share in (0.5, 0.95, 0.99)}
        return {"workers": workers, "n": len(self.wall_ms), **shares, "processor_p50_ms": self.processor_p50}


class WatchedTurnstile(NoTurnstile):
    """Notes when it was told to open."""

    def __init__(self) -> None:
        self.opened: list[tuple[float, float]] = []

    def open(self, way: Way) -> None:
        """Takes the pulse."""
        self.opened.append(moment())


def show(lane: Lane, camera: HandCamera, image: Image, at_s: float) -> tuple[float, float]:
    """Lets the lane take one frame; the moment before it did."""
    began = moment()
    camera.show(image, at_s)
    lane.step(0)
    return began


def fill(home: Path, keys: BoxKeys, engine: FaceEngine, faces: Sequence[Photographed], workers: int) -> None:
    """A store with so many confirmed and enrolled workers, the photographed ones first."""
    chance, clock = np.random.default_rng(1), SystemClock()
    now_s = clock.now_ms() // 1000
    entries = tuple(wire.RosterEntry(f"w{i:010d}", "测*", "一班", "普工", "某公司", (), now_s - 9, None, "granted") for i in range(workers))
    still = wire.GatePolicy(liveness="never")  # from the frame to the pulse: how long somebody takes to turn is `bench day`'s matter
    header = wire.RosterHeader("p", "性能测试", "", bytes(32), (), (), policy=still)
    with contextlib.closing(Store.open(home)) as store, store.transaction():
        Roster(store).apply([wire.RosterPart(0, 1, 0, 1, header, (), entries, wire.roster_hash(entries))], Journal(store, clock))
        Lease(store).renew(wire.RosterPointer(1, b"", workers, clock.now_ms(), 86_400), clock)
        templates = Templates(store)
        for number, entry in enumerate(entries):
            rows = _rows(engine, faces[number]) if number < len(faces) else somebody(engine.dim, chance)
            plain = msgspec.msgpack.encode([engine.name, len(rows), engine.dim, rows.astype(np.float32).tobytes()])
            templates.put(entry.person, engine.name, seal(plain, keys.sealing_public), "local")


def _rows(engine: FaceEngine, person: Photographed) -> Rows:
    stage, rows = Stage(), []
    for turn, picture in enumerate(person.enrolled):
        image = stage.render(Scene(picture=str(picture), fill=0.9), 3.0 * turn)
        found = engine.detect(image)
        if found:
            rows.append(enrolment_row(engine, image, found[0]))
    return np.stack(rows)


def somebody(dim: int, chance: np.random.Generator) -> Rows:
    """Three templates of a face that nobody has."""
    face = unit(chance.normal(size=dim))
    return np.stack([unit(face + chance.normal(scale=0.04, size=dim)) for _ in range(3)])
