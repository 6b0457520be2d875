"""Passages and refusals into the store: once each, judged beside, passages with their place in the feed.

Places are given under the feed's row lock, which is held to the commit: whoever reads up to a place has seen every lower one.
Never commits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import bindparam, or_, select, tuple_, update
from sqlalchemy.orm import Session

from central.attendance import dirty
from central.attendance.model import BootSync, FeedPosition, Passage, Refusal
from central.attendance.rules import AHEAD, Judged, Standing, corrected, judge
from central.bulk import chunks, insert_missing, insert_rows, table_of
from central.entry.model import Assignment
from edge.sync import wire

FEED: Final = "attendance"
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

BootId = tuple[str, str, int]
"""Box, epoch and boot: within it, monotonic times can be compared."""
Row = dict[str, Any]
_STANDING: Final = (
    Assignment.person,
    Assignment.id,
    Assignment.worker_id,
    Assignment.employer_id,
    Assignment.project_id,
    Assignment.entry_time,
    Assignment.ended_at,
)


@dataclass(frozen=True, slots=True)
class Reported:
    """An event as a box of that project told it."""

    box: str
    epoch: str
    project_id: int
    event: wire.Event

    @property
    def boot(self) -> BootId:
        """The boot of the box in which it happened."""
        return self.box, self.epoch, self.event.boot

    @property
    def at(self) -> dt.datetime:
        """When it happened, by the box's clock."""
        return _EPOCH + dt.timedelta(milliseconds=self.event.at_ms)


def standings(session: Session, persons: Collection[str]) -> dict[str, Standing]:
    """Where these persons stand; those that nobody knows are absent."""
    found: dict[str, Standing] = {}
    for some in chunks(sorted(persons)):
        for row in session.execute(select(*_STANDING).where(Assignment.person.in_(some))):
            found[row.person] = Standing(row.id, row.worker_id, row.employer_id, row.project_id, row.entry_time, row.ended_at)
    return found


def record_refusals(
    session: Session, refusals: Iterable[tuple[Reported, wire.Refusal]], people: Mapping[str, Standing], now: dt.datetime
) -> None:
    """Stores refusals. They are no attendance (A-03): nothing else follows from them."""
    rows: list[Row] = []
    for report, body in refusals:
        known = people.get(body.person or "")
        rows.append(
            {
                "box_id": report.box,
                "epoch": report.epoch,
                "seq": report.event.seq,
                "project_id": report.project_id,
                "assignment_id": known.assignment_id if known else None,
                "at": report.at,
                "reason": body.reason.value,
                "method": body.method.value,
                "direction": body.direction.value,
                "lane": body.lane,
                "roster_version": body.roster_version,
                "offline": body.offline,
                "received_at": now,
            }
        )
    insert_rows(session, Refusal, rows)


def record_passages(
    session: Session,
    passages: Sequence[tuple[Reported, wire.Passage]],
    synced: Sequence[Reported],
    people: Mapping[str, Standing],
    now: dt.datetime,
) -> None:
    """Stores new passages, and corrects those of a boot whose clock is known to be right since one of the `synced` events."""
    moments = [
        {"box_id": s.box, "epoch": s.epoch, "boot": s.event.boot, "at_ms": s.event.at_ms, "mono_ms": s.event.mono_ms} for s in synced
    ]
    insert_missing(session, BootSync, moments)
    boots = {s.boot for s in synced}
    right = _right_moments(session, boots | {report.boot for report, _ in passages if report.event.clock is wire.Clock.NONE})
    rows = [_row(report, body, right, people, now) for report, body in passages]
    _note_last_seen(session, [row for row in rows if row["at"] <= now + AHEAD])
    moved = [passage for boot in sorted(boots) for passage in _unsure(session, boot)]
    if not rows and not moved:
        return
    dirty.touch_all(session, [(row["assignment_id"], row["at"]) for row in rows if row["assignment_id"] is not None])
    places = iter(_take_places(session, len(rows) + len(moved)))
    for passage in moved:
        _correct(session, passage, right[passage.box_id, passage.epoch, passage.boot], next(places))
    for row in rows:
        row["position"] = next(places)
    insert_rows(session, Passage, rows)


def _row(
    report: Reported, body: wire.Passage, right: Mapping[BootId, tuple[int, int]], people: Mapping[str, Standing], now: dt.datetime
) -> Row:
    event = report.event
    at = at_reported = report.at
    if event.clock is wire.Clock.NONE and report.boot in right:
        at = _EPOCH + dt.timedelta(milliseconds=corrected(event.mono_ms, *right[report.boot]))
    known = people.get(body.person)
    return {
        "box_id": report.box,
        "epoch": report.epoch,
        "seq": event.seq,
        "position": 0,
        "revision": 1,
        "boot": event.boot,
        "mono_ms": event.mono_ms,
        "project_id": report.project_id,
        "assignment_id": known.assignment_id if known else None,
        "worker_id": known.worker_id if known else None,
        "employer_id": known.employer_id if known else None,
        "at": at,
        "at_reported": at_reported,
        "clock": event.clock.value,
        "direction": body.direction.value,
        "method": body.method.value,
        "lane": body.lane,
        "roster_version": body.roster_version,
        "score": body.score,
        "offline": body.offline,
        "stale_roster": body.stale_roster,
        "duplicate": body.duplicate,
        "judged": judge(known, report.project_id, at, body.direction is wire.Direction.OUT).value,
        "received_at": now,
    }


def _note_last_seen(session: Session, rows: Iterable[Row]) -> None:
    latest: dict[int, dt.datetime] = {}
    for row in rows:
        if row["judged"] == Judged.OK.value:
            latest[row["assignment_id"]] = max(row["at"], latest.get(row["assignment_id"], _EPOCH))
    if not latest:
        return
    table = table_of(Assignment)
    session.connection().execute(
        update(table)
        .where(table.c.id == bindparam("b_id"), or_(table.c.last_seen_at.is_(None), table.c.last_seen_at < bindparam("b_at")))
        .values(last_seen_at=bindparam("b_at")),
        [{"b_id": assignment_id, "b_at": at} for assignment_id, at in sorted(latest.items())],
    )


def _right_moments(session: Session, boots: Collection[BootId]) -> dict[BootId, tuple[int, int]]:
    found: dict[BootId, tuple[int, int]] = {}
    for some in chunks(sorted(boots)):
        rows = session.execute(
            select(BootSync.box_id, BootSync.epoch, BootSync.boot, BootSync.at_ms, BootSync.mono_ms).where(
                tuple_(BootSync.box_id, BootSync.epoch, BootSync.boot).in_(some)
            )
        )
        found |= {(box, epoch, boot): (at_ms, mono_ms) for box, epoch, boot, at_ms, mono_ms in rows}
    return found


def _unsure(session: Session, boot: BootId) -> Sequence[Passage]:
    """Passages of a boot whose time was not known when they were stored and was not corrected since."""
    return session.scalars(
        select(Passage).where(
            Passage.box_id == boot[0],
            Passage.epoch == boot[1],
            Passage.boot == boot[2],
            Passage.clock == wire.Clock.NONE.value,
            Passage.at == Passage.at_reported,
        )
    ).all()


def _correct(session: Session, passage: Passage, right: tuple[int, int], position: int) -> None:
    before, passage.at = passage.at, _EPOCH + dt.timedelta(milliseconds=corrected(passage.mono_ms, *right))
    if passage.assignment_id is not None:
        dirty.touch_all(session, [(passage.assignment_id, before), (passage.assignment_id, passage.at)])
    passage.position = position
    passage.revision += 1
    assignment = session.get(Assignment, passage.assignment_id) if passage.assignment_id is not None else None
    if assignment is not None:
        standing = standings(session, [assignment.person])[assignment.person]
        passage.judged = judge(standing, passage.project_id, passage.at, passage.direction == wire.Direction.OUT.value)
    session.flush()


def _take_places(session: Session, count: int) -> range:
    """The next places of the feed; nobody else gets one before this transaction has ended."""
    insert_missing(session, FeedPosition, [{"feed": FEED, "position": 0}])
    last = session.execute(select(FeedPosition.position).where(FeedPosition.feed == FEED).with_for_update()).scalar_one()
    session.execute(update(FeedPosition).where(FeedPosition.feed == FEED).values(position=last + count))
    return range(last + 1, last + count + 1)
