"""How many are on site, on every lane screen: told by the centre for all gates, carried on by each box while it is cut off."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from central.devices.model import Box, BoxState
from central.messaging.link import Incoming
from central.messaging.site_counts import AGAIN_S, MOST, SiteCounts
from central.projects.model import Project, ProjectState
from edge.store.site_count import FRESH_MS, STAY_MS, OnSite, SiteCount
from edge.sync import wire
from tests.central.messaging.both_sides import BothSides
from tests.central.messaging.field import NOW, NOW_MS, Field
from tests.edge.store.box import record


class Heard:
    """What a broker is given."""

    def __init__(self, topics: list[str]) -> None:
        self.topics = topics

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> None:
        assert retain
        self.topics.append(topic)

    def acknowledge(self, message: Incoming) -> None:
        """Nothing comes."""


@pytest.fixture
def gates(field: Field, tmp_path: Path) -> Iterator[tuple[BothSides, BothSides]]:
    """A box that leads in and one that leads out, both in touch with the centre."""
    both = BothSides(field, tmp_path / "in", "b-aaaaaaaa"), BothSides(field, tmp_path / "out", "b-bbbbbbbb")
    for box in both:
        box.connect()
        box.go_on()
    yield both
    for box in both:
        box.stop()


def goes(box: BothSides, direction: wire.Direction, *persons: str) -> None:
    record(box.store, box.journal, *(wire.Passage(p, direction, wire.Method.FACE, "1", 1) for p in persons))


def neighbour(reg_no: str) -> Project:
    return Project(reg_no=reg_no, name="邻居", state=ProjectState.IN_PROGRESS, contact="", card_key_sealed=b"", created_at=NOW)


def shown(box: BothSides, later_ms: int = 0) -> OnSite | None:
    return SiteCount(box.store).now(NOW_MS + later_ms)


def go_on(gates: tuple[BothSides, BothSides]) -> None:
    """Twice each, so that what the one reported is heard by the other."""
    for box in gates * 2:
        box.go_on()


def test_every_lane_of_a_project_shows_who_is_on_site_by_all_its_gates(field: Field, gates: tuple[BothSides, BothSides]) -> None:
    way_in, way_out = gates
    anna, boris, carl = (field.worker() for _ in range(3))
    goes(way_in, wire.Direction.IN, anna, boris, carl)
    go_on(gates)
    assert (shown(way_in), shown(way_out)) == (OnSite(3), OnSite(3))
    goes(way_out, wire.Direction.OUT, boris)
    go_on(gates)
    assert (shown(way_in), shown(way_out)) == (OnSite(2), OnSite(2))


def test_what_a_box_has_not_sent_yet_is_in_its_own_figure_at_once_and_once_only(field: Field, gates: tuple[BothSides, BothSides]) -> None:
    way_in, way_out = gates
    anna, boris = field.worker(), field.worker()
    goes(way_in, wire.Direction.IN, anna)
    go_on(gates)
    way_in.cut()
    goes(way_in, wire.Direction.IN, boris, boris)
    assert (shown(way_in), shown(way_out)) == (OnSite(2), OnSite(1))
    way_in.connect()
    go_on(gates)
    assert (shown(way_in), shown(way_out)) == (OnSite(2), OnSite(2))


def test_an_old_figure_is_shown_with_its_time_and_none_after_the_longest_stay(field: Field, gates: tuple[BothSides, BothSides]) -> None:
    way_in, _ = gates
    goes(way_in, wire.Direction.IN, field.worker())
    go_on(gates)
    assert shown(way_in, FRESH_MS) == OnSite(1)
    way_in.cut()
    goes(way_in, wire.Direction.IN, field.worker())
    assert shown(way_in, FRESH_MS + 1) == OnSite(2, NOW_MS)
    assert shown(way_in, STAY_MS + 1) is None


def test_fewer_than_nobody_are_never_on_site(field: Field, gates: tuple[BothSides, BothSides]) -> None:
    _, way_out = gates
    way_out.cut()
    goes(way_out, wire.Direction.OUT, field.worker())
    assert shown(way_out) == OnSite(0)


def test_a_passage_that_was_not_made_changes_no_figure(field: Field, gates: tuple[BothSides, BothSides]) -> None:
    way_in, _ = gates
    way_in.cut()
    goes(way_in, wire.Direction.IN, field.worker())
    record(way_in.store, way_in.journal, wire.NotPassed(way_in.journal.head().seq))
    assert shown(way_in) == OnSite(0)
    way_in.connect()
    go_on(gates)
    assert shown(way_in) == OnSite(0)


def test_a_box_that_began_a_new_sequence_counts_what_it_writes_from_there(field: Field, gates: tuple[BothSides, BothSides]) -> None:
    way_in, _ = gates
    anna, boris = field.worker(), field.worker()
    goes(way_in, wire.Direction.IN, anna)
    go_on(gates)
    way_in.journal.begin_epoch()
    goes(way_in, wire.Direction.IN, boris)
    assert shown(way_in) == OnSite(1)  # until the centre has heard of the new sequence
    go_on(gates)
    way_in.cut()
    goes(way_in, wire.Direction.OUT, boris)
    assert shown(way_in) == OnSite(1)


def test_who_came_in_longer_ago_than_the_longest_stay_is_not_counted(field: Field, gates: tuple[BothSides, BothSides]) -> None:
    way_in, way_out = gates
    goes(way_in, wire.Direction.IN, field.worker())
    go_on(gates)
    field.clock.forward(milliseconds=STAY_MS, minutes=1)
    goes(way_out, wire.Direction.OUT, field.worker())
    go_on(gates)
    assert shown(way_out, STAY_MS + 60_000) == OnSite(0)


def test_a_neighbours_box_hears_of_its_own_site_only(field: Field, gates: tuple[BothSides, BothSides]) -> None:
    way_in, way_out = gates
    with field.centre.database.writing() as session:
        beside = neighbour("R2")
        session.add(beside)
        session.flush()
        session.execute(update(Box).where(Box.id == way_out.box).values(project_id=beside.id))
    goes(way_in, wire.Direction.IN, field.worker())
    go_on(gates)
    assert (shown(way_in), shown(way_out)) == (OnSite(1), OnSite(0))


def test_a_figure_is_said_again_by_the_minute_to_boxes_that_listen_a_few_projects_at_a_time(field: Field) -> None:
    said: list[str] = []
    field.box("b-aaaaaaaa")
    with field.centre.database.writing() as session:
        session.execute(update(Box).values(online=True))
        for number in range(MOST):
            project = neighbour(f"N{number}")
            session.add(project)
            session.flush()
            made = {"lane": "1", "direction": "01", "state": BoxState.ACTIVE, "created_at": NOW, "online": True}
            session.add(Box(id=f"b-{number:08d}", project_id=project.id, name=f"{number}", **made))
    clock = [0.0]
    counts = SiteCounts(field.centre.database, field.clock, field.centre.secrets, Heard(said), lambda: clock[0])
    counts.step()
    assert len(said) == MOST
    counts.step()
    assert len(set(said)) == len(said) == MOST + 1
    counts.step()
    assert len(said) == MOST + 1
    clock[0] += AGAIN_S
    counts.step()
    counts.step()
    assert len(said) == 2 * (MOST + 1)
