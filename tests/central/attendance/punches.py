"""Builders of punches: local times of a site in Shanghai, written as people say them."""

import datetime as dt
from itertools import count

from hypothesis import strategies as st

from central.attendance.days import DayRules, Direction, EventId, Method, Punch
from central.attendance.pairing import SHANGHAI

RULES = DayRules()
MONDAY = dt.date(2026, 3, 2)
TUESDAY = MONDAY + dt.timedelta(days=1)
WEDNESDAY = MONDAY + dt.timedelta(days=2)
_numbers = count(1)


def moment(date: dt.date, clock: str) -> dt.datetime:
    return dt.datetime.combine(date, dt.time.fromisoformat(clock), SHANGHAI).astimezone(dt.UTC)


def punch(
    date: dt.date,
    clock: str,
    direction: Direction | None,
    *,
    gate: str = "north",
    method: Method = Method.FACE,
    assignment: int | None = 1,
    manual: bool = False,
    duplicate: bool = False,
) -> Punch:
    event: EventId = ("box", "epoch", next(_numbers))
    return Punch(event, assignment, direction, moment(date, clock), gate, method, duplicate, manual)


def went_in(date: dt.date, clock: str, *, gate: str = "north", manual: bool = False, duplicate: bool = False, assignment: int = 1) -> Punch:
    return punch(date, clock, Direction.IN, gate=gate, manual=manual, duplicate=duplicate, assignment=assignment)


def went_out(date: dt.date, clock: str, *, gate: str = "north", manual: bool = False) -> Punch:
    return punch(date, clock, Direction.OUT, gate=gate, manual=manual)


def at_one_lane(date: dt.date, clock: str) -> Punch:
    return punch(date, clock, None, gate="lane")


def clearing(date: dt.date, clock: str) -> Punch:
    return punch(date, clock, None, method=Method.CLEARED)


# Seconds since Monday's start, dense near the day cut and in clusters within the debounce time.
_cut = 86400
_seconds = st.one_of(
    st.integers(0, 6 * _cut),
    st.builds(lambda day, off: day * _cut + off, st.integers(0, 6), st.integers(-200, 200)),
    st.builds(
        lambda day, half_hours, off: day * _cut + half_hours * 1800 + off, st.integers(0, 5), st.integers(0, 47), st.integers(0, 130)
    ),
)
_directions = st.sampled_from([Direction.IN, Direction.OUT, None])
_methods = st.sampled_from([Method.FACE] * 8 + [Method.CLEARED, Method.EMERGENCY])


def histories(most: int = 30) -> st.SearchStrategy[list[Punch]]:
    """Any history of two assignments at two gates over a week; some punches are nobody's."""
    start = moment(MONDAY, "04:00")
    one = st.tuples(
        _seconds, _directions, st.sampled_from(["north", "south"]), _methods, st.sampled_from([1, 1, 1, 2, None]), st.booleans()
    )

    def built(parts: list[tuple[int, Direction | None, str, Method, int | None, bool]]) -> list[Punch]:
        return [
            Punch(("box", "e", n), assignment, direction, start + dt.timedelta(seconds=s), gate, method, duplicate)
            for n, (s, direction, gate, method, assignment, duplicate) in enumerate(parts)
        ]

    return st.lists(one, max_size=most).map(built)


_clocks = st.sampled_from([-60, 30, 60, 3 * 3600, 4 * 3600, 8 * 3600, 15 * 3600, 16 * 3600, 20 * 3600])
_dense_parts = st.tuples(st.integers(0, 3), _clocks, st.sampled_from([Direction.IN, Direction.OUT, None, None]), st.sampled_from("nnns"))


def dense_histories() -> st.SearchStrategy[list[Punch]]:
    """One person's few punches on four dates, nearly all of them neighbours in a pair, a repeat or a first-and-last."""
    start = moment(MONDAY, "04:00")

    def built(parts: list[tuple[int, int, Direction | None, str]]) -> list[Punch]:
        return [
            Punch(("box", "e", n), 1, direction, start + dt.timedelta(days=date, seconds=s), gate)
            for n, (date, s, direction, gate) in enumerate(parts)
        ]

    return st.lists(_dense_parts, max_size=8).map(built)
