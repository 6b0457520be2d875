"""Every state that a worker can be in, and what the gate then does."""

from __future__ import annotations

from dataclasses import replace

import pytest

from edge.gate.decision import CLOCK_SKEW_S, Moment, decide, is_open
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
GUARD_OF_THE_SITE = replace(CONFIRMED, maintenance=True)
LANE_2_ONLY = replace(CONFIRMED, lanes=("2",))
MINUTE = ((NOW + 8 * 3600) // 60) % 1440
OPEN_NOW, SHUT_NOW = SitePolicy(hours=((MINUTE, MINUTE + 1),)), SitePolicy(hours=((MINUTE - 60, MINUTE), (MINUTE + 1, MINUTE + 60)))
STRICT, SOFT, HARD = SitePolicy(when_stale="deny"), SitePolicy(anti_passback="soft"), SitePolicy(anti_passback="hard")
JUST_IN, SEEN_JUST_IN = replace(MOMENT, just_in=True), replace(MOMENT, just_in=True, just_in_seen=True)
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
    ("somebody else's card", come(CONFIRMED, Method.ID_CARD), RUNNING, replace(MOMENT, face_agrees=False), Reason.FACE_MISMATCH),
    ("card and face of one person", come(CONFIRMED, Method.ID_CARD), RUNNING, replace(MOMENT, face_agrees=True), None),
    ("work card and face of one person", come(CONFIRMED, Method.WORK_CARD), RUNNING, replace(MOMENT, face_agrees=True), None),
    ("somebody else's work card", come(CONFIRMED, Method.WORK_CARD), RUNNING, replace(MOMENT, face_agrees=False), Reason.FACE_MISMATCH),
    ("a face that is not alive", come(CONFIRMED, fault=Reason.LIVENESS_FAILED), RUNNING, MOMENT, Reason.LIVENESS_FAILED),
    (
        "a face that is not alive, of somebody whose right ended",
        come(DEPARTED, fault=Reason.LIVENESS_FAILED),
        RUNNING,
        MOMENT,
        Reason.RIGHT_ENDED,
    ),
    ("a code nobody signed", come(None, Method.QR, fault=Reason.QR_INVALID), RUNNING, MOMENT, Reason.QR_INVALID),
    ("a code that is over", come(CONFIRMED, Method.QR, fault=Reason.QR_EXPIRED), RUNNING, MOMENT, Reason.QR_EXPIRED),
    ("a code that was used", come(CONFIRMED, Method.QR, fault=Reason.QR_USED), RUNNING, MOMENT, Reason.QR_USED),
    ("a good code", come(CONFIRMED, Method.QR), RUNNING, MOMENT, None),
    ("a good code of somebody whose right ended", come(DEPARTED, Method.QR), RUNNING, MOMENT, Reason.RIGHT_ENDED),
    ("project suspended, site guard", come(GUARD_OF_THE_SITE), SUSPENDED, MOMENT, None),
    ("project completed, site guard", come(GUARD_OF_THE_SITE), COMPLETED, MOMENT, None),
    ("another lane's worker", come(LANE_2_ONLY, lane="1"), RUNNING, MOMENT, Reason.WRONG_LANE),
    ("this lane's worker", come(LANE_2_ONLY, lane="2"), RUNNING, MOMENT, None),
    ("another lane's worker, by guard", come(LANE_2_ONLY, Method.GUARD, lane="1"), RUNNING, MOMENT, Reason.WRONG_LANE),
    ("within the hours", come(CONFIRMED), OPEN_NOW, MOMENT, None),
    ("out of hours", come(CONFIRMED), SHUT_NOW, MOMENT, Reason.OUT_OF_HOURS),
    ("out of hours, by guard", come(CONFIRMED, Method.GUARD), SHUT_NOW, MOMENT, None),
    ("out of hours, site guard", come(GUARD_OF_THE_SITE), SHUT_NOW, MOMENT, None),
    ("out of hours, the clock was never set", come(CONFIRMED), SHUT_NOW, replace(MOMENT, clock=Clock.NONE), None),
    ("came in just now, no anti-passback", come(CONFIRMED), RUNNING, SEEN_JUST_IN, None),
    ("came in just now, soft", come(CONFIRMED), SOFT, SEEN_JUST_IN, None),
    ("came in just now, hard", come(CONFIRMED), HARD, SEEN_JUST_IN, Reason.PASSED_ALREADY),
    ("came in just now, hard, by guard", come(CONFIRMED, Method.GUARD), HARD, SEEN_JUST_IN, None),
    ("came in just now, hard, no sensor saw it", come(CONFIRMED), HARD, JUST_IN, None),
    ("lease over, by card, strict site", come(CONFIRMED, Method.ID_CARD), STRICT, OFFLINE_TOO_LONG, Reason.STALE_ROSTER),
    ("lease over, by guard, strict site", come(CONFIRMED, Method.GUARD), STRICT, OFFLINE_TOO_LONG, None),
    ("lease over, by face, strict site", come(CONFIRMED), STRICT, OFFLINE_TOO_LONG, Reason.LEASE_OVER),
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


def test_every_reason_of_the_closed_list_stands_in_the_table() -> None:
    assert {row[4] for row in TABLE} - {None} == set(Reason)


@pytest.mark.parametrize(
    ("hours", "at", "expected"),
    [
        ((), 0, True),
        (((360, 1200),), 359, False),
        (((360, 1200),), 360, True),
        (((360, 1200),), 1200, False),
        (((1320, 360),), 1439, True),
        (((1320, 360),), 359, True),
        (((1320, 360),), 720, False),
    ],
)
def test_hours_are_minutes_of_the_sites_own_day(hours: tuple[tuple[int, int], ...], at: int, expected: bool) -> None:
    midnight_in_shanghai = 1_799_942_400
    assert is_open(hours, midnight_in_shanghai + 60 * at) is expected


def test_soft_anti_passback_lets_through_and_notes_it() -> None:
    assert "passed_again" in decide(come(CONFIRMED), SOFT, JUST_IN).flags
    assert "passed_again" not in decide(come(CONFIRMED), RUNNING, JUST_IN).flags
    assert "passed_again" not in decide(come(CONFIRMED), HARD, SEEN_JUST_IN).flags


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
