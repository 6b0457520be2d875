"""Every state that a worker can be in, and what the gate then does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.gate.decision import CLOCK_SKEW_S, Moment, decide
from edge.model import Claim, EndedRight, Right, SitePolicy
from edge.sync.wire import Clock, Direction, EndCause, Method, Reason

NOW = 1_800_000_000
MOMENT = Moment(now_s=NOW, clock=Clock.NTP, lease_left_s=3600)
OFFLINE_TOO_LONG = replace(MOMENT, lease_left_s=0.0, offline=True)
CONFIRMED = Right("p-000000001", "张*", "钢筋一班", "钢筋工", "某劳务公司", NOW - 86400, None, "granted")
CARD_ONLY = replace(CONFIRMED, face="refused")
DEPARTING = replace(CONFIRMED, valid_until_s=NOW + 1)
DEPARTED = replace(CONFIRMED, valid_until_s=NOW)
UNTRAINED = replace(CONFIRMED, needs_training=True)
TOMORROW = replace(CONFIRMED, valid_from_s=NOW + 86400)
RUNNING, SUSPENDED, COMPLETED = SitePolicy(), SitePolicy(state="suspended"), SitePolicy(state="completed")
ENDED = {cause: EndedRight("p-000000002", cause, NOW - 10) for cause in EndCause}


def come(right: Right | None, method: Method = Method.FACE, direction: Direction = Direction.IN, **more: object) -> Claim:
    return replace(Claim(method, direction, right), **more)  # type: ignore[arg-type]


TABLE = [
    # unverified, unassigned, assigned, returned, withdrawn and accepted by a subcontractor only: not on the roster at all
    ("nobody the box knows, by face", come(None), RUNNING, MOMENT, Reason.NOT_CONFIRMED),
    ("nobody the box knows, by card", come(None, Method.ID_CARD), RUNNING, MOMENT, Reason.NOT_CONFIRMED),
    ("confirmed and enrolled, by face", come(CONFIRMED), RUNNING, MOMENT, None),
    ("confirmed and enrolled, by card", come(CONFIRMED, Method.ID_CARD), RUNNING, MOMENT, None),
    ("consent refused, by ID card", come(CARD_ONLY, Method.ID_CARD), RUNNING, MOMENT, None),
    ("consent refused, by work card", come(CARD_ONLY, Method.WORK_CARD), RUNNING, MOMENT, None),
    ("consent refused, by code", come(CARD_ONLY, Method.QR), RUNNING, MOMENT, None),
    ("consent refused, by guard", come(CARD_ONLY, Method.GUARD), RUNNING, MOMENT, None),
    ("consent withdrawn but matched by face", come(CARD_ONLY), RUNNING, MOMENT, Reason.METHOD_NOT_ALLOWED),
    ("enrolled at this kiosk, the centre does not know yet", come(replace(CONFIRMED, face="none")), RUNNING, MOMENT, None),
    ("departure scheduled, the last second", come(DEPARTING), RUNNING, MOMENT, None),
    ("departure scheduled, the day has come", come(DEPARTED), RUNNING, MOMENT, Reason.RIGHT_ENDED),
    ("departure scheduled, the day has come, by card", come(DEPARTED, Method.ID_CARD), RUNNING, MOMENT, Reason.RIGHT_ENDED),
    *(
        (f"ended by {cause}", come(None, Method.ID_CARD, ended=ended), RUNNING, MOMENT, Reason.RIGHT_ENDED)
        for cause, ended in ENDED.items()
    ),
    ("right begins tomorrow", come(TOMORROW), RUNNING, MOMENT, Reason.NOT_YET_VALID),
    ("training needed", come(UNTRAINED), RUNNING, MOMENT, Reason.TRAINING_REQUIRED),
    ("training needed, by card", come(UNTRAINED, Method.ID_CARD), RUNNING, MOMENT, Reason.TRAINING_REQUIRED),
    ("project suspended", come(CONFIRMED), SUSPENDED, MOMENT, Reason.PROJECT_SUSPENDED),
    ("project suspended, a stranger", come(None), SUSPENDED, MOMENT, Reason.NOT_CONFIRMED),
    ("project completed", come(CONFIRMED), COMPLETED, MOMENT, Reason.GATE_CLOSED),
    ("project completed, a stranger", come(None), COMPLETED, MOMENT, Reason.GATE_CLOSED),
    ("lease over, by face", come(CONFIRMED), RUNNING, OFFLINE_TOO_LONG, Reason.LEASE_OVER),
    ("lease over, by code", come(CONFIRMED, Method.QR), RUNNING, OFFLINE_TOO_LONG, Reason.LEASE_OVER),
    ("lease over, by card", come(CONFIRMED, Method.ID_CARD), RUNNING, OFFLINE_TOO_LONG, None),
    ("lease over, by guard", come(CONFIRMED, Method.GUARD), RUNNING, OFFLINE_TOO_LONG, None),
    ("offline within the lease", come(CONFIRMED), RUNNING, replace(MOMENT, offline=True), None),
    ("ID card out of date", come(CONFIRMED, Method.ID_CARD, card_expired=True), RUNNING, MOMENT, Reason.CARD_EXPIRED),
    ("somebody else's card", come(CONFIRMED, Method.ID_CARD), RUNNING, replace(MOMENT, face_agrees=False), Reason.METHOD_NOT_ALLOWED),
    ("card and face of one person", come(CONFIRMED, Method.ID_CARD), RUNNING, replace(MOMENT, face_agrees=True), None),
]


@pytest.mark.rule("A-01")
@pytest.mark.rule("A-03")
@pytest.mark.rule("A-41")
@pytest.mark.parametrize(("claim", "policy", "moment", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_gate_answers_every_state(claim: Claim, policy: SitePolicy, moment: Moment, expected: Reason | None) -> None:
    assert decide(claim, policy, moment).reason is expected


@pytest.mark.parametrize(("claim", "policy", "moment"), [row[1:4] for row in TABLE], ids=[row[0] for row in TABLE])
def test_nobody_is_ever_locked_in(claim: Claim, policy: SitePolicy, moment: Moment) -> None:
    assert decide(replace(claim, direction=Direction.OUT), policy, moment).opens


ON_THE_WIRE_ONLY = {
    Reason.WRONG_LANE,
    Reason.OUT_OF_HOURS,
    Reason.PASSED_ALREADY,
    Reason.FACE_MISMATCH,
    Reason.LIVENESS_FAILED,
    Reason.QR_INVALID,
    Reason.QR_EXPIRED,
    Reason.STALE_ROSTER,
}
"""Reasons that the contract has and `decide` does not give."""


def test_every_reason_of_the_closed_list_stands_in_the_table() -> None:
    assert {row[4] for row in TABLE} - {None} == set(Reason) - ON_THE_WIRE_ONLY


@pytest.mark.rule("A-50")
def test_a_scheduled_departure_ends_the_right_without_any_message() -> None:
    right = replace(CONFIRMED, valid_until_s=NOW + 60)
    answers = [decide(come(right), RUNNING, replace(MOMENT, now_s=NOW + s, offline=True)).reason for s in (0, 59.9, 60, 86400)]
    assert answers == [None, None, Reason.RIGHT_ENDED, Reason.RIGHT_ENDED]


def test_a_right_given_this_minute_holds_although_the_box_clock_trails() -> None:
    just_now = replace(CONFIRMED, valid_from_s=NOW + CLOCK_SKEW_S)
    assert decide(come(just_now), RUNNING, MOMENT).opens


def test_a_clock_that_was_never_set_does_not_say_not_yet() -> None:
    assert decide(come(CONFIRMED), RUNNING, replace(MOMENT, now_s=60.0, clock=Clock.NONE)).opens


def test_flags_say_offline_and_stale_and_duplicate_only_what_opened() -> None:
    by_card = come(CONFIRMED, Method.ID_CARD)
    twice = replace(OFFLINE_TOO_LONG, duplicate=True)
    assert decide(by_card, RUNNING, twice).flags == {"offline", "stale_roster", "duplicate"}
    assert decide(come(None), RUNNING, twice).flags == {"offline", "stale_roster"}
    assert decide(by_card, RUNNING, MOMENT).flags == frozenset()
