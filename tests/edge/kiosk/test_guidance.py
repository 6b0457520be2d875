from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from edge.faces import Face
from edge.kiosk.capture import Capture
from edge.kiosk.guidance import PACE_S, PATIENCE_S, Look, Shots, guide
from hardware.camera import Image
from tests.edge.kiosk.fakes import WELL, FakeCamera, FakeEngine, FakeFace, frame
from tests.edge.kiosk.waiting import until

IMAGE = np.full((480, 640, 3), 120, np.uint8)


@pytest.mark.parametrize(
    ("faces", "hint"),
    [
        ([], "NOBODY"),
        ([FakeFace()], None),
        ([FakeFace(), FakeFace(box=(20, 130, 120, 150))], "ONE_AT_A_TIME"),
        ([FakeFace(), FakeFace(box=(20, 130, 40, 50))], None),
        ([FakeFace(box=(290, 200, 60, 80))], "COME_CLOSER"),
        ([FakeFace(box=(100, 10, 430, 460))], "TOO_CLOSE"),
        ([FakeFace(box=(10, 130, 160, 200))], "CENTRE_FACE"),
        ([FakeFace(quality=replace(WELL, brightness=30))], "TOO_DARK"),
        ([FakeFace(quality=replace(WELL, brightness=240))], "TOO_BRIGHT"),
        ([FakeFace(quality=replace(WELL, sharpness=12))], "HOLD_STILL"),
        ([FakeFace(quality=replace(WELL, turn=-0.6))], "LOOK_STRAIGHT"),
    ],
)
def test_the_first_thing_that_is_wrong_is_said(faces: list[FakeFace], hint: str | None) -> None:
    assert guide(IMAGE, faces).hint == hint


@pytest.mark.parametrize(("openness", "hint"), [(0.05, "EYES_CLOSED"), (0.3, None), (None, None)])
def test_shut_eyes_are_said_where_they_can_be_measured(openness: float | None, hint: str | None) -> None:
    class FakeEyes:
        def openness(self, image: Image, face: Face) -> float | None:
            return openness

    assert guide(IMAGE, [FakeFace()], FakeEyes()).hint == hint
    assert guide(IMAGE, [FakeFace()]).hint is None


def test_the_way_to_turn_leads_to_the_view_that_is_missing() -> None:
    """The nose to the picture's right is a head turned to its own left; then the other side is asked for."""
    shots = Shots(FakeEngine())
    for number, turn in ((1, 0.0), (2, 0.0), (3, 0.2)):
        shots.consider(frame(number, float(number) * (PACE_S + 0.01)), good(turn))
    assert len(shots.kept) == 2
    assert shots.consider(frame(4, 4 * (PACE_S + 0.01)), good(0.2)) == "TURN_RIGHT"


def test_with_the_helmet_on_somebody_else_is_noticed() -> None:
    bare = Shots(FakeEngine(), wanted=1)
    for number in (1, 2):
        bare.consider(frame(number), good())
    with_helmet = Shots(FakeEngine(), wanted=1, like=bare.kept)
    for number in (3, 4):
        said = with_helmet.consider(frame(number), good(row=1))
    assert (said, with_helmet.kept) == ("SOMEBODY_ELSE", [])


def good(turn: float = 0.0, row: int = 0) -> Look:
    return Look(None, FakeFace(quality=replace(WELL, turn=turn), row=row))


def test_a_single_good_frame_is_not_enough_to_be_steady() -> None:
    shots = Shots(FakeEngine())
    assert shots.consider(frame(1, 0.0), good()) == "HOLD_STILL"
    assert shots.consider(frame(2, 0.1), Look("HOLD_STILL", FakeFace())) == "HOLD_STILL"
    assert shots.consider(frame(3, 0.2), good()) == "HOLD_STILL"
    assert shots.consider(frame(4, 0.3), good()) == "KEPT"
    assert len(shots.kept) == 1


def test_the_next_shot_waits_for_another_view_or_for_patience_to_end() -> None:
    shots = Shots(FakeEngine())
    shots.consider(frame(1, 0.0), good())
    shots.consider(frame(2, 0.0), good())
    assert shots.consider(frame(3, PACE_S / 2), good(turn=0.2)) == "KEPT"
    assert len(shots.kept) == 1
    assert shots.consider(frame(4, PACE_S), good()) == "TURN_LEFT"
    assert shots.consider(frame(5, PACE_S + 0.1), good(turn=0.2)) == "KEPT"
    assert len(shots.kept) == 2
    assert shots.consider(frame(6, PACE_S + 0.2 + PATIENCE_S), good()) == "ENOUGH"
    assert shots.enough


def test_another_person_stepping_in_starts_the_capture_over() -> None:
    shots = Shots(FakeEngine())
    shots.consider(frame(1, 0.0), good())
    shots.consider(frame(2, 0.1), good())
    assert shots.consider(frame(3, 5.0), good(row=1)) == "SOMEBODY_ELSE"
    assert shots.kept == []


def test_a_shot_keeps_a_small_picture_and_never_shows_itself_in_a_log() -> None:
    shots = Shots(FakeEngine(), wanted=1)
    shots.consider(frame(1, 0.0), good())
    shots.consider(frame(2, 0.1), good())
    assert shots.kept[0].jpeg.startswith(b"\xff\xd8")
    assert repr(shots.kept[0]) == "Shot(quality=800)"


@pytest.mark.parametrize(
    ("broken", "said"),
    [("DEVICE_UNPLUGGED", "CAMERA_UNPLUGGED"), ("DEVICE_NOT_FOUND", "CAMERA_NOT_FOUND"), ("CAMERA_FROZEN", "CAMERA_FROZEN")],
)
def test_a_camera_that_fails_is_said_and_the_capture_goes_on_when_it_is_back(broken: str, said: str) -> None:
    camera = FakeCamera(broken)
    capture = Capture(camera, FakeEngine(FakeFace()))
    capture.start()
    try:
        until(lambda: capture.progress.fault == said)
        camera.broken = None
        until(lambda: len(capture.shots) == 3)
    finally:
        capture.forget()
    assert capture.shots == ()
