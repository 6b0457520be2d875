"""A card, and a face that is its owner's: whether it has to show that it is alive, as a face alone has to."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from edge.faces import BOUND, Face, Image, Scale, false_accepts
from edge.gate.card_desk import LOOKS, CardDesk
from edge.gate.engines.dlib_resnet import SCALE as DLIB
from edge.gate.engines.sface import SCALE as SFACE
from edge.gate.liveness import Liveness, Standing
from edge.gate.owner import ONE_TO_ONE, PROVES_S
from edge.gate.passage import Gatekeeper, Place
from edge.gate.proof import FAILS, FAILS_WITH_CARD
from edge.gate.recognition import Hint, Recognition
from edge.kiosk.texts import REFUSALS
from edge.store.hand_asks import ADMIT
from edge.sync.wire import Direction, GatePolicy, Method, Passage, Reason, Refusal
from hardware.turnstile import Way
from tests.edge.gate.box import WORKERS, Stands, entry
from tests.edge.gate.site import RATE, STRANGER, Opener, Site, code_of

NOSE = {"TURN_LEFT": 0.4, "TURN_RIGHT": -0.4}
TURNS = {"turn_left", "turn_right"}


class FakeCheck:
    """Has made up its mind."""

    name = "fake"

    def __init__(self, standing: Standing) -> None:
        self.standing = standing

    def look(self, image: Image, face: Face) -> float:
        return 0.5

    def judge(self, looks: Sequence[float]) -> Standing:
        return self.standing


def follow(site: Site, who: int, helper: int | None = None, seconds: float = 8.0) -> set[str]:
    """Face `who` looks on; whoever is asked to move does it, `helper` in the place of `who` where there is one. What was asked."""
    asked = set[str]()
    for _ in range(round(seconds * RATE)):
        hint = site.view.hint or ""
        asked.add(hint)
        turned = NOSE.get(hint, 0.0)
        site.see(Stands(helper if helper and turned else who, nose=turned), seconds=1 / RATE)
        if site.facts():
            break
    return asked


def follow_moves(site: Site, who: int) -> set[str]:
    """As `follow`, whatever was written before."""
    asked = set[str]()
    for _ in range(round(PROVES_S * RATE)):
        hint = site.view.hint or ""
        asked.add(hint)
        site.see(Stands(who, nose=NOSE.get(hint, 0.0)), seconds=1 / RATE)
    return asked


def with_policy(at_site: Opener, when: str, standing: Standing | None = None, movements: int = 2) -> Site:
    site = at_site(liveness=Liveness(FakeCheck(standing)) if standing else None)
    site.box.publish(policy=GatePolicy(liveness=when, movements=movements))
    site.see(seconds=0.2)
    site.lay_card(WORKERS[0])
    return site


def test_a_stolen_card_and_a_photograph_of_its_owner_open_nothing_where_everybody_has_to_move(at_site: Opener) -> None:
    site = with_policy(at_site, "always")
    states = site.see(Stands(1), seconds=PROVES_S)
    assert "pass" not in states
    assert site.arm.ways == []
    refusal = site.facts()[0]
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.method, refusal.person) == (Reason.LIVENESS_FAILED, Method.ID_CARD, WORKERS[0])
    assert (refusal.checks[0], set(refusal.checks[1:])) == (ONE_TO_ONE, TURNS)


def test_the_owner_who_moves_as_asked_goes_in_and_the_movements_stand_in_the_passage(at_site: Opener) -> None:
    site = with_policy(at_site, "always")
    assert {"TURN_LEFT", "TURN_RIGHT"} <= follow(site, 1)
    (passage,) = site.facts()
    assert isinstance(passage, Passage)
    assert (passage.person, passage.method, set(passage.checks)) == (WORKERS[0], Method.ID_CARD, {ONE_TO_ONE} | TURNS)
    assert passage.score is not None


def test_a_site_that_says_nothing_asks_the_owner_for_one_turn(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(policy=GatePolicy())
    site.see(seconds=0.2)
    site.lay_card(WORKERS[0])
    asked = follow(site, 1)
    (passage,) = site.facts()
    assert isinstance(passage, Passage)
    assert len(asked & NOSE.keys()) == len(set(passage.checks) & TURNS) == 1


def test_whoever_cannot_turn_is_sent_to_the_card_after_two_tries_and_from_there_to_the_guard_who_opens(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(policy=GatePolicy())
    hints = list[str]()
    for _ in range(round(25 * RATE)):
        site.see(Stands(1), seconds=1 / RATE)
        hints.append(site.view.hint or "")
    refused = site.facts()
    assert [isinstance(fact, Refusal) and fact.reason for fact in refused] == [Reason.LIVENESS_FAILED] * FAILS
    assert hints[-1] == Hint.USE_CARD
    site.lay_card(WORKERS[0])
    site.see(Stands(1), seconds=PROVES_S)
    by_card = site.facts()[FAILS]
    assert isinstance(by_card, Refusal)
    assert (by_card.reason, by_card.method, site.arm.ways) == (Reason.LIVENESS_FAILED, Method.ID_CARD, [])
    assert "门卫" in REFUSALS[by_card.reason].do_zh
    site.asks.ask(ADMIT, Method.GUARD, "op-1", "FACE_NOT_READ", WORKERS[0])
    site.see(Stands(1), seconds=1)
    assert site.arm.ways == [Way.IN]


def test_a_recording_and_a_stolen_card_draw_no_challenge_without_end(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(policy=GatePolicy())
    site.see(seconds=0.2)
    for attempt in range(FAILS_WITH_CARD):
        site.lay_card(WORKERS[0])
        site.see(Stands(1), seconds=PROVES_S)
        assert len(site.facts()) > attempt
        site.card_is_gone()
        site.see(seconds=1)
    refused = len(site.facts())
    site.lay_card(WORKERS[0])
    assert not follow_moves(site, 1) & NOSE.keys()
    last = site.facts()[refused]
    assert isinstance(last, Refusal)
    assert (last.reason, last.checks, site.arm.ways) == (Reason.LIVENESS_FAILED, (ONE_TO_ONE,), [])


def test_nobody_is_asked_to_move_on_the_way_out(at_site: Opener) -> None:
    site = at_site(Direction.OUT)
    site.box.publish(policy=GatePolicy())
    assert "pass" in site.see(Stands(1), seconds=1)
    (passage,) = site.facts()
    assert isinstance(passage, Passage)
    assert not set(passage.checks) & TURNS


def test_somebody_else_who_moves_in_the_pictures_place_is_refused(at_site: Opener) -> None:
    site = with_policy(at_site, "always")
    follow(site, 1, helper=STRANGER)
    (refusal,) = site.facts()
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.LIVENESS_FAILED


def test_who_turns_away_in_the_middle_of_it_is_refused_and_not_let_in_by_the_card(at_site: Opener) -> None:
    site = with_policy(at_site, "always")
    site.see(Stands(1), seconds=1)
    site.see(seconds=2)
    (refusal,) = site.facts()
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, site.arm.ways) == (Reason.LIVENESS_FAILED, [])


def test_frames_that_stop_in_the_middle_of_it_end_it_as_a_refusal(at_site: Opener) -> None:
    site = with_policy(at_site, "always")
    site.see(Stands(1), seconds=1)
    site.blind(PROVES_S + 1)
    (refusal,) = site.facts()
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.LIVENESS_FAILED


@pytest.mark.parametrize(
    ("when", "standing", "asked", "reason"),
    [
        ("never", Standing.DOUBT, False, None),
        ("risk", Standing.CLEAR, False, None),
        ("risk", Standing.DOUBT, True, Reason.LIVENESS_FAILED),
        ("always", Standing.CLEAR, True, Reason.LIVENESS_FAILED),
        ("never", Standing.PICTURE, False, Reason.LIVENESS_FAILED),
        ("risk", Standing.PICTURE, False, Reason.LIVENESS_FAILED),
        ("always", Standing.PICTURE, False, Reason.LIVENESS_FAILED),
    ],
)
def test_card_and_face_follow_the_sites_policy_as_the_face_alone_does(
    at_site: Opener, when: str, standing: Standing, asked: bool, reason: Reason | None
) -> None:
    site = with_policy(at_site, when, standing)
    site.see(Stands(1), seconds=8)
    fact = site.facts()[0]
    assert isinstance(fact, (Passage, Refusal))
    assert (fact.reason if isinstance(fact, Refusal) else None) is reason
    assert (fact.method, fact.checks[:2]) == (Method.ID_CARD, (ONE_TO_ONE, "fake"))
    assert (set(fact.checks[2:]) == TURNS) is asked


def test_a_code_and_a_photograph_of_its_owner_open_nothing_either(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(policy=GatePolicy())
    site.hold_up(code_of(WORKERS[0]), Stands(1), seconds=0.2)
    site.see(Stands(1), seconds=PROVES_S)
    refusal = site.facts()[0]
    assert isinstance(refusal, Refusal)
    assert (refusal.reason, refusal.method, site.arm.ways) == (Reason.LIVENESS_FAILED, Method.QR, [])


def test_who_refused_the_face_moves_for_nobody(at_site: Opener) -> None:
    site = at_site()
    site.box.publish(entry(WORKERS[2], face="refused"), policy=GatePolicy())
    site.lay_card(WORKERS[2])
    assert "pass" in site.see(Stands(STRANGER), seconds=0.3)


@pytest.mark.parametrize(("scale", "expected"), [(SFACE, 0.416), (DLIB, 0.966)], ids=["sface", "dlib"])
def test_a_card_and_any_two_of_a_strangers_frames_agree_in_less_than_one_attempt_in_a_thousand(
    at_site: Opener, scale: Scale, expected: float
) -> None:
    site = at_site()
    keeper = Gatekeeper(Place("1", Direction.IN), site.box.store, site.box.clock, site.arm)
    desk = CardDesk(keeper, site.box.roster, Recognition(site.engine), scale)
    assert desk.enough == pytest.approx(expected, abs=0.0005)
    assert LOOKS * false_accepts(scale, desk.enough) <= BOUND * 1.001
