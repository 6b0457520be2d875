import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.attendance.rules import Judged, Standing, corrected, judge, shown_name
from tests.central.builders import MORNING

HOUR = dt.timedelta(hours=1)
CONFIRMED = Standing(1, 1, 1, 1, MORNING, None)
ENDED = Standing(1, 1, 1, 1, MORNING, MORNING + 2 * HOUR)
ASSIGNED = Standing(1, 1, 1, 1, None, None)


@pytest.mark.rule("A-03")
@pytest.mark.rule("A-41")
@pytest.mark.parametrize(
    ("standing", "project", "at", "leaving", "judged"),
    [
        (None, 1, MORNING, False, Judged.UNKNOWN_PERSON),
        (CONFIRMED, 2, MORNING, False, Judged.OTHER_PROJECT),
        (ASSIGNED, 1, MORNING, False, Judged.NOT_CONFIRMED_THEN),
        (ASSIGNED, 1, MORNING, True, Judged.NOT_CONFIRMED_THEN),
        (CONFIRMED, 1, MORNING - HOUR, False, Judged.NOT_CONFIRMED_THEN),
        (CONFIRMED, 1, MORNING - dt.timedelta(seconds=30), False, Judged.OK),
        (CONFIRMED, 1, MORNING + HOUR, False, Judged.OK),
        (ENDED, 1, MORNING + HOUR, False, Judged.OK),
        (ENDED, 1, MORNING + 3 * HOUR, False, Judged.RIGHT_ENDED_THEN),
        (ENDED, 1, MORNING + 3 * HOUR, True, Judged.OK),
    ],
)
def test_a_passage_is_judged_by_the_right_at_its_time(
    standing: Standing | None, project: int, at: dt.datetime, leaving: bool, judged: Judged
) -> None:
    assert judge(standing, project, at, leaving) is judged


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(10**12, 2 * 10**12))
def test_a_corrected_time_keeps_the_distance_that_the_monotonic_clock_measured(mono: int, later: int, synced_at: int) -> None:
    assert synced_at - corrected(mono, synced_at, mono + later) == later


@pytest.mark.parametrize(("name", "shown"), [("王二", "王*"), ("张三丰", "张**"), ("阿卜杜拉", "阿**"), ("李", "李*")])
def test_a_shown_name_keeps_the_first_character_only(name: str, shown: str) -> None:
    assert shown_name(name) == shown
