"""From frames to a verdict, with an engine that sees what it is told."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from edge.faces import Face, Image, Quality, unit
from edge.gate.gallery import Gallery
from edge.gate.liveness import WHEN, Ask, Liveness, Sharpness, Standing
from edge.gate.proof import FAILED_S, FAILS, NOTHING, TRIES, Asking
from edge.gate.recognition import (
    ADVICE_GAP_S,
    ADVISED_S,
    ENOUGH_TO_REFUSE,
    PASS_AGAIN_S,
    REFUSE_AFTER_S,
    REMEMBERED_S,
    REST_S,
    TURNED_S,
    Hint,
    Recognition,
    Verdict,
    View,
)
from edge.gate.tracking import LOST_S
from edge.kiosk.texts import TEXTS
from edge.sync.wire import Reason
from tests.edge.gate.box import BLANK, GOOD, FakeEngine, Stands, face_of

RATE = 15
ANNA, BORIS, STRANGER, OTHER_STRANGER = 1, 2, 8, 9
GALLERY = Gallery.build(FakeEngine.dim, {"anna": face_of(ANNA)[None, :], "boris": face_of(BORIS)[None, :]})
BLURRED = replace(GOOD, sharpness=9.0)


class Watcher:
    """Shows frames at 15 a second and keeps what comes of them."""

    def __init__(self, recognition: Recognition | None = None, engine: FakeEngine | None = None) -> None:
        self.engine = engine or FakeEngine()
        self.eyes = recognition or Recognition(self.engine)
        self.frames = 0

    def wait(self, seconds: float) -> None:
        """Nothing is shown for so long."""
        self.frames += round(seconds * RATE)

    def see(self, *people: Stands, seconds: float = 0.0, frames: int = 0) -> list[View]:
        self.engine.people = people
        views = []
        for _ in range(frames or round(seconds * RATE)):
            self.frames += 1
            views.append(self.eyes.look(BLANK, self.frames / RATE, GALLERY))
        return views


def verdicts(views: list[View]) -> list[Verdict]:
    return [view.verdict for view in views if view.verdict]


def test_a_worker_is_told_from_two_frames_and_never_from_one() -> None:
    first, second = Watcher().see(Stands(ANNA), frames=2)
    assert first.verdict is None
    assert second.verdict is not None
    assert (second.verdict.person, second.verdict.again) == ("anna", False)
    assert second.verdict.score is not None
    assert second.verdict.score > 0.8


def test_whoever_was_told_is_not_told_again_while_walking_through() -> None:
    assert [v.person for v in verdicts(Watcher().see(Stands(ANNA), seconds=PASS_AGAIN_S - 1))] == ["anna"]


def test_whoever_hesitated_until_the_arm_locked_again_is_told_anew() -> None:
    assert [v.person for v in verdicts(Watcher().see(Stands(ANNA), seconds=PASS_AGAIN_S + 2))] == ["anna", "anna"]


def test_a_stranger_is_called_unknown_after_a_second_of_good_frames() -> None:
    watcher = Watcher()
    early = watcher.see(Stands(STRANGER), seconds=REFUSE_AFTER_S * 0.9)
    assert verdicts(early) == []
    (verdict,) = verdicts(watcher.see(Stands(STRANGER), seconds=0.4))
    assert (verdict.person, verdict.again) == (None, False)


def test_a_stranger_who_stays_for_a_minute_is_news_once() -> None:
    told = verdicts(Watcher().see(Stands(STRANGER), seconds=REMEMBERED_S - 2))
    assert len(told) > 5
    assert [v.again for v in told] == [False] + [True] * (len(told) - 1)


def test_a_stranger_who_steps_away_and_back_is_no_news_either() -> None:
    watcher = Watcher()
    first = verdicts(watcher.see(Stands(STRANGER), seconds=2))
    watcher.see(seconds=2)
    again = verdicts(watcher.see(Stands(STRANGER, x=400), seconds=2))
    assert [v.again for v in first + again] == [False, True]


def test_another_stranger_is_news() -> None:
    watcher = Watcher()
    watcher.see(Stands(STRANGER), seconds=2)
    watcher.see(seconds=2)
    assert [v.again for v in verdicts(watcher.see(Stands(OTHER_STRANGER), seconds=2))] == [False]


def test_a_worker_whose_first_frames_are_poor_is_not_refused() -> None:
    watcher = Watcher()
    poor = watcher.see(Stands(ANNA, quality=BLURRED), seconds=5)
    assert {view.hint for view in poor} == {Hint.HOLD_STILL}
    assert [v.person for v in verdicts(watcher.see(Stands(ANNA), seconds=1))] == ["anna"]


def test_a_refused_worker_may_try_again_after_the_rest() -> None:
    watcher = Watcher()
    # the hood hides the face: what the engine makes of it is somebody else
    told = verdicts(watcher.see(Stands(STRANGER), seconds=REST_S + 2) + watcher.see(Stands(ANNA), seconds=REST_S + 1))
    assert [v.person for v in told][-1] == "anna"


def test_the_next_person_in_the_same_place_is_somebody_else() -> None:
    watcher = Watcher()
    watcher.see(Stands(ANNA), seconds=1)
    assert [v.person for v in verdicts(watcher.see(Stands(BORIS), seconds=2))] == ["boris"]


def test_frames_of_two_people_are_never_fused() -> None:
    watcher = Watcher()
    watcher.see(Stands(STRANGER), frames=ENOUGH_TO_REFUSE - 1)
    first, second = watcher.see(Stands(ANNA), frames=2)
    assert first.verdict is None
    assert second.verdict is not None
    assert second.verdict.person == "anna"
    assert second.verdict.score is not None
    assert second.verdict.score > 0.8


def test_two_who_look_alike_are_asked_for_the_card_and_called_no_strangers() -> None:
    engine = FakeEngine()
    eyes = Recognition(engine)
    elder = face_of(ANNA)
    twins = Gallery.build(FakeEngine.dim, {"elder": elder[None, :], "younger": unit(elder + 0.1 * face_of(BORIS))[None, :]})
    engine.people = (Stands(ANNA),)
    views = [eyes.look(BLANK, frame / RATE, twins) for frame in range(3 * RATE)]
    assert verdicts(views) == []
    assert views[-1].hint is Hint.USE_CARD


@pytest.mark.parametrize(
    "seen",
    [
        Stands(ANNA, quality=replace(GOOD, brightness=20.0)),
        Stands(ANNA, quality=BLURRED),
        Stands(ANNA, quality=replace(GOOD, turn=0.6)),
    ],
    ids=["dark", "blurred", "turned"],
)
def test_whom_advice_does_not_help_is_asked_for_the_card_after_a_while(seen: Stands) -> None:
    watcher = Watcher()
    hints = [view.hint for view in watcher.see(seen, seconds=ADVISED_S + 1)]
    assert hints[0] not in (None, Hint.USE_CARD)
    assert hints[-1] is Hint.USE_CARD
    seen_well = verdicts(watcher.see(Stands(ANNA), seconds=1))
    assert [verdict.person for verdict in seen_well] == ["anna"]


def test_a_face_in_the_dark_that_comes_and_goes_is_asked_for_the_card_as_well() -> None:
    watcher, hints = Watcher(), list[Hint | None]()
    for _ in range(round(ADVISED_S) + 1):
        hints += [view.hint for view in watcher.see(Stands(ANNA, quality=replace(GOOD, brightness=20.0)), frames=6)]
        watcher.see(seconds=LOST_S + 0.2)
    advised = [hint for hint in hints if hint is not None]
    assert (advised[0], advised[-1]) == (Hint.TOO_DARK, Hint.USE_CARD)


def test_who_comes_after_a_pause_is_advised_from_the_beginning() -> None:
    watcher = Watcher()
    watcher.see(Stands(ANNA, quality=BLURRED), seconds=ADVISED_S + 1)
    watcher.see(seconds=ADVICE_GAP_S + 1)
    hints = {view.hint for view in watcher.see(Stands(BORIS, quality=BLURRED), seconds=1)}
    assert hints - {None} == {Hint.HOLD_STILL}


def test_who_stands_far_off_is_asked_to_come_closer_for_as_long_as_it_takes() -> None:
    views = Watcher().see(Stands(ANNA, quality=replace(GOOD, width_px=40.0)), seconds=ADVISED_S + 1)
    assert {view.hint for view in views} == {Hint.COME_CLOSER}


def test_two_side_by_side_are_asked_to_come_one_at_a_time() -> None:
    views = Watcher().see(Stands(ANNA, x=100), Stands(STRANGER, x=350), seconds=2)
    assert {view.hint for view in views} == {Hint.ONE_AT_A_TIME}
    assert verdicts(views) == []


def test_a_worker_far_behind_opens_for_nobody_in_front() -> None:
    behind = Stands(ANNA, x=500, quality=replace(GOOD, width_px=70.0))
    told = verdicts(Watcher().see(Stands(STRANGER), behind, seconds=REST_S * 2.5))
    assert {v.person for v in told} == {None}


def test_who_has_passed_does_not_hold_up_the_next() -> None:
    watcher = Watcher()
    watcher.see(Stands(ANNA), seconds=1)
    told = verdicts(watcher.see(Stands(ANNA), Stands(BORIS, x=450), seconds=1))
    assert [v.person for v in told] == ["boris"]


def test_a_known_worker_who_is_refused_stays_foremost_and_is_told_again_after_the_rest() -> None:
    watcher = Watcher()
    (verdict,) = verdicts(watcher.see(Stands(ANNA), frames=2))
    watcher.eyes.hold(verdict, watcher.frames / RATE)
    behind = Stands(BORIS, x=450, quality=replace(GOOD, width_px=70.0))
    assert verdicts(watcher.see(Stands(ANNA), behind, seconds=REST_S * 0.9)) == []
    assert next(v.person for v in verdicts(watcher.see(Stands(ANNA), behind, seconds=1))) == "anna"


@pytest.mark.parametrize(
    ("quality", "hint"),
    [
        (replace(GOOD, width_px=40.0), Hint.COME_CLOSER),
        (replace(GOOD, brightness=20.0), Hint.TOO_DARK),
        (BLURRED, Hint.HOLD_STILL),
        (replace(GOOD, turn=0.7), Hint.LOOK_STRAIGHT),
    ],
)
def test_a_face_that_cannot_be_told_is_helped_and_costs_no_embedding(quality: Quality, hint: Hint | None) -> None:
    watcher = Watcher()
    views = watcher.see(Stands(ANNA, quality=quality), seconds=3)
    assert {view.hint for view in views} == {hint}
    assert (verdicts(views), watcher.engine.embedded) == ([], 0)


def test_whoever_looks_past_the_camera_is_asked_to_look_up_and_not_called_unknown_meanwhile() -> None:
    watcher = Watcher()
    reading = watcher.see(Stands(STRANGER, quality=replace(GOOD, turn=0.35)), seconds=TURNED_S * 0.9)
    assert verdicts(reading) == []
    assert {view.hint for view in reading} == {Hint.LOOK_STRAIGHT}
    (verdict,) = verdicts(watcher.see(Stands(STRANGER), seconds=0.4))
    assert verdict.person is None


def test_whoever_never_looks_up_is_called_unknown_all_the_same() -> None:
    told = verdicts(Watcher().see(Stands(STRANGER, quality=replace(GOOD, turn=-0.35)), seconds=TURNED_S + 0.5))
    assert [v.person for v in told] == [None]


def test_a_turned_face_that_is_known_passes_as_quickly_as_any() -> None:
    assert verdicts(Watcher().see(Stands(ANNA, quality=replace(GOOD, turn=0.35)), frames=2))[0].person == "anna"


def test_a_frame_or_two_that_look_up_do_not_end_an_attempt() -> None:
    watcher = Watcher()
    turned = Stands(STRANGER, quality=replace(GOOD, turn=0.35))
    views = watcher.see(turned, seconds=1.5) + watcher.see(Stands(STRANGER), frames=ENOUGH_TO_REFUSE - 1)
    assert verdicts(views) == []
    assert [v.person for v in verdicts(watcher.see(Stands(STRANGER), frames=1))] == [None]


@pytest.mark.parametrize("hint", list(Hint))
def test_every_hint_has_words_for_the_screen(hint: Hint) -> None:
    assert TEXTS[hint.value].zh


def test_nobody_there_is_nothing() -> None:
    (view,) = Watcher().see(frames=1)
    assert (view.face, view.hint, view.verdict, view.settled) == (None, None, None, False)


class FakeCheck:
    """A decisive check that has made up its mind."""

    name = "fake"

    def __init__(self, standing: Standing) -> None:
        self.standing = standing

    def look(self, image: Image, face: Face) -> float:
        return 0.5

    def judge(self, looks: Sequence[float]) -> Standing:
        return self.standing


@pytest.mark.parametrize("when", WHEN)
def test_a_picture_opens_nothing_whatever_the_site_asks_and_the_event_says_what_was_checked(when: str) -> None:
    engine = FakeEngine()
    watcher = Watcher(Recognition(engine, Liveness(FakeCheck(Standing.PICTURE)), asking=lambda: Asking(when)), engine)
    (verdict,) = verdicts(watcher.see(Stands(ANNA), seconds=2))
    assert (verdict.person, verdict.checks, verdict.fault) == ("anna", ("fake",), Reason.LIVENESS_FAILED)


@pytest.mark.parametrize(
    ("when", "standing", "asked"), [("never", "doubt", False), ("risk", "doubt", True), ("risk", "clear", False), ("always", "clear", True)]
)
def test_the_challenge_is_asked_always_at_risk_or_never(when: str, standing: str, asked: bool) -> None:
    engine = FakeEngine()
    watcher = Watcher(Recognition(engine, Liveness(FakeCheck(Standing(standing))), asking=lambda: Asking(when)), engine)
    views = watcher.see(Stands(ANNA), seconds=1)
    assert bool({view.ask for view in views} - {None}) is asked
    assert bool(verdicts(views)) is not asked


def test_a_soft_check_refuses_nobody_where_no_challenge_is_wanted() -> None:
    engine = FakeEngine()
    watcher = Watcher(Recognition(engine, Liveness(Sharpness(least=500.0)), asking=lambda: NOTHING), engine)
    (verdict,) = verdicts(watcher.see(Stands(ANNA), seconds=1))
    assert (verdict.person, verdict.checks, verdict.fault) == ("anna", ("sharpness",), None)


def test_a_face_that_does_not_move_as_asked_is_refused_and_the_movements_stand_in_the_verdict() -> None:
    engine = FakeEngine()
    watcher = Watcher(Recognition(engine, asking=lambda: Asking("always", 2), chance=random.Random(1)), engine)
    (verdict,) = verdicts(watcher.see(Stands(ANNA), seconds=6))
    assert (verdict.person, verdict.fault) == ("anna", Reason.LIVENESS_FAILED)
    assert set(verdict.checks) == {"turn_left", "turn_right"}


def test_a_face_that_turns_as_asked_passes() -> None:
    engine = FakeEngine()
    watcher = Watcher(Recognition(engine, asking=lambda: Asking("always", 2), chance=random.Random(1)), engine)
    ask, told = None, []
    for _ in range(60):
        nose = {Ask.TURN_LEFT: 0.4, Ask.TURN_RIGHT: -0.4}.get(ask, 0.0) if ask else 0.0
        (view,) = watcher.see(Stands(ANNA, nose=nose), frames=1)
        ask = view.ask
        told += verdicts([view])
    assert [(v.person, v.fault) for v in told] == [("anna", None)]


@pytest.mark.parametrize(("smeared", "fault"), [(TRIES - 1, None), (TRIES, Reason.LIVENESS_FAILED)])
def test_a_head_that_is_smeared_while_it_turns_passes_once_it_rests_if_that_is_soon(smeared: int, fault: Reason | None) -> None:
    engine = FakeEngine()
    watcher = Watcher(Recognition(engine, asking=lambda: Asking("always"), chance=random.Random(1)), engine)
    ask, told, turned = None, list[Verdict](), 0
    while not told:
        nose = {Ask.TURN_LEFT: 0.4, Ask.TURN_RIGHT: -0.4}.get(ask, 0.0) if ask else 0.0
        turned += bool(nose)
        (view,) = watcher.see(Stands(STRANGER if 0 < turned <= smeared else ANNA, nose=nose), frames=1)
        ask, told = view.ask, verdicts([view])
    assert [(v.person, v.fault) for v in told] == [("anna", fault)]


def test_somebody_else_who_moves_for_a_picture_is_refused() -> None:
    engine = FakeEngine()
    watcher = Watcher(Recognition(engine, asking=lambda: Asking("always", 2), chance=random.Random(1)), engine)
    ask, told = None, []
    for _ in range(60):
        turned = {Ask.TURN_LEFT: 0.4, Ask.TURN_RIGHT: -0.4}.get(ask, 0.0) if ask else 0.0
        (view,) = watcher.see(Stands(STRANGER if turned else ANNA, nose=turned), frames=1)
        ask = view.ask
        told += verdicts([view])
        if told:
            break
    assert [(v.person, v.fault) for v in told] == [("anna", Reason.LIVENESS_FAILED)]


def test_who_fails_twice_is_asked_for_the_card_for_a_while() -> None:
    engine = FakeEngine()
    watcher = Watcher(Recognition(engine, asking=lambda: Asking("always"), chance=random.Random(1)), engine)
    views = watcher.see(Stands(ANNA), seconds=4 * REST_S + 20)
    assert [verdict.fault for verdict in verdicts(views)] == [Reason.LIVENESS_FAILED] * FAILS
    assert (views[-1].hint, views[-1].ask) == (Hint.USE_CARD, None)
    watcher.wait(FAILED_S)
    assert any(view.ask for view in watcher.see(Stands(ANNA), seconds=REST_S + 2))


def test_who_walks_away_from_a_challenge_has_failed_it_so_that_nobody_waits_for_the_easier_turn() -> None:
    engine = FakeEngine()
    watcher = Watcher(Recognition(engine, asking=lambda: Asking("always"), chance=random.Random(1)), engine)
    for _ in range(FAILS):
        assert any(view.ask for view in watcher.see(Stands(ANNA), seconds=1))
        watcher.see(seconds=1)
    views = watcher.see(Stands(ANNA), seconds=2)
    assert not any(view.ask for view in views)
    assert views[-1].hint is Hint.USE_CARD


def test_a_card_laid_in_the_middle_of_a_challenge_draws_no_easier_one() -> None:
    engine = FakeEngine()
    watcher = Watcher(Recognition(engine, asking=lambda: Asking("always"), chance=random.Random(1)), engine)
    for _ in range(FAILS):
        assert any(view.ask for view in watcher.see(Stands(ANNA), seconds=REST_S + 1))
        watcher.eyes.excuse(False, watcher.frames / RATE)
    views = watcher.see(Stands(ANNA), seconds=REST_S + 2)
    assert not any(view.ask for view in views)
    assert views[-1].hint is Hint.USE_CARD


def test_who_moves_as_asked_has_failed_nothing() -> None:
    engine = FakeEngine()
    watcher = Watcher(Recognition(engine, asking=lambda: Asking("always"), chance=random.Random(1)), engine)
    for _ in range(FAILS + 1):
        told, ask = list[Verdict](), None
        while not told:
            turned = {Ask.TURN_LEFT: 0.4, Ask.TURN_RIGHT: -0.4}.get(ask, 0.0) if ask else 0.0
            (view,) = watcher.see(Stands(ANNA, nose=turned), frames=1)
            ask, told = view.ask, verdicts([view])
        assert [(verdict.person, verdict.fault) for verdict in told] == [("anna", None)]
        watcher.see(seconds=1)


def test_another_persons_failures_send_nobody_to_the_card() -> None:
    engine = FakeEngine()
    watcher = Watcher(Recognition(engine, asking=lambda: Asking("always"), chance=random.Random(1)), engine)
    watcher.see(Stands(ANNA), seconds=20)
    watcher.see(seconds=1)
    assert any(view.ask for view in watcher.see(Stands(BORIS), seconds=2))


def test_a_settled_face_costs_two_embeddings_a_second_at_most() -> None:
    watcher = Watcher()
    watcher.see(Stands(ANNA), seconds=1)
    before = watcher.engine.embedded
    watcher.see(Stands(ANNA), seconds=10)
    assert watcher.engine.embedded - before <= 20


def test_one_to_one_compares_with_the_cards_owner_only() -> None:
    watcher = Watcher()
    watcher.engine.people = (Stands(ANNA),)
    anna, boris, nobody = (watcher.eyes.owner(person, 0.5) for person in ("anna", "boris", "not enrolled"))
    for owner in (anna, boris, nobody):
        watcher.eyes.compare(BLANK, 0.1, owner, GALLERY)
        assert owner.alive is None, "one frame is never enough"
        watcher.eyes.compare(BLANK, 0.2, owner, GALLERY)
    assert (anna.alive, boris.alive, nobody.alive) == (True, None, None)
    assert anna.score is not None
    assert boris.score is not None
    assert anna.score > 0.8 > 0.5 > boris.score
    assert nobody.score is None


@pytest.mark.parametrize("poor", [{"sharpness": 9.0}, {"brightness": 18.0}, {"turn": 0.5}])
def test_a_poor_face_is_enough_for_its_owners_card_and_not_for_a_search(poor: dict[str, float]) -> None:
    watcher = Watcher()
    owner = watcher.eyes.owner("anna", 0.5)
    watcher.engine.people = (Stands(ANNA, quality=replace(GOOD, **poor)),)
    assert watcher.eyes.look(BLANK, 0.1, GALLERY).verdict is None
    watcher.eyes.compare(BLANK, 0.2, owner, GALLERY)
    watcher.eyes.compare(BLANK, 0.3, owner, GALLERY)
    assert owner.alive
    far = watcher.eyes.owner("anna", 0.5)
    watcher.engine.people = (Stands(ANNA, quality=replace(GOOD, width_px=40.0)),)
    watcher.eyes.compare(BLANK, 0.4, far, GALLERY)
    watcher.eyes.compare(BLANK, 0.5, far, GALLERY)
    assert far.alive is None


def test_frames_of_two_people_never_add_up_to_the_cards_owner() -> None:
    watcher = Watcher()
    owner = watcher.eyes.owner("anna", 0.5)
    for number in range(6):
        watcher.engine.people = (Stands(ANNA, x=100.0 + 300 * (number % 2)),)
        watcher.eyes.compare(BLANK, float(number), owner, GALLERY)
    assert owner.alive is None


def test_whoever_came_through_with_a_card_is_not_asked_for_the_face_too_but_the_next_one_is() -> None:
    watcher = Watcher()
    watcher.see(Stands(STRANGER), frames=3)
    watcher.eyes.excuse(True, watcher.frames / RATE)
    assert verdicts(watcher.see(Stands(STRANGER), seconds=8)) == []
    assert [v.person for v in verdicts(watcher.see(Stands(ANNA), seconds=2))] == ["anna"]
