"""The benchmarks of the gate measure what they say: shown on numbers that can be reckoned by hand, and on a small run."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from gongmen.bench.faces import Trials, figures, photographs, trials, wilson
from gongmen.bench.gate import measure_gate, one_core
from gongmen.bench.photographs import Photographed
from tests.edge.gate.people import engine, photograph_files

AXES = np.eye(4)


def test_a_person_is_never_compared_with_the_very_same_picture() -> None:
    done = trials([("a", AXES[0]), ("a", AXES[1]), ("b", AXES[2])], images=3)
    assert done.own[0] == pytest.approx(0.0)
    assert done.own[1] == pytest.approx(0.0)
    assert np.isnan(done.own[2])
    assert done.rows == 3


def test_a_stranger_meets_everybody_but_himself() -> None:
    done = trials([("a", AXES[0]), ("b", AXES[1]), ("c", (AXES[0] + AXES[1]) / np.sqrt(2))], images=1)
    assert done.best[2] == pytest.approx(done.second[2]) == pytest.approx(np.sqrt(0.5))
    assert done.best[0] == pytest.approx(np.sqrt(0.5))
    assert done.second[0] == pytest.approx(0.0)


def test_errors_are_counted_at_the_threshold_and_the_lead() -> None:
    done = Trials(np.array([0.9, 0.6, 0.9, np.nan]), np.array([0.1, 0.1, 0.88, 0.7]), np.array([0.0, 0.0, 0.5, 0.69]), rows=4)
    strict, loose = figures(done, 0.65, margin=0.05), figures(done, 0.65)
    assert (strict["fnir"], strict["fpir"]) == (pytest.approx(2 / 3), pytest.approx(0.25))
    assert (loose["fnir"], loose["fpir"]) == (pytest.approx(1 / 3), pytest.approx(0.5))
    assert (strict["workers"], strict["strangers"]) == (3, 4)


def test_an_interval_holds_its_share_and_is_narrow_for_many() -> None:
    assert wilson(0, 257) == [0.0, pytest.approx(0.0147, abs=1e-4)]
    low, high = wilson(50, 100)
    assert low < 0.5 < high
    assert high - low < 0.2


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
