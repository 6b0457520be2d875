"""Where in a frame faces are looked for: what is saved, and that nobody is overlooked for it."""

from __future__ import annotations

from statistics import median

import cv2
import numpy as np
import pytest

from edge.faces import Face, Image, NearbyEngine, unit
from edge.gate.liveness import Ask
from edge.gate.looks import STILL_S, WHOLE_S, Looks
from edge.gate.proof import Asking
from edge.gate.recognition import Hint, Recognition, Verdict
from edge.gate.tracking import Sample, Track
from edge.sync.wire import Reason
from tests.edge.gate.box import BLANK, FakeEngine, Stands
from tests.edge.gate.people import engine, photographs, scene
from tests.edge.gate.test_recognition import ANNA, BORIS, GALLERY

FRAME_S = 1 / 15
EMPTY = np.full((480, 640, 3), 110, np.uint8)


class FakeNearbyEngine(FakeEngine):
    """Sees the first of `people` alone when it looks near, and notes each look."""

    def __init__(self, *people: Stands) -> None:
        super().__init__()
        self.people, self.looked, self.hidden = people, list[str](), False

    def detect(self, image: Image) -> list[Face]:
        self.looked.append("whole")
        return super().detect(image)

    def detect_near(self, image: Image, face: Face) -> list[Face]:
        self.looked.append("near")
        return [] if self.hidden else super().detect(image)[:1]


def attempt(looking: FakeEngine) -> Track:
    track = Track(1, FakeEngine.detect(looking, BLANK)[0], 0.0)
    track.add(Sample(unit(np.ones(looking.dim)), 1.0, (), 0.0))
    return track


def test_an_attempt_is_looked_at_around_its_face_and_the_whole_frame_again_soon() -> None:
    tool = FakeNearbyEngine(Stands(ANNA))
    looks, track = Looks(tool), attempt(tool)
    for frame in range(7):
        assert looks.see(EMPTY, frame * FRAME_S, [track])
    assert tool.looked == ["whole", "near", "near", "whole", "near", "near", "whole"]
    assert 2 * FRAME_S < WHOLE_S < 3 * FRAME_S


def test_a_face_that_is_not_where_it_was_is_looked_for_everywhere_in_the_same_frame() -> None:
    tool = FakeNearbyEngine(Stands(ANNA))
    looks, track = Looks(tool), attempt(tool)
    looks.see(EMPTY, 0.0, [track])
    tool.hidden = True
    assert looks.see(EMPTY, FRAME_S, [track])
    assert tool.looked == ["whole", "near", "whole"]


@pytest.mark.parametrize("why", ["no good frame yet", "passed", "two are followed", "cannot look near"])
def test_the_whole_frame_is_looked_at_while(why: str) -> None:
    tool = FakeEngine() if why == "cannot look near" else FakeNearbyEngine()
    tool.people = (Stands(ANNA),)
    looks, track = Looks(tool), attempt(tool)
    track.passed = why == "passed"
    if why == "no good frame yet":
        track.samples.clear()
    tracks = [track, attempt(tool)] if why == "two are followed" else [track]
    for frame in range(3):
        assert looks.see(EMPTY, frame * FRAME_S, tracks)
    if isinstance(tool, FakeNearbyEngine):
        assert tool.looked == ["whole"] * 3


def test_whoever_steps_up_beside_an_attempt_is_seen_within_two_frames() -> None:
    tool = FakeNearbyEngine(Stands(8, x=100))
    eyes = Recognition(tool)
    eyes.look(EMPTY, 0.0, GALLERY)
    tool.people = (Stands(8, x=100), Stands(BORIS, x=350))
    hints = [eyes.look(EMPTY, frame * FRAME_S, GALLERY).hint for frame in range(1, 5)]
    assert "near" in tool.looked
    assert hints[2:] == [Hint.ONE_AT_A_TIME] * 2


def test_a_challenge_is_followed_around_its_face_and_somebody_else_who_turns_for_a_picture_is_refused() -> None:
    tool = FakeNearbyEngine(Stands(ANNA))
    eyes, ask, told = Recognition(tool, asking=lambda: Asking("always")), None, list[Verdict]()
    for frame in range(2 * 15):
        turned = {Ask.TURN_LEFT: 0.4, Ask.TURN_RIGHT: -0.4}.get(ask, 0.0) if ask else 0.0
        tool.people = (Stands(BORIS if turned else ANNA, nose=turned),)
        view = eyes.look(EMPTY, frame * FRAME_S, GALLERY)
        ask, told = view.ask, told + ([view.verdict] if view.verdict else [])
    assert [(verdict.person, verdict.fault) for verdict in told] == [("anna", Reason.LIVENESS_FAILED)]
    assert tool.looked[3:9] == ["whole", "near", "near"] * 2


def test_a_cards_owner_is_looked_for_in_the_whole_frame() -> None:
    tool = FakeNearbyEngine(Stands(ANNA))
    eyes = Recognition(tool)
    eyes.look(EMPTY, 0.0, GALLERY)
    owner = eyes.owner("anna", 0.4)
    for frame in range(1, 3):
        eyes.compare(EMPTY, frame * FRAME_S, owner, GALLERY)
    assert tool.looked == ["whole"] * 3


def test_an_empty_frame_in_which_nothing_moves_is_looked_at_now_and_then() -> None:
    tool, noise = FakeNearbyEngine(), np.random.default_rng(1)
    looks = Looks(tool)
    for frame in range(15):
        light = 1 + 0.04 * np.sin(frame)
        image = (EMPTY * light + noise.normal(0, 8, EMPTY.shape)).clip(0, 255).astype(np.uint8)
        assert looks.see(image, frame * FRAME_S, []) == []
    assert len(tool.looked) == 2
    assert 7 * FRAME_S < STILL_S < 8 * FRAME_S


def test_somebody_who_steps_into_an_empty_frame_is_looked_at_in_that_very_frame() -> None:
    photo = next(iter(photographs(1, 1).values()))[0]
    far = cv2.resize(photo, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)  # a face of some 60 pixels
    dim = [np.asarray(image * 0.2, np.uint8) for image in (EMPTY, scene(np.asarray(far, np.uint8)))]
    for empty, there in ((EMPTY, scene(np.asarray(far, np.uint8))), (dim[0], dim[1])):
        looks = Looks(engine())
        assert looks.see(empty, 0.0, []) == []
        assert len(looks.see(there, FRAME_S, [])) == 1


def test_a_face_found_around_where_it_was_is_the_face_of_the_whole_look() -> None:
    tool, scores, apart = engine(), [], []
    assert isinstance(tool, NearbyEngine)
    for number, (photo,) in enumerate(photographs(1, 12).values()):
        image = scene(photo, at=(120 + 13 * number, 100 + 5 * number))
        before = scene(photo, at=(100 + 13 * number, 96 + 5 * number))
        (whole, *_), (then, *_) = tool.detect(image), tool.detect(before)
        near = tool.detect_near(image, then)[0]
        apart.append(float(np.abs(near.landmarks - whole.landmarks).max()) / whole.box[2])
        scores.append(float(tool.embed(image, near) @ tool.embed(image, whole)))
    assert max(apart) < 0.1
    assert min(scores) > 0.85
    assert median(scores) > 0.98


def test_a_face_that_fills_the_frame_is_found_around_where_it_was_too() -> None:
    photo = next(iter(photographs(1, 1).values()))[0]
    tool, large = engine(), np.asarray(cv2.resize(photo, (900, 900)), np.uint8)
    assert isinstance(tool, NearbyEngine)
    (whole,) = tool.detect(large)
    (near,) = tool.detect_near(large, whole)
    assert near.box == whole.box


def test_a_face_at_the_edge_of_the_frame_is_cut_no_further() -> None:
    photo = next(iter(photographs(1, 1).values()))[0]
    tool, image = engine(), scene(photo, at=(390, 230))
    assert isinstance(tool, NearbyEngine)
    (whole,) = tool.detect(image)
    (near,) = tool.detect_near(image, whole)
    assert float(tool.embed(image, near) @ tool.embed(image, whole)) > 0.9
