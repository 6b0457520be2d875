"""Photographs for tests, from outside the repository (GONGMEN_TEST_DATA, by default `../shared/data`): absent, the test skips aloud."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.faces import FaceEngine, Image
from edge.gate.engines import load_engine

DATA = Path(os.environ.get("GONGMEN_TEST_DATA", Path(__file__).parents[4] / "shared" / "data"))


def photograph_files(least: int, people: int) -> dict[str, list[Path]]:
    """So many people with at least so many photographs each."""
    folder = DATA / "faces" / "lfw" / "east_asian"
    if not folder.is_dir():
        pytest.skip(f"no photographs at {folder} (GONGMEN_TEST_DATA)")
    files = {person.name: sorted(person.glob("*.jpg")) for person in sorted(folder.iterdir())}
    return dict([(name, found[:least]) for name, found in files.items() if len(found) >= least][:people])


def photographs(least: int, people: int) -> dict[str, list[Image]]:
    """The same, as pictures."""
    return {name: [picture(file) for file in files] for name, files in photograph_files(least, people).items()}


def picture(path: Path) -> Image:
    """A picture file, read."""
    image = cv2.imread(str(path))
    assert image is not None
    return np.asarray(image, np.uint8)


@cache
def engine(name: str = "sface") -> FaceEngine:
    """The engine, loaded once; skips where a package with its weights is not installed."""
    if name == "face_recognition":
        pytest.importorskip("dlib", reason="dlib is not installed (extra face-recognition)")
    return load_engine(name, None, 1)


def scene(image: Image, size: tuple[int, int] = (640, 480), at: tuple[int, int] = (195, 115)) -> Image:
    """The picture somewhere on an evenly grey frame of a camera."""
    frame = np.full((size[1], size[0], 3), 96, np.uint8)
    x, y = at
    frame[y : y + image.shape[0], x : x + image.shape[1]] = image
    return frame
