from __future__ import annotations

import pytest

from edge.kiosk.standing import off_roster, on_roster
from edge.kiosk.texts import TEXTS
from edge.model import EndedRight, Right
from edge.sync.wire import EndCause, LookupAnswer

RIGHT = Right("w-1", "张*", "钢筋一班", "钢筋工", "沪建劳务", 1, None, "none")
ENDED = EndedRight("w-1", EndCause.COMPLETION, 1)


def answer(state: str) -> LookupAnswer:
    return LookupAnswer("r1", state, "张*", "沪建劳务", "总承包公司")


@pytest.mark.parametrize(
    ("state", "code", "open_step"),
    [
        ("unknown", "STANDS_UNKNOWN_CARD", "registered"),
        ("registered", "STANDS_REGISTERED", "assigned"),
        ("assigned", "STANDS_ASSIGNED", "accepted"),
        ("accepted_by_sub", "STANDS_ACCEPTED_BY_SUB", "accepted"),
        ("returned", "STANDS_RETURNED", "assigned"),
        ("withdrawn", "STANDS_WITHDRAWN", "assigned"),
        ("ended", "STANDS_ENDED", "assigned"),
        ("confirmed", "STANDS_JUST_CONFIRMED", "enrolled"),
    ],
)
@pytest.mark.rule("A-03")
def test_whoever_is_not_on_the_roster_may_not_be_enrolled_and_hears_who_must_act(state: str, code: str, open_step: str) -> None:
    standing = off_roster(None, answer(state), online=True)
    assert (standing.code, standing.who, standing.may_enrol) == (code, "总承包公司", False)
    assert next(row["step"] for row in standing.line() if row["state"] == "open") == open_step
    assert code in TEXTS


@pytest.mark.parametrize(("online", "code"), [(True, "LOOKUP_ASKING"), (False, "LOOKUP_OFFLINE")])
def test_without_an_answer_no_step_is_guessed(online: bool, code: str) -> None:
    standing = off_roster(None, None, online)
    assert standing.code == code
    assert {row["state"] for row in standing.line()} == {"unknown"}


def test_an_ended_right_is_known_offline_too_with_its_cause() -> None:
    standing = off_roster(ENDED, None, online=False)
    assert (standing.code, standing.cause) == ("STANDS_ENDED", EndCause.COMPLETION)


@pytest.mark.parametrize(("enrolled", "code"), [("none", "STANDS_CONFIRMED"), ("face", "STANDS_ENROLLED"), ("card", "STANDS_ENROLLED")])
def test_whoever_is_on_the_roster_may_be_enrolled(enrolled: str, code: str) -> None:
    standing = on_roster(RIGHT, enrolled)
    assert (standing.code, standing.may_enrol) == (code, True)
