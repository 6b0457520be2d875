"""The store's benchmark runs, small, and says what it promises."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gongmen.bench.store import run


def test_the_bench_prints_one_object_with_a_baseline_and_leaves_nothing_behind(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(as_json=True, passages=20, place=tmp_path)
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    rates = {row["what"].split(":")[0]: row["per_s"] for row in told["rows"]}
    assert set(rates) == {"disk", "baseline", "gongmen"} and all(rate > 0 for rate in rates.values())
    assert any("of_baseline" in row for row in told["rows"]) and list(tmp_path.iterdir()) == []
