"""Passages that nobody made, gates held open, work cards, corrected times: what follows from them at the centre."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select, text

from central.attendance import months
from central.attendance.model import Passage, Refusal
from central.attendance.rules import Judged
from central.devices.model import RosterChange, WorkCard
from central.entry.model import Assignment
from central.messaging import retention, roster
from central.messaging.model import BoxEvent, Incident, QuarantinedEvent
from edge.sync import wire
from tests.central.messaging.field import NOW, NOW_MS, Field
from tests.central.messaging.test_ingest import HOUR, codes, deliver

CARD, OTHER_CARD = b"c" * 16, b"d" * 16


def passages(field: Field) -> list[Passage]:
    with field.centre.database.reading() as session:
        return list(session.scalars(select(Passage).order_by(Passage.position)))


@pytest.mark.parametrize("order", [[(1, 2)], [(1, 1), (2, 2)], [(2, 2), (1, 1)]], ids=["together", "after", "before"])
def test_a_passage_that_nobody_made_is_no_attendance_and_the_feed_tells_it(field: Field, order: list[tuple[int, int]]) -> None:
    box, person = field.box(), field.worker()
    box.passes(person)
    box.write(wire.NotPassed(1))
    for piece in order:
        deliver(field, box, piece)
    [passage] = passages(field)
    assert passage.counted is False
    assert passage.revision == (2 if order == [(1, 1), (2, 2)] else 1)
    if passage.revision == 2:
        assert passage.position == 2, "whoever pulled it already gets it again"
    deliver(field, box, (1, 2))
    assert [(p.position, p.revision) for p in passages(field)] == [(passage.position, passage.revision)]


def test_another_boxs_word_touches_nobody_elses_passage(field: Field) -> None:
    box, other, person = field.box(), field.box("b-bbbbbbbb"), field.worker()
    box.passes(person)
    other.write(wire.NotPassed(1))
    deliver(field, other, (1, 1))
    deliver(field, box, (1, 1))
    assert [p.counted for p in passages(field)] == [True]


def test_a_guards_hand_stands_beside_the_passage(field: Field) -> None:
    box, person = field.box(), field.worker()
    box.write(wire.Passage(person, wire.Direction.IN, wire.Method.GUARD, "1", 1, operator="7", why="CARD_LOST"))
    deliver(field, box, (1, 1))
    [passage] = passages(field)
    assert (passage.method, passage.operator, passage.why) == ("011", "7", "CARD_LOST")


def test_a_gate_held_open_is_kept_with_its_method_and_is_nobodys_passage(field: Field) -> None:
    box = field.box()
    box.write(wire.Opening(wire.Method.EMERGENCY, None, "1", open=True, why="FIRE"))
    box.write(wire.Opening(wire.Method.ONE_KEY, wire.Direction.OUT, "1", open=False, operator="7"))
    for _ in range(2):
        deliver(field, box, (1, 2))
    with field.centre.database.reading() as session:
        rows = session.execute(
            select(Incident.code, Incident.method, Incident.direction, Incident.lane, Incident.operator, Incident.detail).order_by(
                Incident.seq
            )
        ).all()
    assert [tuple(row) for row in rows] == [
        ("GATE_HELD_OPEN", "009", "", "1", "", "FIRE"),
        ("GATE_CLOSED_AGAIN", "008", "02", "1", "7", ""),
    ]
    assert passages(field) == []


def cards_of(field: Field) -> dict[str, tuple[bytes, ...]]:
    """The work cards of everybody on the roster, beside the identity card that all have."""
    with field.centre.database.reading() as session:
        held = roster.read(session, field.centre.secrets, field.project_id)
    return {entry.person: entry.cards[1:] for entry in held.entries.values()}


def test_a_work_card_goes_to_all_gates_and_from_one_worker_to_the_next(field: Field) -> None:
    box, first, second = field.box(), field.worker(), field.worker("李四")
    box.write(wire.CardBinding(first, CARD, bound=True, operator="7"))
    deliver(field, box, (1, 1))
    assert cards_of(field) == {first: (CARD,), second: ()}
    box.write(wire.CardBinding(first, OTHER_CARD, bound=True, operator="7"), at_ms=NOW_MS + HOUR)
    box.write(wire.CardBinding(second, CARD, bound=True, operator="7"), at_ms=NOW_MS + HOUR)
    deliver(field, box, (2, 3))
    deliver(field, box, (1, 3))
    assert cards_of(field) == {first: (OTHER_CARD,), second: (CARD,)}
    with field.centre.database.reading() as session:
        told = session.scalars(select(RosterChange.assignment_id).order_by(RosterChange.version)).all()
        by_id = {assignment.id: assignment.person for assignment in session.scalars(select(Assignment))}
    assert [by_id[id_] for id_ in told if id_] == [first, first, first, second], "both workers, when a card changes hands"


def test_a_card_released_opens_nothing_and_words_count_by_their_time_not_by_their_arrival(field: Field) -> None:
    box, late, first, second = field.box(), field.box("b-bbbbbbbb"), field.worker(), field.worker("李四")
    box.write(wire.CardBinding(second, CARD, bound=True, operator="7"), at_ms=NOW_MS + HOUR)
    late.write(wire.CardBinding(first, CARD, bound=True, operator="7"))
    late.write(wire.CardBinding(first, CARD, bound=False, operator="7"))
    deliver(field, box, (1, 1))
    deliver(field, late, (1, 2))
    assert cards_of(field) == {first: (), second: (CARD,)}
    box.write(wire.CardBinding(second, CARD, bound=False, operator="7"), at_ms=NOW_MS + 2 * HOUR)
    deliver(field, box, (2, 2))
    assert cards_of(field) == {first: (), second: ()}


def test_a_card_for_nobody_of_this_project_is_quarantined(field: Field) -> None:
    box = field.box()
    box.write(wire.CardBinding("nobody12345", CARD, bound=True, operator="7"))
    box.write(wire.CardBinding(field.worker(), b"short", bound=True, operator="7"))
    deliver(field, box, (1, 2))
    assert codes(field, QuarantinedEvent) == [(2, "VALUE_OUT_OF_RANGE"), (1, "PERSON_UNKNOWN")]
    with field.centre.database.reading() as session:
        assert session.scalars(select(WorkCard)).all() == []


@pytest.mark.rule("A-03")
def test_an_ended_right_takes_its_work_cards_along(field: Field) -> None:
    box, ended = field.box(), field.worker("李四", ended=NOW - dt.timedelta(hours=1))
    box.write(wire.CardBinding(ended, CARD, bound=True, operator="7"))
    deliver(field, box, (1, 1))
    with field.centre.database.reading() as session:
        held = roster.read(session, field.centre.secrets, field.project_id)
        [part] = roster.way(session, field.centre.secrets, held, box=box.id, have=0, now=NOW)
    assert [(gone.person, gone.cards[1:]) for gone in part.remove] == [(ended, (CARD,))]


def test_whoever_passed_under_a_wrong_clock_was_last_seen_at_the_right_time(field: Field) -> None:
    box, person, early = field.box(), field.worker(), field.worker("李四", entry=NOW - dt.timedelta(minutes=30))
    for who in (person, early):
        box.write(wire.Passage(who, wire.Direction.IN, wire.Method.FACE, "1", 1), at_ms=NOW_MS - 500 * HOUR, clock=wire.Clock.NONE)
    deliver(field, box, (1, 2))
    box.append(wire.encode(wire.Event(3, NOW_MS, 10_000_000 - 500 * HOUR + HOUR, 1, wire.Clock.NTP, wire.ClockSync())))
    deliver(field, box, (3, 3))
    with field.centre.database.reading() as session:
        seen = list(session.scalars(select(Assignment.last_seen_at).order_by(Assignment.id)))
    assert seen == [NOW - dt.timedelta(hours=1), None]
    assert [p.judged for p in passages(field)] == [Judged.OK, Judged.NOT_CONFIRMED_THEN]


def test_passages_go_to_their_months_and_keep_their_place_in_the_feed(field: Field) -> None:
    box, person = field.box(), field.worker(entry=NOW - dt.timedelta(days=400))
    old_ms = NOW_MS - 200 * 24 * HOUR
    box.passes(person, at_ms=old_ms)
    deliver(field, box, (1, 1))
    with field.centre.database.writing() as session:
        made = months.make_months(session, NOW)
        assert months.make_months(session, NOW) == 0
        again = months.make_months(session, NOW - dt.timedelta(days=200))
    box.passes(person)
    deliver(field, box, (2, 2))
    assert [(p.seq, p.position) for p in passages(field)] == [(1, 1), (2, 2)]
    with field.centre.database.reading() as session:
        if session.get_bind().dialect.name != "postgresql":
            assert (made, again) == (0, 0)
            return
        parts = session.execute(text("SELECT tableoid::regclass::text FROM passages ORDER BY position")).scalars().all()
    assert (made, again) == (5, 5)
    assert parts == ["passages_2025_10", "passages_2026_04"]


def test_who_was_refused_is_forgotten_after_ninety_days_and_only_that(field: Field) -> None:
    box, person = field.box(), field.worker()
    box.write(wire.Refusal(wire.Reason.RIGHT_ENDED, wire.Method.ID_CARD, wire.Direction.IN, "1", 1, person))
    box.passes(person)
    deliver(field, box, (1, 2))
    box.write(wire.Refusal(wire.Reason.RIGHT_ENDED, wire.Method.ID_CARD, wire.Direction.IN, "1", 1, person))
    field.clock.forward(days=60)
    deliver(field, box, (3, 3))
    later = NOW + dt.timedelta(days=91)
    for expected in (1, 0):
        with field.centre.database.writing() as session:
            assert retention.forget_refused(session, later) == expected
    with field.centre.database.reading() as session:
        known = [assignment is not None for assignment in session.scalars(select(Refusal.assignment_id).order_by(Refusal.seq))]
        held = [person.encode() in packed for packed in session.scalars(select(BoxEvent.packed).order_by(BoxEvent.seq))]
    assert (known, held) == ([False, True], [False, True, True])
    assert deliver(field, box, (3, 3)) == box.ack(3)
    assert codes(field, Incident) == []
