"""De-facto exit from the store: only on complete data, reversed at once, and never of somebody who was there."""

import datetime as dt
import random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select, update

from central.attendance import completeness, deriving, exits, parameters, presence
from central.attendance.absence import PresenceState
from central.attendance.ledger import Sighting
from central.devices.model import Box, BoxState, RosterChange
from central.entry.model import Assignment, FaceState
from central.errors import Problem
from central.messaging import roster
from central.messaging.ingest import ingest
from central.projects.model import Calendar, Project, ProjectSuspension
from edge.sync import wire
from tests.central.attendance.punches import RULES, moment
from tests.central.attendance.site import Gates, gates_of
from tests.central.builders import Story
from tests.central.messaging.field import NOW, Field, JournalOfBox

DAY = dt.timedelta(days=1)
BEGIN = dt.date(2026, 3, 2)


@pytest.fixture
def gates(field: Field) -> Gates:
    made = gates_of(field)
    with field.centre.database.writing() as session:
        session.execute(update(Box).values(created_at=moment(dt.date(2025, 1, 1), "08:00")))
        session.execute(update(Project).values(calendar=Calendar.EVERY_DAY))
    made.boxes["south"].write(wire.ClockSync(), int(moment(dt.date(2025, 1, 1), "08:00").timestamp() * 1000))
    return made


def on(gates: Gates, date: dt.date, clock: str = "06:00") -> None:
    """The centre's clock stands at that local time."""
    gates.field.clock.at = moment(date, clock)


def seen_then_away(gates: Gates, days: int) -> str:
    """A worker who came on the first date, and `days` complete dates after it."""
    worker = gates.worker()
    gates.passes(worker, BEGIN, "07:00", "in")
    on(gates, BEGIN + (days + 1) * DAY)
    gates.arrive()
    gates.tells(gates.field.clock.now())
    return worker


@pytest.mark.rule("A-54")
@pytest.mark.parametrize(
    ("days", "state"),
    [
        (2, PresenceState.PRESENT),
        (3, PresenceState.ABSENT_ALERT),
        (15, PresenceState.PRESUMED_EXITED),
        (366, PresenceState.NEEDS_RETRAINING),
    ],
)
def test_complete_days_without_attendance_lead_from_label_to_label(gates: Gates, days: int, state: PresenceState) -> None:
    line = gates.stands(seen_then_away(gates, days))
    assert (line.state, line.last_on, line.evidence) == (state, BEGIN, "b-north.e1.1")
    assert line.complete_up_to == BEGIN + days * DAY


@pytest.mark.rule("A-54")
def test_a_dead_gate_makes_undetermined_and_never_an_exit(gates: Gates) -> None:
    worker = gates.worker()
    gates.passes(worker, BEGIN, "07:00", "in")
    on(gates, BEGIN + 2 * DAY)
    gates.arrive()
    gates.tells(gates.field.clock.now())
    on(gates, BEGIN + 40 * DAY)
    gates.tells(gates.field.clock.now(), "north")
    line = gates.stands(worker)
    assert (line.state, line.since) == (PresenceState.UNDETERMINED, BEGIN + 2 * DAY)
    with gates.field.centre.database.reading() as session:
        day = completeness.completeness(session, gates.field.project_id, BEGIN + 20 * DAY, RULES)
    assert (day.complete, [gate.box for gate in day.missing]) == (False, ["b-south"])


@pytest.mark.rule("A-54")
def test_a_heartbeat_counts_only_when_the_journal_has_drained(gates: Gates) -> None:
    worker = seen_then_away(gates, 0)
    on(gates, BEGIN + 20 * DAY)
    gates.passes(worker, BEGIN + 18 * DAY, "07:00", "in", box="south")
    gates.tells(gates.field.clock.now())
    assert gates.stands(worker).state is PresenceState.UNDETERMINED
    gates.deliver()
    assert gates.stands(worker).last_on == BEGIN + 18 * DAY


@pytest.mark.rule("A-54")
@pytest.mark.rule("A-50")
def test_the_next_passage_reverses_the_label_before_its_day_is_derived(gates: Gates) -> None:
    worker = seen_then_away(gates, 20)
    assert gates.stands(worker).state is PresenceState.PRESUMED_EXITED
    gates.passes(worker, BEGIN + 21 * DAY, "05:30", "in")
    gates.deliver()
    assert (gates.stands(worker).state, gates.stands(worker).since) == (PresenceState.PRESENT, BEGIN + 21 * DAY)


@pytest.mark.rule("A-54")
def test_suspensions_and_festivals_are_not_counted(gates: Gates) -> None:
    worker = seen_then_away(gates, 17)
    assert gates.stands(worker).state is PresenceState.PRESUMED_EXITED
    with gates.field.centre.database.writing() as session:
        first = BEGIN + 3 * DAY
        session.add(
            ProjectSuspension(project_id=gates.field.project_id, first_day=first, last_day=first + 5 * DAY, reason="防汛", created_at=NOW)
        )
    line = gates.stands(worker)
    assert (line.state, line.absent_days) == (PresenceState.ABSENT_ALERT, 11)


@pytest.mark.rule("A-54")
def test_a_date_on_which_a_gate_stood_open_for_nobody_known_is_not_counted(gates: Gates) -> None:
    worker = gates.worker()
    gates.passes(worker, BEGIN, "07:00", "in")
    for clock, is_open in (("10:00", True), ("10:20", False)):
        opening = wire.Opening(wire.Method.EMERGENCY, None, "1", is_open)
        gates.boxes["north"].write(opening, int(moment(BEGIN + 3 * DAY, clock).timestamp() * 1000))
    on(gates, BEGIN + 4 * DAY)
    gates.arrive()
    gates.tells(gates.field.clock.now())
    assert (gates.stands(worker).state, gates.stands(worker).absent_days) == (PresenceState.PRESENT, 2)


@pytest.mark.rule("A-54")
def test_a_box_that_was_set_up_anew_leaves_a_hole_in_which_nobody_is_absent(gates: Gates) -> None:
    worker = seen_then_away(gates, 0)
    on(gates, BEGIN + 10 * DAY)
    old = gates.boxes["north"]
    new = JournalOfBox(old.id, "e2")
    gates.boxes["north"], gates.sent["north"] = new, 0
    other = gates.worker()
    gates.passes(other, BEGIN + 10 * DAY, "05:00", "in")
    gates.arrive()
    on(gates, BEGIN + 22 * DAY)
    gates.tells(gates.field.clock.now())
    line = gates.stands(worker)
    assert (line.state, line.since, line.absent_days) == (PresenceState.ABSENT_ALERT, BEGIN + 11 * DAY, 11)


@pytest.mark.rule("A-54")
def test_a_passage_whose_time_nobody_knows_may_have_been_on_any_day_around_it(gates: Gates) -> None:
    worker, other = gates.worker(), gates.worker()
    gates.passes(worker, BEGIN, "07:00", "in")
    box = gates.boxes["north"]
    unknown = wire.Passage(worker, wire.Direction.IN, wire.Method.FACE, "1", 1, 700)
    box.write(unknown, 1000, wire.Clock.NONE, boot=9)
    gates.passes(other, BEGIN + 9 * DAY, "07:00", "in")
    on(gates, BEGIN + 20 * DAY)
    gates.arrive()
    gates.tells(gates.field.clock.now())
    line = gates.stands(worker)
    assert (line.state, line.since) == (PresenceState.ABSENT_ALERT, BEGIN + 10 * DAY)


@pytest.mark.rule("A-54")
def test_a_revoked_box_that_never_drained_keeps_its_days_undetermined(gates: Gates) -> None:
    worker = seen_then_away(gates, 1)
    on(gates, BEGIN + 30 * DAY)
    with gates.field.centre.database.writing() as session:
        session.execute(update(Box).where(Box.id == "b-south").values(state=BoxState.REVOKED, revoked_at=moment(BEGIN + 12 * DAY, "12:00")))
    gates.tells(gates.field.clock.now(), "north")
    line = gates.stands(worker)
    assert (line.state, line.since) == (PresenceState.PRESUMED_EXITED, BEGIN + 13 * DAY)


@pytest.mark.rule("A-55")
def test_another_projects_dead_gate_is_nothing_to_this_one(gates: Gates) -> None:
    worker = seen_then_away(gates, 20)
    with gates.field.centre.database.writing() as session:
        project = session.get_one(Project, gates.field.project_id)
        values = {c.name: getattr(project, c.name) for c in Project.__table__.columns if c.name not in ("id", "reg_no")}
        other = Project(**values, reg_no="R2")
        session.add(other)
        session.flush()
        session.add(Box(id="b-else", project_id=other.id, name="", lane="1", direction="01", state=BoxState.ACTIVE, created_at=NOW))
    assert gates.stands(worker).state is PresenceState.PRESUMED_EXITED


@pytest.mark.rule("A-54")
def test_after_the_grace_the_template_goes_and_the_card_right_stays(gates: Gates) -> None:
    worker = seen_then_away(gates, 29)
    with gates.field.centre.database.writing() as session:
        session.execute(update(Assignment).where(Assignment.person == worker).values(face=FaceState.GRANTED, enrolled_engine="sface"))
        assert exits.follow(session, gates.field.clock, gates.field.project_id).templates_dropped == 0
    on(gates, BEGIN + 32 * DAY)
    gates.tells(gates.field.clock.now())
    with gates.field.centre.database.writing() as session:
        assert exits.follow(session, gates.field.clock, gates.field.project_id) == exits.Followed(1, 1, 0)
    after = gates.assignment(worker)
    assert (after.face, after.enrolled_engine, after.state.value) == (FaceState.NONE, "", "confirmed")
    with gates.field.centre.database.writing() as session:
        assert session.scalars(select(RosterChange.assignment_id)).all() == [after.id], "its gates are told"
        assert exits.follow(session, gates.field.clock, gates.field.project_id).templates_dropped == 0


@pytest.mark.rule("A-54")
def test_the_nightly_look_carries_out_what_follows_and_writes_nothing_where_nothing_changed(gates: Gates) -> None:
    worker, centre = seen_then_away(gates, 33), gates.field.centre
    with centre.database.writing() as session:
        session.execute(update(Assignment).where(Assignment.person == worker).values(face=FaceState.GRANTED, enrolled_engine="sface"))
    written: list[str] = []
    event.listen(centre.database.engine, "before_cursor_execute", lambda *given: written.append(given[2].split()[0].upper()))
    assert exits.follow_all(centre) == "1 looked at, 1 templates dropped, 0 trainings due"
    with centre.database.reading() as session:
        kept = session.scalars(select(Sighting)).one()
        assert (kept.state, kept.template_dropped_at) == (PresenceState.PRESUMED_EXITED, gates.field.clock.now())
    assert "UPDATE" in written
    written.clear()
    assert exits.follow_all(centre) == "1 looked at, 0 templates dropped, 0 trainings due"
    assert set(written) <= {"SELECT", "BEGIN"}, "nobody waits for a look"


@pytest.mark.rule("A-54")
def test_a_year_away_asks_for_a_training_until_it_is_recorded(gates: Gates, field: Field) -> None:
    worker = seen_then_away(gates, 370)
    story = Story(field.centre)
    with field.centre.database.writing() as session:
        assert exits.follow(session, field.clock, field.project_id).trainings_due == 1
        id_ = gates.assignment(worker).id
        assert exits.needing_training(session, field.project_id) == {id_}
        assert roster.read(session, field.centre.secrets, field.project_id).entries[id_].needs_training
    on(gates, BEGIN + 400 * DAY)
    with field.centre.database.writing() as session:
        exits.follow(session, field.clock, field.project_id)
        assert exits.needing_training(session, field.project_id) == {id_}, "a gate that falls silent opens nothing"
        office = Story.office(story, _site(gates))
        exits.record_training(session, field.clock, office, id_, on=BEGIN + 399 * DAY, evidence="三级教育卡 118")
        assert exits.needing_training(session, field.project_id) == frozenset()
    gates.tells(field.clock.now())
    assert gates.stands(worker).state is PresenceState.PRESENT
    with field.centre.database.writing() as session, pytest.raises(Problem) as refused:
        exits.record_training(session, field.clock, office, id_, on=BEGIN + 399 * DAY, evidence="again")
    assert refused.value.code == "RETRAINING_NOT_DUE"


def _site(gates: Gates):  # type: ignore[no-untyped-def]
    from tests.central.builders import Site

    with gates.field.centre.database.reading() as session:
        project = session.get_one(Project, gates.field.project_id)
        from central.projects.model import Company, Participant

        gc, part = session.get_one(Company, gates.field.company_id), session.get_one(Participant, gates.field.participant_id)
    return Site(project, gc, part, gc, part)


_coming = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 34), st.sampled_from(["north", "south"])), min_size=1, max_size=16)


@pytest.mark.rule("A-54")
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(coming=_coming, seed=st.integers(0, 2**32), lost=st.integers(0, 4))
def test_nobody_who_was_there_is_ever_marked_exited(gates: Gates, coming: list[tuple[int, int, str]], seed: int, lost: int) -> None:
    """Late, duplicated, re-ordered and missing deliveries through the real ingest, with the boxes' own heartbeats in between.

    At every moment: whoever is labelled absent or exited since a date was at no gate on or after that date, as far as the boxes know.
    """
    gates.fresh()
    chance = random.Random(seed)
    workers = [gates.worker(), gates.worker()]
    there: dict[str, list[dt.date]] = {worker: [] for worker in workers}
    frames: list[tuple[str, object]] = []
    days = sorted(coming, key=lambda c: c[1])
    for n in range(36):
        for who, day, box in days:
            if day == n:
                gates.passes(workers[who], BEGIN + n * DAY, "07:30", "in", box=box)
                frames.append((box, len(gates.boxes[box].packed)))
        if n % 3 == 2:
            frames += [(name, gates.state(name, moment(BEGIN + n * DAY, "23:00"))) for name in gates.boxes]
    for who, day, _ in days:
        there[workers[who]].append(BEGIN + day * DAY)
    for _ in range(lost):
        frames.pop(chance.randrange(len(frames)))
    frames += chance.sample(frames, len(frames) // 4)
    chance.shuffle(frames)
    on(gates, BEGIN + 36 * DAY)
    database = gates.field.centre.database
    for n, (name, frame) in enumerate(frames):
        with database.writing() as session:
            if isinstance(frame, wire.BoxState):
                gates.hear(session, name, frame)
            elif isinstance(frame, int):
                ingest(session, [gates.delivery(name, frame, frame)], gates.field.clock.now())
        if n % 12 == 0 or n == len(frames) - 1:
            if chance.random() < 0.5:
                deriving.derive(database)
            for worker in workers:
                line = gates.stands(worker)
                if line.state in (PresenceState.ABSENT_ALERT, PresenceState.PRESUMED_EXITED):
                    assert all(date < line.since for date in there[worker]), (line, there[worker])


def test_the_page_filters_by_state_and_ends(gates: Gates, field: Field) -> None:
    away = [seen_then_away(gates, 20) for _ in range(3)]
    here = gates.worker()
    gates.passes(here, BEGIN + 20 * DAY, "07:00", "in")
    gates.arrive()
    gates.tells(field.clock.now())
    office = Story.office(Story(field.centre), _site(gates))
    with field.centre.database.reading() as session:
        first = presence.page(session, field.clock, office, field.project_id, state=PresenceState.PRESUMED_EXITED, limit=2)
        rest = presence.page(
            session, field.clock, office, field.project_id, state=PresenceState.PRESUMED_EXITED, after=first.lines[1].assignment_id, limit=2
        )
        everybody = presence.page(session, field.clock, office, field.project_id, limit=50)
        assert parameters.of_project(session, field.project_id).absence.presumed_exit_days == 15
        assert session.scalars(select(Sighting.assignment_id)).all()
    assert [line.assignment_id for line in (*first.lines[:2], *rest.lines)] == [gates.assignment(worker).id for worker in away]
    assert [line.state for line in everybody.lines][-1] is PresenceState.PRESENT
    assert len(everybody.gates) == 2
