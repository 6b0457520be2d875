"""The lamp follows the light, without flicker."""

from __future__ import annotations

import numpy as np
import pytest

from edge.gate.lamp import LEAST_ON_S, Lamp, scene_brightness


def watch(lamp: Lamp, scene: float, face: float | None, seconds: float, began: float = 0.0) -> float:
    """Shows this for so long at ten frames a second; when it ended."""
    steps = round(10 * seconds)
    for step in range(steps):
        lamp.see(scene, face, began + step / 10)
    return began + steps / 10


def test_a_dark_face_lights_the_lamp_and_one_dark_frame_does_not() -> None:
    lamp = Lamp()
    assert not lamp.see(80, 40, 0.0)
    assert not lamp.see(80, 90, 0.3)
    watch(lamp, 80, 40, 1.0, 0.4)
    assert lamp.on


def test_a_backlit_face_is_lit_though_the_scene_is_bright() -> None:
    lamp = Lamp()
    watch(lamp, 190, 40, 1.0)
    assert lamp.on


@pytest.mark.parametrize(("scene", "on"), [(20, True), (50, False)])
def test_an_empty_scene_is_lit_only_where_no_face_would_be_found(scene: float, on: bool) -> None:
    lamp = Lamp()
    watch(lamp, scene, None, 2.0)
    assert lamp.on is on


def test_the_lamps_own_light_does_not_put_it_out() -> None:
    lamp = Lamp()
    now = watch(lamp, 30, 20, 1.0)
    watch(lamp, 150, 120, 3 * LEAST_ON_S, now)
    assert lamp.on


def test_daylight_puts_it_out_after_a_while_and_a_passing_headlight_does_not() -> None:
    lamp = Lamp()
    now = watch(lamp, 30, 20, 1.0)
    now = watch(lamp, 100, 90, LEAST_ON_S, now)  # the lamp adds 70
    now = watch(lamp, 200, 200, 1.0, now)
    now = watch(lamp, 100, 90, 1.0, now)
    assert lamp.on
    watch(lamp, 200, 200, 4.0, now)
    assert not lamp.on


def test_the_brightness_of_a_scene_is_its_mean_grey() -> None:
    assert scene_brightness(np.full((480, 640, 3), 77, np.uint8)) == 77
