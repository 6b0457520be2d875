"""What tells a face from its picture, and what each check may do."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge.errors import ModelAltered, ModelMissing
from edge.faces import Face
from edge.gate.engines.weights import ANTI_SPOOF, FACE_MESH
from edge.gate.eyes import Eyes
from edge.gate.liveness import WHEN, Colour, DepthCamera, Liveness, Network, Sharpness, Standing, needs_challenge, passive_checks
from tests.edge.gate.box import GOOD
from tests.edge.gate.people import DATA, engine, photographs

FACE = Face((10.0, 10.0, 80.0, 80.0), np.array([[30, 40], [70, 40], [50, 60], [35, 75], [65, 75]], np.float32), 0.9, GOOD)
GREY = np.full((100, 100, 3), 120, np.uint8)
SKIN = np.full((100, 100, 3), (110, 140, 200), np.uint8)


@pytest.mark.parametrize(
    ("standing", "when", "asked"),
    [(s, w, (w == "always" or (w == "risk" and s == "doubt")) and s != "picture") for s in Standing for w in WHEN],
)
def test_the_challenge_is_asked_as_the_site_wants_it_and_never_of_a_picture(standing: Standing, when: str, asked: bool) -> None:
    assert needs_challenge(when, standing) is asked


def test_a_dull_face_raises_a_doubt_a_colourful_or_grey_one_does_not() -> None:
    check, dull = Colour(), np.full((100, 100, 3), (118, 120, 125), np.uint8)
    assert check.judge([check.look(dull, FACE)]) is Standing.DOUBT
    assert check.judge([check.look(SKIN, FACE)]) is Standing.CLEAR
    assert check.judge([check.look(GREY, FACE)]) is Standing.CLEAR
    assert check.look(SKIN, replace(FACE, box=(500.0, 500.0, 50.0, 50.0))) == 1.0


def test_one_blurred_frame_makes_nobody_suspect_three_do() -> None:
    check = Sharpness()
    sharp, blurred = check.look(GREY, FACE), check.look(GREY, replace(FACE, quality=replace(GOOD, sharpness=8.0)))
    assert check.judge([sharp, blurred, sharp]) is Standing.CLEAR
    assert check.judge([sharp, blurred, blurred]) is Standing.DOUBT


@pytest.mark.parametrize(
    ("said", "standing"), [([0.9, 0.8], "clear"), ([0.1, 0.2], "picture"), ([None, None], "doubt"), ([None, 0.9], "clear")]
)
def test_a_depth_camera_decides_and_its_silence_is_a_doubt(said: list[float | None], standing: str) -> None:
    words = iter(said)
    check = DepthCamera(lambda face: next(words))
    assert check.judge([check.look(GREY, FACE) for _ in said]) == standing


def test_the_worst_of_several_checks_stands_and_all_are_named() -> None:
    words = iter([0.1])
    checks = Liveness(Sharpness(), DepthCamera(lambda face: next(words)))
    assert checks.judge([checks.look(SKIN, FACE)]) is Standing.PICTURE
    assert checks.checks == ("sharpness", "depth")
    assert Liveness().judge([()]) is Standing.CLEAR


def test_the_network_is_used_where_an_operator_put_it_and_only_that_very_file(tmp_path: Path) -> None:
    assert passive_checks(tmp_path).checks == ("sharpness", "colour")
    with pytest.raises(ModelMissing):
        Network.load(tmp_path)
    (tmp_path / ANTI_SPOOF.accepted[0][0]).write_bytes(b"another")
    with pytest.raises(ModelAltered):
        passive_checks(tmp_path)


def test_the_network_tells_a_living_face_from_a_print() -> None:
    models, samples = DATA / "models", DATA / "spoof" / "nuaa"
    if not (models / ANTI_SPOOF.accepted[0][0]).is_file() or not samples.is_dir():
        pytest.skip(f"no network at {models} or no pictures at {samples} (GONGMEN_TEST_DATA)")
    from tests.edge.gate.people import picture

    checks, standings = Liveness(Network.load(models)), {}
    for kind in ("live", "print"):
        image = picture(sorted((samples / kind).glob("*/*.jpg"))[0])
        standings[kind] = checks.judge([checks.look(image, engine().detect(image)[0])])
    assert standings == {"live": Standing.CLEAR, "print": Standing.PICTURE}


def test_open_eyes_are_measured_where_a_mesh_is_installed(tmp_path: Path) -> None:
    (tmp_path / FACE_MESH.accepted[0][0]).write_bytes(b"another")
    with pytest.raises(ModelAltered):
        Eyes.load(tmp_path)
    eyes = Eyes.load()
    if eyes is None:
        pytest.skip("no face mesh: no installed package carries it")
    image = photographs(1, 1).popitem()[1][0]
    openness = eyes.openness(image, engine().detect(image)[0])
    assert openness is not None
    assert 0.15 < openness < 0.5
    assert eyes.openness(image, replace(FACE, landmarks=np.full((5, 2), np.nan, np.float32))) is None
