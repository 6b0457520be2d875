"""The loop of a lane over a real store, with devices and an engine that do as they are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import msgspec
import pytest
from nacl.signing import SigningKey

from edge.errors import StoreReplaced
from edge.gate.card_desk import LOADS_S, WAIT_S
from edge.gate.code_camera import AGAIN_S
from edge.gate.devices import DEVICE_BACK
from edge.gate.display import CARD_READ
from edge.gate.gallery import Gallery
from edge.gate.lane import REOPEN_S
from edge.gate.openings import EXIT_BUTTON, FIRE, GATE_RESTARTED
from edge.gate.owner import ONE_TO_ONE
from edge.gate.passage import CAME_IN_MS
from edge.gate.recognition import ADVISED_S
from edge.reader.card_seen import number_hash
from edge.reader.swipes import SwipeState
from edge.store.hand_asks import ADMIT, CLOSE, GOOD_FOR_MS, OPEN, TOO_LATE
from edge.store.health import Health
from edge.store.site_count import SiteCount
from edge.store.templates import Templates
from edge.store.used_codes import RESTS_S
from edge.sync import qr_pass, wire
from edge.sync.wire import (
    BoxKey,
    Direction,
    EndCause,
    GatePolicy,
    Method,
    NotPassed,
    Opening,
    Passage,
    Reason,
    Refusal,
    Removal,
)
from hardware.errors import CardUnreadable, DeviceUnplugged
from hardware.turnstile import Way
from tests.edge.gate.box import (
    CARD_KEY,
    GOOD,
    NOW_MS,
    WORKERS,
    Stands,
    entry,
    face_of,
    fill_the_disk,
    make_room,
    until,
)
from tests.edge.gate.site import CENTRE, STRANGER, UID, Opener, Site, code_of


def test_a_worker_walks_up_passes_and_the_screen_says_so(at_site: Opener) -> None:
    site = at_site()
    states = site.see(Stands(1), seconds=1)
    assert states == {"looking", "pass"}
    assert (site.view.shown_name, site.view.team, site.view.method, site.view.direction) == ("张*", "钢筋一班", "001", "01")
    assert site.arm.ways == [Way.IN]
    (passage,) = site.facts()
    assert isinstance(passage, Passage)
    assert (passage.person, passage.method, passage.duplicate) == (WORKERS[0], Method.FACE, False)
    site.see(seconds=3)
    assert (site.view.state, site.view.project_name, site.view.people) == ("idle", "示范项目", 3)


def test_a_worker_who_stays_or_comes_right_back_is_let_through_once(at_site: Opener) -> None:
    site = at_site()
    site.see(Stands(1), seconds=4)
    site.see(seconds=1)
    site.see(Stands(1, x=400), seconds=2)
    assert len(site.facts()) == len(site.arm.ways) == 1


def test_the_same_worker_a_little_later_is_a_duplicate(at_site: Opener) -> None:
    site = at_site()
    site.see(Stands(1), seconds=1)
    site.see(seconds=REOPEN_S)
    site.see(Stands(1), seconds=1)
    assert [fact.duplicate for fact in site.facts() if isinstance(fact, Passage)] == [False, True]


@pytest.mark.rule("A-03")
def test_a_stranger_who_stays_is_refused_on_the_screen_and_once_in_the_journal(at_site: Opener) -> None:
    site = at_site()
    states = site.see(Stands(STRANGER), seconds=20)
    assert "refuse" in states
    assert "pass" not in states
    assert site.arm.ways == []
    (refusal,) = site.facts()
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.person) == (Reason.NOT_CONFIRMED, None)


@pytest.mark.rule("A-53")
def test_a_worker_whose_right_has_ended_is_refused_from_the_next_face_on(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(remove=[Removal(WORKERS[0], EndCause.COMPLETION, (), NOW_MS // 1000)])
    until(lambda: site.feed.gallery is not None and len(site.feed.gallery) == 2)
    assert "refuse" in site.see(Stands(1), seconds=2)
    assert site.arm.ways == []


def test_a_known_worker_who_may_not_is_told_why_once_in_the_journal(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(entry(WORKERS[1], needs_training=True))
    site.see(Stands(2), seconds=15)
    (refusal,) = site.facts()
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.person) == (Reason.TRAINING_REQUIRED, WORKERS[1])
    site.box.publish(entry(WORKERS[1]))
    site.see(Stands(2), seconds=5)
    assert site.arm.ways == [Way.IN]


def test_a_stale_frame_is_never_matched(at_site: Opener) -> None:
    site = at_site()
    site.see(Stands(1), seconds=3, age_s=0.6)
    assert site.engine.embedded == 0
    assert site.facts() == []


def test_a_camera_that_fails_is_told_once_and_the_cards_go_on(at_site: Opener) -> None:
    site = at_site()
    site.see(seconds=1)
    states = site.blind(3, "CAMERA_FROZEN")
    assert (site.view.state, site.view.faults) == ("fault", ("CAMERA_FROZEN",))
    assert "fault" in states
    site.lay_card(WORKERS[0])
    assert "pass" in site.blind(1, "CAMERA_FROZEN")
    site.camera.code = None
    site.see(seconds=3)
    assert (site.view.state, site.view.faults) == ("idle", ())
    assert site.incidents() == ["CAMERA_FROZEN", DEVICE_BACK]
    (passage,) = site.facts()
    assert isinstance(passage, Passage)
    assert (passage.method, passage.checks) == (Method.ID_CARD, ())


def test_card_and_face_of_one_person_open_together(at_site: Opener) -> None:
    site = at_site()
    site.see(seconds=0.5)
    site.lay_card(WORKERS[0])
    site.see(seconds=0.5)
    assert (site.view.state, site.view.hint) == ("looking", "CARD_READ")
    site.see(Stands(1), seconds=1)
    (passage,) = site.facts()
    assert isinstance(passage, Passage)
    assert (passage.person, passage.method, passage.checks) == (WORKERS[0], Method.ID_CARD, (ONE_TO_ONE,))
    assert passage.score is not None
    assert passage.score > 800


def test_a_card_that_cannot_be_read_says_so_and_is_no_fault_of_the_lane(at_site: Opener) -> None:
    site = at_site()
    site.reader.trouble = CardUnreadable("demagnetised")
    assert until(lambda: site.swipes.latest().state is SwipeState.FAULT)
    site.see(seconds=1.5)
    assert (site.view.state, site.view.hint, site.view.faults) == ("card", "CARD_UNREADABLE", ())
    site.reader.trouble = None
    assert until(lambda: site.swipes.latest().state is SwipeState.ABSENT)
    assert site.see(seconds=0.5) == {"idle"}


def test_somebody_elses_card_does_not_open(at_site: Opener) -> None:
    site = at_site()
    site.see(Stands(STRANGER), seconds=0.3)
    site.lay_card(WORKERS[0])
    site.see(Stands(STRANGER), seconds=WAIT_S + 0.5)
    (refusal,) = site.facts()
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.method, refusal.person) == (Reason.FACE_MISMATCH, Method.ID_CARD, WORKERS[0])
    assert site.arm.ways == []


def test_who_refused_the_face_shows_the_card_alone_and_waits_for_nothing(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(entry(WORKERS[2], face="refused"))
    Templates(site.box.store).delete(WORKERS[2])
    site.see(Stands(STRANGER), seconds=0.3)
    site.lay_card(WORKERS[2])
    assert "pass" in site.see(Stands(STRANGER), seconds=0.2)
    assert site.arm.ways == [Way.IN]
    site.see(Stands(STRANGER), seconds=5)
    assert len(site.facts()) == 1


def test_a_card_out_of_date_is_refused_on_its_first_day(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(entry(WORKERS[2], face="refused"))
    site.lay_card(WORKERS[2], valid_until=date(2027, 1, 14))
    site.see(seconds=0.2)
    (refusal,) = site.facts()
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.CARD_EXPIRED


def test_nobody_is_matched_while_somebody_is_enrolled_with_the_lanes_camera_and_the_screen_sends_the_others_to_the_reader(
    at_site: Opener,
) -> None:
    site = at_site()
    site.see(Stands(STRANGER), seconds=0.3)
    site.screen.lend(60)
    embedded = site.engine.embedded
    site.see(Stands(STRANGER), Stands(1, x=400), seconds=3)
    assert (site.view.state, site.view.hint) == ("card", "CAMERA_LENT")
    assert (site.engine.embedded, site.facts()) == (embedded, [])
    site.lay_card(WORKERS[1])
    assert "pass" in site.see(Stands(STRANGER), seconds=0.3)
    (passage,) = site.facts()
    assert isinstance(passage, Passage)
    assert (passage.person, passage.method, passage.checks) == (WORKERS[1], Method.ID_CARD, ())
    site.screen.lend(0)
    site.see(seconds=1)
    site.see(Stands(1), seconds=1)
    assert site.arm.ways == [Way.IN, Way.IN]


def test_a_challenge_that_a_capture_interrupts_refuses_nobody(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(policy=GatePolicy(liveness="always"))
    site.see(Stands(1), seconds=0.5)
    assert site.view.hint is not None
    site.screen.lend(60)
    site.see(Stands(1), seconds=3)
    site.screen.lend(0)
    site.see(seconds=1)
    assert site.facts() == []


def test_a_card_that_waits_for_a_face_is_enough_when_the_camera_fails_meanwhile(at_site: Opener) -> None:
    site = at_site()
    site.see(seconds=0.3)
    site.lay_card(WORKERS[0])
    site.see(seconds=0.3)
    assert site.facts() == []
    site.blind(0.5, "DEVICE_UNPLUGGED")
    assert site.arm.ways == [Way.IN]


def test_out_opens_for_a_card_at_once_and_for_a_stranger_too(at_site: Opener) -> None:
    site = at_site(Direction.OUT)
    site.see(seconds=0.3)
    site.lay_card(WORKERS[0])
    site.see(seconds=0.1)
    assert site.arm.ways == [Way.OUT]
    site.see(Stands(STRANGER), seconds=2)
    assert site.arm.ways == [Way.OUT, Way.OUT]


def test_alarms_of_the_turnstile_stand_on_the_screen_and_in_the_journal(at_site: Opener) -> None:
    site = at_site()
    site.arm.now = frozenset({"FIRE"})
    site.see(seconds=2)
    assert (site.view.faults, site.incidents()) == (("FIRE",), ["FIRE"])


def test_a_template_of_another_engine_is_an_incident_and_its_owner_shows_the_card(at_site: Opener) -> None:
    site = at_site()
    Templates(site.box.store).put(WORKERS[0], "fake-1", site.box.sealed("another-engine", face_of(1)), "local")
    assert until(lambda: site.feed.gallery is not None and len(site.feed.gallery) == 2)
    site.see(seconds=2)
    assert site.incidents() == ["TEMPLATE_OTHER_ENGINE"]
    assert site.view.faults == ("TEMPLATE_OTHER_ENGINE",)
    site.lay_card(WORKERS[0])
    assert "pass" in site.see(seconds=0.2)


def test_a_full_disk_stands_on_the_screen_lets_nobody_in_and_the_lane_lives_on(at_site: Opener) -> None:
    site = at_site()
    fill_the_disk(site.box)
    states = site.see(Stands(1), seconds=2)
    assert "fault" in states
    assert "pass" not in states
    assert site.arm.ways == []
    assert "STORE_FULL" in site.view.faults
    make_room(site.box)
    site.see(Stands(1), seconds=5)
    assert site.arm.ways == [Way.IN]
    assert "STORE_FULL" in site.incidents()


def test_a_project_that_is_over_shows_a_closed_lane(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(state="completed")
    site.see(seconds=2)
    assert (site.view.state, site.view.reason) == ("closed", "GATE_CLOSED")
    site.see(Stands(1), seconds=1)
    (refusal,) = site.facts()
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.GATE_CLOSED


def test_offline_and_an_old_roster_stand_on_the_screen(at_site: Opener) -> None:
    site = at_site()
    site.see(seconds=2)
    assert (site.view.offline_since_ms, site.view.stale_roster) == (None, False)
    Health(site.box.store, site.box.clock).report("sync", {"connected": False, "since_ms": NOW_MS + 5})
    site.tick(3600)
    site.see(seconds=2)
    assert site.view.offline_since_ms is not None
    assert site.view.stale_roster


def test_the_gate_says_how_it_is(at_site: Opener) -> None:
    site = at_site()
    site.see(seconds=2)
    report = Health(site.box.store, site.box.clock).all()["gate"]
    assert (report["engine"], report["faces"], report["camera_fault"], report["faults"]) == ("fake-1", 3, None, [])


def test_a_store_that_was_set_aside_ends_the_loop(at_site: Opener) -> None:
    site = at_site()
    (site.box.home / "edge.db").rename(site.box.home / "edge.db.damaged-test")
    with pytest.raises(StoreReplaced):
        site.see(Stands(1), seconds=2)


# other ways in, of equal standing


def test_a_work_card_and_its_owners_face_open(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(entry(WORKERS[0], cards=(*entry(WORKERS[0]).cards, number_hash(UID, CARD_KEY))))
    site.lay_work_card(UID)
    site.see(Stands(1), seconds=0.6)
    (passage,) = site.facts()
    assert isinstance(passage, Passage)
    assert (passage.person, passage.method, passage.checks) == (WORKERS[0], Method.WORK_CARD, (ONE_TO_ONE,))


def test_a_found_work_card_does_not_open_for_its_finder(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(entry(WORKERS[0], cards=(number_hash(UID, CARD_KEY),)))
    site.lay_work_card(UID)
    site.see(Stands(STRANGER), seconds=WAIT_S + 0.5)
    refusal = site.facts()[0]
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.method) == (Reason.FACE_MISMATCH, Method.WORK_CARD)
    assert not site.arm.ways


def test_a_work_card_alone_opens_for_who_refused_the_face(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(entry(WORKERS[0], cards=(number_hash(UID, CARD_KEY),), face="refused"))
    site.lay_work_card(UID)
    site.see(seconds=0.3)
    (passage,) = site.facts()
    assert isinstance(passage, Passage)
    assert (passage.method, passage.checks) == (Method.WORK_CARD, ())


def test_a_code_on_the_phone_opens_once_for_who_refused_the_face(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(entry(WORKERS[0], face="refused"))
    site.hold_up(code_of(WORKERS[0]), seconds=2.0)
    (passage,) = site.facts()
    assert isinstance(passage, Passage)
    assert (passage.person, passage.method) == (WORKERS[0], Method.QR)
    assert site.arm.ways == [Way.IN]


def test_while_templates_are_read_a_card_waits_for_them_and_another_face_opens_nothing(at_site: Opener) -> None:
    site = at_site()
    site.see(seconds=0.3)
    read, site.feed.gallery = site.feed.gallery, None
    site.lay_card(WORKERS[0])
    site.see(Stands(STRANGER), seconds=WAIT_S + 1)
    assert (site.facts(), site.view.hint) == ([], CARD_READ)
    site.feed.gallery = read
    site.see(Stands(STRANGER), seconds=WAIT_S + 1)
    assert pass_and_reason(site)[0] == Reason.FACE_MISMATCH
    assert not site.arm.ways


def test_templates_that_never_come_leave_the_card_alone_to_decide(at_site: Opener) -> None:
    site = at_site()
    site.see(seconds=0.3)
    site.feed.gallery = None
    site.lay_card(WORKERS[0])
    site.see(Stands(1), seconds=LOADS_S + 1)
    assert pass_and_reason(site) == ["Passage"]


def test_a_card_whose_owner_has_no_template_after_all_opens_alone(at_site: Opener) -> None:
    site = at_site()
    site.see(seconds=0.3)
    site.feed.gallery = None
    site.lay_card(WORKERS[0])
    site.see(seconds=1)
    site.feed.gallery = Gallery.build(site.engine.dim, {})
    site.see(seconds=0.3)
    assert pass_and_reason(site) == ["Passage"]


def test_a_photographed_code_does_not_open_for_another_face(at_site: Opener) -> None:
    site = at_site()
    site.hold_up(code_of(WORKERS[0]), Stands(STRANGER), seconds=WAIT_S + 1)
    refusal = site.facts()[0]
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.method) == (Reason.FACE_MISMATCH, Method.QR)
    assert not site.arm.ways


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        (code_of(WORKERS[0], key=SigningKey(bytes(32))), Reason.QR_INVALID),
        (code_of(WORKERS[0], seconds=-120), Reason.QR_EXPIRED),
        (code_of("worker-0099"), Reason.NOT_CONFIRMED),
        (code_of(WORKERS[0], signer="b-99999999"), Reason.QR_INVALID),
    ],
    ids=["signed by nobody we know", "over", "of nobody confirmed", "of a box that is not of this project"],
)
def test_a_code_that_is_not_good_says_why(at_site: Opener, code: str, reason: Reason) -> None:
    site = at_site()
    site.hold_up(code, seconds=1.0)
    (refusal,) = site.facts()
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.method) == (reason, Method.QR)


def test_a_code_that_a_kiosk_of_this_project_printed_opens(at_site: Opener) -> None:
    site, kiosk = at_site(), SigningKey(bytes([7] * 32))
    keys = (BoxKey("b-00000007", bytes(32), bytes(kiosk.verify_key)),)
    site.box.publish(entry(WORKERS[0], face="refused"), boxes=keys)
    site.hold_up(code_of(WORKERS[0], 3600, kiosk, "b-00000007"), seconds=1.0)
    assert site.arm.ways == [Way.IN]


def pass_and_reason(site: Site) -> list[str]:
    return [fact.reason if isinstance(fact, Refusal) else type(fact).__name__ for fact in site.facts()]


@pytest.mark.parametrize("signer", [qr_pass.CENTRE, "b-00000007"], ids=["on a phone", "printed"])
def test_a_code_that_was_sent_on_opens_for_its_owner_alone(at_site: Opener, signer: str) -> None:
    site = at_site()
    site.box.publish(entry(WORKERS[0], face="refused"), boxes=(BoxKey("b-00000007", bytes(32), bytes(CENTRE.verify_key)),))
    code = code_of(WORKERS[0], 60, CENTRE, signer)
    for _ in range(3):
        site.hold_up(code, seconds=1.0)
        site.see(seconds=AGAIN_S + 1)
    assert pass_and_reason(site) == ["Passage", Reason.QR_USED, Reason.QR_USED]
    assert site.arm.ways == [Way.IN]


def test_a_printed_code_opens_again_after_a_while_and_a_phones_does_not(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(entry(WORKERS[0], face="refused"), boxes=(BoxKey("b-00000007", bytes(32), bytes(CENTRE.verify_key)),))
    for signer in ("b-00000007", qr_pass.CENTRE):
        code = code_of(WORKERS[0], 7200, CENTRE, signer)
        site.hold_up(code, seconds=1.0)
        site.tick(RESTS_S)
        site.box.renew(3600)
        site.hold_up(code, seconds=1.0)
    assert pass_and_reason(site) == ["Passage", "Passage", "Passage", Reason.QR_USED]


def test_a_code_by_which_nobody_went_through_is_good_again(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(entry(WORKERS[0], face="refused"))
    site.arm.goes = False
    code = code_of(WORKERS[0])
    for _ in range(2):
        site.hold_up(code, seconds=1.0)
        site.see(seconds=10)
    assert pass_and_reason(site) == ["Passage", "Passage"]


def test_a_used_code_locks_nobody_in(at_site: Opener) -> None:
    site = at_site(Direction.OUT)
    for _ in range(2):
        site.hold_up(code_of(WORKERS[0]), seconds=1.0)
        site.see(seconds=AGAIN_S + 1)
    assert site.arm.ways == [Way.OUT, Way.OUT]


def test_other_peoples_codes_are_passed_over(at_site: Opener) -> None:
    site = at_site()
    site.hold_up("https://example.org/menu", seconds=1.0)
    assert site.facts() == []


def test_a_guard_lets_somebody_in_and_answers_for_it(at_site: Opener) -> None:
    site = at_site()
    asked = site.asks.ask(ADMIT, Method.GUARD, "op-1", "FACE_NOT_READ", WORKERS[0])
    site.see(seconds=0.5)
    (passage,) = site.facts()
    assert isinstance(passage, Passage)
    assert (passage.person, passage.method, passage.operator, passage.why) == (WORKERS[0], Method.GUARD, "op-1", "FACE_NOT_READ")
    assert site.asks.answer(asked) == ""
    assert site.arm.ways == [Way.IN]


@pytest.mark.rule("A-03")
def test_a_guard_lets_nobody_in_who_is_not_confirmed(at_site: Opener) -> None:
    site = at_site()
    asked = site.asks.ask(ADMIT, Method.GUARD, "op-1", "FACE_NOT_READ", "worker-0099")
    site.see(seconds=0.5)
    assert site.asks.answer(asked) == Reason.NOT_CONFIRMED.value
    assert not site.arm.ways


def test_what_was_asked_too_long_ago_is_not_acted_on(at_site: Opener) -> None:
    site = at_site()
    asked = site.asks.ask(ADMIT, Method.GUARD, "op-1", "FACE_NOT_READ", WORKERS[0])
    site.tick(GOOD_FOR_MS / 1000 + 1)
    site.see(seconds=0.5)
    assert site.asks.answer(asked) == TOO_LATE
    assert site.facts() == []


def test_one_key_holds_the_gate_open_until_it_is_closed_again(at_site: Opener) -> None:
    site = at_site()
    site.asks.ask(OPEN, Method.ONE_KEY, "op-1", "CROWD")
    assert "open" in site.see(seconds=1.5)
    assert site.holds()
    site.asks.ask(CLOSE, Method.ONE_KEY, "op-2", "CROWD_OVER")
    site.see(seconds=1.5)
    assert not site.holds()
    openings = [fact for fact in site.box.facts() if isinstance(fact, Opening)]
    assert [(one.method, one.open, one.operator, one.why) for one in openings] == [
        (Method.ONE_KEY, True, "op-1", "CROWD"),
        (Method.ONE_KEY, False, "op-2", "CROWD_OVER"),
    ]


def test_a_fire_holds_the_gate_open_and_says_so_until_it_is_over(at_site: Opener) -> None:
    site = at_site()
    site.arm.now = frozenset({FIRE})
    assert "emergency" in site.see(Stands(STRANGER), seconds=4.0)
    assert site.view.state == "emergency"
    assert site.holds()
    site.asks.ask(OPEN, Method.ONE_KEY, "op-1", "FIRE_DRILL")
    site.see(seconds=1.5)
    site.arm.now = frozenset()
    site.see(seconds=1.5)
    assert site.holds(), "somebody's key still holds it"
    site.asks.ask(CLOSE, Method.ONE_KEY, "op-1", "FIRE_DRILL")
    site.see(seconds=1.5)
    assert not site.holds()
    opened = [(one.method, one.open) for one in site.box.facts() if isinstance(one, Opening)]
    assert opened == [(Method.EMERGENCY, True), (Method.ONE_KEY, True), (Method.EMERGENCY, False), (Method.ONE_KEY, False)]


def test_what_was_held_open_when_the_gate_ended_is_written_down_as_over_by_the_next_one(at_site: Opener) -> None:
    ended = at_site()
    ended.asks.ask(OPEN, Method.ONE_KEY, "op-1", "CROWD")
    ended.see(seconds=1.5)
    after = at_site()
    after.see(seconds=1.5)
    assert not after.holds()
    again = at_site()
    again.see(seconds=1.5)
    told = [(one.open, one.why) for one in again.box.facts() if isinstance(one, Opening)]
    assert told == [(True, "CROWD"), (False, GATE_RESTARTED)]


def test_a_board_that_forgot_is_asked_to_hold_again(at_site: Opener) -> None:
    site = at_site()
    site.asks.ask(OPEN, Method.ONE_KEY, "op-1", "CROWD")
    site.see(seconds=1.5)
    site.arm.held = False
    site.see(seconds=1.0)
    assert site.holds()


def test_the_exit_button_lets_one_person_out_and_bounces_once(at_site: Opener) -> None:
    site = at_site()
    for _ in range(5):
        site.arm.button = True
        site.see(seconds=0.3)
    assert site.arm.ways == [Way.OUT]
    (opening,) = [fact for fact in site.box.facts() if isinstance(fact, Opening)]
    assert (opening.method, opening.direction, opening.why) == (Method.ONE_KEY, Direction.OUT, EXIT_BUTTON)


def test_who_did_not_go_through_has_no_attendance_and_may_ask_again(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(policy=GatePolicy(anti_passback="hard", liveness="never"))
    site.arm.goes = False
    site.asks.ask(ADMIT, Method.GUARD, "op-1", "FACE_NOT_READ", WORKERS[0])
    site.see(seconds=10.0)
    assert [type(event) for event in site.box.facts() if isinstance(event, (Passage, NotPassed))] == [Passage], "the sensor may be cut off"
    site.asks.ask(ADMIT, Method.GUARD, "op-1", "FACE_NOT_READ", WORKERS[1])
    site.arm.goes = True
    site.see(seconds=1.0)
    passage, _, taken_back = (event for event in site.box.facts() if isinstance(event, (Passage, NotPassed)))
    assert isinstance(passage, Passage)
    assert isinstance(taken_back, NotPassed)
    numbers = [msgspec.msgpack.decode(row.packed)[0] for row in site.box.journal.unsent(0, 100)]
    assert taken_back.passage_seq in numbers
    site.see(Stands(1), seconds=1.0)
    assert site.arm.ways == [Way.IN, Way.IN, Way.IN]


def test_a_card_handed_back_over_the_arm_does_not_open_again_where_a_sensor_saw_its_owner_go(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(entry(WORKERS[0], face="refused"), policy=GatePolicy(anti_passback="hard", liveness="never"))
    site.arm.goes = True
    site.lay_card(WORKERS[0])
    site.see(seconds=1.0)
    site.card_is_gone()
    site.lay_card(WORKERS[0])
    site.see(seconds=1.0)
    assert [type(fact) for fact in site.facts()] == [Passage, Refusal]
    refusal = site.facts()[1]
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.PASSED_ALREADY


def test_who_left_by_a_sibling_and_comes_back_is_not_held_to_be_inside(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(policy=GatePolicy(anti_passback="hard", liveness="never"))
    site.arm.goes = True
    site.see(Stands(1), seconds=1.0)
    site.tick(CAME_IN_MS / 1000)  # out by the other gate, of which this box hears nothing
    site.see(Stands(1), seconds=1.0)
    assert [(type(fact), getattr(fact, "why", "")) for fact in site.facts()] == [(Passage, ""), (Passage, "")]


def test_a_lane_shows_the_centres_figure_of_who_is_on_site_and_goes_on_from_it(at_site: Opener) -> None:
    site = at_site()
    epoch = site.box.journal.epoch
    SiteCount(site.box.store).take(wire.SiteCount(40, site.box.clock.now_ms(), epoch, 0))
    site.see(Stands(1), seconds=1.0)
    site.see(seconds=3.0)
    assert (site.view.on_site, site.view.on_site_as_of_ms) == (41, None)


@pytest.mark.parametrize(
    ("direction", "when_stale", "shown"),
    [
        (Direction.IN, "card_guard", ("card", "LIST_OVERDUE")),
        (Direction.IN, "deny", ("card", "STALE_ROSTER")),
        (Direction.OUT, "card_guard", ("idle", None)),
    ],
)
def test_an_overdue_list_asks_for_the_card_and_no_more_for_a_face(
    at_site: Opener, direction: Direction, when_stale: str, shown: tuple[str, str | None]
) -> None:
    site = at_site(direction)
    site.box.publish(policy=GatePolicy(when_stale=when_stale, liveness="never"))
    site.see(seconds=2.0)
    assert site.view.state == "idle"
    site.tick(3601)
    site.see(seconds=3.0)
    assert (site.view.state, site.view.hint) == shown


def test_whom_a_broken_reader_cannot_serve_is_sent_to_the_guard(at_site: Opener) -> None:
    site = at_site()
    site.reader.trouble = DeviceUnplugged("cable")
    assert until(lambda: site.swipes.fault() is not None)
    site.tick(3601)
    site.see(seconds=3.0)
    assert (site.view.state, site.view.hint) == ("card", "ASK_GUARD")
    site.see(Stands(1, quality=replace(GOOD, brightness=20.0)), seconds=ADVISED_S + 2)
    assert site.view.hint == "ASK_GUARD"


def test_a_lane_that_sees_one_way_only_shows_no_figure_of_who_is_on_site(at_site: Opener) -> None:
    site = at_site()
    site.see(Stands(1), seconds=1.0)
    site.see(seconds=3.0)
    assert (len(site.facts()), site.view.on_site) == (1, None)
