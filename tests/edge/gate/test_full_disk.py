"""A disk that is really full, a small tmpfs: whoever wants out gets out, the keys that open work, the record follows when there is room.

Where the tests may not mount, these are skipped; what SQLite says then is tried without a mount in `test_passage` and `test_lane`.
"""

from __future__ import annotations

import os
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edge.app import run_gate
from edge.errors import StoreBusy, StoreError
from edge.gate.passage import OPENING_LATE, PASSAGE_UNSURE, Gatekeeper, Place
from edge.gate.storeless import STORE_AWAY
from edge.gate.threshold_watch import GOES_WITHIN_S
from edge.settings import EdgeSettings
from edge.store.database import Store
from edge.store.hand_asks import ADMIT, CLOSE, OPEN, TOO_LATE, HandAsks
from edge.store.journal import Journal
from edge.sync.wire import Direction, Event, Incident, Method, Opening, Passage, decode
from hardware.card_reader.simulated import SamSimulator
from hardware.card_reader.synthetic import resident
from hardware.turnstile import Way
from hardware.turnstile.simulated import SimulatedTurnstile
from tests.edge.gate.box import WORKERS, Box, FakeClock, FakeTurnstile, Stands, box, until
from tests.edge.gate.site import Opener, Site


@pytest.fixture
def tiny(tmp_path: Path) -> Iterator[Path]:
    """A disk of 16 MB."""
    folder = tmp_path / "tiny"
    folder.mkdir()
    made = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16m", "tmpfs", str(folder)], capture_output=True, check=False)
    if made.returncode:
        pytest.skip("may not mount here")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """The last byte is taken."""
    filler = folder / "filler"
    with filler.open("ab", buffering=0) as file:
        for size in (65536, 4096, 1):
            try:
                while file.write(bytes(size)):
                    pass
            except OSError:
                continue
    assert os.statvfs(folder).f_bavail == 0
    return filler


def use_up(made: Box) -> None:
    """What the write-ahead log still had room for, and the reserve."""
    made.store.reserve.release()
    fill(made.home.parent)
    for turn in range(2000):
        try:
            made.store.set_meta(f"filler-{turn}", "x" * 3000)
        except StoreError:
            return
    raise AssertionError("the disk is not full")


@pytest.fixture
def full(tiny: Path) -> Iterator[Site]:
    with box(tiny / "home", FakeClock()) as made:
        site = Site(made)
        site.see(seconds=0.5)
        use_up(made)
        yield site
        site.close()


def test_an_emergency_key_holds_the_gate_open_and_lets_go_again_and_is_written_down_when_there_is_room(full: Site, tiny: Path) -> None:
    kiosk = HandAsks(full.box.store, full.box.clock)
    with pytest.raises(StoreError):
        kiosk.ask(ADMIT, Method.GUARD, "op-1", "INJURED", WORKERS[0])
    opened = kiosk.ask(OPEN, Method.EMERGENCY, "op-1", "FIRE_SEEN")
    full.see(seconds=1)
    assert (full.arm.held, full.view.state, kiosk.answer(opened)) == (True, "emergency", "")
    closed = kiosk.ask(CLOSE, Method.EMERGENCY, "op-1", "OVER")
    full.see(seconds=7)
    assert (full.arm.held, kiosk.answer(closed)) == (False, "")
    assert [fact for fact in full.box.facts() if isinstance(fact, Opening)] == []

    (tiny / "filler").unlink()
    full.see(seconds=2)
    openings = [fact for fact in full.box.facts() if isinstance(fact, Opening)]
    assert [(one.method, one.open, one.operator, one.why) for one in openings] == [
        (Method.EMERGENCY, True, "op-1", "FIRE_SEEN"),
        (Method.EMERGENCY, False, "op-1", "OVER"),
    ]
    late = [fact.detail for fact in full.box.facts() if isinstance(fact, Incident) and fact.code == OPENING_LATE]
    assert [detail.partition(" at ")[0] for detail in late] == ["method 009, open", "method 009, over"]


@pytest.fixture(params=["the sensor has answered", "started again"])
def unanswered(tiny: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    """A way out where what became of a passage is to be written, and cannot be. A guard has asked to let somebody out."""
    with box(tiny / "home", FakeClock()) as made:
        site = before = Site(made, Direction.OUT)
        before.arm.goes = False
        before.see(Stands(1), seconds=1.0)
        assert before.arm.ways == [Way.OUT]
        if request.param == "started again":
            before.close()
            site = Site(made, Direction.OUT)
        site.asks.ask(ADMIT, Method.GUARD, "op-1", "INJURED", WORKERS[1])
        use_up(made)
        site.arm.goes, site.arm.ways = True, []
        yield site
        site.close()


def test_a_passage_that_waits_for_room_keeps_nobody_from_button_guard_and_keys(unanswered: Site) -> None:
    site = unanswered
    site.see(seconds=0.5)
    assert site.arm.ways == [Way.OUT], "the guard's word"
    site.arm.button = True
    site.see(seconds=0.5)
    assert site.arm.ways == [Way.OUT, Way.OUT], "the exit button"
    for key in (Method.ONE_KEY, Method.EMERGENCY):
        for kind, held in ((OPEN, True), (CLOSE, False)):
            site.asks.ask(kind, key, "op-1", "FIRE_SEEN")
            site.see(seconds=0.5)
            assert site.arm.held is held, (key, kind)
    assert [fact for fact in site.box.facts() if isinstance(fact, Opening)] == []


def test_of_two_doubts_that_wait_for_room_neither_is_lost(tiny: Path) -> None:
    arm = FakeTurnstile(goes=False)
    with box(tiny / "home", FakeClock()) as made:
        Gatekeeper(Place("1", Direction.IN), made.store, made.clock, arm).by_face(WORKERS[0], 0.9)
        keeper = Gatekeeper(Place("1", Direction.IN), made.store, made.clock, arm)
        keeper.by_face(WORKERS[1], 0.9)
        keeper.sensor_stuck(True)
        use_up(made)
        made.clock.pass_s(GOES_WITHIN_S)
        with pytest.raises(StoreError):
            keeper.follow()
        assert keeper.unwritten == {PASSAGE_UNSURE}
        (tiny / "filler").unlink()
        keeper.catch_up()
        (doubt,) = (fact.detail for fact in made.facts() if isinstance(fact, Incident))
    assert doubt.startswith("events 2: ")
    assert "; events 1: the gate was started again" in doubt


def test_a_gate_that_is_started_on_a_full_disk_lets_a_card_out_and_writes_that_down_when_there_is_room(tiny: Path, tmp_path: Path) -> None:
    home = tiny / "home"
    with box(home, FakeClock()) as made:
        made.store.reserve.release()
    fill(tiny)
    arm, stop = SimulatedTurnstile(tmp_path / "arm"), threading.Event()
    with SamSimulator() as reader:
        settings = EdgeSettings(
            home=home, lane_reader=f"sam-serial:{reader.path}", turnstile=f"simulated:{arm.folder}", direction=Direction.OUT
        )
        gate = threading.Thread(target=run_gate, args=(settings, stop))
        gate.start()
        try:
            reader.put(resident(sequence=2))
            assert until(lambda: [pulse["way"] for pulse in arm.pulses()] == ["out"]), arm.pulses()
            arm.fail(fire=True)
            assert until(lambda: arm.outputs()["held"])
            arm.fail(fire=False)
            assert until(lambda: not arm.outputs()["held"])
            (tiny / "filler").unlink()
            assert until(lambda: STORE_AWAY in incidents(home))
        finally:
            stop.set()
            gate.join()
    assert incidents(home)[STORE_AWAY].startswith("lane 1: 1 went out unrecorded since ")


def incidents(home: Path) -> dict[str, str]:
    store = Store.open(home)
    try:
        events = [decode(row.packed, Event).body for row in Journal(store, FakeClock()).unsent(0, 1000)]
    finally:
        store.close()
    return {fact.code: fact.detail for fact in events if isinstance(fact, Incident)}


class BusyAsks(HandAsks):
    """Another process holds the store whenever an answer is to be written, `times` times."""

    def __init__(self, store: Store, clock: FakeClock, times: int) -> None:
        super().__init__(store, clock)
        self.times = times

    def settle(self, number: int, answer: str) -> None:
        if self.times:
            self.times -= 1
            raise StoreBusy("injected")
        super().settle(number, answer)


def test_one_word_of_a_guard_is_one_pulse_however_often_its_answer_cannot_be_written(at_site: Opener) -> None:
    site = at_site()
    asks = BusyAsks(site.box.store, site.box.clock, times=3)
    site.openings.asks = asks
    number = asks.ask(ADMIT, Method.GUARD, "op-1", "INJURED", WORKERS[0])
    site.see(seconds=0.6)
    assert asks.answer(number) is None
    site.see(seconds=2)
    assert asks.answer(number) == ""
    assert len(site.arm.ways) == len([fact for fact in site.facts() if isinstance(fact, Passage)]) == 1


def test_a_gate_that_was_started_again_lets_nobody_in_on_a_word_given_before(at_site: Opener) -> None:
    before = at_site()
    number = before.asks.ask(ADMIT, Method.GUARD, "op-1", "INJURED", WORKERS[0])
    before.tick(1)
    site = at_site()
    site.see(seconds=1)
    assert (site.arm.ways, site.asks.answer(number)) == ([], TOO_LATE)
