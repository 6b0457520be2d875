"""Both engines on real photographs, their weights, and what they do with pictures that show no face, two faces or nothing."""

from __future__ import annotations

from pathlib import Path
from types import MappingProxyType

import numpy as np
import pytest

from edge.errors import ModelAltered, ModelMissing
from edge.gate.challenge import LOOK_MS, Ask, Challenge
from edge.gate.engines import ENGINES, load_engine
from edge.gate.engines.weights import SFACE, YUNET, Weights, find, read
from tests.edge.gate.people import engine, photograph_files, photographs, picture, scene

NAMES = sorted(ENGINES)


@pytest.mark.parametrize("name", NAMES)
def test_one_person_scores_above_others(name: str) -> None:
    tool = engine(name)
    vectors = {who: [tool.embed(p, tool.detect(p)[0]) for p in pictures] for who, pictures in photographs(2, 6).items()}
    for who, (first, second) in vectors.items():
        others = [float(first @ v) for other, rows in vectors.items() if other != who for v in rows]
        assert float(first @ second) > max(others)


@pytest.mark.parametrize("name", NAMES)
def test_a_vector_has_length_one_and_belongs_to_the_engine_named(name: str) -> None:
    tool = engine(name)
    image = next(iter(photographs(1, 1).values()))[0]
    vector = tool.embed(image, tool.detect(image)[0])
    assert tool.name == ENGINES[name]
    assert vector.shape == (tool.dim,)
    assert vector.dtype == np.dtype(np.float32)
    assert np.linalg.norm(vector) == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_without_a_face_gives_no_face(name: str) -> None:
    noise = np.random.default_rng(5).integers(0, 255, (480, 640, 3), dtype=np.uint8)
    assert engine(name).detect(noise) == []
    assert engine(name).detect(np.zeros((480, 640, 3), np.uint8)) == []


@pytest.mark.parametrize("name", NAMES)
def test_two_people_are_found_as_two_the_nearer_first(name: str) -> None:
    near, far = (pictures[0] for pictures in photographs(1, 2).values())
    frame = np.concatenate([scene(near, (320, 480), (30, 100)), scene(far[::2, ::2], (320, 480), (90, 100))], axis=1)
    boxes = [face.box for face in engine("sface").detect(np.asarray(frame, np.uint8))]
    assert len(boxes) == 2
    assert boxes[0][2] > boxes[1][2]
    assert engine(name).detect(np.asarray(frame, np.uint8))[0].box[0] < 320


def test_quality_falls_with_blur_darkness_and_distance() -> None:
    import cv2

    tool = engine()
    image = next(iter(photographs(1, 1).values()))[0]
    clear = tool.detect(scene(image))[0].quality
    smeared = tool.detect(np.asarray(scene(np.asarray(cv2.blur(image, (13, 3)), np.uint8))))[0].quality
    dark = tool.detect(scene(np.asarray(image // 6, np.uint8)))[0].quality
    assert smeared.sharpness < clear.sharpness / 3
    assert dark.brightness < clear.brightness / 4
    assert max(smeared.value(), dark.value()) < clear.value()
    assert clear.value() > 0.5


def test_the_second_engine_gives_the_vectors_of_the_face_recognition_library() -> None:
    library = pytest.importorskip("face_recognition", reason="face_recognition is not installed (extra face-recognition)")
    tool = engine("face_recognition")
    image = next(iter(photographs(1, 1).values()))[0]
    rgb = np.ascontiguousarray(image[:, :, ::-1])
    theirs = library.face_encodings(rgb, library.face_locations(rgb, number_of_times_to_upsample=0), model="small")[0]
    ours = tool.embed(image, tool.detect(image)[0])
    assert float(ours @ (theirs / np.linalg.norm(theirs))) > 0.999


@pytest.mark.parametrize("name", NAMES)
def test_a_head_that_really_turns_passes_the_challenge_by_either_engines_points(name: str) -> None:
    files = photograph_files(6, 99).get("Kim_Dae-jung") or pytest.skip("no photographs of somebody who looks aside")
    straight, aside = (engine(name).detect(scene(picture(files[n])))[0].landmarks for n in (1, 2))
    assert np.isfinite(straight).all()
    for asked, told in ((Ask.TURN_LEFT, Ask.PASSED), (Ask.TURN_RIGHT, Ask.FAILED)):
        challenge = Challenge([asked])
        for at_ms in range(0, LOOK_MS + 200, 100):
            assert challenge.feed(straight, at_ms) in (Ask.LOOK_STRAIGHT, asked)
        assert challenge.feed(aside, LOOK_MS + 200) is told


def test_an_unknown_engine_is_named() -> None:
    with pytest.raises(ValueError, match="sface"):
        load_engine("guess")


def test_weights_that_nobody_installed_are_missing() -> None:
    absent = Weights("a test", (("no_such_file.onnx", "0" * 64),))
    with pytest.raises(ModelMissing) as told:
        read(absent, None)
    assert told.value.code == "MODEL_MISSING"
    assert "no_such_file.onnx" in told.value.detail


def test_a_file_with_the_right_name_and_other_bytes_is_refused_though_a_good_one_is_installed(tmp_path: Path) -> None:
    name = SFACE.accepted[1][0]
    good = bytearray(read(SFACE))
    good[len(good) // 2] ^= 1
    (tmp_path / name).write_bytes(good)
    with pytest.raises(ModelAltered) as told:
        load_engine("sface", tmp_path)
    assert told.value.code == "MODEL_ALTERED"
    assert str(tmp_path) not in str(told.value)


def test_a_folder_of_the_operator_goes_before_the_package(tmp_path: Path) -> None:
    name = YUNET.accepted[1][0]
    (tmp_path / name).write_bytes(read(YUNET))
    assert find(YUNET, tmp_path).parent == tmp_path
    assert find(YUNET, tmp_path / "elsewhere").parent != tmp_path


def test_the_engines_are_the_two_of_the_settings() -> None:
    assert MappingProxyType(ENGINES) == {"sface": "sface-2021dec", "face_recognition": "dlib-resnet-v1"}
