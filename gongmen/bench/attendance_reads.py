"""What people and machines read of a project with a thousand workers, and how soon a passage stands on the live board."""

from __future__ import annotations

import asyncio
import datetime as dt
import time
from collections.abc import Callable
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.access import Access, Role
from central.attendance import board, labour_count, presence, rates, recording, service, sheet, wage_sheet
from central.attendance.board_live import snapshot
from central.attendance.board_stream import BoardStream
from central.attendance.model import Passage
from central.attendance.recording import Reported, Told
from central.attendance.sheet import Wanted
from central.centre import Centre
from central.devices.model import Box
from edge.sync import wire
from gongmen.bench.attendance_data import HEADS, MONTH, NIGHT_OF
from gongmen.bench.report import Report, percentile

PROJECT: Final = 1
PULLED: Final = 10_000
PASSAGES: Final = 20
_TIMES: Final = 5
_AUTHORITY: Final = Access("bench", Role.AUTHORITY)
_EMPLOYER: Final = Access("bench", Role.EMPLOYER, 2)


def run(report: Report, database: str, centre: Centre) -> None:
    """Each read some times, in a session of its own; the median and the slowest. Then passages to the board."""
    clock, month = centre.clock, Wanted(MONTH)
    asked: dict[str, Callable[[Session], object]] = {
        "monthly sheet, 1,000 workers": lambda s: sheet.page(s, clock, _AUTHORITY, PROJECT, month, limit=HEADS),
        "wage basis, 1,000 workers": lambda s: wage_sheet.page(s, clock, _EMPLOYER, PROJECT, month, limit=HEADS),
        "presence, 50 workers": lambda s: presence.page(s, clock, _AUTHORITY, PROJECT),
        "presence, 1,000 workers": lambda s: presence.page(s, clock, _AUTHORITY, PROJECT, limit=HEADS),
        "attendance rates of the month": lambda s: rates.of_month(s, clock, _AUTHORITY, PROJECT, MONTH),
        "reconciliation of the month": lambda s: rates.reconciliation(s, clock, _AUTHORITY, PROJECT, month),
        "labour count of a date": lambda s: labour_count.of_date(s, clock, _AUTHORITY, PROJECT, NIGHT_OF),
        "coverage of all projects": lambda s: rates.coverage(s, _AUTHORITY, NIGHT_OF),
        "board: figures": lambda s: board.board(s, PROJECT, clock.now()),
        "board: live snapshot": lambda s: snapshot(s, PROJECT, clock.now()),
        f"authority pulls {PULLED:,}": lambda s: service.pull(s, centre.secrets, _AUTHORITY, None, PULLED),
    }
    for what, read in asked.items():
        report.row(database=database, what=what, **_figures([_timed(centre, read) for _ in range(_TIMES)]))
    start = dt.datetime.combine(MONTH, dt.time(), dt.UTC)
    floor = select(func.count(Passage.worker_id.distinct())).where(Passage.project_id == PROJECT, Passage.at >= start)
    times = [_timed(centre, lambda s: s.scalar(floor)) for _ in range(_TIMES)]
    report.row(database=database, what="baseline: SELECT count(DISTINCT worker) of the project's month", **_figures(times))
    report.row(database=database, what="passage to live board", **_figures(asyncio.run(_to_board(centre))))


def _figures(seconds: list[float]) -> dict[str, object]:
    return {"answers": len(seconds), "p50_ms": percentile(seconds, 0.5) * 1000, "max_ms": max(seconds) * 1000}


def _timed(centre: Centre, read: Callable[[Session], object]) -> float:
    begun = time.perf_counter()
    with centre.database.reading() as session:
        read(session)
    return time.perf_counter() - begun


async def _to_board(centre: Centre) -> list[float]:
    """Seconds from taking a passage in (before its commit) to the snapshot that shows it, with one screen open."""
    times: list[float] = []
    async with BoardStream(centre.database, centre.clock).listen(PROJECT) as screen:
        await screen.get()
        for n in range(1, PASSAGES + 1):
            begun = time.perf_counter()
            await asyncio.to_thread(_pass, centre, n)
            await screen.get()
            times.append(time.perf_counter() - begun)
            await asyncio.sleep(0.13)  # not always at the same moment between two looks
    return times


def _pass(centre: Centre, n: int) -> None:
    now = centre.clock.now()
    with centre.database.writing() as session:
        box = session.scalars(select(Box.id).where(Box.project_id == PROJECT).order_by(Box.id).limit(1)).one()
        person = f"b{n:010d}"
        body = wire.Passage(person, wire.Direction.IN, wire.Method.FACE, "1", 1)
        event = wire.Event(n, int(now.timestamp() * 1000) + n, n, 1, wire.Clock.NTP, body)
        people = recording.standings(session, [person])
        recording.record_passages(session, [(Reported(box, "live", PROJECT, event), body)], Told(), people, now)
