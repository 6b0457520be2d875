"""The simulated camera's scenes: what is shown is seen, moved and lit, and no two frames are alike."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from hardware.camera.newest import Patience
from hardware.camera.simulated import HEIGHT, WIDTH, Scene, SimulatedCamera, SimulatedScene, Stage, read_scene
from hardware.errors import DeviceMissing

LONG_S = 30.0


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A chequered board, red in the middle."""
    board = np.kron(np.indices((8, 8)).sum(axis=0) % 2, np.ones((32, 32), int))[..., None].repeat(3, axis=2).astype(np.uint8) * 200
    board[96:160, 96:160] = (0, 0, 255)
    path = tmp_path / "board.png"
    cv2.imwrite(str(path), board)
    return path


def _red(frame: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> tuple[float, float, int]:
    """Centre (x, y) and area of what is red."""
    mask = (frame[..., 2] > 90) & (frame[..., 1] < 70) & (frame[..., 0] < 70)
    rows, columns = np.nonzero(mask)
    return float(columns.mean()), float(rows.mean()), int(mask.sum())


def test_an_empty_scene_is_a_full_frame_and_never_the_same_twice() -> None:
    stage = Stage()
    frames = [stage.render(Scene(), 1.0) for _ in range(3)]
    assert all(frame.shape == (HEIGHT, WIDTH, 3) and frame.dtype == np.uint8 for frame in frames)
    assert not (frames[0] == frames[1]).all()
    assert not (frames[1] == frames[2]).all()


def test_a_picture_fills_the_frame_and_drifts_smoothly(picture: Path) -> None:
    stage, scene = Stage(), Scene(picture=str(picture), move=20)
    centres = [_red(stage.render(scene, step / 15))[:2] for step in range(60)]
    steps = [np.hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(centres)]
    assert max(steps) < 6
    assert np.ptp([x for x, _ in centres]) > 10


def test_fill_and_crop_change_what_is_seen(picture: Path) -> None:
    stage = Stage()
    whole = _red(stage.render(Scene(picture=str(picture)), 0))[2]
    small = _red(stage.render(Scene(picture=str(picture), fill=0.5), 0))[2]
    close = _red(stage.render(Scene(picture=str(picture), crop=(64, 64, 128, 128)), 0))[2]
    assert small < whole / 3
    assert close > whole * 3


def test_light_blur_and_noise_change_what_is_seen(picture: Path) -> None:
    def sharpness(scene: Scene) -> float:
        grey = cv2.cvtColor(Stage().render(scene, 0), cv2.COLOR_BGR2GRAY)
        return float(cv2.Laplacian(grey, cv2.CV_64F).var())

    name = str(picture)
    assert Stage().render(Scene(picture=name, light=0.4), 0).mean() < 0.6 * Stage().render(Scene(picture=name), 0).mean()
    assert sharpness(Scene(picture=name, blur=4)) < 0.5 * sharpness(Scene(picture=name))
    assert sharpness(Scene(noise=20)) > 2 * sharpness(Scene(noise=2))


def test_whoever_steers_the_scene_is_seen_by_the_camera(tmp_path: Path, picture: Path) -> None:
    scene = SimulatedScene(tmp_path / "site")
    camera = SimulatedCamera(tmp_path / "site", rate=60)
    frame = camera.wait_for(0, 10)
    assert frame is not None
    assert not (frame.image[..., 2] > frame.image[..., 1].astype(int) + 100).any()
    scene.show(picture, light=1.0)
    seen = [camera.wait_for(frame.number + more, 10) for more in range(1, 30)]
    assert any(f is not None and (f.image[..., 2] > f.image[..., 1].astype(int) + 100).any() for f in seen)
    camera.close()


def test_a_fault_keeps_the_scene_and_mending_brings_it_back(tmp_path: Path, picture: Path) -> None:
    scene = SimulatedScene(tmp_path)
    scene.show(picture, light=0.8)
    scene.freeze()
    assert read_scene(tmp_path).fault == "frozen"
    scene.mend()
    assert read_scene(tmp_path) == Scene(picture=str(picture.resolve()), light=0.8)
    scene.clear()
    assert read_scene(tmp_path) == Scene()


def test_a_scene_that_a_newer_version_wrote_is_read_as_far_as_it_is_known(tmp_path: Path) -> None:
    (tmp_path / "scene.json").write_text(json.dumps({"light": 0.5, "rain": True, "crop": [1, 2, 3, 4]}))
    assert read_scene(tmp_path) == Scene(light=0.5, crop=(1, 2, 3, 4))


@pytest.mark.parametrize("text", ["{", "[]", '{"picture": "/nowhere.png"}'])
def test_a_scene_that_makes_no_sense_is_a_missing_camera_and_no_crash(tmp_path: Path, text: str) -> None:
    (tmp_path / "scene.json").write_text(text)
    camera = SimulatedCamera(tmp_path, Patience(frozen_s=LONG_S, first_pause_s=0.05, longest_pause_s=0.1), rate=60)
    while camera.fault() is None:
        camera.wait_for(10**9, 0.02)
    assert camera.fault() == "DEVICE_NOT_FOUND"
    SimulatedScene(tmp_path)
    assert camera.wait_for(0, 10) is not None
    camera.close()


def test_a_crop_outside_its_picture_is_said_to_be_so(picture: Path) -> None:
    with pytest.raises(DeviceMissing, match="outside"):
        Stage().render(Scene(picture=str(picture), crop=(900, 900, 10, 10)), 0)
