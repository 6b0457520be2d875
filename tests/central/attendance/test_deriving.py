"""Days in the store: derived where something happened, the same from scratch, on both databases."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from central.attendance import deriving
from central.attendance.day_rows import stays_of
from central.attendance.ledger import AttendanceSettings, DayRecord, DirtyDay
from central.centre import Centre
from central.entry.model import Assignment
from central.messaging.ingest import Delivery, ingest
from central.projects.model import Project
from edge.sync import wire
from tests.central.attendance.site import Gates, gates_of
from tests.central.messaging.field import Field, JournalOfBox

MONDAY = dt.date(2026, 4, 13)
DAY = dt.timedelta(days=1)


@pytest.fixture
def gates(field: Field) -> Gates:
    return gates_of(field)


def test_a_day_has_its_hours_and_says_on_which_passages_it_rests(gates: Gates) -> None:
    worker = gates.worker()
    gates.passes(worker, MONDAY, "07:00", "in")
    gates.passes(worker, MONDAY, "16:30", "out")
    gates.arrive()
    [day] = gates.days(worker)
    assert (day.work_date, day.seconds, day.halves) == (MONDAY, 9 * 3600 + 1800, 2)
    [stay] = stays_of(day.stays)
    assert stay.entered is not None
    assert stay.left is not None
    assert (stay.entered.name, stay.left.name) == ("b-north.e1.1", "b-north.e1.2")


def test_a_night_shifts_out_after_the_day_cut_belongs_to_yesterday(gates: Gates) -> None:
    worker = gates.worker()
    gates.passes(worker, MONDAY, "19:00", "in")
    gates.passes(worker, MONDAY + DAY, "07:10", "out")
    gates.arrive()
    monday, tuesday = gates.days(worker)
    assert (monday.work_date, monday.seconds, monday.incomplete) == (MONDAY, 12 * 3600 + 600, False)
    assert (tuesday.work_date, tuesday.halves, tuesday.seen, stays_of(tuesday.stays)) == (MONDAY + DAY, 0, True, ())


def test_a_late_passage_writes_only_the_days_around_it(gates: Gates) -> None:
    one, other = gates.worker(), gates.worker()
    for n in range(5):
        for worker in (one, other):
            gates.passes(worker, MONDAY + n * DAY, "07:00", "in")
            gates.passes(worker, MONDAY + n * DAY, "17:00", "out")
    gates.arrive()
    gates.passes(one, MONDAY + DAY, "12:00", "out", box="south")
    gates.passes(one, MONDAY + DAY, "13:00", "in", box="south")
    done = gates.arrive()
    assert (done.written, done.removed) == (1, 0)
    assert next(d for d in gates.days(one) if d.work_date == MONDAY + DAY).seconds == 9 * 3600


def test_nothing_is_written_where_nothing_changed(gates: Gates) -> None:
    worker = gates.worker()
    gates.passes(worker, MONDAY, "07:00", "in")
    gates.arrive()
    assert deriving.derive(gates.field.centre.database) == deriving.Derived()
    assert deriving.rebuild(gates.field.centre.database) == deriving.Derived(1, 0, 0)


def test_a_changed_day_cut_derives_everything_of_the_project_anew(gates: Gates) -> None:
    worker = gates.worker()
    gates.passes(worker, MONDAY, "05:00", "in")
    gates.arrive()
    assert [d.work_date for d in gates.days(worker)] == [MONDAY]
    with gates.field.centre.database.writing() as session:
        session.execute(update(Project).values(day_cut_min=6 * 60))
    deriving.derive(gates.field.centre.database)
    assert [d.work_date for d in gates.days(worker)] == [MONDAY - DAY]


def test_a_corrected_clock_moves_the_day(gates: Gates) -> None:
    worker = gates.worker()
    box = gates.boxes["north"]
    hour = 3_600_000
    wrong = int(dt.datetime(2026, 4, 1, 4, tzinfo=dt.UTC).timestamp() * 1000)
    right = int(dt.datetime(2026, 4, 14, 4, tzinfo=dt.UTC).timestamp() * 1000)
    body = wire.Passage(worker, wire.Direction.IN, wire.Method.FACE, "1", 1, 700)
    box.append(wire.encode(wire.Event(1, wrong, 1000, 7, wire.Clock.NONE, body)))
    gates.arrive()
    assert [d.work_date for d in gates.days(worker)] == [dt.date(2026, 4, 1)]
    box.append(wire.encode(wire.Event(2, right + hour, 1000 + hour, 7, wire.Clock.NTP, wire.ClockSync())))
    gates.arrive()
    assert [d.work_date for d in gates.days(worker)] == [dt.date(2026, 4, 14)]


def test_a_passage_that_nobody_made_is_no_attendance(gates: Gates) -> None:
    worker = gates.worker()
    gates.passes(worker, MONDAY, "07:00", "in")
    gates.arrive()
    assert [d.halves for d in gates.days(worker)] == [2]
    gates.boxes["north"].write(wire.NotPassed(1))
    gates.arrive()
    assert gates.days(worker) == []


def test_a_gate_that_serves_both_ways_is_read_by_first_and_last(gates: Gates) -> None:
    worker = gates.worker()
    with gates.field.centre.database.writing() as session:
        session.add(AttendanceSettings(project_id=gates.field.project_id, undirected_lanes=["b-north"]))
    for clock in ("07:00", "12:00", "17:00"):
        gates.passes(worker, MONDAY, clock, "in")
    gates.arrive()
    assert [d.seconds for d in gates.days(worker)] == [10 * 3600]


def test_who_was_cleared_has_no_hours_for_it(gates: Gates) -> None:
    worker = gates.worker()
    gates.passes(worker, MONDAY, "18:00", "in")
    cleared = wire.Passage(worker, wire.Direction.OUT, wire.Method.CLEARED, "1", 1)
    gates.boxes["north"].write(cleared, int(dt.datetime.combine(MONDAY, dt.time(19, 59), dt.UTC).timestamp() * 1000))
    gates.passes(worker, MONDAY + DAY, "07:00", "out")
    gates.arrive()
    monday, tuesday = gates.days(worker)
    assert ([stay.state for stay in stays_of(monday.stays)], monday.seconds) == (["cleared"], 0)
    assert [stay.state for stay in stays_of(tuesday.stays)] == ["missing_in"]


def test_marks_that_come_while_another_derives_are_not_lost(gates: Gates, centre_of_field: Centre) -> None:
    worker = gates.worker()
    gates.passes(worker, MONDAY, "07:00", "in")
    gates.deliver()
    with centre_of_field.database.reading() as session:
        marks = session.scalars(select(DirtyDay)).all()
    assert len(marks) == 1
    assert gates.days(worker) == []
    deriving.derive(centre_of_field.database)
    assert len(gates.days(worker)) == 1


@pytest.fixture
def centre_of_field(field: Field) -> Centre:
    return field.centre


_events = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 3 * 86400), st.booleans(), st.sampled_from(["north", "south"])), min_size=1, max_size=14
)


@settings(max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(events=_events, order=st.randoms(use_true_random=False))
def test_whatever_arrives_in_whatever_order_the_days_are_the_same_bytes(
    gates: Gates, events: list[tuple[int, int, bool, str]], order: object
) -> None:
    """Late, duplicated and re-ordered deliveries through the real ingest against one delivery in order, and against a rebuild."""
    gates.fresh()
    workers = [gates.worker(), gates.worker()]
    start = dt.datetime.combine(MONDAY, dt.time(4), dt.timezone(dt.timedelta(hours=8)))
    for who, seconds, entering, box in events:
        gates.passes_at(workers[who], start + dt.timedelta(seconds=seconds), "in" if entering else "out", box=box)
    batches = [
        Delivery(box.id, gates.field.project_id, box.batch(n, n)) for box in gates.boxes.values() for n in range(1, len(box.packed) + 1)
    ]
    batches += batches[::3]
    order.shuffle(batches)  # type: ignore[attr-defined]
    database = gates.field.centre.database
    for n, batch in enumerate(batches):
        with database.writing() as session:
            ingest(session, [batch], gates.field.clock.now())
        if n % 5 == 0:
            deriving.derive(database)
    deriving.derive(database)
    with database.reading() as session:
        incremental = deriving.digest(session)
    with database.writing() as session:
        session.execute(delete(DayRecord))
    deriving.rebuild(database)
    with database.reading() as session:
        assert deriving.digest(session) == incremental
        assert session.scalars(select(Assignment.id)).all()


def test_the_digest_sees_every_change_of_a_row(gates: Gates) -> None:
    worker = gates.worker()
    gates.passes(worker, MONDAY, "07:00", "in")
    gates.arrive()
    with gates.field.centre.database.reading() as session:
        before = deriving.digest(session)
    gates.passes(worker, MONDAY, "11:00", "out")
    gates.arrive()
    with gates.field.centre.database.reading() as session:
        assert deriving.digest(session) != before
    assert isinstance(gates.boxes["north"], JournalOfBox)
