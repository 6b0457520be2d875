"""What only box and centre together can show: a journal that lost its tail, copies of templates, cards, words that overtake each other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from central.attendance.model import Passage
from central.messaging.model import BoxEvent, Incident
from edge.sync import wire
from tests.central.messaging.both_sides import BothSides
from tests.central.messaging.field import Field
from tests.edge.store.box import record


@pytest.fixture
def sides(field: Field, tmp_path: Path) -> Iterator[BothSides]:
    """One box, one centre, and a line that is still cut."""
    sides = BothSides(field, tmp_path / "box")
    yield sides
    sides.stop()


def pass_by(sides: BothSides, *persons: str) -> None:
    record(sides.store, sides.journal, *(wire.Passage(p, wire.Direction.IN, wire.Method.ID_CARD, "1", 1) for p in persons))


def image(sides: BothSides, to: Path) -> None:
    """An image of the box's disk, as a technician takes one."""
    with sides.store.transaction():
        sides.store.forget_deleted()
    shutil.copy(sides.home / "edge.db", to)


def restore(sides: BothSides, image: Path) -> None:
    """The box stops, and starts again from an old image."""
    sides.stop()
    for end in ("-wal", "-shm"):
        Path(f"{sides.home / 'edge.db'}{end}").unlink(missing_ok=True)
    shutil.copy(image, sides.home / "edge.db")
    sides.clock.boot_id += 1
    sides.open()


def attended(field: Field) -> list[str]:
    """Whose passages the centre holds, each once for each passage."""
    with field.centre.database.reading() as session:
        rows = session.execute(select(BoxEvent.packed).where(BoxEvent.kind == "p")).scalars()
        events = [wire.decode(packed, wire.Event).body for packed in rows]
        assert len(list(session.scalars(select(Passage.position)))) == len(events)
    return sorted(body.person for body in events if isinstance(body, wire.Passage))


def codes(field: Field) -> set[str]:
    with field.centre.database.reading() as session:
        return set(session.scalars(select(Incident.code)))


@pytest.mark.parametrize("written_since", [0, 3, 40], ids=["nothing written since", "less than was lost", "more than was lost"])
def test_a_box_that_lost_its_tail_sends_what_the_centre_lacks_and_nothing_twice(
    sides: BothSides, field: Field, tmp_path: Path, written_since: int
) -> None:
    sides.connect()
    first = [f"first-{n:02}" for n in range(10)]
    pass_by(sides, *first)
    sides.go_on()
    sides.cut()
    sides.go_on(1)
    unsent = [f"unsent-{n:02}" for n in range(5)]
    pass_by(sides, *unsent)
    image(sides, tmp_path / "image.db")
    lost = [f"lost-{n:02}" for n in range(20)]
    pass_by(sides, *lost)
    sides.connect()
    sides.go_on()
    before = sides.journal.head()
    assert before.acked == before.seq
    restore(sides, tmp_path / "image.db")
    assert sides.journal.head().acked < sides.journal.head().seq < before.seq
    new = [f"new-{n:02}" for n in range(written_since)]
    pass_by(sides, *new)
    sides.connect()
    sides.go_on(3)
    live = ["live-01"]
    pass_by(sides, *live)
    sides.go_on(12)
    head = sides.journal.head()
    assert head.epoch != before.epoch
    assert head.acked == head.seq
    assert attended(field) == sorted([*first, *unsent, *lost, *new, *live])
    assert codes(field) & {"CENTRE_AHEAD", "JOURNAL_DIVERGED"}


def test_a_box_whose_journal_is_the_centres_keeps_its_epoch_over_any_reconnect(sides: BothSides, field: Field) -> None:
    epoch = sides.journal.epoch
    for n in range(4):
        sides.connect()
        sides.go_on(n)
        pass_by(sides, f"online-{n}")
        sides.go_on(n)
        sides.cut()
        sides.go_on(1)
        pass_by(sides, f"offline-{n}")
    sides.connect()
    sides.go_on()
    assert sides.journal.epoch == epoch
    assert len(attended(field)) == 8
    assert codes(field) == set()
