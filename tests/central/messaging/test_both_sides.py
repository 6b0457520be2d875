"""What only box and centre together can show: a journal that lost its tail, copies of templates, cards, words that overtake each other."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import LargeBinary, select

from central.access import Access, Role
from central.attendance.model import Passage
from central.devices.model import Box, TemplateCopy
from central.devices.roster_changes import note_roster_change
from central.entry import lanes
from central.entry.model import Assignment, FaceState
from central.messaging import roster
from central.messaging.link import Incoming
from central.messaging.lookups import LookupRate
from central.messaging.model import BoxEvent, DroppedFrames, Incident
from central.migrations import tables
from edge.gate.decision import Moment, decide
from edge.model import Claim, Right, SitePolicy
from edge.store.copies import Copies
from edge.store.secrets import seal
from edge.store.templates import Templates
from edge.sync import wire
from tests.central.messaging.both_sides import BothSides
from tests.central.messaging.field import NOW_MS, Field, JournalOfBox
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


OTHER = "b-bbbbbbbb"
ENGINE = "sface-2021dec"


def enrol(sides: BothSides, person: str, copies: dict[str, bytes], *, face: bool = True) -> None:
    """What the kiosk writes, in one transaction: the fact with the digests, the copies beside it, the template."""
    consent = wire.Consent("1", "hash", "zh", "op", template=face, transfer=bool(copies))
    digests = {box: wire.copy_digest(sealed) for box, sealed in copies.items()}
    with sides.store.transaction():
        event = sides.journal.record(wire.Enrolment(person, ENGINE if face else "", 3, 900, consent, digests))
        Copies(sides.store).put((sides.journal.epoch, event.seq), person, copies)
        Templates(sides.store).delete(person)
        if face:
            Templates(sides.store).put(person, ENGINE, b"own template", "local")
    sides.store.forget_deleted()


def on_the_roster(sides: BothSides, field: Field, person: str) -> None:
    """The box learns of the worker."""
    with field.centre.database.writing() as session:
        note_roster_change(session, session.scalars(select(Assignment).where(Assignment.person == person)).one())
    sides.connect()
    sides.go_on()
    assert sides.roster.right(person) is not None


def copies_at_the_centre(field: Field) -> list[tuple[str, bytes]]:
    with field.centre.database.reading() as session:
        return [(box, sealed) for box, sealed in session.execute(select(TemplateCopy.box_id, TemplateCopy.sealed))]


def sent_to(field: Field, box: str) -> list[bytes]:
    """The copies in a whole roster for that box."""
    with field.centre.database.reading() as session:
        held = roster.read(session, field.centre.secrets, field.project_id)
        parts = roster.way(session, field.centre.secrets, held, box=box, have=0, now=field.clock.now())
    return [template.sealed for part in parts for entry in part.put for template in entry.templates]


def everything_kept(sides: BothSides, field: Field) -> bytes:
    """Every byte of the box's store, and every blob of the centre's."""
    kept = [path.read_bytes() for path in sorted(sides.home.glob("edge.db*"))]
    with field.centre.database.reading() as session:
        for table in tables().sorted_tables:
            for column in table.columns:
                if isinstance(column.type, LargeBinary):
                    kept += [blob for blob in session.execute(select(column)).scalars() if blob]
    return b"\n".join(kept)


def test_after_a_withdrawal_no_sealed_byte_remains_at_box_or_centre(sides: BothSides, field: Field) -> None:
    field.box(OTHER)
    person = field.worker()
    on_the_roster(sides, field, person)
    own, other = seal(b"rows for myself" * 40, sides.keys.sealing_public), seal(b"rows for the other" * 40, sides.keys.sealing_public)
    sides.cut()
    enrol(sides, person, {sides.box: own, OTHER: other})
    kept = everything_kept(sides, field)
    assert own in kept and other in kept
    sides.connect()
    sides.go_on()
    assert copies_at_the_centre(field) == [(OTHER, other)]
    assert (sent_to(field, OTHER), sent_to(field, sides.box)) == ([other], [])
    assert Copies(sides.store).ready() == []
    enrol(sides, person, {}, face=False)
    sides.go_on()
    assert copies_at_the_centre(field) == []
    kept = everything_kept(sides, field)
    assert own not in kept and other not in kept
    assert own[:32] not in kept and other[:32] not in kept
    with field.centre.database.reading() as session:
        assert session.scalars(select(Assignment)).one().face is FaceState.REFUSED


def test_copies_wait_for_their_enrolment_and_for_the_centres_commit(sides: BothSides, field: Field) -> None:
    field.box(OTHER)
    person = field.worker()
    on_the_roster(sides, field, person)
    unknown = wire.TemplateCopies(sides.journal.epoch, 99, {OTHER: b"copy"})
    before = len(sides.line.seen)
    topic = wire.up_topic(sides.box, wire.Up.COPIES)
    sides.line.publish(topic, wire.frame(topic, unknown, sides.keys.sign))  # as a box whose facts are still behind
    sides.go_on(2)
    assert not any(topic.endswith("down/copies") for topic, _ in sides.line.seen[before:])
    enrol(sides, person, {OTHER: b"copy"})
    sides.go_on()
    assert copies_at_the_centre(field) == [(OTHER, b"copy")]


def test_copies_whose_answer_was_lost_go_up_again_on_the_next_line(sides: BothSides, field: Field) -> None:
    field.box(OTHER)
    person = field.worker()
    on_the_roster(sides, field, person)
    enrol(sides, person, {OTHER: b"copy"})
    for _ in range(30):
        sides.clock.go_on(100)
        sides.session.step(0)
        sides.intake.step()
        sides.line.happened = [event for event in sides.line.happened if not str(getattr(event, "topic", "")).endswith("down/copies")]
    assert copies_at_the_centre(field) == [(OTHER, b"copy")]
    assert len(Copies(sides.store).ready()) == 1
    sides.cut()
    sides.go_on(1)
    sides.connect()
    sides.go_on()
    assert Copies(sides.store).ready() == []
    assert copies_at_the_centre(field) == [(OTHER, b"copy")]


def test_a_copy_that_is_not_what_was_announced_is_not_kept_but_counted(sides: BothSides, field: Field) -> None:
    field.box(OTHER)
    person = field.worker()
    on_the_roster(sides, field, person)
    enrol(sides, person, {OTHER: b"copy"})
    with sides.store.transaction():
        sides.store.execute("UPDATE copies SET sealed = ?", b"another")
    sides.go_on()
    assert copies_at_the_centre(field) == []
    assert Copies(sides.store).ready() == [], "sending it again could not help"
    with field.centre.database.reading() as session:
        assert list(session.scalars(select(DroppedFrames.code))) == ["COPY_ALTERED"]


def test_a_withdrawal_at_another_box_reaches_the_one_that_was_cut_off_meanwhile(sides: BothSides, field: Field) -> None:
    other = field.box(OTHER)
    person = field.worker()
    on_the_roster(sides, field, person)
    sides.cut()
    sides.go_on(1)
    enrol(sides, person, {})
    refused = wire.Consent("1", "hash", "zh", "op", template=False, transfer=False)
    other.write(wire.Enrolment(person, "", 0, 0, refused), at_ms=sides.clock.now_ms() + 60_000)
    sides.line.events.put(_incoming(other))
    sides.intake.step()
    sides.connect()
    sides.go_on(12)
    right = sides.roster.right(person)
    assert right is not None and right.face == "refused"
    assert Templates(sides.store).all(ENGINE) == []


@pytest.mark.rule("A-60")
def test_where_somebody_may_pass_and_who_is_on_duty_reach_the_gate_and_decide_there(sides: BothSides, field: Field) -> None:
    field.box(OTHER)
    person = field.worker()
    on_the_roster(sides, field, person)
    office = Access("account:1", Role.CONTRACTOR, field.company_id, field.project_id)

    def set_to(names: list[str] | None, *, maintenance: bool) -> Right:
        with field.centre.database.writing() as session:
            assignment = session.scalars(select(Assignment).where(Assignment.person == person)).one()
            lanes.limit_worker(session, office, assignment.id, version=assignment.version, lanes=names, maintenance=maintenance)
        sides.go_on()
        right = sides.roster.right(person)
        assert right is not None
        return right

    def answer(right: Right, lane: str, state: str = "in_progress") -> wire.Reason | None:
        claim = Claim(wire.Method.ID_CARD, wire.Direction.IN, right, lane=lane)
        return decide(claim, SitePolicy(state=state), Moment(NOW_MS / 1000, wire.Clock.NTP, 3600)).reason

    elsewhere = set_to([OTHER], maintenance=False)
    assert answer(elsewhere, sides.box) is wire.Reason.WRONG_LANE
    assert answer(elsewhere, OTHER) is None
    assert answer(elsewhere, OTHER, "suspended") is wire.Reason.PROJECT_SUSPENDED
    on_duty = set_to(None, maintenance=True)
    assert answer(on_duty, sides.box, "suspended") is None


def _incoming(box: JournalOfBox) -> Incoming:
    topic, payload = box.frame(wire.Up.EVENTS, box.batch(1, len(box.packed)))
    return Incoming(box.id, wire.Up.EVENTS, topic, payload, 1, 1)


def test_the_centre_answers_each_box_in_the_version_that_it_speaks(sides: BothSides, field: Field) -> None:
    sides.connect()
    pass_by(sides, "nobody")
    sides.go_on()
    with field.centre.database.reading() as session:
        assert session.get_one(Box, sides.box).wire == wire.VERSION
    spoken = {wire.version_of(payload) for topic, payload in sides.line.seen if "/down/" in topic}
    assert spoken == {wire.VERSION}


def test_a_box_asks_about_so_many_cards_and_no_more() -> None:
    rate = LookupRate(per_minute=3)
    assert [rate.allows("b-1", 0.0) for _ in range(4)] == [True, True, True, False]
    assert rate.allows("b-2", 0.0)
    assert not rate.allows("b-1", 59.0)
    assert rate.allows("b-1", 60.0)
