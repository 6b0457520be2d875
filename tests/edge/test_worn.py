"""Enrolment with copies: as the worker will come, in a helmet and in motion."""

from __future__ import annotations

import numpy as np
import pytest

from edge.worn import enrolment_row, hard_hat, smeared
from tests.edge.gate.people import engine, photographs, scene


def test_a_row_stays_its_own_persons_and_moves_towards_the_helmet() -> None:
    tool = engine()
    (first, second) = (pictures[0] for pictures in photographs(2, 2).values())
    face, other = tool.detect(first)[0], tool.detect(second)[0]
    own, row = tool.embed(first, face), enrolment_row(tool, first, face)
    stranger = tool.embed(second, other)
    worn = hard_hat(first, face, np.random.default_rng(77))
    seen = tool.embed(worn, tool.detect(worn)[0])
    assert np.linalg.norm(row) == pytest.approx(1.0, abs=1e-5)
    assert float(row @ own) > 0.8
    assert float(row @ seen) > float(own @ seen)
    assert float(row @ stranger) < 0.363


def test_the_same_shot_gives_the_same_row() -> None:
    tool = engine()
    image = scene(photographs(1, 1).popitem()[1][0])
    face = tool.detect(image)[0]
    assert np.array_equal(enrolment_row(tool, image, face), enrolment_row(tool, image, face))


def test_a_helmet_covers_the_brow_and_leaves_eyes_and_mouth() -> None:
    tool = engine()
    image = photographs(1, 1).popitem()[1][0]
    face = tool.detect(image)[0]
    worn = hard_hat(image, face, np.random.default_rng(5))
    mouth = slice(int(face.landmarks[3, 1]) - 5, int(face.landmarks[3, 1]) + 15)
    assert np.array_equal(worn[mouth], image[mouth])
    assert not np.array_equal(worn[: int(face.landmarks[0, 1])], image[: int(face.landmarks[0, 1])])


def test_a_smeared_face_is_less_sharp() -> None:
    tool = engine()
    image = photographs(1, 1).popitem()[1][0]
    face = tool.detect(image)[0]
    moved = smeared(image, face, np.random.default_rng(5))
    assert tool.detect(moved)[0].quality.sharpness < 0.7 * face.quality.sharpness
