import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from central.attendance.model import Passage, Refusal
from central.attendance.rules import Judged
from central.devices import enrolments
from central.devices.model import Box, Deletion, Enrolment, RosterChange, TemplateCopy
from central.entry.model import Assignment, FaceState
from central.messaging.ingest import Delivery, ingest
from central.messaging.model import BoxEvent, Incident, QuarantinedEvent
from edge.sync import wire
from tests.central.messaging.field import NOW, NOW_MS, Field, JournalOfBox

HOUR = 3_600_000
CONSENT = wire.Consent("v1", "h", "zh", "op", template=True, transfer=True)


def deliver(field: Field, box: JournalOfBox, *ranges: tuple[int, int]) -> wire.Ack:
    """These ranges of the box's journal in one transaction; the acknowledgement."""
    deliveries = [Delivery(box.id, field.project_id, box.batch(first, last)) for first, last in ranges]
    with field.centre.database.writing() as session:
        ack = ingest(session, deliveries, field.clock.now())[-1].ack
    assert isinstance(ack, wire.Ack)
    return ack


def digests(copies: dict[str, bytes]) -> dict[str, bytes]:
    return {box: wire.copy_digest(sealed) for box, sealed in copies.items()}


def take(field: Field, box: JournalOfBox, seq: int, copies: dict[str, bytes], announced: dict[str, bytes]) -> bool:
    """The sealed copies of an enrolment that announced these."""
    with field.centre.database.writing() as session:
        message = wire.TemplateCopies(box.epoch, seq, copies)
        return enrolments.take_copies(session, box.id, message, digests(announced), field.clock.now())


def count(field: Field, kind: type) -> int:
    with field.centre.database.reading() as session:
        return session.scalar(select(func.count()).select_from(kind)) or 0


def codes(field: Field, kind: type[Incident] | type[QuarantinedEvent]) -> list[tuple[int, str]]:
    with field.centre.database.reading() as session:
        return [(seq, code) for seq, code in session.execute(select(kind.seq, kind.code).order_by(kind.id))]


def test_a_passage_sent_twice_is_stored_once(field: Field) -> None:
    box = field.box()
    box.passes(field.worker(), 3)
    assert deliver(field, box, (1, 3)) == box.ack(3)
    assert deliver(field, box, (1, 3), (2, 3)) == box.ack(3)
    assert (count(field, BoxEvent), count(field, Passage), count(field, Incident)) == (3, 3, 0)


def test_a_gap_is_asked_for_and_what_came_ahead_is_kept(field: Field) -> None:
    box = field.box()
    box.passes(field.worker(), 9)
    assert deliver(field, box, (1, 2)) == box.ack(2)
    assert deliver(field, box, (8, 9), (5, 5)) == box.ack(2, ((3, 4), (6, 7)))
    assert deliver(field, box, (3, 7)) == box.ack(9)
    assert (count(field, Passage), count(field, Incident)) == (9, 0)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_however_batches_arrive_every_event_is_kept_once_and_in_its_chain(field: Field, data: st.DataObject) -> None:
    box = JournalOfBox("b-aaaaaaaa", epoch=f"e{count(field, BoxEvent)}")
    before = count(field, Passage)
    box.passes("nobody", 12)
    pieces = data.draw(st.lists(st.tuples(st.integers(1, 12), st.integers(0, 5)), max_size=8))
    groups = [(first, min(12, first + more)) for first, more in pieces] + [(1, 6), (7, 12)]
    while groups:
        size = data.draw(st.integers(1, 3))
        now, groups = groups[:size], groups[size:]
        ack = deliver(field, box, *now)
    assert ack == box.ack(12)
    assert count(field, Passage) == before + 12
    assert count(field, Incident) == 0


def test_a_malformed_event_is_quarantined_raw_and_acknowledged(field: Field) -> None:
    box = field.box()
    person = field.worker()
    box.passes(person)
    box.append(b"\xc1 not msgpack")
    box.append(wire.encode(wire.Event(99, NOW_MS, 0, 1, wire.Clock.NTP, wire.ClockSync())))
    box.write(wire.Passage("nul\0", wire.Direction.IN, wire.Method.FACE, "1", 1))
    box.write(wire.Passage(person, wire.Direction.IN, wire.Method.FACE, "1", 2**63))
    box.write(wire.ClockSync(), at_ms=2**62)
    box.passes(person)
    ack = deliver(field, box, (1, 7))
    assert ack == box.ack(7, (), (2, 3, 4, 5, 6))
    assert codes(field, QuarantinedEvent) == [
        (2, "BAD_MESSAGE"),
        (3, "SEQ_MISMATCH"),
        (4, "VALUE_OUT_OF_RANGE"),
        (5, "VALUE_OUT_OF_RANGE"),
        (6, "TIME_OUT_OF_RANGE"),
    ]
    with field.centre.database.reading() as session:
        assert session.scalar(select(QuarantinedEvent.packed).where(QuarantinedEvent.seq == 2)) == b"\xc1 not msgpack"
        assert session.scalar(select(BoxEvent.kind).where(BoxEvent.seq == 2)) == "x"


def test_the_same_number_with_other_bytes_raises_the_clone_alarm_and_both_are_kept(field: Field) -> None:
    box, clone = field.box(), JournalOfBox("b-aaaaaaaa")
    box.passes(field.worker(), 2)
    clone.passes("somebody_el", 2)
    deliver(field, box, (1, 2))
    assert deliver(field, clone, (1, 2)) == box.ack(2)
    deliver(field, clone, (1, 2))
    assert codes(field, Incident) == [(1, "CLONE_ALARM"), (2, "CLONE_ALARM")]
    assert codes(field, QuarantinedEvent) == [(1, "CLONE_ALARM"), (2, "CLONE_ALARM")]
    assert count(field, Passage) == 2


@pytest.mark.parametrize("order", [[(1, 2), (3, 4)], [(3, 4), (1, 2)]])
def test_a_removed_row_breaks_the_chain_whichever_side_arrives_first(field: Field, order: list[tuple[int, int]]) -> None:
    box = field.box()
    box.passes("nobody", 4)
    box.hashes[2] = bytes(16)  # what the batch from 3 on claims to follow
    if order[0] == (3, 4):
        box.hashes[3:5] = [wire.chain(bytes(16), box.packed[2]), b""]
    for piece in order:
        ack = deliver(field, box, piece)
    assert ack.upto == 4
    assert (3, "CHAIN_BROKEN") in codes(field, Incident)


@pytest.mark.rule("A-03")
def test_a_passage_before_the_acceptance_is_kept_and_judged_beside(field: Field) -> None:
    early = field.worker(entry=NOW + dt.timedelta(hours=2))
    late = field.worker(ended=NOW - dt.timedelta(hours=2))
    box = field.box()
    for person in (early, late, "nobody12345"):
        box.passes(person)
    box.passes(late, direction=wire.Direction.OUT)
    box.passes(field.worker())
    deliver(field, box, (1, 5))
    with field.centre.database.reading() as session:
        judged = list(session.scalars(select(Passage.judged).order_by(Passage.position)))
        seen = list(session.scalars(select(Assignment.last_seen_at).order_by(Assignment.id)))
    assert judged == [Judged.NOT_CONFIRMED_THEN, Judged.RIGHT_ENDED_THEN, Judged.UNKNOWN_PERSON, Judged.OK, Judged.OK]
    assert seen == [None, NOW, NOW]


def test_a_refusal_is_no_attendance(field: Field) -> None:
    box = field.box()
    box.write(wire.Refusal(wire.Reason.NOT_CONFIRMED, wire.Method.FACE, wire.Direction.IN, "1", 1))
    deliver(field, box, (1, 1))
    assert (count(field, Refusal), count(field, Passage)) == (1, 0)


def test_an_unsynchronised_boot_is_corrected_later_and_comes_again_in_the_feed(field: Field) -> None:
    box = field.box()
    person = field.worker()
    box.write(wire.Passage(person, wire.Direction.IN, wire.Method.FACE, "1", 1), at_ms=NOW_MS - 50 * HOUR, clock=wire.Clock.NONE)
    deliver(field, box, (1, 1))
    sync = wire.Event(2, NOW_MS, 10_000_000 - 50 * HOUR + HOUR, 1, wire.Clock.NTP, wire.ClockSync())
    box.append(wire.encode(sync))
    box.write(wire.Passage(person, wire.Direction.OUT, wire.Method.FACE, "1", 1), at_ms=NOW_MS - 50 * HOUR + 60_000, clock=wire.Clock.NONE)
    deliver(field, box, (2, 3))
    with field.centre.database.reading() as session:
        passages = session.scalars(select(Passage).order_by(Passage.position)).all()
    assert [(p.seq, p.position, p.revision) for p in passages] == [(1, 2, 2), (3, 3, 1)]
    assert [p.at for p in passages] == [NOW - dt.timedelta(hours=1), NOW - dt.timedelta(minutes=59)]
    assert passages[0].at_reported == NOW - dt.timedelta(hours=50)


def test_an_enrolment_marks_the_face_and_relays_copies_to_boxes_of_the_project_only(field: Field) -> None:
    box, other = field.box(), field.box("b-bbbbbbbb")
    person = field.worker()
    templates = {box.id: b"own", other.id: b"copy", "b-elsewhere": b"stray"}
    box.write(wire.Enrolment(person, "sface-2021dec", 3, 900, CONSENT, digests(templates)))
    deliver(field, box, (1, 1))
    assert take(field, box, 1, templates, templates)
    with field.centre.database.reading() as session:
        assignment = session.scalars(select(Assignment)).one()
        copies = session.execute(select(TemplateCopy.box_id, TemplateCopy.sealed)).all()
        changes = session.scalars(select(RosterChange.assignment_id)).all()
    assert (assignment.face, assignment.enrolled_engine) == (FaceState.GRANTED, "sface-2021dec")
    assert [tuple(copy) for copy in copies] == [(other.id, b"copy")]
    assert changes == [assignment.id, assignment.id], "the face, then the copies"


def test_card_only_is_of_equal_standing_and_a_later_word_takes_the_copies_back(field: Field) -> None:
    box, other = field.box(), field.box("b-bbbbbbbb")
    person = field.worker()
    box.write(wire.Enrolment(person, "sface-2021dec", 3, 900, CONSENT, digests({other.id: b"copy"})))
    refused = wire.Consent("v1", "h", "zh", "op", template=False, transfer=False)
    box.write(wire.Enrolment(person, "", 0, 0, refused), at_ms=NOW_MS + HOUR)
    deliver(field, box, (2, 2))
    deliver(field, box, (1, 1))
    assert take(field, box, 1, {other.id: b"copy"}, {other.id: b"copy"})
    with field.centre.database.reading() as session:
        assignment = session.scalars(select(Assignment)).one()
        assert (assignment.face, assignment.enrolled_engine) == (FaceState.REFUSED, "")
    assert (count(field, Enrolment), count(field, TemplateCopy)) == (2, 0)


def test_a_withdrawal_counts_although_the_box_had_lost_its_clock_meanwhile(field: Field) -> None:
    box, other = field.box(), field.box("b-bbbbbbbb")
    person = field.worker()
    refused = wire.Consent("v1", "h", "zh", "op", template=False, transfer=False)
    box.write(wire.Enrolment(person, "sface-2021dec", 3, 900, CONSENT, digests({other.id: b"copy"})))
    box.write(wire.Enrolment(person, "", 0, 0, refused), at_ms=1000, clock=wire.Clock.NONE, boot=2)
    deliver(field, box, (1, 1))
    assert take(field, box, 1, {other.id: b"copy"}, {other.id: b"copy"})
    assert count(field, TemplateCopy) == 1
    deliver(field, box, (2, 2))
    with field.centre.database.reading() as session:
        assert session.scalars(select(Assignment)).one().face is FaceState.REFUSED
    assert count(field, TemplateCopy) == 0


def test_a_counter_that_broke_costs_no_neighbour_its_passage(field: Field) -> None:
    box, person = field.box(), field.worker()
    box.write(wire.ClockSync())
    box.passes(person)
    odd = wire.Event(
        len(box.packed) + 1, 1000, 2**60, 1, wire.Clock.NONE, wire.Passage(person, wire.Direction.IN, wire.Method.FACE, "1", 1)
    )
    box.append(wire.encode(odd))
    box.passes(person, count=2, at_ms=NOW_MS + HOUR)
    deliver(field, box, (1, len(box.packed)))
    assert count(field, Passage) == 4


def test_an_enrolment_of_nobody_is_quarantined(field: Field) -> None:
    box = field.box()
    box.write(wire.Enrolment("nobody12345", "sface-2021dec", 3, 900, CONSENT))
    assert deliver(field, box, (1, 1)) == box.ack(1, (), (1,))
    assert codes(field, QuarantinedEvent) == [(1, "PERSON_UNKNOWN")]


def test_incidents_and_proofs_of_deletion_are_kept(field: Field) -> None:
    box = field.box()
    box.write(wire.Incident("CAMERA_FROZEN", "cam 0"))
    box.write(wire.Deletion(field.worker(), wire.EndCause.COMPLETION, template=True, right=True, roster_version=7))
    deliver(field, box, (1, 2))
    assert codes(field, Incident) == [(1, "CAMERA_FROZEN")]
    with field.centre.database.reading() as session:
        proof = session.scalars(select(Deletion)).one()
    assert (proof.assignment_id is not None, proof.template, proof.roster_version) == (True, True, 7)


def test_data_are_complete_up_to_the_contiguous_watermark_only(field: Field) -> None:
    box = field.box()
    box.passes("nobody", 3, at_ms=NOW_MS - HOUR)
    deliver(field, box, (1, 1), (3, 3))
    with field.centre.database.reading() as session:
        assert session.get_one(Box, box.id).complete_until == NOW - dt.timedelta(hours=1)
    deliver(field, box, (2, 2))
    with field.centre.database.reading() as session:
        assert session.get_one(Box, box.id).complete_until == NOW - dt.timedelta(hours=1) + dt.timedelta(seconds=2)


def test_two_epochs_of_a_box_are_two_journals(field: Field) -> None:
    box = field.box()
    box.passes("nobody")
    deliver(field, box, (1, 1))
    again = JournalOfBox(box.id, epoch="e2")
    again.passes("nobody", 2)
    assert deliver(field, again, (1, 2)) == again.ack(2)
    assert (count(field, Passage), count(field, Incident)) == (3, 0)
