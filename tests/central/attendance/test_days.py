import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from central.attendance.days import (
    Day,
    DayRules,
    Direction,
    Method,
    Punch,
    StayState,
    attended_on,
    dates_touched,
    days,
    days_between,
    openings_without_person,
    span_to_load,
)
from central.attendance.valid_day import Expected, Mark, Profile, ValidDay, hours_n, marks
from tests.central.attendance.punches import (
    MONDAY,
    RULES,
    TUESDAY,
    at_one_lane,
    clearing,
    dense_histories,
    histories,
    moment,
    punch,
    went_in,
    went_out,
)

HOUR = 3600
DAY = dt.timedelta(days=1)
PAIRED, NO_OUT, NO_IN, CLEARED = StayState.PAIRED, StayState.MISSING_OUT, StayState.MISSING_IN, StayState.CLEARED


def told(*punches: Punch, rules: DayRules = RULES) -> list[tuple[dt.date, list[StayState], int]]:
    return [(day.date, [stay.state for stay in day.stays], day.seconds) for day in days(punches, rules)]


def the_day(*punches: Punch) -> Day:
    (day,) = days(punches, RULES)
    return day


def test_a_day_is_the_sum_of_its_pairs() -> None:
    assert told(
        went_in(MONDAY, "07:00"), went_out(MONDAY, "11:30"), went_in(MONDAY, "13:00"), went_out(MONDAY, "17:30")
    ) == [(MONDAY, [PAIRED, PAIRED], 9 * HOUR)]  # fmt: skip


def test_an_out_at_ten_past_seven_belongs_to_yesterdays_in() -> None:
    assert told(went_in(MONDAY, "19:00"), went_out(TUESDAY, "07:10")) == [(MONDAY, [PAIRED], 12 * HOUR + 600)]


def test_night_shifts_across_midnight_are_days_of_their_own() -> None:
    nights = [
        punch for date in (MONDAY, TUESDAY) for punch in (went_in(date, "19:00"), went_out(date + DAY, "07:10"))
    ]  # fmt: skip
    assert told(*nights) == [(MONDAY, [PAIRED], 12 * HOUR + 600), (TUESDAY, [PAIRED], 12 * HOUR + 600)]


def test_an_in_before_the_day_cut_is_still_yesterdays() -> None:
    assert told(went_in(TUESDAY, "03:59"), went_out(TUESDAY, "05:59")) == [(MONDAY, [PAIRED], 2 * HOUR)]
    assert told(went_in(TUESDAY, "04:00"), went_out(TUESDAY, "06:00")) == [(TUESDAY, [PAIRED], 2 * HOUR)]


def test_a_project_has_its_own_day_cut_and_zone() -> None:
    rules = DayRules(day_cut=dt.time(12), zone=DayRules().zone)
    assert told(at_one_lane(MONDAY, "19:00"), at_one_lane(TUESDAY, "06:00"), rules=rules) == [(MONDAY, [PAIRED], 11 * HOUR)]


def test_a_forgotten_out_never_blocks_the_next_day_and_has_no_hours() -> None:
    assert told(went_in(MONDAY, "07:00"), went_in(TUESDAY, "07:00"), went_out(TUESDAY, "17:00")) == [
        (MONDAY, [NO_OUT], 0),
        (TUESDAY, [PAIRED], 10 * HOUR),
    ]


def test_a_forgotten_out_never_lends_its_in_to_the_out_of_the_next_day() -> None:
    assert told(went_in(MONDAY, "07:00"), went_out(TUESDAY, "17:00")) == [(MONDAY, [NO_OUT], 0), (TUESDAY, [NO_IN], 0)]


def test_a_forgotten_in_has_no_hours() -> None:
    assert told(went_out(MONDAY, "11:30"), went_in(MONDAY, "13:00"), went_out(MONDAY, "17:00")) == [(MONDAY, [NO_IN, PAIRED], 4 * HOUR)]


@pytest.mark.parametrize(("out", "states"), [("22:00:00", [PAIRED]), ("22:00:01", [NO_OUT, NO_IN])])
def test_a_pair_is_no_longer_than_sixteen_hours(out: str, states: list[StayState]) -> None:
    assert [s.state for s in the_day(went_in(MONDAY, "06:00"), went_out(MONDAY, out)).stays] == states


@pytest.mark.parametrize(("again", "states"), [("07:01:59", [PAIRED]), ("07:02:00", [NO_OUT, PAIRED])])
def test_a_repeat_within_120_seconds_is_one_passage(again: str, states: list[StayState]) -> None:
    day = the_day(went_in(MONDAY, "07:00"), went_in(MONDAY, again), went_out(MONDAY, "17:00"))
    assert [s.state for s in day.stays] == states


def test_a_repeat_is_one_of_the_same_gate_or_one_that_the_box_flagged() -> None:
    first, out = went_in(MONDAY, "07:00"), went_out(MONDAY, "17:00")
    assert the_day(first, went_in(MONDAY, "07:01", gate="south"), out).is_incomplete
    assert not the_day(first, went_in(MONDAY, "07:01", gate="south", duplicate=True), out).is_incomplete


def test_a_flagged_duplicate_whose_first_never_arrived_still_counts() -> None:
    assert told(went_in(MONDAY, "07:00", duplicate=True), went_out(MONDAY, "17:00")) == [(MONDAY, [PAIRED], 10 * HOUR)]


def test_who_went_in_out_and_in_again_within_two_minutes_is_in() -> None:
    day = the_day(
        went_in(MONDAY, "07:00:00"), went_out(MONDAY, "07:00:40"), went_in(MONDAY, "07:01:20"), went_out(MONDAY, "17:01:20")
    )  # fmt: skip
    assert day.seconds == 40 + 10 * HOUR


def test_in_and_out_in_the_same_second_keep_the_order_of_the_box() -> None:
    assert told(went_in(MONDAY, "07:00"), went_out(MONDAY, "07:00")) == [(MONDAY, [PAIRED], 0)]


def test_a_gate_without_direction_tells_by_first_and_last() -> None:
    punches = [at_one_lane(MONDAY, clock) for clock in ("07:00", "11:30", "13:00", "17:30")]
    assert told(*punches) == [(MONDAY, [PAIRED], 10 * HOUR + HOUR // 2)]
    assert told(punches[0]) == [(MONDAY, [NO_OUT], 0)]


def test_a_gate_without_direction_closes_what_another_opened() -> None:
    assert told(went_in(MONDAY, "07:00"), at_one_lane(MONDAY, "17:00")) == [(MONDAY, [PAIRED], 10 * HOUR)]


@pytest.mark.parametrize(("date", "clock"), [(MONDAY, "20:00"), (TUESDAY, "03:59"), (TUESDAY, "04:00")])
def test_007_closes_an_open_stay_at_the_day_cut_without_hours(date: dt.date, clock: str) -> None:
    day = the_day(went_in(MONDAY, "19:00"), clearing(date, clock))
    assert (day.stays[0].state, day.seconds, day.stays[0].until) == (CLEARED, 0, moment(TUESDAY, "04:00"))


def test_007_takes_nothing_from_who_really_went_out_before_the_day_cut() -> None:
    assert told(went_in(MONDAY, "07:00"), clearing(MONDAY, "22:00"), went_out(MONDAY, "22:30")) == [
        (MONDAY, [PAIRED], 15 * HOUR + HOUR // 2)
    ]


def test_an_out_after_the_day_cut_of_a_cleared_stay_gives_no_hours() -> None:
    assert told(went_in(MONDAY, "19:00"), clearing(TUESDAY, "04:00"), went_out(TUESDAY, "07:10")) == [
        (MONDAY, [CLEARED], 0),
        (TUESDAY, [NO_IN], 0),
    ]


def test_007_alone_is_neither_a_day_nor_presence() -> None:
    assert not told(clearing(MONDAY, "20:00"))
    assert not attended_on([clearing(MONDAY, "20:00")], RULES)


def test_an_opening_without_a_person_is_nobodys_day_but_is_counted() -> None:
    opened = [punch(MONDAY, "10:00", Direction.OUT, method=method, assignment=None) for method in (Method.ONE_KEY, Method.EMERGENCY)]
    assert not told(*opened)
    assert openings_without_person([*opened, *opened], RULES) == {MONDAY: 2}


def test_a_correction_completes_a_day_and_is_marked() -> None:
    day = the_day(went_in(MONDAY, "07:00"), went_out(MONDAY, "17:00", manual=True))
    assert (day.seconds, day.is_manual, day.is_incomplete) == (10 * HOUR, True, False)


def test_a_corrected_time_replaces_the_first_one() -> None:
    wrong, out = went_in(MONDAY, "01:00"), went_out(MONDAY, "17:00")
    right = replace(wrong, at=moment(MONDAY, "07:00"), revision=2)
    assert told(right, out, wrong) == told(wrong, right, out) == [(MONDAY, [PAIRED], 10 * HOUR)]


def test_an_open_stay_is_on_site_until_the_longest_span_or_the_next_punch() -> None:
    first, second = days([went_in(MONDAY, "07:00"), went_in(TUESDAY, "07:00")], RULES)
    (stay,) = first.stays
    assert stay.is_on_site_at(moment(MONDAY, "22:59"))
    assert not stay.is_on_site_at(moment(MONDAY, "23:00"))
    assert second.stays[0].is_on_site_at(moment(TUESDAY, "08:00"))


def test_hours_are_whole_seconds() -> None:
    entered = went_in(MONDAY, "07:00:00.900")
    seconds = the_day(entered, went_out(MONDAY, "07:30:00.100")).seconds
    assert type(seconds) is int
    assert seconds == 1799


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        Punch(("b", "e", 1), 1, Direction.IN, dt.datetime(2026, 3, 2, 7), "north")  # noqa: DTZ001


@pytest.mark.parametrize("span", [dt.timedelta(0), dt.timedelta(hours=21)])
def test_a_span_beyond_a_day_is_refused(span: dt.timedelta) -> None:
    with pytest.raises(ValueError, match="max_span"):
        DayRules(max_span=span)


# Where the parts of a history meet

NEIGHBOURS = {
    "an OUT of the window's first date closes an IN of the date before": (went_in(MONDAY, "19:00"), went_out(TUESDAY, "07:10")),
    "an IN of its last date is closed on the next": (went_in(TUESDAY, "19:00"), went_out(TUESDAY + DAY, "07:10")),
    "its last IN is closed by the last punch of a one-lane gate": (
        went_in(TUESDAY, "23:00"),
        at_one_lane(TUESDAY + DAY, "05:00"),
        at_one_lane(TUESDAY + DAY, "09:00"),
    ),
    "whether an earlier first is a repeat decides what came last on that date": (
        at_one_lane(MONDAY, "03:59:30"),
        at_one_lane(MONDAY, "04:00:30"),
        at_one_lane(MONDAY, "23:00"),
        went_out(TUESDAY, "07:00"),
    ),
}


@pytest.mark.parametrize("history", NEIGHBOURS.values(), ids=NEIGHBOURS)
def test_a_window_knows_its_neighbours(history: tuple[Punch, ...]) -> None:
    start, end = span_to_load(TUESDAY, TUESDAY, RULES)
    whole = tuple(day for day in days(history, RULES) if day.date == TUESDAY)
    assert days_between([p for p in history if start <= p.at < end], TUESDAY, TUESDAY, RULES) == whole


def test_a_late_punch_just_before_the_day_cut_may_touch_the_date_after_the_next() -> None:
    late = at_one_lane(TUESDAY, "03:59:30")
    others = [at_one_lane(TUESDAY, "04:00:30"), at_one_lane(TUESDAY, "23:00"), went_out(TUESDAY + DAY, "07:00")]
    assert told(*others)[-1] == (TUESDAY + DAY, [NO_IN], 0)
    assert told(late, *others)[-1] == (TUESDAY, [PAIRED], 8 * HOUR)
    assert dates_touched(late.at, RULES) == (MONDAY - DAY, TUESDAY + DAY)


# Valid days and marks


@pytest.mark.parametrize(
    ("rule", "short", "half", "four", "whole"),
    [
        (ValidDay(), "1", "1", "1", "1"),
        (ValidDay(Profile.SPAN4), "0", "0", "1", "1"),
        (ValidDay(Profile.SUM4), "0", "0", "1", "1"),
        (hours_n(8), "0", "0", "0.5", "1"),
        (hours_n(Decimal("7.5")), "0", "0.5", "0.5", "1"),
    ],
)
def test_a_profile_says_what_a_day_counts(rule: ValidDay, short: str, half: str, four: str, whole: str) -> None:
    values = [rule.value_of(the_day(went_in(MONDAY, "07:00"), went_out(MONDAY, out))) for out in ("07:30", "10:45", "11:00", "15:00")]
    assert values == [Decimal(short), Decimal(half), Decimal(four), Decimal(whole)]
    assert rule.value_of(None) == 0


def test_span_counts_from_first_to_last_and_sum_counts_the_hours() -> None:
    day = the_day(went_in(MONDAY, "07:00"), went_out(MONDAY, "08:00"), went_in(MONDAY, "15:00"), went_out(MONDAY, "16:00"))
    assert [ValidDay(profile).value_of(day) for profile in (Profile.SPAN4, Profile.SUM4)] == [Decimal(1), Decimal(0)]


def test_an_out_alone_is_no_entry() -> None:
    assert ValidDay().value_of(the_day(went_out(MONDAY, "17:00"))) == 0


def marked(*punches: Punch, rule: ValidDay = ValidDay()) -> str:  # noqa: B008
    day = the_day(*punches)
    return "".join(marks(day, rule.value_of(day), Expected.WORK, was_seen=True, is_complete=True))


def test_a_day_shows_its_marks() -> None:
    entered, out = went_in(MONDAY, "07:00"), went_out(MONDAY, "17:00")
    assert marked(entered, out) == "√"
    assert marked(entered, went_out(MONDAY, "11:00"), rule=hours_n(8)) == "◐"
    assert marked(entered, rule=hours_n(8)) == "△"
    assert marked(entered) == "√△"
    assert marked(entered, went_out(MONDAY, "17:00", manual=True)) == "√手"
    assert marked(entered, went_out(MONDAY, "08:00"), rule=hours_n(8)) == ""


@pytest.mark.parametrize(
    ("expected", "mark"), [(Expected.REST, Mark.REST), (Expected.SUSPENDED, Mark.SUSPENDED), (Expected.NOT_ASSIGNED, Mark.NOT_ASSIGNED)]
)
def test_a_date_without_work_shows_why(expected: Expected, mark: Mark) -> None:
    assert marks(None, Decimal(0), expected, was_seen=False, is_complete=True) == (mark,)


@pytest.mark.rule("A-54")
@pytest.mark.parametrize(("seen", "complete", "shown"), [(False, True, (Mark.ABSENT,)), (True, True, ()), (False, False, ())])
def test_absent_is_marked_on_complete_data_only_and_never_for_who_was_seen(seen: bool, complete: bool, shown: tuple[Mark, ...]) -> None:
    assert marks(None, Decimal(0), Expected.WORK, was_seen=seen, is_complete=complete) == shown


# Whatever arrives, in whatever order


@given(histories(), st.randoms(use_true_random=False))
def test_order_duplicates_and_replays_change_nothing(history: list[Punch], chance: random.Random) -> None:
    arrived = history + [p for p in history if chance.random() < 0.3]
    chance.shuffle(arrived)
    assert days(arrived, RULES) == days(history, RULES)
    assert repr(days(arrived, RULES)) == repr(days(history, RULES))
    assert attended_on(arrived, RULES) == attended_on(history, RULES)


@settings(max_examples=400)
@given(dense_histories() | histories(), st.integers(-1, 7), st.integers(0, 3), st.sampled_from([16, 20, 3]))
def test_a_window_by_itself_equals_the_whole(history: list[Punch], start: int, length: int, span_h: int) -> None:
    rules = replace(RULES, max_span=dt.timedelta(hours=span_h))
    first, last = MONDAY + start * DAY, MONDAY + (start + length) * DAY
    begin, end = span_to_load(first, last, rules)
    whole = tuple(day for day in days(history, rules) if first <= day.date <= last)
    assert days_between([p for p in history if begin <= p.at < end], first, last, rules) == whole
    assert days_between(history, first, last, rules) == whole


@settings(max_examples=400)
@given(dense_histories() | histories(), st.data())
def test_a_late_punch_changes_only_the_dates_it_touches(history: list[Punch], data: st.DataObject) -> None:
    if not history:
        return
    late = data.draw(st.sampled_from(history))
    first, last = dates_touched(late.at, RULES)
    before = days([p for p in history if p is not late], RULES)
    patched = [d for d in before if not first <= d.date <= last] + list(days_between(history, first, last, RULES))
    assert tuple(sorted(patched, key=lambda d: (d.assignment, d.date))) == days(history, RULES)


@given(histories())
def test_hours_are_never_invented(history: list[Punch]) -> None:
    for day in days(history, RULES):
        for stay in day.stays:
            assert (stay.seconds == 0) or (stay.entered is not None and stay.left is not None)
            assert 0 <= stay.seconds <= RULES.max_span.total_seconds()
            assert all(punch.assignment == day.assignment for punch in stay.punches)
            assert stay.entered is None or RULES.date_of(stay.entered.at) == day.date
        closed = [s for s in day.stays if s.state is PAIRED]
        for one, other in pairwise(closed):
            assert one.left is not None
            assert other.entered is not None
            assert one.left.at <= other.entered.at


@given(histories())
def test_every_day_rests_on_presence(history: list[Punch]) -> None:
    seen = attended_on(history, RULES)
    assert all(RULES.date_of(p.at) in seen[day.assignment] for day in days(history, RULES) for p in day.punches)
