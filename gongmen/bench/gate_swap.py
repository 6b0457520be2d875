"""What a roster change costs the lane: the longest time from one frame's answer to the next while a whole gallery is being swapped.

Frames come at the camera's rate in real time, somebody stands before the camera, and the same core opens every sealed template anew, builds
the matrix and puts it in place of the one before. A frame that comes while the one before is still worked on would be skipped: so the
longest time for one frame, compared with the camera's 67 ms, says whether a change is a pause. By the wall's clock, and by the processor
time that the whole process took meanwhile, which is the same on a core of one's own and which other processes cannot lengthen.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import msgspec
import numpy as np

from edge.clock import SystemClock
from edge.faces import FaceEngine
from edge.gate.gatehouse import Equipment, Gatehouse
from edge.gate.passage import Place
from edge.store.database import Store
from edge.store.secrets import BoxKeys, seal
from edge.store.templates import Templates
from edge.sync import wire
from gongmen.bench.gate_rig import HandCamera, WatchedTurnstile, somebody
from gongmen.bench.photographs import Photographed
from gongmen.bench.report import percentile
from hardware.camera.simulated import Scene, Stage
from hardware.card_reader.none import NoReader

RATE: Final = 15
WATCHED_S: Final = 4.0
"""So long each row is watched at least."""
LONGEST_S: Final = 90.0


def measure_swap(home: Path, engine: FaceEngine, face: Photographed, workers: int, watched_s: float = WATCHED_S) -> list[dict[str, Any]]:
    """Rows of a report: no change, one template of so many, all of them. `home` is a store that `gate_rig.fill` has filled."""
    keys, camera, stage = BoxKeys.load(home), HandCamera(), Stage()
    equipment = Equipment(camera, NoReader(), WatchedTurnstile(), engine)
    sealed = _anew(engine, keys, workers)
    scene = Scene(picture=str(face.probe), fill=0.9)
    images = [stage.render(scene, turn / RATE) for turn in range(2 * RATE)]
    with contextlib.closing(Gatehouse(home, Place("1", wire.Direction.IN), equipment, keys, SystemClock())) as house:
        house.feed.wait(120)

        def watch(change: Callable[[], None] | None) -> dict[str, Any]:
            before, began_s, swapped_s = _people(house), time.monotonic(), None
            times, busy = list[float](), list[float]()
            if change is not None:
                change()
            while (ran_s := time.monotonic() - began_s) < watched_s or (change is not None and swapped_s is None and ran_s < LONGEST_S):
                frame_s, frame_busy_s = time.monotonic(), time.process_time()
                camera.show(images[len(times) % len(images)], frame_s)
                house.lane.step(0)
                times.append(1000 * (time.monotonic() - frame_s))
                busy.append(1000 * (time.process_time() - frame_busy_s))
                if swapped_s is None and _people(house) is not before:
                    swapped_s = time.monotonic() - began_s
                time.sleep(max(0.0, frame_s + 1 / RATE - time.monotonic()))
            late = sum(took > 1000 / RATE for took in busy)
            ended = {"p50_ms": percentile(times, 0.5), "longest_ms": max(times), "processor_p50_ms": percentile(busy, 0.5)}
            changed = {"swapped_s": swapped_s} if change else {}
            return {"workers": workers, "n": len(times), **ended, "processor_longest_ms": max(busy), "late_frames": late, **changed}

        return [
            {"what": "frames, no roster change", **watch(None)},
            {"what": "frames, one template changes", **watch(lambda: _put(home, engine.name, sealed[:1]))},
            {"what": "frames, all templates change", **watch(lambda: _put(home, engine.name, sealed))},
        ]


def _people(house: Gatehouse) -> tuple[str, ...] | None:
    """Whose templates are in place: the very tuple, which only a new matrix replaces."""
    return house.feed.gallery.people if house.feed.gallery else None


def _anew(engine: FaceEngine, keys: BoxKeys, workers: int) -> list[tuple[str, bytes]]:
    """Other faces for the workers of the store."""
    chance = np.random.default_rng(9)
    rows = [somebody(engine.dim, chance) for _ in range(workers)]
    plain = [msgspec.msgpack.encode([engine.name, len(one), engine.dim, one.astype(np.float32).tobytes()]) for one in rows]
    return [(f"w{number:010d}", seal(one, keys.sealing_public)) for number, one in enumerate(plain)]


def _put(home: Path, engine: str, sealed: list[tuple[str, bytes]]) -> None:
    with contextlib.closing(Store.open(home)) as store, store.transaction():
        templates = Templates(store)
        for person, box in sealed:
            templates.put(person, engine, box, "local")
