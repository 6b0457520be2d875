"""Searching the gallery, and the threshold that follows from its size."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.faces import BOUND, Scale, Vector, crowd_threshold, false_accepts, fuse, threshold, unit
from edge.gate.engines.dlib_resnet import SCALE as DLIB
from edge.gate.engines.sface import SCALE as SFACE
from edge.gate.gallery import CENTRED_FROM, Gallery, Match, accepts

RANDOM = np.random.default_rng(11)


def somebody() -> Vector:
    return unit(RANDOM.normal(size=128))


def near(vector: Vector, spread: float = 0.05) -> Vector:
    return unit(vector + RANDOM.normal(scale=spread, size=128))


def gallery(people: int, templates: int = 3) -> tuple[Gallery, dict[str, Vector]]:
    faces = {f"p{i}": somebody() for i in range(people)}
    return Gallery.build(128, {who: np.stack([near(face) for _ in range(templates)]) for who, face in faces.items()}), faces


def test_everyone_is_found_among_hundreds_with_the_next_far_behind() -> None:
    known, faces = gallery(300)
    for who, face in faces.items():
        match = known.search(near(face))
        assert match is not None
        assert match.person == who
        assert accepts(match, known, SFACE)


def test_a_stranger_is_near_nobody() -> None:
    known, _ = gallery(300)
    match = known.search(somebody())
    assert match is not None
    assert not accepts(match, known, SFACE)


def test_two_look_alikes_open_for_neither() -> None:
    face = somebody()
    known = Gallery.build(128, {"elder": np.stack([near(face, 0.01)]), "younger": np.stack([near(face, 0.01)])})
    match = known.search(face)
    assert match is not None
    assert match.score > known.threshold(SFACE)
    assert not accepts(match, known, SFACE)


def test_an_empty_gallery_finds_nobody() -> None:
    assert Gallery.build(128, {}).search(somebody()) is None


def test_one_person_alone_has_no_second() -> None:
    face = somebody()
    match = Gallery.build(128, {"only": face[None, :]}).search(face)
    assert match is not None
    assert match == Match("only", match.score, -1.0)
    assert match.score == pytest.approx(1.0, abs=1e-5)


def test_a_card_is_compared_with_its_owner_only() -> None:
    known, faces = gallery(3)
    score = known.compare("p1", faces["p1"])
    assert score is not None
    assert score > 0.8
    assert known.compare("not here", faces["p1"]) is None


def test_rows_of_another_engine_make_no_gallery() -> None:
    with pytest.raises(ValueError, match="512"):
        Gallery.build(128, {"p": np.ones((3, 512), np.float32)})


def crowd(people: int, regulars: int = 0, *, alike: float = 0.3) -> tuple[Gallery, dict[str, Vector]]:
    """People who all have something in common, as those of one site have; the first ones come daily."""
    common = somebody()
    faces = {f"p{i}": unit(somebody() + alike * common) for i in range(people)}
    rows = {who: face[None, :] for who, face in faces.items()}
    return Gallery.build(128, rows, centred=True, regulars={f"p{i}" for i in range(regulars)} | {"not enrolled"}), faces


def test_what_everybody_has_in_common_tells_nobody_apart_once_they_are_many() -> None:
    known, faces = crowd(CENTRED_FROM, alike=1.0)
    means = np.stack(list(faces.values()))
    raw = float((means @ means.T)[~np.eye(len(means), dtype=bool)].mean())
    stranger = unit(somebody() + 1.0 * unit(means.mean(axis=0)))
    match = known.search(stranger)
    assert raw > 0.4
    assert match is not None
    assert match.score < float((means @ stranger).max()) - 0.1
    own = known.search(near(faces["p7"], 0.02))
    assert own is not None
    assert (own.person, own.score > 0.9) == ("p7", True)


def test_one_to_one_stays_as_it_is_in_a_centred_gallery() -> None:
    known, faces = crowd(CENTRED_FROM, alike=1.0)
    assert known.centred
    assert known.compare("p3", faces["p4"]) == pytest.approx(float(faces["p3"] @ faces["p4"]), abs=1e-5)


def test_few_people_and_engines_without_points_are_never_centred() -> None:
    known, _ = crowd(CENTRED_FROM - 1)
    assert not known.centred
    assert known.threshold(SFACE) == threshold(SFACE, CENTRED_FROM - 1)
    assert not DLIB.crowd
    assert not gallery(CENTRED_FROM, 1)[0].centred


@pytest.mark.parametrize("people", [20, 100, 400])
@pytest.mark.parametrize("regulars", [0, 1, 15])
def test_those_who_come_daily_are_told_more_easily_and_the_strangers_chance_stays_at_the_bound(people: int, regulars: int) -> None:
    known, _ = crowd(people, regulars)
    often, seldom = known.threshold(SFACE, "p0"), known.threshold(SFACE, f"p{people - 1}")
    assert (often < seldom) is (regulars > 0)
    assert known.threshold(SFACE) == often

    def chance(score: float) -> float:
        at = (rate for rate in np.geomspace(1e-9, 1e-2, 4000) if crowd_threshold(SFACE, 1, rate) <= score)
        return float(next(at)) if known.centred else false_accepts(SFACE, score)

    whole = regulars * chance(often) + (people - regulars) * chance(seldom)
    assert whole == pytest.approx(BOUND, rel=0.1)
    if not regulars:
        assert often == (crowd_threshold(SFACE, people) if known.centred else threshold(SFACE, people))


def test_other_regulars_are_other_thresholds_over_the_same_faces() -> None:
    before, faces = crowd(CENTRED_FROM)
    after = before.coming({"p1"})
    assert before.search(faces["p1"]) == after.search(faces["p1"])
    assert not before.regulars
    assert after.regulars == {"p1"}
    assert after.threshold(SFACE, "p1") < before.threshold(SFACE, "p1") < after.threshold(SFACE, "p2")


def test_the_points_of_a_crowd_stand_as_measured_and_lie_below_those_of_a_search_that_is_not_centred() -> None:
    for score, rate in SFACE.crowd:
        assert crowd_threshold(SFACE, 1, bound=rate) == pytest.approx(score)
    for people in (CENTRED_FROM, 1000, 20_000):
        assert crowd_threshold(SFACE, people) < threshold(SFACE, 3 * people) - 0.03


@pytest.mark.parametrize("scale", [SFACE, DLIB], ids=["sface", "dlib"])
def test_a_threshold_rises_with_the_gallery_and_stays_a_score(scale: Scale) -> None:
    values = [threshold(scale, rows) for rows in (0, 1, 10, 100, 1000, 10_000, 1_000_000)]
    assert values == sorted(values)
    assert values[-1] < 1


def test_the_threshold_for_a_measured_rate_is_the_measured_score() -> None:
    for score, rate in SFACE.points:
        assert threshold(SFACE, 1, bound=rate) == pytest.approx(score)


@given(st.integers(1, 100_000), st.sampled_from([1e-2, 1e-3, 1e-4]))
def test_a_strangers_chance_stays_at_the_bound_for_every_gallery(rows: int, bound: float) -> None:
    score = threshold(SFACE, rows, bound)
    assert false_accepts(SFACE, score) * rows == pytest.approx(bound, rel=1e-6)


def test_blurred_frames_count_less() -> None:
    face, smear = somebody(), somebody()
    assert float(fuse([face, smear], [1.0, 0.2]) @ face) > float(fuse([face, smear], [1.0, 1.0]) @ face)


@pytest.mark.parametrize("bad", [np.zeros(128), np.full(128, np.nan), np.full(128, np.inf)])
def test_a_vector_that_is_none_is_refused(bad: npt.NDArray[np.float64]) -> None:
    with pytest.raises(ValueError, match="without length"):
        unit(bad)
