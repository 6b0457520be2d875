"""A scaled part of 1,000,000 workers with 60,000,000 passages: the night, a project's pages, the live board, the authority's pull.

A night is what one date costs: everybody's passages of it are there and none is derived (in life most are, every five seconds); all its
days are derived, then everybody's absence is followed. What is said of the whole is extrapolated by the number of workers, and called so.
The baseline is one plain count over the same passages, by the same database in the same run.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import resource
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from central.attendance import deriving, exits
from central.attendance.dirty import SHARDS
from central.attendance.model import Passage
from central.centre import Centre
from central.database import Database
from central.migrations import tables
from central.secrets import CentreSecrets
from central.settings import CentralSettings
from gongmen.bench import attendance_data as data
from gongmen.bench import attendance_reads as reads
from gongmen.bench import servers
from gongmen.bench.attendance_data import Size, StoppedClock
from gongmen.bench.report import Report

WHOLE: Final = Size()
SQLITE_PART: Final = 0.2
"""Of the scaled part, what SQLite gets: it has one writer, and is for a site, not for a city."""
CORES: Final = 2
_DAY: Final = dt.timedelta(days=1)


def run(as_json: bool = False, *, scale: float = 0.02, place: Path | None = None) -> None:
    """Measures in a new folder under `place` (default: the working directory, because the temporary one may be memory)."""
    size = WHOLE.scaled(scale)
    factor = WHOLE.workers / size.workers
    inputs: dict[str, object] = {"workers": size.workers, "projects": size.projects, "dates": data.DATES, "factor": factor}
    report = Report("attendance: the night, sheets, board, pull", inputs)
    report.notes.append(f"1/{factor:g} of 1,000,000 workers and 60,000,000 passages on PostgreSQL; SQLite holds {SQLITE_PART:g} of that")
    report.notes.append("a night: one date of everybody derived from nothing, then everybody's absence followed; cpu_s: Python's own")
    report.notes.append("extrapolated_s: what 1,000,000 workers would take at the measured rate; never measured")
    begun = os.getloadavg()[0]
    with tempfile.TemporaryDirectory(dir=place or Path.cwd(), prefix=".bench-attendance-") as name, servers.postgresql() as url:
        if url is None:
            report.notes.append("PostgreSQL is not installed: not measured (Debian: apt-get install postgresql)")
        else:
            measure(report, "PostgreSQL", Path(name) / "postgresql", url, size)
        measure(report, "SQLite", Path(name) / "sqlite", f"sqlite:///{name}/central.db", size.scaled(SQLITE_PART))
    report.notes.append(f"load average (1 min) before {begun:.1f}, after {os.getloadavg()[0]:.1f}; 0 is a quiet machine")
    report.finish(as_json)


def measure(report: Report, name: str, home: Path, url: str, size: Size) -> None:
    """Everything on one empty database."""
    CentreSecrets.create(home)
    centre = Centre.open(CentralSettings(home=home, database_url=url, mqtt_enabled=False), StoppedClock())
    try:
        tables().create_all(centre.database.engine)
        _Nights(report, name, centre, size).run()
        reads.run(report, name, centre)
        report.row(database=name, what="memory of this process at most", mib=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    finally:
        centre.close()


class _Nights:
    """Loading, the first derivation of all that was loaded, and two nights on top of it."""

    def __init__(self, report: Report, name: str, centre: Centre, size: Size) -> None:
        self._report, self._name, self._centre, self._size = report, name, centre, size
        self._loaded = 0

    def run(self) -> None:
        """The months before stand derived; then one night by one process, and one by two."""
        database, last = self._centre.database, data.NIGHT_OF
        data.register(database, self._size)
        self._told("loading passages (bulk)", self._load_derived_dates)
        data.settle(database)
        self._told("first derivation of all of it", lambda: deriving.rebuild(database), whole=False)
        data.settle(database)
        before = self._loaded
        self._load(last - _DAY, touched=True)
        night = self._loaded - before
        self._baseline(last - _DAY, night)
        self._told("night: days, one process", lambda: deriving.derive(database), night)
        self._told("night: absence followed, one process", lambda: exits.follow_all(self._centre), night)
        if database.engine.dialect.name == "postgresql":
            before = self._loaded
            self._load(last, touched=True)
            self._told(f"night: days, {CORES} processes by shards", self._derive_by_shards, self._loaded - before)
        else:
            self._load(last, touched=True)
            deriving.derive(database)
        exits.follow_all(self._centre)

    def _load_derived_dates(self) -> None:
        for n in range(data.DATES - 2):
            self._load(data.MONTH + n * _DAY, touched=False)

    def _load(self, date: dt.date, *, touched: bool) -> None:
        self._loaded += data.passages(self._centre.database, self._size, date, self._loaded, touched=touched)

    def _derive_by_shards(self) -> None:
        url = self._centre.database.engine.url.render_as_string(hide_password=False)
        with ProcessPoolExecutor(CORES, mp_context=multiprocessing.get_context("spawn")) as pool:
            list(pool.map(_derive_shards, [url] * CORES, [tuple(range(n, SHARDS, CORES)) for n in range(CORES)]))

    def _baseline(self, date: dt.date, passages: int) -> None:
        start = dt.datetime.combine(date, dt.time(4), StoppedClock().now().tzinfo) - dt.timedelta(hours=8)
        heads = select(Passage.project_id, func.count(Passage.worker_id.distinct())).where(Passage.at >= start, Passage.at < start + _DAY)
        with self._centre.database.reading() as session:
            asked = heads.group_by(Passage.project_id)
            self._told("baseline: SELECT count(DISTINCT worker) of the date", lambda: session.execute(asked).all(), passages)

    def _told(self, what: str, work: Callable[[], object], passages: int | None = None, *, whole: bool = True) -> None:
        cpu, begun = time.process_time(), time.perf_counter()
        work()
        took, cpu = time.perf_counter() - begun, time.process_time() - cpu
        count = self._loaded if passages is None else passages
        cells: dict[str, object] = {"seconds": took, "cpu_s": cpu, "passages": count, "s_per_million": took / count * 1e6}
        if whole:
            cells["extrapolated_s"] = took * WHOLE.workers / self._size.workers
        self._report.row(database=self._name, what=what, **cells)


def _derive_shards(url: str, shards: tuple[int, ...]) -> None:
    database = Database.open(url)
    try:
        deriving.derive(database, shards)
    finally:
        database.close()
