"""Decide, write, open: in that order, whatever breaks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from edge.errors import StoreReplaced
from edge.gate.passage import DEBOUNCE_MS, EXIT_UNKNOWN, TURNSTILE_FAULT, Gatekeeper, Place
from edge.reader.id_number import card_hash
from edge.store.database import Store
from edge.store.health import Health
from edge.store.journal import Journal
from edge.sync.wire import Direction, EndCause, Incident, Method, Passage, Reason, Refusal, Removal
from hardware.errors import DeviceTimeout
from hardware.turnstile import Way
from tests.edge.gate.box import CARD_KEY, NOW_MS, WORKERS, Box, FakeTurnstile, box, entry, fill_the_disk, id_number, make_room

IN, OUT = Place("1", Direction.IN), Place("2", Direction.OUT)
WORKER = WORKERS[0]


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Box]:
    with box(tmp_path) as made:
        yield made


def keeper(site: Box, place: Place = IN, turnstile: FakeTurnstile | None = None) -> tuple[Gatekeeper, FakeTurnstile]:
    arm = turnstile or FakeTurnstile()
    return Gatekeeper(place, site.store, site.clock, arm), arm


def card(person: str) -> bytes:
    return card_hash(id_number(person), CARD_KEY)


@dataclass
class WitnessTurnstile(FakeTurnstile):
    """Looks, as it opens, at what another process can read: only what is committed."""

    home: Path = Path()
    seen: list[int] = field(default_factory=list)

    def open(self, way: Way) -> None:
        super().open(way)
        with closing(Store.open(self.home)) as other:
            self.seen.append(Journal(other, None).max_seq())  # type: ignore[arg-type]  # reads only


def test_the_passage_is_committed_before_the_arm_moves(site: Box) -> None:
    gate, arm = keeper(site, turnstile=(witness := WitnessTurnstile(home=site.home)))
    outcome = gate.by_face(WORKER, 0.71, ("sharpness",))
    assert outcome.opened
    assert outcome.event is not None
    assert witness.seen == [outcome.event.seq]
    assert arm.ways == [Way.IN]
    assert site.facts() == [Passage(WORKER, Direction.IN, Method.FACE, "1", site.roster.version(), 710, ("sharpness",))]


@pytest.mark.rule("A-03")
def test_somebody_unknown_is_refused_and_leaves_no_person_no_picture_no_attendance(site: Box) -> None:
    gate, arm = keeper(site)
    outcome = gate.unknown_face(0.31)
    assert (outcome.opened, arm.ways) == (False, [])
    assert site.facts() == [Refusal(Reason.NOT_CONFIRMED, Method.FACE, Direction.IN, "1", site.roster.version(), None, 310)]


@pytest.mark.rule("A-03")
def test_a_card_that_is_on_no_roster_is_refused(site: Box) -> None:
    gate, arm = keeper(site)
    assert not gate.by_card(card("worker-0099")).opened
    assert arm.ways == []
    (refusal,) = site.facts()
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.method, refusal.person) == (Reason.NOT_CONFIRMED, Method.ID_CARD, None)


def test_a_confirmed_workers_card_opens(site: Box) -> None:
    gate, arm = keeper(site)
    assert gate.by_card(card(WORKER)).opened
    assert arm.ways == [Way.IN]


@pytest.mark.rule("A-53")
def test_an_ended_right_is_told_from_an_unknown_one_and_may_still_leave(site: Box) -> None:
    site.publish(remove=[Removal(WORKER, EndCause.COMPLETION, (card(WORKER),), NOW_MS // 1000)])
    gate, arm = keeper(site)
    assert not gate.by_card(card(WORKER)).opened
    way_out, arm_out = keeper(site, OUT)
    assert way_out.by_card(card(WORKER)).opened
    refusal, passage = site.facts()
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.person) == (Reason.RIGHT_ENDED, WORKER)
    assert isinstance(passage, Passage)
    assert (passage.person, passage.direction) == (WORKER, Direction.OUT)
    assert (arm.ways, arm_out.ways) == ([], [Way.OUT])


def test_a_face_whose_right_ended_since_the_gallery_was_loaded_is_told_so(site: Box) -> None:
    gate, _ = keeper(site)
    site.publish(remove=[Removal(WORKER, EndCause.DEPARTURE, (), NOW_MS // 1000)])
    outcome = gate.by_face(WORKER, 0.9)
    assert outcome.decision is not None
    assert outcome.decision.reason is Reason.RIGHT_ENDED


def test_twice_within_two_minutes_is_one_passage_kept_twice(site: Box) -> None:
    gate, arm = keeper(site)
    for wait_s in (0, 60, 59, DEBOUNCE_MS / 1000):
        site.clock.pass_s(wait_s)
        gate.by_face(WORKER, 0.8)
    flags = [fact.duplicate for fact in site.facts() if isinstance(fact, Passage)]
    assert flags == [False, True, True, False]
    assert len(arm.ways) == 4


def test_out_and_in_again_is_no_duplicate(site: Box) -> None:
    way_in, way_out = keeper(site)[0], keeper(site, OUT)[0]
    for gate in (way_in, way_out, way_in):
        gate.by_face(WORKER, 0.8)
        site.clock.pass_s(5)
    assert [fact.duplicate for fact in site.facts() if isinstance(fact, Passage)] == [False, False, False]


def test_anybody_gets_out_and_it_is_written_down(site: Box) -> None:
    gate, arm = keeper(site, OUT)
    assert gate.unknown_face(0.2).opened
    assert arm.ways == [Way.OUT]
    assert site.facts() == [Incident(EXIT_UNKNOWN, "lane 2, method 001")]


def test_what_happened_offline_and_on_an_old_roster_says_so(site: Box) -> None:
    gate, _ = keeper(site)
    Health(site.store, site.clock).report("sync", {"connected": False, "since_ms": NOW_MS})
    site.clock.pass_s(3601)
    gate.by_card(card(WORKER))
    gate.by_face(WORKERS[1], 0.9)
    passage, refusal = site.facts()
    assert isinstance(passage, Passage)
    assert (passage.offline, passage.stale_roster) == (True, True)
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.person, refusal.offline) == (Reason.LEASE_OVER, WORKERS[1], True)


def test_a_turnstile_that_fails_after_the_commit_is_an_incident_right_behind_the_passage(site: Box) -> None:
    gate, arm = keeper(site)
    arm.fault = DeviceTimeout("no answer")
    outcome = gate.by_face(WORKER, 0.8)
    assert (outcome.opened, outcome.fault) == (False, TURNSTILE_FAULT)
    passage, incident = site.facts()
    assert outcome.event is not None
    assert isinstance(passage, Passage)
    assert incident == Incident(TURNSTILE_FAULT, f"DEVICE_TIMEOUT after event {outcome.event.seq}")


def test_with_a_full_disk_nobody_comes_in_everybody_gets_out_and_the_incident_is_written_later(site: Box) -> None:
    (way_in, arm_in), (way_out, arm_out) = keeper(site), keeper(site, OUT)
    before = fill_the_disk(site)
    entered, left = way_in.by_face(WORKER, 0.8), way_out.by_face(WORKER, 0.8)
    assert (entered.opened, entered.fault, entered.event) == (False, "STORE_FULL", None)
    assert (left.opened, left.fault, left.event) == (True, "STORE_FULL", None)
    assert (arm_in.ways, arm_out.ways) == ([], [Way.OUT])
    assert way_in.unwritten == {"STORE_FULL"}

    make_room(site)
    way_in.catch_up()
    assert way_in.unwritten == frozenset()
    assert way_in.by_face(WORKER, 0.8).opened
    incident, passage = site.facts()[before:]
    assert incident == Incident("STORE_FULL", "refused unrecorded")
    assert isinstance(passage, Passage)


def test_a_store_that_was_set_aside_lets_people_out_and_asks_for_a_new_start(site: Box) -> None:
    gate, arm = keeper(site, OUT)
    (site.home / "edge.db").rename(site.home / "edge.db.damaged-test")
    outcome = gate.by_face(WORKER, 0.8)
    assert (outcome.opened, outcome.fault) == (True, "STORE_REPLACED")
    assert isinstance(gate.broken, StoreReplaced)
    assert arm.ways == [Way.OUT]


def test_needing_training_is_said_of_the_person(site: Box) -> None:
    site.publish(entry(WORKER, needs_training=True))
    gate, _ = keeper(site)
    assert gate.would_say(WORKER).reason is Reason.TRAINING_REQUIRED
    assert site.facts() == []
    gate.by_face(WORKER, 0.9)
    (refusal,) = site.facts()
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.person) == (Reason.TRAINING_REQUIRED, WORKER)
