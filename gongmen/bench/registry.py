"""The register of a city: how soon lists, searches and pages answer while 50 users work, and how fast many workers come in.

The real application runs in a process of its own behind uvicorn, over SQLite and over PostgreSQL with durable commits, and is asked over
HTTP; the asking takes its share of the same cores. The baseline is the health page under the same load: what any answer costs. Then the
importer takes a workbook in: time from sending it to the last worker registered, and the server's peak memory.
"""

from __future__ import annotations

import datetime as dt
import multiprocessing
import os
import resource
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
from sqlalchemy import select

from central.access import SYSTEM, Role
from central.centre import Centre
from central.database import Database
from central.entry.model import Assignment, AssignmentState
from central.identity.model import Account
from central.identity.tokens import issue_token
from central.migrations import tables
from central.projects.model import Participant
from central.secrets import CentreSecrets
from central.settings import CentralSettings
from central.web import sessions
from gongmen import long_running
from gongmen.bench import registry_data, registry_import, servers
from gongmen.bench.registry_data import Loaded, Size, name_of
from gongmen.bench.registry_users import FLOOR, Heard, Request, User, work
from gongmen.bench.report import Report, percentile

USERS: Final = 50
THINK_S: Final = 3.0
_SPAWN: Final = multiprocessing.get_context("spawn")


def run(as_json: bool = False, *, scale: float = 1.0, seconds: float = 90.0, imported: int = 10_000, place: Path | None = None) -> None:
    """Measures in a new folder under `place` (default: the working directory, because the temporary one may be memory)."""
    size = Size().scaled(scale)
    inputs: dict[str, object] = {
        "workers": size.workers,
        "projects": size.projects,
        "companies": size.companies,
        "users": USERS,
        "think_s": THINK_S,
        "seconds": seconds,
        "imported": imported,
    }
    report = Report("registry: lists, searches and pages under load; batch import", inputs)
    with tempfile.TemporaryDirectory(dir=place or Path.cwd(), prefix=".bench-registry-") as name, servers.postgresql() as url:
        for database, where in {"SQLite": f"sqlite:///{name}/central.db", "PostgreSQL": url}.items():
            if where is None:
                report.notes.append("PostgreSQL is not installed: not measured (Debian: apt-get install postgresql)")
                continue
            _measure(report, database, Path(name) / database, where, (size, seconds, imported))
    report.notes.append("p50_ms, p95_ms: from sending a request to its whole answer, at the user's side, on the same machine")
    report.notes.append(f"{FLOOR}: what any answer costs under this load; over_floor: p95 over the health page's p95")
    report.finish(as_json)


def _measure(report: Report, name: str, home: Path, url: str, how: tuple[Size, float, int]) -> None:
    size, seconds, imported = how
    CentreSecrets.create(home)
    settings = CentralSettings(
        home=home, database_url=url, mqtt_enabled=False, secure_cookies=False, port=_free_port(), enterprise_passwords=True
    )
    centre = Centre.open(settings)
    try:
        tables().create_all(centre.database.engine)
        begun = time.perf_counter()
        loaded = registry_data.load(centre.database, centre.secrets, size)
        report.row(
            database=name, what="loading the register (bulk)", answers=size.workers, per_s=size.workers / (time.perf_counter() - begun)
        )
        users, writes = _users(centre, loaded), _writes(centre.database, loaded)
    finally:
        centre.close()
    with _server(settings) as process:
        before = _cpu_s(process.pid)
        heard = work(f"http://127.0.0.1:{settings.port}", users, seconds=seconds, think_s=THINK_S, writes=writes)
        _tell(report, name, heard, (_cpu_s(process.pid) - before) / heard.seconds)
        if imported:
            took = registry_import.run(f"http://127.0.0.1:{settings.port}", _employer(users).token, imported)
            peak = _peak_mib(process.pid)
            report.row(database=name, what=f"batch import of {imported} workers", answers=imported, seconds=took, peak_mib=peak)


def _tell(report: Report, database: str, heard: Heard, cores: float) -> None:
    floor = percentile(heard.times.get(FLOOR, [0.001]), 0.95)
    for what, times in sorted(heard.times.items()):
        p95 = percentile(times, 0.95)
        figures = {"answers": len(times), "p50_ms": percentile(times, 0.5) * 1000, "p95_ms": p95 * 1000, "over_floor": p95 / floor}
        failed = ",".join(map(str, sorted(set(heard.failures.get(what, []))))) or "-"
        report.row(database=database, what=what, **figures, failed=failed)
    every = [taken for times in heard.times.values() for taken in times]
    slow = sum(percentile(times, 0.95) > 0.15 for name, times in heard.times.items() if name != FLOOR)
    report.row(
        database=database, what="all", answers=len(every), p50_ms=percentile(every, 0.5) * 1000, p95_ms=percentile(every, 0.95) * 1000
    )
    rate = len(every) / heard.seconds
    said = f"{rate:.1f} answers a second; names over 150 ms at p95: {slow}; asked to come again (503): {heard.busy}"
    report.notes.append(f"{database}: {said}; the centre's process used {cores:.2f} of a core")


def _users(centre: Centre, loaded: Loaded) -> list[User]:
    """Half of them offices, large projects and small ones; two fifths employers; the rest supervision."""
    names = [name_of(n)[:2] for n in range(1, 40)]
    offices = [("office", company, project) for company, project in _spread(loaded.offices, USERS // 2)]
    employers = [("employer", company, 0) for company in _spread(loaded.employers, USERS * 2 // 5)]
    supervision = [("authority", None, loaded.offices[0][1])] * (USERS - len(offices) - len(employers))
    with centre.database.writing() as session:
        return [_user(session, centre, number, who, names) for number, who in enumerate([*offices, *employers, *supervision])]


def _user(session: Any, centre: Centre, number: int, who: tuple[str, int | None, int], names: Sequence[str]) -> User:
    kind, company, project = who
    role = {"office": Role.CONTRACTOR, "employer": Role.EMPLOYER, "authority": Role.AUTHORITY}[kind]
    own = project if role is Role.CONTRACTOR else None
    _, token = issue_token(session, centre.clock, SYSTEM, name=f"bench{number}", role=role, company_id=company, project_id=own)
    now = dt.datetime.now(dt.UTC)
    account = Account(username=f"bench{number}", password_hash="-", display_name="bench", role=role, created_at=now)  # noqa: S106
    account.company_id, account.project_id = company, own
    session.add(account)
    session.flush()
    cookie = f"{sessions.COOKIE}={sessions.begin(session, account, now)}"
    return User(kind, token, cookie, project, names)


def _writes(database: Database, loaded: Loaded) -> list[Request]:
    """Acceptances that the offices can give, each once."""
    projects = {project: company for company, project in _spread(loaded.offices, USERS // 2)}
    wanted = (
        select(Assignment.id, Assignment.project_id)
        .join(Participant, Participant.id == Assignment.waiting_for_id)
        .where(Assignment.project_id.in_(projects), Assignment.state == AssignmentState.ASSIGNED, Participant.parent_id.is_(None))
    )
    with database.reading() as session:
        return [
            Request(f"API acceptance #{project}", f"/api/v1/assignments/{id_}/acceptance", "POST", {})
            for id_, project in session.execute(wanted)
        ]


def _spread(values: list[Any], count: int) -> list[Any]:
    """The first (largest) ones, and others evenly from the rest."""
    head, tail = values[: count // 3], values[count // 3 :]
    step = max(1, len(tail) // max(1, count - len(head)))
    return [*head, *tail[::step]][:count]


def _employer(users: Sequence[User]) -> User:
    return next(user for user in users if user.kind == "employer")


@contextmanager
def _server(settings: CentralSettings) -> Iterator[multiprocessing.process.BaseProcess]:
    process = _SPAWN.Process(target=_serve, args=(settings,), daemon=True)
    process.start()
    try:
        _until_up(settings.port)
        yield process
    finally:
        process.terminate()
        process.join(20)


def _serve(settings: CentralSettings) -> None:
    import uvicorn

    from central.app import create_app

    portal = create_app(settings)
    long_running.settle()
    uvicorn.run(portal, host="127.0.0.1", port=settings.port, log_level="error", server_header=False)


def _until_up(port: int) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            pass
        if time.monotonic() > deadline:
            raise TimeoutError("the centre does not answer")
        time.sleep(0.2)


def _peak_mib(pid: int | None) -> float:
    """The process's largest resident size so far; where the system does not say, that of this process's children."""
    status = Path(f"/proc/{pid}/status")
    for line in status.read_text().splitlines() if status.exists() else ():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024


def _cpu_s(pid: int | None) -> float:
    """Processor time of the process so far; 0 where the system does not say."""
    stat = Path(f"/proc/{pid}/stat")
    if not stat.exists():
        return 0.0
    fields = stat.read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
