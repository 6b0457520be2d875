"""The whole gate process over real photographs: simulated camera and turnstile behind their ports, the default engine, a real store."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

import httpx
import msgspec
import numpy as np
import pytest

from edge.gate.engines.blind import BlindEngine
from edge.gate.gatehouse import SOCKET, Equipment, Gatehouse
from edge.gate.passage import Place
from edge.gate.screen import LaneView
from edge.store.templates import Templates
from edge.sync.wire import Direction, GatePolicy, Method, Passage, Reason, Refusal
from hardware.camera.simulated import SimulatedCamera, SimulatedScene
from hardware.card_reader.synthetic import resident
from hardware.turnstile.simulated import SimulatedTurnstile
from tests.edge.gate.box import WORKERS, Box, FakeReader, RunningClock, box
from tests.edge.gate.people import engine, photograph_files, photographs


class Gate:
    """The process in a thread, and the scene before its camera."""

    def __init__(self, made: Box, folder: Path) -> None:
        self.box, self.scene, self.arm = made, SimulatedScene(folder / "camera"), SimulatedTurnstile(folder / "turnstile")
        self._stop, self._ready = threading.Event(), threading.Event()
        self._thread = threading.Thread(target=self._run, args=(SimulatedCamera(folder / "camera"),))
        self._thread.start()
        assert self._ready.wait(20)
        transport = httpx.HTTPTransport(uds=str(made.home / SOCKET), retries=5)
        self.page = httpx.Client(transport=transport, base_url="http://gate", trust_env=False)

    def _run(self, camera: SimulatedCamera) -> None:
        equipment = Equipment(camera, FakeReader(), self.arm, engine())
        with closing(Gatehouse(self.box.home, Place("1", Direction.IN), equipment, self.box.keys, self.box.clock)) as house:
            house.feed.wait(10)
            self._ready.set()
            house.run(self._stop)

    def wait_for(self, state: str) -> LaneView:
        end, view = time.monotonic() + 20, LaneView()
        while view.state != state and time.monotonic() < end:
            view = msgspec.json.decode(self.page.get("/state").content, type=LaneView)
            time.sleep(0.02)
        assert view.state == state
        return view

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        self.page.close()


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Gate]:
    eyes = engine()
    worker, _ = photographs(4, 2).values()
    with box(tmp_path / "home", RunningClock()) as made:
        rows = np.stack([eyes.embed(shot, eyes.detect(shot)[0]) for shot in worker[:3]])
        Templates(made.store).put(WORKERS[0], eyes.name, made.sealed(eyes.name, rows), "local")
        opened = Gate(made, tmp_path)
        yield opened
        opened.close()


def test_a_worker_passes_by_a_fourth_photograph_a_stranger_does_not_and_a_frozen_camera_is_told(gate: Gate) -> None:
    worker, stranger = photograph_files(4, 2).values()
    gate.scene.show(worker[3])
    shown = gate.wait_for("pass")
    assert (shown.shown_name, shown.method) == ("张*", "001")
    assert gate.page.get("/frame.jpg").content[:2] == b"\xff\xd8"

    gate.scene.clear()
    time.sleep(1)
    gate.scene.show(stranger[0])
    assert gate.wait_for("refuse").reason == "NOT_CONFIRMED"
    gate.scene.freeze()
    assert gate.wait_for("fault").faults == ("CAMERA_FROZEN",)

    assert [pulse["way"] for pulse in gate.arm.pulses()] == ["in"]
    passage, refusal = (fact for fact in gate.box.facts() if isinstance(fact, (Passage, Refusal)))
    assert isinstance(passage, Passage)
    assert (passage.person, passage.method) == (WORKERS[0], Method.FACE)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.NOT_CONFIRMED


def test_a_lane_without_its_face_model_opens_for_cards_and_says_what_is_missing(tmp_path: Path) -> None:
    stop, reader, arm = threading.Event(), FakeReader(), SimulatedTurnstile(tmp_path / "turnstile")
    with box(tmp_path / "home", RunningClock()) as made:
        blind = BlindEngine()
        made_rows = np.ones((3, 128), np.float32)
        Templates(made.store).put(WORKERS[0], "sface-2021dec", made.sealed("sface-2021dec", made_rows), "local")
        camera = SimulatedCamera(SimulatedScene(tmp_path / "camera").folder)
        equipment = Equipment(camera, reader, arm, blind, engine_fault="MODEL_MISSING")
        house = Gatehouse(made.home, Place("1", Direction.IN), equipment, made.keys, made.clock)
        with closing(house):
            reader.lay(resident(sequence=int(WORKERS[0][-2:]) + 1, valid_until=date(2035, 1, 1)))
            threading.Timer(1.5, stop.set).start()
            house.run(stop)
            shown = house.screen.now()[1]
        assert "MODEL_MISSING" in shown.faults
        (passage,) = [fact for fact in made.facts() if isinstance(fact, Passage)]
        assert (passage.person, passage.method) == (WORKERS[0], Method.ID_CARD)


def test_a_workers_photograph_that_somebody_holds_up_opens_nothing_where_the_site_says_nothing_of_liveness(gate: Gate) -> None:
    gate.box.publish(policy=GatePolicy())
    worker, _ = photograph_files(4, 2).values()
    gate.scene.show(worker[3])
    assert gate.wait_for("refuse").reason == Reason.LIVENESS_FAILED
    (refusal,) = gate.box.facts()
    assert isinstance(refusal, Refusal)
    assert {"turn_left", "turn_right"} & set(refusal.checks)
