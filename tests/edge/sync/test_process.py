"""The whole sync process against real brokers: mosquitto, and the embedded one of the demo."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge import settings
from edge.clock import SystemClock
from edge.settings import EdgeSettings
from edge.store.database import Store
from edge.store.health import Health
from edge.store.journal import Journal
from edge.store.roster import Roster
from edge.store.secrets import BoxKeys
from edge.sync import process, wire
from edge.sync.link import Arrived, Broker, Link
from tests.edge.store.box import change, entry, opened, passage, record
from tests.edge.sync.centre import BOX, FakeCentre
from tests.parts.broker import Mosquitto, free_port, listens


class CentreAtWork(threading.Thread):
    """The fake centre behind a real connection."""

    def __init__(self, centre: FakeCentre, port: int) -> None:
        super().__init__()
        self.centre, self.stop = centre, threading.Event()
        broker = Broker("127.0.0.1", port, first_pause_s=0.1, longest_pause_s=0.3)
        self.link = Link("central", broker, ["gm/1/+/up/#"], lambda: (wire.CENTRE_STATE, b""))

    def run(self) -> None:
        while not self.stop.is_set():
            for event in self.link.poll(0.02):
                if isinstance(event, Arrived):
                    self.centre.hear(event.topic, event.payload)
            while self.centre.said and self.link.publish(*self.centre.said[0]) is not None:
                self.centre.said.pop(0)
        self.link.close(wire.CENTRE_STATE, b"")


def settings_of(home: Path, box: str, port: int, centre_key: str) -> EdgeSettings:
    (home / "box.toml").write_text(f'box = "{box}"\nmqtt_port = {port}\nmqtt_tls = false\ncentre_key = "{centre_key}"\n')
    return settings.load(home)


@contextmanager
def at_work(home: Path, port: int, centre: FakeCentre) -> Iterator[None]:
    """Box and centre run until the block ends."""
    told = settings_of(home, BOX, port, centre.verify_key_hex)
    stop, far_side = threading.Event(), CentreAtWork(centre, port)
    box = threading.Thread(target=process.run, args=(told, stop))
    far_side.start()
    box.start()
    try:
        yield
    finally:
        stop.set()
        box.join(20)
        far_side.stop.set()
        far_side.join(20)
    assert not box.is_alive() and not far_side.is_alive()


def wait_for(held: Callable[[], bool], limit_s: float = 30.0) -> None:
    deadline = time.monotonic() + limit_s
    while not held():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


@contextmanager
def embedded_broker() -> Iterator[int]:
    port = free_port()
    broker = subprocess.Popen([sys.executable, "-m", "gongmen.demo.broker", str(port)])
    try:
        wait_for(lambda: listens(port))
        yield port
    finally:
        broker.terminate()
        broker.wait(10)


def test_a_broker_that_dies_loses_nothing(tmp_path: Path) -> None:
    centre = FakeCentre(BoxKeys.create(tmp_path / "home"))
    with Mosquitto(tmp_path / "broker") as broker, opened(tmp_path / "home") as store, at_work(tmp_path / "home", broker.port, centre):
        journal = Journal(store, SystemClock())
        record(store, journal, passage("before"))
        wait_for(lambda: journal.acked() == 1)
        broker.kill()
        for number in range(3):
            record(store, journal, *(passage(f"meanwhile-{number}-{n}") for n in range(150)))
        broker.start()
        wait_for(lambda: journal.acked() == 451)
    assert sorted(centre.facts) == [(journal_epoch(tmp_path / "home"), seq) for seq in range(1, 452)]


def journal_epoch(home: Path) -> str:
    with opened(home) as store:
        return Journal(store, SystemClock()).epoch


def test_the_demos_embedded_broker_carries_facts_up_and_the_roster_down(tmp_path: Path) -> None:
    centre = FakeCentre(BoxKeys.create(tmp_path))
    centre.parts = change(0, 5, tuple(entry(f"p-{number}") for number in range(500)), parts=4)
    with embedded_broker() as port, opened(tmp_path) as store, at_work(tmp_path, port, centre):
        journal = Journal(store, SystemClock())
        record(store, journal, *(passage() for _ in range(300)))
        wait_for(lambda: journal.acked() == 300)
        centre.point(SystemClock().now_ms())
        wait_for(lambda: Roster(store).version() == 5 and len(centre.applied) == 1)
        assert Roster(store).count() == 500 and Roster(store).lease_left_s(SystemClock()) > 3500


@pytest.mark.parametrize("box", ["", BOX])
def test_a_box_without_keys_waits_for_them_and_says_so(tmp_path: Path, box: str) -> None:
    stop = threading.Event()
    told = settings_of(tmp_path, box, free_port(), "ab" * 32)
    running = threading.Thread(target=process.run, args=(told, stop))
    running.start()
    with opened(tmp_path) as store:
        wait_for(lambda: Health(store).all().get("sync", {}).get("fault") == "KEY_MISSING")
    assert running.is_alive()
    stop.set()
    running.join(10)
    assert not running.is_alive()


def test_a_store_set_aside_under_a_running_process_is_opened_again(tmp_path: Path) -> None:
    centre = FakeCentre(BoxKeys.create(tmp_path / "home"))
    with Mosquitto(tmp_path / "broker") as broker, at_work(tmp_path / "home", broker.port, centre):
        wait_for(lambda: len(centre.states) > 0)
        for name in ("edge.db", "edge.db-wal", "edge.db-shm"):
            (tmp_path / "home" / name).rename(tmp_path / "home" / f"{name}.aside")
        store = Store.open(tmp_path / "home")
        try:
            journal = Journal(store, SystemClock())
            record(store, journal, passage("after"))
            wait_for(lambda: journal.acked() == 1)
        finally:
            store.close()
