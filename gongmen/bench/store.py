"""What it costs to write a passage down: through the journal, one transaction each, beside plain SQLite inserts on the same disk.

The baseline writes the same packed bytes with the standard library's sqlite3 into a bare table, one transaction each, with the same
journal mode and `synchronous=FULL`: what is left is the price of the chain, the numbers and the projections. A third row reads: how fast
the outbox gives a backlog back. What the disk itself can do stands beside it: 100-byte appends, each followed by fdatasync.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from edge.clock import SystemClock
from edge.store.database import Store
from edge.store.journal import Journal
from edge.sync import wire
from gongmen.bench.report import Report, percentile

PASSAGES: Final = 2_000
_PEOPLE: Final = 300


def run(as_json: bool = False, passages: int = PASSAGES, place: Path | None = None) -> None:
    """Measures in a new folder under `place` (default: the working directory, because the temporary one may be memory)."""
    with tempfile.TemporaryDirectory(dir=place or Path.cwd(), prefix=".bench-store-") as name:
        folder = Path(name)
        report = Report("store: passages written down", {"passages": passages, "synchronous": "FULL", "journal_mode": "WAL"})
        disk, plain, ours, read_s = _measure(folder, passages)
        report.row(what="disk: append and fdatasync", **_figures(disk))
        report.row(what="baseline: plain sqlite3 insert", **_figures(plain))
        report.row(what="gongmen: journal, chain, projections", **_figures(ours), of_baseline=sum(plain) / sum(ours))
        report.row(what="gongmen: outbox read back", per_s=passages / read_s)
        report.notes.append("per_s: passages a second, one transaction each, one writer; of_baseline: our rate over the baseline's")
        report.finish(as_json)


def _figures(times_s: list[float]) -> dict[str, float]:
    return {"per_s": len(times_s) / sum(times_s), "p50_ms": percentile(times_s, 0.5) * 1000, "p99_ms": percentile(times_s, 0.99) * 1000}


def _measure(folder: Path, count: int) -> tuple[list[float], list[float], list[float], float]:
    """All three in turn, passage by passage, so that whatever else the machine does falls on each alike."""
    with _appended(folder) as append, _plain(folder) as insert, contextlib.closing(Store.open(folder / "box")) as store:
        journal = Journal(store, SystemClock())

        def record(number: int) -> None:
            with store.transaction():
                journal.record(_passage(number))

        times: tuple[list[float], ...] = ([], [], [])
        for number in range(count):
            for act, taken in zip((append, insert, record), times, strict=True):
                begun = time.perf_counter()
                act(number)
                taken.append(time.perf_counter() - begun)
        begun, after = time.perf_counter(), 0
        while rows := journal.unsent(after, wire.MAX_EVENTS):
            after = rows[-1].seq
        return times[0], times[1], times[2], time.perf_counter() - begun


def _passage(number: int) -> wire.Passage:
    return wire.Passage(f"person-{number % _PEOPLE:04}", wire.Direction.IN, wire.Method.FACE, "1", 7, score=812, checks=("sharpness",))


@contextlib.contextmanager
def _appended(folder: Path) -> Iterator[Callable[[int], None]]:
    with (folder / "appended").open("wb", buffering=0) as file:

        def append(_number: int) -> None:
            file.write(bytes(100))
            os.fdatasync(file.fileno())

        yield append


@contextlib.contextmanager
def _plain(folder: Path) -> Iterator[Callable[[int], None]]:
    with contextlib.closing(sqlite3.connect(folder / "plain.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("CREATE TABLE events (seq INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, packed BLOB NOT NULL)")
        clock = SystemClock()

        def insert(number: int) -> None:
            event = wire.Event(number, clock.now_ms(), clock.mono_ms(), 1, wire.Clock.NTP, _passage(number))
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO events VALUES (?, ?, ?)", (number, event.at_ms, wire.encode(event)))
            connection.execute("COMMIT")

        yield insert
