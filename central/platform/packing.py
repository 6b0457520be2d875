"""Settled passages leave the queue after a while: a day's records are packed into one row, which still says of each whether it was told,
when, and with which answer. Everything else in the queue stays: it is bounded by people, and later records stand behind it.
"""

from __future__ import annotations

import datetime as dt
import zlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

import msgspec
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from central.bulk import chunks
from central.centre import Centre
from central.clock import SITE_ZONE
from central.jobs import Job, daily
from central.platform import rules
from central.platform.model import THERE, PlatformPack, PlatformUpload, UploadKind, UploadState

AT_ONCE: Final = 2000
"""Records that one transaction packs."""
_MARK: Final = "PLATFORM_CHANGED_AFTER"


class Told(msgspec.Struct, array_like=True, frozen=True):
    """What became of a passage: our key, the platform's number of the request, the code of what was noted; times aware UTC."""

    key: str
    assignment_id: int | None
    state: UploadState
    code: str
    serial: str
    sent_at: dt.datetime | None
    settled_at: dt.datetime


_DECODER: Final = msgspec.msgpack.Decoder(list[Told])


def opened(packed: bytes) -> list[Told]:
    """The records of a pack, by key."""
    return _DECODER.decode(zlib.decompress(packed))


def pack(session: Session, before: dt.datetime, limit: int = AT_ONCE) -> int:
    """Packs up to `limit` passages that were settled before a moment, the oldest first; how many."""
    of = PlatformUpload
    old = select(of).where(of.kind == UploadKind.ATTENDANCE, of.settled_at < before).order_by(of.settled_at).limit(limit)
    rows = list(session.scalars(old.with_for_update()))
    days: dict[tuple[int, dt.date], list[PlatformUpload]] = defaultdict(list)
    for row in rows:
        days[row.project_id, row.created_at.astimezone(SITE_ZONE).date()].append(row)
    for (project_id, day), some in sorted(days.items()):
        _add(session, project_id, day, some)
    for ids in chunks([row.id for row in rows]):
        session.execute(delete(of).where(of.id.in_(ids)), execution_options={"synchronize_session": False})
    return len(rows)


def _add(session: Session, project_id: int, day: dt.date, rows: Iterable[PlatformUpload]) -> None:
    kept = session.get(PlatformPack, (project_id, day), with_for_update=True, populate_existing=True)
    if kept is None:
        kept = PlatformPack(project_id=project_id, day=day)
        session.add(kept)
        records = {}
    else:
        records = {told.key: told for told in opened(kept.packed)}
    records |= {row.key: _told(row) for row in rows}
    kept.records, kept.packed = len(records), zlib.compress(msgspec.msgpack.encode([records[key] for key in sorted(records)]))


def _told(row: PlatformUpload) -> Told:
    return Told(row.key, row.assignment_id, row.state, row.code, row.serial, row.sent_at, row.settled_at or row.created_at)


def mark_changed(session: Session, project_id: int, now: dt.datetime, received: Mapping[str, dt.datetime]) -> set[str]:
    """Passages that are otherwise now, key to arrival, as far as they are packed: those keys. One that was told comes back to the queue
    with the mark, so that somebody compares it; one that was never told is left out, for it may have to be told now."""
    found: dict[str, tuple[dt.date, Told]] = {}
    if received:
        first = min(received.values()).astimezone(SITE_ZONE).date()
        wanted = select(PlatformPack).where(PlatformPack.project_id == project_id, PlatformPack.day >= first).order_by(PlatformPack.day)
        for kept in session.scalars(wanted.execution_options(yield_per=10)):
            found |= {told.key: (kept.day, told) for told in opened(kept.packed) if told.key in received}
            if len(found) == len(received):
                break
    settled = {key: (day, told) for key, (day, told) in found.items() if told.state is not UploadState.WITHDRAWN}
    for day, told in settled.values():
        if told.state in THERE:
            row = record(project_id, day, told)
            row.code, row.settled_at = _MARK, now
            session.add(row)
    session.flush()
    return set(settled)


def record(project_id: int, day: dt.date, told: Told) -> PlatformUpload:
    """What is packed, as it stood in the queue; not of any session."""
    return PlatformUpload(
        project_id=project_id,
        kind=UploadKind.ATTENDANCE,
        key=told.key,
        assignment_id=told.assignment_id,
        state=told.state,
        serial=told.serial,
        code=told.code,
        attempts=0,
        created_at=rules.midnight(day),
        sent_at=told.sent_at,
        settled_at=told.settled_at,
    )


def work(centre: Centre) -> str:
    """The job's deed."""
    before = centre.clock.now() - dt.timedelta(days=centre.settings.platform_keep_days)
    done = 0
    while True:
        with centre.database.writing() as session:
            step = pack(session, before)
        done += step
        if step < AT_ONCE:
            return f"{done} packed"


JOB: Final = Job("platform.packs", daily(dt.time(3, 50)), work)
