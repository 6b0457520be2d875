"""Passages and refusals into the store: once each, judged beside, passages with their place in the feed.

Places are given under the feed's row lock, which is held to the commit: whoever reads up to a place has seen every lower one.
Never commits.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import BigInteger, DateTime, bindparam, func, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session

from central.attendance import checks, dirty
from central.attendance.model import BootSync, FeedPosition, NotPassed, Passage, Refusal
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


_LATEST: Final = func.unnest(bindparam("b_ids", type_=ARRAY(BigInteger)), bindparam("b_ats", type_=ARRAY(DateTime(timezone=True))))
"""Assignments and when each was seen last, as PostgreSQL takes them in one statement."""
_CHANGED: Final = (
    Passage.box_id,
    Passage.epoch,
    Passage.seq,
    Passage.boot,
    Passage.mono_ms,
    Passage.project_id,
    Passage.assignment_id,
    Passage.at,
    Passage.direction,
    Passage.counted,
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


@dataclass(frozen=True)
class Told:
    """What else a box said of its passages: since when its clock is right, and for which nobody went through."""

    synced: Sequence[Reported] = field(default_factory=list)
    not_passed: Sequence[tuple[Reported, wire.NotPassed]] = field(default_factory=list)


def standings(session: Session, persons: Collection[str]) -> dict[str, Standing]:
    """Where these persons stand; those that nobody knows are absent."""
    found: dict[str, Standing] = {}
    for some in chunks(sorted(persons)):
        for row in session.execute(select(*_STANDING).where(Assignment.person.in_(some))):
            found[row.person] = Standing(row.id, row.worker_id, row.employer_id, row.project_id, row.entry_time, row.ended_at)
    return found


def _standings_of(session: Session, assignment_ids: Collection[int]) -> dict[int, Standing]:
    found: dict[int, Standing] = {}
    for some in chunks(sorted(assignment_ids)):
        for row in session.execute(select(*_STANDING).where(Assignment.id.in_(some))):
            found[row.id] = Standing(row.id, row.worker_id, row.employer_id, row.project_id, row.entry_time, row.ended_at)
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
                "score": body.score,
                "checks": checks.kept(body.checks),
                "offline": body.offline,
                "forgotten": False,
                "received_at": now,
            }
        )
    insert_rows(session, Refusal, rows)


def record_passages(
    session: Session,
    passages: Sequence[tuple[Reported, wire.Passage]],
    told: Told,
    people: Mapping[str, Standing],
    now: dt.datetime,
) -> None:
    """Stores new passages, corrects those of a boot whose clock is known to be right since one of the `synced` events, and counts those
    no longer for which nobody went through. Whatever changes comes again in the feed."""
    _note(session, told)
    boots = {s.boot for s in told.synced}
    right = _right_moments(session, boots | {report.boot for report, _ in passages if report.event.clock is wire.Clock.NONE})
    rows = [_row(report, body, right, people, now) for report, body in passages]
    void = _not_passed(session, rows) | {(report.box, report.epoch, body.passage_seq) for report, body in told.not_passed}
    for row in rows:
        row["counted"] = _key(row) not in void
    changes = _changes(session, boots, void - {_key(row) for row in rows}, right)
    _note_last_seen(session, [row for row in (*rows, *changes) if row["counted"] and row["at"] <= now + AHEAD])
    if not rows and not changes:
        return
    moments = [(row["assignment_id"], row["at"]) for row in (*rows, *changes)] + [(row["assignment_id"], row["before"]) for row in changes]
    dirty.touch_all(session, [(assignment_id, at) for assignment_id, at in moments if assignment_id is not None])
    places = iter(take_places(session, len(rows) + len(changes)))
    _change(session, changes, places)
    for row in rows:
        row["position"] = next(places)
    insert_rows(session, Passage, rows)


def _key(row: Row) -> tuple[str, str, int]:
    return row["box_id"], row["epoch"], row["seq"]


def _note(session: Session, told: Told) -> None:
    moments = [
        {"box_id": s.box, "epoch": s.epoch, "boot": s.event.boot, "at_ms": s.event.at_ms, "mono_ms": s.event.mono_ms} for s in told.synced
    ]
    insert_missing(session, BootSync, moments)
    void = [{"box_id": report.box, "epoch": report.epoch, "seq": body.passage_seq} for report, body in told.not_passed]
    insert_missing(session, NotPassed, void)


def _not_passed(session: Session, rows: Sequence[Row]) -> set[tuple[str, str, int]]:
    """Those of these new passages of which their box has said before that nobody went through."""
    journals = sorted({(row["box_id"], row["epoch"]) for row in rows})
    if not journals:
        return set()
    first, last = min(row["seq"] for row in rows), max(row["seq"] for row in rows)
    wanted = select(NotPassed.box_id, NotPassed.epoch, NotPassed.seq).where(NotPassed.seq >= first, NotPassed.seq <= last)
    found = (session.execute(wanted.where(tuple_(NotPassed.box_id, NotPassed.epoch).in_(some))) for some in chunks(journals))
    return {(box, epoch, seq) for answer in found for box, epoch, seq in answer}


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
        "checks": checks.kept(body.checks),
        "offline": body.offline,
        "stale_roster": body.stale_roster,
        "duplicate": body.duplicate,
        "operator": body.operator,
        "why": body.why,
        "counted": True,
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
    table, moments = table_of(Assignment), sorted(latest.items())
    if session.get_bind().dialect.name == "postgresql":
        seen = _LATEST.table_valued("id", "at", name="seen").render_derived()
        newer = or_(table.c.last_seen_at.is_(None), table.c.last_seen_at < seen.c.at)
        one = update(table).where(table.c.id == seen.c.id, newer).values(last_seen_at=seen.c.at)
        session.connection().execute(one, {"b_ids": [id_ for id_, _ in moments], "b_ats": [at for _, at in moments]})
        return
    session.connection().execute(
        update(table)
        .where(table.c.id == bindparam("b_id"), or_(table.c.last_seen_at.is_(None), table.c.last_seen_at < bindparam("b_at")))
        .values(last_seen_at=bindparam("b_at")),
        [{"b_id": assignment_id, "b_at": at} for assignment_id, at in moments],
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


def _changes(
    session: Session, boots: Collection[BootId], void: Collection[tuple[str, str, int]], right: Mapping[BootId, tuple[int, int]]
) -> list[Row]:
    """Stored passages that are otherwise now: a time that was not known then, or nobody went through. Judged anew, with few queries."""
    unsure = Passage.clock == wire.Clock.NONE.value, Passage.at == Passage.at_reported
    rows: dict[tuple[str, str, int], Row] = {}
    for box, epoch, boot in sorted(boots):
        same_boot = Passage.box_id == box, Passage.epoch == epoch, Passage.boot == boot
        for found in session.execute(select(*_CHANGED).where(*same_boot, *unsure)).mappings():
            at = _EPOCH + dt.timedelta(milliseconds=corrected(found["mono_ms"], *right[box, epoch, boot]))
            rows[_key(dict(found))] = {**found, "before": found["at"], "at": at}
    for some in chunks(sorted(void)):
        key = tuple_(Passage.box_id, Passage.epoch, Passage.seq)
        for found in session.execute(select(*_CHANGED).where(key.in_(some), Passage.counted)).mappings():
            kept = rows.setdefault(_key(dict(found)), {**found, "before": found["at"]})
            kept["counted"] = False
    standing = _standings_of(session, {row["assignment_id"] for row in rows.values() if row["assignment_id"] is not None})
    for row in rows.values():
        leaving = row["direction"] == wire.Direction.OUT.value
        row["judged"] = judge(standing.get(row["assignment_id"]), row["project_id"], row["at"], leaving).value
    return list(rows.values())


def _change(session: Session, changes: Sequence[Row], places: Iterator[int]) -> None:
    if not changes:
        return
    table = table_of(Passage)
    same = (table.c.box_id == bindparam("b_box"), table.c.epoch == bindparam("b_epoch"), table.c.seq == bindparam("b_seq"))
    fresh: Row = {name: bindparam(f"b_{name}") for name in ("at", "judged", "counted", "position")}
    session.connection().execute(
        update(table).where(*same, table.c.at == bindparam("b_before")).values(**fresh, revision=table.c.revision + 1),
        [
            {
                "b_box": row["box_id"],
                "b_epoch": row["epoch"],
                "b_seq": row["seq"],
                "b_before": row["before"],
                "b_at": row["at"],
                "b_judged": row["judged"],
                "b_counted": row["counted"],
                "b_position": next(places),
            }
            for row in changes
        ],
    )


def take_places(session: Session, count: int) -> range:
    """The next places of the feed; nobody else gets one before this transaction has ended."""
    insert_missing(session, FeedPosition, [{"feed": FEED, "position": 0}])
    last = session.execute(select(FeedPosition.position).where(FeedPosition.feed == FEED).with_for_update()).scalar_one()
    session.execute(update(FeedPosition).where(FeedPosition.feed == FEED).values(position=last + count))
    return range(last + 1, last + count + 1)
