"""The long version of the kill test: the same processes, the same comparison, as many kills as asked for."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import typer

from gongmen.bench.report import Report

ROOT = Path(__file__).parents[2]
TEST = ROOT / "tests/journeys/test_kills.py"
_TOLD = re.compile(r"(\d+) kills, seed (\d+): (\d+) events, (\d+) lost, (\d+) duplicated")


def run(as_json: bool, kills: int) -> None:
    """Runs it on SQLite and PostgreSQL; ends with status 1 where an event was lost or doubled, 3 where the tests are not at hand."""
    if not TEST.exists():
        print("需要源代码目录（tests/）· a checkout with its tests is needed", file=sys.stderr)
        raise typer.Exit(3)
    argv = [sys.executable, "-m", "pytest", "-q", "-s", str(TEST)]
    done = subprocess.run(argv, cwd=ROOT, env={**os.environ, "GONGMEN_KILLS": str(kills)}, capture_output=True, text=True, check=False)
    report = Report("kills: box, broker and centre at random, under load", {"kills": kills})
    for database, told in zip(("sqlite", "postgresql"), _TOLD.findall(done.stdout), strict=False):
        number, seed, events, lost, doubled = map(int, told)
        report.row(database=database, kills=number, seed=seed, events=events, lost=lost, duplicated=doubled)
    if done.returncode:
        report.notes.append(done.stdout[-2000:])
    report.finish(as_json)
    raise typer.Exit(1 if done.returncode else 0)
