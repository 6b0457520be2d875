"""From a camera's frame to the turnstile's pulse, on one core, beside the face_recognition library as its README uses it.

The whole gate runs, as at a site: real photographs moved about in 640 x 480 frames, detection, tracking, two frames fused, a search among
everybody, the decision, the passage committed to disk, the pulse. Measured is the frame that completes a verdict. The baseline finds,
describes and compares one frame and decides, writes and opens nothing: `face_locations`, `face_encodings`, `compare_faces`,
`face_distance`. Everybody but the few with photographs is a random unit vector, three templates each (one for the baseline).
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np

from edge.clock import SystemClock
from edge.faces import FaceEngine, unit
from edge.gate.engines import load_engine
from edge.gate.gatehouse import Equipment, Gatehouse
from edge.gate.passage import Place
from edge.store.secrets import BoxKeys
from edge.sync import wire
from gongmen.bench.gate_rig import HandCamera, Times, WatchedTurnstile, fill, moment, show
from gongmen.bench.gate_swap import WATCHED_S, measure_swap
from gongmen.bench.photographs import Photographed, photographed
from gongmen.bench.report import Report, percentile
from hardware.camera.simulated import Scene, Stage
from hardware.card_reader.none import NoReader

WORKERS: Final = (300, 5_000, 20_000)
SWAPPED: Final = 5_000
"""How many templates change at once, or as near as this run has it."""
DECISIONS: Final = 120
BASELINE_FRAMES: Final = 25
_BETWEEN_S: Final = 10.0
_FRAMES_EACH: Final = 30
_EMPTY_FRAMES: Final = 60
RATE: Final = 15


def run(
    as_json: bool = False,
    workers: Sequence[int] = WORKERS,
    decisions: int = DECISIONS,
    baseline_frames: int = BASELINE_FRAMES,
    *,
    swap_s: float = WATCHED_S,
) -> None:
    """Prints the report. Raises `PicturesMissing` where there are no photographs."""
    faces = photographed()
    report = Report("gate: camera frame to turnstile pulse", {"photographed": len(faces), "frame": "640x480", "cores used": 1})
    with one_core(), tempfile.TemporaryDirectory() as folder:
        engine = load_engine("sface", None, 1)
        ours = {count: measure_gate(Path(folder) / str(count), engine, faces, count, decisions) for count in workers}
        swapped = min(workers, key=lambda count: abs(count - SWAPPED))
        swaps = measure_swap(Path(folder) / str(swapped), engine, faces[0], swapped, swap_s)
        theirs = {count: measure_baseline(faces, count, baseline_frames) for count in workers}
    for count in workers:
        gate, baseline = ours[count], theirs[count]
        report.row(
            what=f"gongmen, {engine.name}",
            **gate.times.row(count),
            frames_p50=percentile(gate.frames, 0.5),
            not_told=gate.missed,
            cpu_share=gate.cpu_share,
            idle_cpu_share=gate.idle_share,
            memory_mib=gate.memory_mib,
            load_s=gate.load_s,
        )
        report.row(
            what="face_recognition, README",
            **baseline.row(count),
            times_gongmen=baseline.p50 / gate.times.p50,
            processor_times_gongmen=baseline.processor_p50 / gate.times.processor_p50,
        )
    for row in swaps:
        report.row(**row)
    report.notes.append(
        "cpu_share: of one core, while people walk up at 15 frames a second; idle_cpu_share: nobody there, the sensor's noise and the"
        " light as ever. memory_mib: this process, baseline not loaded."
    )
    report.notes.append(
        "frames …: every frame, at the camera's rate, while a gallery is swapped; late_frames: longer than 67 ms of processor"
    )
    report.notes.append("gongmen: decided, committed to disk, pulsed; baseline: matched only. A verdict takes at least two frames.")
    report.finish(as_json)


def _resident_mib() -> float:
    """What this process holds in memory now."""
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Everything within runs on one processor core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(before)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


@dataclass
class Measured:
    """What the gate took for the frames that completed a verdict, and what came of them."""

    times: Times
    frames: list[int]
    missed: int = 0
    memory_mib: float = 0.0
    load_s: float = 0.0
    processor_s: float = 0.0
    shown: int = 0
    idle_s: float = 0.0

    @property
    def cpu_share(self) -> float:
        """Of one core, for the frames that were shown, had they come at the camera's rate."""
        return self.processor_s * RATE / max(1, self.shown)

    @property
    def idle_share(self) -> float:
        """Of one core, at the camera's rate, while nobody is there."""
        return self.idle_s * RATE / _EMPTY_FRAMES


def measure_gate(home: Path, engine: FaceEngine, faces: Sequence[Photographed], workers: int, decisions: int) -> Measured:
    """Lets photographed workers walk up in turn until so many verdicts were reached."""
    keys = BoxKeys.create(home)
    fill(home, keys, engine, faces, workers)
    camera, turnstile, stage = HandCamera(), WatchedTurnstile(), Stage()
    equipment = Equipment(camera, NoReader(), turnstile, engine)
    with contextlib.closing(Gatehouse(home, Place("1", wire.Direction.IN), equipment, keys, SystemClock())) as house:
        began_s = time.monotonic()
        house.feed.wait(120)
        now_s, measured = 1_000.0, Measured(Times(), [], load_s=time.monotonic() - began_s)
        house.lane.mono_s = lambda: now_s
        for turn in range(decisions):
            now_s += _BETWEEN_S
            scene, opened = Scene(picture=str(faces[turn % len(faces)].probe), fill=0.9), len(turnstile.opened)
            for shown in range(1, _FRAMES_EACH + 1):
                now_s += 1 / RATE
                began = show(house.lane, camera, stage.render(scene, now_s), now_s)
                measured.shown, measured.processor_s = measured.shown + 1, measured.processor_s + moment()[1] - began[1]
                if len(turnstile.opened) > opened:
                    measured.times.keep(began, turnstile.opened[-1])
                    measured.frames.append(shown)
                    break
            else:
                measured.missed += 1
        measured.memory_mib = _resident_mib()
        for _ in range(_EMPTY_FRAMES):
            now_s += 1 / RATE
            began = show(house.lane, camera, stage.render(Scene(), now_s), now_s)
            measured.idle_s += moment()[1] - began[1]
    return measured


def measure_baseline(faces: Sequence[Photographed], workers: int, frames: int) -> Times:
    """face_recognition's own way, with one encoding for each of so many people, frame by frame."""
    import face_recognition

    known = _known_to_the_library(faces, workers)
    stage, times = Stage(), Times()
    for turn in range(frames):
        scene = Scene(picture=str(faces[turn % len(faces)].probe), fill=0.9)
        rgb = cv2.cvtColor(stage.render(scene, float(turn)), cv2.COLOR_BGR2RGB)
        began = moment()
        locations = face_recognition.face_locations(rgb)
        for encoding in face_recognition.face_encodings(rgb, locations):
            matches = face_recognition.compare_faces(known, encoding)
            distances = face_recognition.face_distance(known, encoding)
            _ = matches[int(np.argmin(distances))]
        times.keep(began, moment())
    return times


def _known_to_the_library(faces: Sequence[Photographed], workers: int) -> list[Any]:
    import face_recognition

    chance = np.random.default_rng(2)
    known = []
    for person in faces[:workers]:
        known += face_recognition.face_encodings(face_recognition.load_image_file(str(person.enrolled[0])))[:1]
    return known + [1.4 * unit(chance.normal(size=128)).astype(np.float64) for _ in range(workers - len(known))]
