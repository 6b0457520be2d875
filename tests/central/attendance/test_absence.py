import datetime as dt
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.attendance.absence import AbsenceRules, GateReport, Presence, PresenceState, complete_dates, presence, project_days
from central.attendance.days import EventId, Punch, attended_on
from tests.central.attendance.punches import MONDAY, RULES, TUESDAY, histories, moment, went_in, went_out

DAY = dt.timedelta(days=1)
LIMITS = AbsenceRules()
SEEN: EventId = ("box", "epoch", 1)


def dates(first: dt.date, count: int) -> list[dt.date]:
    return [first + n * DAY for n in range(count)]


def after(absent: int, *, gaps: tuple[int, ...] = (), rest: tuple[int, ...] = (), back: bool = False) -> Presence:
    """Seen on Monday, then `absent` days without; on the days `gaps` (1: Tuesday) a gate is silent, `rest` are no working days."""
    all_days = dates(MONDAY, absent + 1)
    complete = [d for n, d in enumerate(all_days) if n not in gaps]
    working = [d for n, d in enumerate(all_days) if n not in rest]
    attended = {MONDAY: SEEN} | ({all_days[-1] + DAY: ("box", "epoch", 2)} if back else {})
    return presence(MONDAY, attended, project_days(MONDAY, all_days[-1], working, complete), LIMITS)


@pytest.mark.rule("A-54")
@pytest.mark.parametrize(
    ("absent", "state", "since"),
    [
        (0, PresenceState.PRESENT, MONDAY),
        (2, PresenceState.PRESENT, MONDAY),
        (3, PresenceState.ABSENT_ALERT, TUESDAY),
        (14, PresenceState.ABSENT_ALERT, TUESDAY),
        (15, PresenceState.PRESUMED_EXITED, TUESDAY),
        (400, PresenceState.PRESUMED_EXITED, TUESDAY),
    ],
)
def test_absence_is_counted_from_the_day_after_the_last_attendance(absent: int, state: PresenceState, since: dt.date) -> None:
    assert after(absent) == Presence(state, since, SEEN, absent, MONDAY + absent * DAY)


@pytest.mark.rule("A-54")
@pytest.mark.rule("A-50")
def test_the_next_passage_reverses_a_presumed_exit_without_any_act() -> None:
    assert after(30).state is PresenceState.PRESUMED_EXITED
    returned = after(30, back=True)
    assert (returned.state, returned.since, returned.evidence) == (PresenceState.PRESENT, MONDAY + 31 * DAY, ("box", "epoch", 2))


@pytest.mark.rule("A-54")
def test_rest_days_and_suspensions_are_not_counted() -> None:
    assert after(16, rest=(5, 6)).state is PresenceState.ABSENT_ALERT
    assert after(17, rest=(5, 6)).state is PresenceState.PRESUMED_EXITED
    assert after(40, rest=tuple(range(1, 41))).state is PresenceState.PRESENT


@pytest.mark.rule("A-54")
def test_a_silent_gate_makes_undetermined_since_it_fell_silent() -> None:
    silent = after(40, gaps=tuple(range(10, 41)))
    assert (silent.state, silent.since, silent.absent_days) == (PresenceState.UNDETERMINED, MONDAY + 10 * DAY, 0)
    assert silent.complete_until == MONDAY + 9 * DAY


@pytest.mark.rule("A-54")
def test_a_label_that_stood_before_the_gate_fell_silent_is_in_doubt_again() -> None:
    assert after(21, gaps=(21,)).state is PresenceState.UNDETERMINED


@pytest.mark.rule("A-54")
def test_a_gap_is_taken_as_a_day_on_which_the_worker_may_have_come() -> None:
    assert after(24, gaps=(10,)) == Presence(PresenceState.ABSENT_ALERT, MONDAY + 11 * DAY, SEEN, 14, MONDAY + 9 * DAY)
    assert after(25, gaps=(10,)) == Presence(PresenceState.PRESUMED_EXITED, MONDAY + 11 * DAY, SEEN, 15, MONDAY + 9 * DAY)
    assert after(16, gaps=(5,), rest=(5,)).state is PresenceState.ABSENT_ALERT, "somebody may have come on a rest day"


def test_a_gap_that_could_not_reach_the_alert_changes_nothing() -> None:
    assert after(2, gaps=(2,)).state is PresenceState.PRESENT


def test_who_never_came_is_listed_apart_and_only_on_complete_data() -> None:
    all_days = dates(MONDAY, 30)
    known = presence(TUESDAY, {}, project_days(MONDAY, all_days[-1], all_days, all_days), LIMITS)
    assert known == Presence(PresenceState.NEVER_SEEN, TUESDAY, None, 29, all_days[-1])
    unknown = presence(TUESDAY, {}, project_days(MONDAY, all_days[-1], all_days, [*all_days[:1], *all_days[2:]]), LIMITS)
    assert (unknown.state, unknown.since, unknown.complete_until) == (PresenceState.UNDETERMINED, TUESDAY, None)


@pytest.mark.rule("A-55")
def test_exit_from_one_site_says_nothing_of_the_other() -> None:
    all_days = dates(MONDAY, 20)
    project = project_days(MONDAY, all_days[-1], all_days, all_days)
    seen = attended_on([went_in(MONDAY, "07:00"), *(went_in(date, "07:00", assignment=2) for date in all_days)], RULES)
    assert [presence(MONDAY, seen[site], project, LIMITS).state for site in (1, 2)] == [
        PresenceState.PRESUMED_EXITED,
        PresenceState.PRESENT,
    ]


def test_the_out_of_a_night_shift_is_attendance_on_its_own_date() -> None:
    assert set(attended_on([went_in(MONDAY, "19:00"), went_out(TUESDAY, "07:10")], RULES)[1]) == {MONDAY, TUESDAY}


@pytest.mark.rule("A-54")
def test_a_date_is_complete_when_every_gate_has_reported_past_its_end() -> None:
    start, end = moment(MONDAY, "04:00"), moment(TUESDAY, "04:00")
    done, late = GateReport("a", start, end), GateReport("b", start, end - dt.timedelta(seconds=1))

    def is_complete(*gates: GateReport) -> bool:
        return MONDAY in complete_dates(gates, MONDAY, MONDAY, RULES)

    assert is_complete(done)
    assert not is_complete(done, late)
    assert not is_complete(done, GateReport("new", start, None))
    assert not is_complete(), "where no gate stood nothing is proved"
    assert is_complete(done, GateReport("later", end, None))
    assert is_complete(done, GateReport("gone", start - 9 * DAY, start, retired_at=start))
    noon = moment(MONDAY, "12:00")
    assert is_complete(done, GateReport("gone at noon", start, noon, retired_at=noon))
    assert not is_complete(done, GateReport("gone, not all told", start, start, retired_at=noon))


@pytest.mark.parametrize(("alert", "exit_days"), [(2, 15), (3, 91), (16, 15)])
def test_thresholds_outside_the_rules_are_refused(alert: int, exit_days: int) -> None:
    with pytest.raises(ValueError, match="alert_days"):
        AbsenceRules(alert, exit_days)


def test_dates_that_begin_too_late_are_refused() -> None:
    with pytest.raises(ValueError, match="begin after"):
        presence(MONDAY, {}, project_days(TUESDAY, TUESDAY, [], []), LIMITS)


# Whatever arrives, in whatever order

flags = st.lists(st.tuples(st.booleans(), st.booleans(), st.booleans()), min_size=1, max_size=60)
"""Per date: was there, working day, and whether all of it has arrived."""
mostly = st.lists(
    st.tuples(st.sampled_from([True] + [False] * 12), st.sampled_from([True] * 6 + [False]), st.sampled_from([True] * 12 + [False])),
    min_size=1,
    max_size=60,
)


@pytest.mark.rule("A-54")
@given(flags | mostly, st.data())
def test_no_delivery_ever_makes_exit_or_alert_of_who_was_there(history: list[tuple[bool, bool, bool]], data: st.DataObject) -> None:
    """What is certain by what has arrived stays true when all has arrived; outstanding dates hide any part of what happened."""
    all_days = dates(MONDAY, len(history))
    truth = {d: SEEN for d, (there, _, _) in zip(all_days, history, strict=True) if there}
    complete = [d for d, (_, _, arrived) in zip(all_days, history, strict=True) if arrived]
    working = [d for d, (_, is_working, _) in zip(all_days, history, strict=True) if is_working]
    known = {d: e for d, e in truth.items() if d in complete or data.draw(st.booleans())}
    now = presence(MONDAY, known, project_days(MONDAY, all_days[-1], working, complete), LIMITS)
    finally_ = presence(MONDAY, truth, project_days(MONDAY, all_days[-1], working, all_days), LIMITS)
    if now.state is PresenceState.PRESUMED_EXITED:
        assert finally_.state is PresenceState.PRESUMED_EXITED
        assert all(d < now.since for d in truth)
    if now.state is PresenceState.ABSENT_ALERT:
        assert finally_.state in {PresenceState.ABSENT_ALERT, PresenceState.PRESUMED_EXITED}
    if now.state is PresenceState.NEVER_SEEN:
        assert not truth
    assert now.absent_days <= finally_.absent_days


@pytest.mark.rule("A-54")
@given(histories(), st.integers(0, 6), st.integers(0, 60))
def test_a_dead_gate_never_leads_to_a_presumed_exit(history: list[Punch], died: int, later: int) -> None:
    as_of = MONDAY + (died + later) * DAY
    installed = moment(MONDAY, "04:00")
    gates = [
        GateReport("alive", installed, RULES.start_of(as_of + DAY)),
        GateReport("dead", installed, RULES.start_of(MONDAY + died * DAY)),
    ]
    complete = complete_dates(gates, MONDAY - DAY, as_of, RULES)
    assert complete == frozenset(dates(MONDAY, died))
    project = project_days(MONDAY - DAY, as_of, dates(MONDAY, 70), complete)
    for attended in attended_on(history, RULES).values():
        assert presence(MONDAY, attended, project, LIMITS).state in {PresenceState.PRESENT, PresenceState.UNDETERMINED}


@pytest.mark.rule("A-54")
@given(histories(), st.integers(0, 30), st.randoms(use_true_random=False))
def test_who_passed_on_a_date_is_not_absent_on_it_in_whatever_order_it_arrived(
    history: list[Punch], later: int, chance: random.Random
) -> None:
    arrived = history + history[::2]
    chance.shuffle(arrived)
    assert attended_on(arrived, RULES) == attended_on(history, RULES)
    for assignment, attended in attended_on(arrived, RULES).items():
        for punch in history:
            if punch.assignment == assignment and punch.shows_presence:
                assert RULES.date_of(punch.at) in attended
        last = max(attended)
        all_days = dates(MONDAY - DAY, (last - MONDAY).days + 2 + later)
        told = presence(MONDAY, attended, project_days(all_days[0], all_days[-1], all_days, all_days), LIMITS)
        assert told.absent_days == later
        assert (told.state is PresenceState.PRESENT) == (later < LIMITS.alert_days)
        assert told.evidence == attended[last]
