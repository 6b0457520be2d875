"""The benchmarks of the gate measure what they say: shown on numbers that can be reckoned by hand, and on a small run."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from edge.faces import Image, Quality, Vector, unit
from edge.gate.challenge import TURNED
from edge.store.secrets import BoxKeys
from gongmen.bench.conditions import CONDITIONS, Condition, track
from gongmen.bench.day_people import Kind, morning
from gongmen.bench.face_errors import Trials, figures, missed, wilson
from gongmen.bench.face_tracks import Picture, Seen, photographs
from gongmen.bench.faces import REGULARS, rows, trials
from gongmen.bench.gate import measure_gate, one_core
from gongmen.bench.gate_rig import fill
from gongmen.bench.gate_swap import measure_swap
from gongmen.bench.liveness import auc, pictures, rates
from gongmen.bench.photographs import DATA, Photographed
from gongmen.bench.report import Report
from gongmen.bench.turned import Turned, turned_row, turned_rows
from tests.edge.gate.people import engine, photograph_files
from tests.edge.gate.people import photographs as pictures_of

AXES = np.eye(4, dtype=np.float32)


def photographs_of(people: int) -> list[Image]:
    return [pictures[0] for pictures in pictures_of(1, people).values()]


def shot(person: str, vector: Vector) -> Picture:
    return Picture(person, f"{person}.jpg", vector, vector)


def alone(pictures: list[Picture]) -> list[list[Vector]]:
    return [[picture.plain] for picture in pictures]


def test_a_person_is_never_compared_with_the_very_same_picture() -> None:
    pictures = [shot("a", AXES[0]), shot("a", AXES[1]), shot("b", AXES[2])]
    done = trials(pictures, alone(pictures), images=1)
    assert done.own[0] == pytest.approx(0.0)
    assert done.own[1] == pytest.approx(0.0)
    assert np.isnan(done.own[2])
    assert np.isnan(trials(pictures, alone(pictures), images=3).own).all()
    assert done.people == 2


def test_a_stranger_meets_everybody_but_himself() -> None:
    pictures = [shot("a", AXES[0]), shot("b", AXES[1]), shot("c", (AXES[0] + AXES[1]) / np.float32(np.sqrt(2)))]
    done = trials(pictures, alone(pictures), images=1)
    assert done.best[2] == pytest.approx(done.second[2]) == pytest.approx(np.sqrt(0.5))
    assert done.best[0] == pytest.approx(np.sqrt(0.5))
    assert done.second[0] == pytest.approx(0.0)


def test_what_a_whole_gallery_has_in_common_tells_nobody_apart_in_a_centred_search() -> None:
    leaning = [shot(f"p{i}", AXES[0] * np.float32(0.8) + AXES[1 + i % 3] * np.float32(0.6)) for i in range(3)]
    raw, centred = (trials(leaning, alone(leaning), images=1, centred=on) for on in (False, True))
    assert raw.best == pytest.approx([0.64] * 3)
    assert (centred.best < 0.1).all()


def test_a_face_that_was_not_found_is_a_miss_and_no_false_alarm() -> None:
    pictures = [shot("a", AXES[0]), shot("a", AXES[0]), shot("b", AXES[2])]
    done = trials(pictures, [[], [AXES[0]], [AXES[2]]], images=1)
    assert (done.own[0], done.best[0]) == (-1.0, -1.0)
    assert missed(done, 0.01) == pytest.approx(0.5)


def test_of_several_looks_the_best_counts_for_worker_and_stranger_alike() -> None:
    pictures = [shot("a", AXES[0]), shot("a", AXES[0]), shot("b", AXES[1])]
    done = trials(pictures, [[AXES[1], AXES[0]], [AXES[0]], [AXES[0], AXES[2]]], images=1)
    assert done.own[0] == pytest.approx(1.0)
    assert done.best[0] == pytest.approx(1.0)
    assert done.best[2] == pytest.approx(1.0)


def test_errors_are_counted_at_the_threshold_and_the_lead() -> None:
    who = np.array(["a", "b", "c", "d"])
    done = Trials(who, np.array([0.9, 0.6, 0.9, np.nan]), np.array([0.1, 0.1, 0.88, 0.7]), np.array([0.0, 0.0, 0.5, 0.69]), people=4)
    strict, loose = figures(done, 0.65, margin=0.05), figures(done, 0.65)
    assert (strict["fnir"], strict["fpir"]) == (pytest.approx(2 / 3), pytest.approx(0.25))
    assert (loose["fnir"], loose["fpir"]) == (pytest.approx(1 / 3), pytest.approx(0.5))
    assert (strict["n"], strict["strangers"]) == (3, 4)


def test_at_one_in_a_hundred_two_of_two_hundred_strangers_pass_and_whoever_beats_the_third_is_told() -> None:
    best, who = np.linspace(0.0, 0.8, 200), np.array([str(i) for i in range(200)])
    third = best[-3]
    own = np.array([third + 1e-6] + [third] + [np.nan] * 198)
    others = np.concatenate([[0.0, 0.0], best[2:]])
    assert missed(Trials(who, own, others, others, people=200), 0.01) == pytest.approx(0.5)


@pytest.mark.parametrize("condition", CONDITIONS, ids=lambda condition: condition.name)
def test_a_condition_changes_the_picture_is_the_same_in_every_run_and_dresses_no_two_alike(condition: Condition) -> None:
    image = photographs_of(1)[0]
    marks = engine().detect(image)[0].landmarks
    first, again, other = (track(image, marks, condition, seed, 2) for seed in ("a", "a", "b"))
    assert all(np.array_equal(x, y) for x, y in zip(first, again, strict=True))
    assert not np.array_equal(first[0], first[1])
    assert not np.array_equal(first[0], other[0])


def test_what_is_drawn_is_what_its_name_says() -> None:
    image = photographs_of(1)[0]
    face = engine().detect(image)[0]
    named = {one.name: track(image, face.landmarks, one, "a", 5) for one in CONDITIONS}

    def seen(name: str) -> list[Quality]:
        return [found[0].quality for frame in named[name] if (found := engine().detect(frame))]

    clean = seen("clean")[0]
    assert max(one.brightness for one in seen("dark")) < clean.brightness / 2
    assert min(one.sharpness for one in seen("blur")) < clean.sharpness / 2
    assert max(one.width_px for one in seen("small")) < 60


def test_larger_galleries_have_rows_of_their_own_and_regulars_are_missed_less() -> None:
    chance = np.random.default_rng(4)
    pictures = []
    for number in range(30):
        face = unit(chance.normal(size=128))
        for shot_number in range(4):
            seen = unit(face + chance.normal(scale=0.11, size=128))
            looked = Seen(seen, seen, [seen])
            pictures.append(Picture(f"p{number}", f"{number}-{shot_number}.jpg", seen, seen, {"clean": looked}))
    report = Report("faces")
    rows(report, "sface", pictures, "clean", 3)
    fnir = {str(row["method"]): row["fnir"] for row in report.rows}
    assert {"plain", "fused", "gate", "gate, not centred", "baseline: OpenCV's threshold"} < set(fnir)
    sizes = [float(str(fnir[f"gate, {size} people"])) for size in REGULARS]
    often = [float(str(fnir[f"gate, regulars of {size}"])) for size in REGULARS]
    assert sizes == sorted(sizes)
    assert 0 < sizes[-1] < 1
    assert all(daily <= anybody for daily, anybody in zip(often, sizes, strict=True))
    assert often[-1] < sizes[-1]


def test_faces_that_look_past_the_camera_have_rows_of_their_own() -> None:
    chance = np.random.default_rng(5)
    pictures = []
    for number in range(30):
        face = unit(chance.normal(size=128))
        for turn in (0.0, 0.1, -0.1, -0.5):
            seen = unit(face + chance.normal(scale=0.2 if abs(turn) > 0.3 else 0.05, size=128))
            pictures.append(Picture(f"p{number}", f"{number}{turn}.jpg", seen, seen, {"clean": Seen(seen, seen, [seen])}, turn))
    report = Report("faces")
    rows(report, "sface", pictures, "clean", 3)
    row = {str(row["method"]): row for row in report.rows}
    straight, turned = row["gate, 5000 people, straight"], row["gate, 5000 people, turned"]
    assert (straight["n"], turned["n"]) == (90, 30)
    assert float(str(straight["fnir"])) < float(str(turned["fnir"]))
    whole = (90 * float(str(straight["fnir"])) + 30 * float(str(turned["fnir"]))) / 120
    assert float(str(row["gate, 5000 people"]["fnir"])) == pytest.approx(whole, abs=1e-4)


def test_an_interval_holds_its_share_and_is_narrow_for_many() -> None:
    assert wilson(0, 257) == [0.0, pytest.approx(0.0147, abs=1e-4)]
    low, high = wilson(50, 100)
    assert low < 0.5 < high
    assert high - low < 0.2


def test_prints_that_pass_and_people_who_are_refused_are_two_rates() -> None:
    row = rates(3, 12, 1, 10)
    assert (row["apcer"], row["bpcer"]) == (0.25, 0.1)
    assert rates(0, 5, 0, 0)["bpcer"] is None
    assert auc(np.array([0.9, 0.5]), np.array([0.1, 0.5])) == pytest.approx(0.875)


def test_a_turned_head_counts_by_how_far_its_nose_went_and_a_hidden_one_does_not() -> None:
    report = Report("turned")
    seen = [Turned(30, TURNED, 0.9), Turned(30, TURNED, 0.1), Turned(-30, TURNED - 0.01, 0.9), Turned(30, None)]
    turned_row(report, "30 degrees", seen, 0.36)
    assert report.rows[0] | {"bpcer_95": None} == {
        "check": "turned head",
        "part": "30 degrees",
        "bpcer": 0.75,
        "bpcer_95": None,
        "live": 4,
        "counts": "2/4",
        "same": "1/2",
    }


def test_without_people_who_look_aside_no_turned_head_is_measured_and_the_report_says_so(tmp_path: Path) -> None:
    report = Report("turned")
    turned_rows(report, tmp_path)
    assert report.rows == []
    assert "not measured" in report.notes[0]


def test_some_people_never_turn_their_heads_and_no_print_does() -> None:
    if not (DATA / "faces").is_dir():
        pytest.skip("no photographs")
    people = morning(DATA, 600).visitors
    still = [one for one in people if one.kind is Kind.WORKER and one.reacts_s is None]
    assert 2 <= len(still) <= 30
    assert all(one.reacts_s is None for one in people if one.kind is Kind.PRINT)


def test_no_spoofs_are_no_pictures(tmp_path: Path) -> None:
    assert pictures(tmp_path) == []


def test_no_photographs_are_no_pictures(tmp_path: Path) -> None:
    assert photographs(tmp_path) == []


def test_the_whole_gate_is_measured_to_the_turnstiles_pulse_on_one_core(tmp_path: Path) -> None:
    faces = [Photographed(name, tuple(files[:3]), files[3]) for name, files in photograph_files(4, 2).items()]
    cores = os.sched_getaffinity(0)
    with one_core():
        assert len(os.sched_getaffinity(0)) == 1
        measured = measure_gate(tmp_path, engine(), faces, workers=20, decisions=3)
    assert os.sched_getaffinity(0) == cores
    assert (len(measured.times.wall_ms), measured.missed) == (3, 0)
    assert min(measured.frames) >= 2


def test_a_roster_change_is_watched_until_the_new_gallery_is_in_place(tmp_path: Path) -> None:
    faces = [Photographed(name, tuple(files[:3]), files[3]) for name, files in photograph_files(4, 2).items()]
    keys = BoxKeys.create(tmp_path)
    fill(tmp_path, keys, engine(), faces, 20)
    rows = measure_swap(tmp_path, engine(), faces[0], 20, watched_s=0.2)
    assert ["swapped_s" in row for row in rows] == [False, True, True]
    assert all(row["swapped_s"] is not None for row in rows[1:])
    assert all(row["longest_ms"] >= row["p50_ms"] > 0 for row in rows)
