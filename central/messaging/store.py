"""Queries on the journals: watermarks under their row locks, stored hashes, quarantine and alarms."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from sqlalchemy import and_, bindparam, case, or_, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from central import bulk
from central.attendance.recording import Reported
from central.devices.model import Box
from central.messaging.facts import Fact, at
from central.messaging.model import BoxEvent, DroppedFrames, Incident, QuarantinedEvent, Watermark
from central.messaging.sequence import Range, Received, ranges_of
from edge.sync import wire

HELD_OPEN: Final = "GATE_HELD_OPEN"
CLOSED_AGAIN: Final = "GATE_CLOSED_AGAIN"
Key = tuple[str, str]
"""Box and epoch: one journal."""


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a journal stands after a transaction; `newest` is the event at the watermark if it came just now."""

    key: Key
    received: Received
    last_hash: bytes
    newest: wire.Event | None


def lock_watermarks(session: Session, keys: Collection[Key], now: dt.datetime) -> dict[Key, tuple[Received, bytes]]:
    """What arrived of each journal and the hash at its watermark, locked until the transaction ends, always in the same order."""
    fresh = {"upto": 0, "last_hash": wire.GENESIS, "ahead": msgspec.msgpack.encode(()), "updated_at": now}
    bulk.insert_missing(session, Watermark, [{"box_id": box, "epoch": epoch, **fresh} for box, epoch in sorted(keys)])
    marks: dict[Key, tuple[Received, bytes]] = {}
    for some in bulk.chunks(sorted(keys)):
        rows = session.execute(
            select(Watermark.box_id, Watermark.epoch, Watermark.upto, Watermark.last_hash, Watermark.ahead)
            .where(tuple_(Watermark.box_id, Watermark.epoch).in_(some))
            .order_by(Watermark.box_id, Watermark.epoch)
            .with_for_update()
        )
        for box, epoch, upto, last_hash, ahead in rows:
            marks[box, epoch] = Received(upto, msgspec.msgpack.decode(ahead, type=tuple[Range, ...])), last_hash
    return marks


def move_watermarks(session: Session, marks: Sequence[Mark], now: dt.datetime) -> None:
    """Writes how far the journals are now, and that their boxes were heard of."""
    table = bulk.table_of(Watermark)
    session.connection().execute(
        update(table)
        .where(table.c.box_id == bindparam("b_box"), table.c.epoch == bindparam("b_epoch"))
        .values(upto=bindparam("b_upto"), last_hash=bindparam("b_hash"), ahead=bindparam("b_ahead"), updated_at=bindparam("b_now")),
        [
            {
                "b_box": mark.key[0],
                "b_epoch": mark.key[1],
                "b_upto": mark.received.upto,
                "b_hash": mark.last_hash,
                "b_ahead": msgspec.msgpack.encode(mark.received.ahead),
                "b_now": now,
            }
            for mark in marks
        ],
    )
    for mark in sorted(marks, key=lambda mark: mark.key):
        trusted = mark.newest is not None and mark.newest.clock is not wire.Clock.NONE
        heard_of(session, mark.key[0], now, complete_until=at(mark.newest.at_ms) if mark.newest and trusted else None)


def heard_of(session: Session, box: str, now: dt.datetime, complete_until: dt.datetime | None = None) -> None:
    """The box is there; its data are complete up to that time, if that is later than what was known. Never into the future."""
    values: dict[str, Any] = {"last_seen_at": now}
    if complete_until is not None:
        until = min(complete_until, now)
        later = or_(Box.complete_until.is_(None), Box.complete_until < until)
        values["complete_until"] = case((later, until), else_=Box.complete_until)
    session.execute(update(Box).where(Box.id == box).values(values).execution_options(synchronize_session=False))


def watermark(session: Session, key: Key) -> tuple[Received, bytes]:
    """What arrived of a journal and the hash at its watermark, without a lock."""
    wanted = select(Watermark.upto, Watermark.ahead, Watermark.last_hash).where(Watermark.box_id == key[0], Watermark.epoch == key[1])
    row = session.execute(wanted).first()
    return (Received(), wire.GENESIS) if row is None else (Received(row[0], msgspec.msgpack.decode(row[1], type=tuple[Range, ...])), row[2])


def event_bytes(session: Session, key: Key, seq: int) -> bytes | None:
    """One stored event; None where it has not arrived."""
    wanted = select(BoxEvent.packed).where(BoxEvent.box_id == key[0], BoxEvent.epoch == key[1], BoxEvent.seq == seq)
    return session.execute(wanted).scalar_one_or_none()


def hashes(session: Session, key: Key, seqs: Collection[int]) -> dict[int, tuple[bytes, bytes]]:
    """Hash and bytes of stored events by number."""
    found: dict[int, tuple[bytes, bytes]] = {}
    for runs in bulk.chunks(ranges_of(seqs)):
        within = or_(*(and_(BoxEvent.seq >= low, BoxEvent.seq <= high) for low, high in runs))
        rows = session.execute(
            select(BoxEvent.seq, BoxEvent.hash, BoxEvent.packed).where(BoxEvent.box_id == key[0], BoxEvent.epoch == key[1], within)
        )
        found |= {seq: (hash_, packed) for seq, hash_, packed in rows}
    return found


def keep(session: Session, key: Key, facts: Iterable[Fact], now: dt.datetime) -> None:
    """Adds new events to the journal."""
    rows = [
        {
            "box_id": key[0],
            "epoch": key[1],
            "seq": fact.seq,
            "kind": fact.kind,
            "packed": fact.packed,
            "hash": fact.hash,
            "received_at": now,
        }
        for fact in facts
    ]
    bulk.insert_rows(session, BoxEvent, rows)


def quarantine(session: Session, key: Key, cases: Iterable[tuple[Fact, str, str]], now: dt.datetime) -> None:
    """Keeps facts raw, each with the code and detail of what is wrong with it."""
    bulk.insert_missing(
        session,
        QuarantinedEvent,
        [
            {
                "box_id": key[0],
                "epoch": key[1],
                "seq": fact.seq,
                "hash": fact.hash,
                "code": code,
                "detail": detail,
                "packed": fact.packed,
                "received_at": now,
            }
            for fact, code, detail in cases
        ],
    )


def raise_alarm(session: Session, key: Key, seq: int, code: str, now: dt.datetime) -> None:
    """The centre's own incident about a journal; once for each number and code."""
    row = {"box_id": key[0], "epoch": key[1], "seq": seq, "at": now, "code": code, "detail": "", "raised_by": "centre"}
    bulk.insert_missing(session, Incident, [row])


def note_incidents(session: Session, incidents: Iterable[tuple[Reported, wire.Incident | wire.Opening]]) -> None:
    """Keeps what boxes told about themselves, and what was opened by hand."""
    rows = [
        {"box_id": report.box, "epoch": report.epoch, "seq": report.event.seq, "at": report.at, "raised_by": "box"} | _incident(body)
        for report, body in incidents
    ]
    bulk.insert_missing(session, Incident, rows)


def _incident(body: wire.Incident | wire.Opening) -> dict[str, str]:
    if isinstance(body, wire.Incident):
        return {"code": body.code, "detail": body.detail, "method": "", "direction": "", "lane": "", "operator": ""}
    direction = body.direction.value if body.direction is not None else ""
    place = {"method": body.method.value, "direction": direction, "lane": body.lane, "operator": body.operator}
    return {"code": HELD_OPEN if body.open else CLOSED_AGAIN, "detail": body.why} | place


def count_dropped(session: Session, box: str, code: str, now: dt.datetime) -> None:
    """One more frame of this box was dropped unread for this reason."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = dialect.insert(DroppedFrames).values(box_id=box, code=code, count=1, first_at=now, last_at=now)
    session.execute(row.on_conflict_do_update(index_elements=["box_id", "code"], set_={"count": DroppedFrames.count + 1, "last_at": now}))
