"""Daily roots: what a project's boxes told of a date, sealed into one hash that is published, so that a worker can show that a passage
was not altered and none was taken away (RFC 6962's tree: leaves and nodes are hashed apart).

A leaf is what the box told, with the hash that chains the event to all before it at that box; nothing of it ever changes. What arrives
late belongs to the date its box told and makes a new version; the old ones stay. What the centre judges or corrects beside it is no part.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import and_, func, literal_column, select
from sqlalchemy.orm import Session

from central.access import Access
from central.attendance import days_sight
from central.attendance.model import FeedPosition, Passage
from central.attendance.papers import DailyRoot
from central.bulk import insert_missing
from central.clock import SITE_ZONE, Clock
from central.database import Database
from central.errors import Problem, declare
from central.messaging.model import BoxEvent
from central.projects import service as projects

FEED: Final = "roots"
_BATCH: Final = 20_000
_EPOCH: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MS: Final = dt.timedelta(milliseconds=1)
_DAY: Final = dt.timedelta(days=1)
_LEAF: Final = (Passage.box_id, Passage.epoch, Passage.seq, Passage.at_reported, Passage.direction, Passage.method)
declare(
    {
        "ROOT_OUTDATED": (
            "公示之后又有数据到达，新版本将在一小时内公示，请稍后再验证。",
            "Something arrived after the last version was published: a new one follows within the hour.",
        ),
    }
)


class Leaf(msgspec.Struct, array_like=True, frozen=True):
    """A passage as its box told it. `chained` is the hash of the event in the box's own chain."""

    box: str
    epoch: str
    seq: int
    at_ms: int
    direction: str
    method: str
    chained: bytes

    @property
    def hash(self) -> bytes:
        """The leaf's hash: SHA-256 over 00 and its msgpack bytes."""
        return hashlib.sha256(b"\x00" + msgspec.msgpack.encode(self)).digest()


@dataclass(frozen=True, slots=True)
class Step:
    """A node beside the way from a leaf to the root; `is_left` says on which side it stands."""

    hash: bytes
    is_left: bool


@dataclass(frozen=True, slots=True)
class Proof:
    """That a leaf is under a root."""

    leaf: Leaf
    path: tuple[Step, ...]


def root_of(hashes: Sequence[bytes]) -> bytes:
    """The root over leaves' hashes in their order (RFC 6962, 2.1); of nothing, the hash of nothing. Pure."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    if len(hashes) == 1:
        return hashes[0]
    cut = _cut(len(hashes))
    return _node(root_of(hashes[:cut]), root_of(hashes[cut:]))


def path_of(hashes: Sequence[bytes], place: int) -> tuple[Step, ...]:
    """The nodes that lead from the leaf at `place` to the root (RFC 6962, 2.1.1). Pure."""
    if len(hashes) <= 1:
        return ()
    cut = _cut(len(hashes))
    if place < cut:
        return (*path_of(hashes[:cut], place), Step(root_of(hashes[cut:]), is_left=False))
    return (*path_of(hashes[cut:], place - cut), Step(root_of(hashes[:cut]), is_left=True))


def verify(root: bytes, proof: Proof) -> bool:
    """Whether the proof leads from its leaf to this root. Pure: anybody can do it."""
    found = proof.leaf.hash
    for step in proof.path:
        found = _node(step.hash, found) if step.is_left else _node(found, step.hash)
    return found == root


def leaves(session: Session, project_id: int, date: dt.date) -> list[tuple[Leaf, int | None]]:
    """What the boxes told of a date (local, midnight to midnight, by their own clocks), in a fixed order, each with its assignment."""
    start = dt.datetime.combine(date, dt.time(), SITE_ZONE)
    sure = Passage.clock != literal_column("'none'"), Passage.at >= start, Passage.at < start + _DAY
    unsure = Passage.clock == literal_column("'none'"), Passage.at_reported >= start, Passage.at_reported < start + _DAY
    same = and_(BoxEvent.box_id == Passage.box_id, BoxEvent.epoch == Passage.epoch, BoxEvent.seq == Passage.seq)
    found: list[tuple[Leaf, int | None]] = []
    for told in (sure, unsure):  # only a clock that was not right has a time beside the one it told
        wanted = select(*_LEAF, BoxEvent.hash, Passage.assignment_id).join(BoxEvent, same).where(Passage.project_id == project_id, *told)
        for box, epoch, seq, at, direction, method, chained, whose in session.execute(wanted):
            found.append((Leaf(box, epoch, seq, (at - _EPOCH) // _MS, direction, method, chained), whose))
    return sorted(found, key=lambda one: (one[0].box, one[0].epoch, one[0].seq))


def publish(database: Database, clock: Clock) -> int:
    """Publishes a new version of every date that is over and of which something arrived since the last time. Returns how many versions."""
    versions = 0
    while True:
        with database.writing() as session:
            done, more = _publish_some(session, clock)
        versions += done
        if not more:
            return versions


def publish_date(session: Session, clock: Clock, project_id: int, date: dt.date) -> DailyRoot | None:
    """The date's new version; None where the last one holds."""
    hashes = [leaf.hash for leaf, _ in leaves(session, project_id, date)]
    root, last = root_of(hashes), latest(session, project_id, date)
    if last is not None and last.root == root:
        return None
    made = DailyRoot(
        project_id=project_id,
        date=date,
        version=(last.version if last is not None else 0) + 1,
        root=root,
        leaves=len(hashes),
        published_at=clock.now(),
    )
    session.add(made)
    session.flush()
    return made


def latest(session: Session, project_id: int, date: dt.date) -> DailyRoot | None:
    """The last version that was published of a date."""
    wanted = select(DailyRoot).where(DailyRoot.project_id == project_id, DailyRoot.date == date)
    return session.scalar(wanted.order_by(DailyRoot.version.desc()).limit(1))


def versions(session: Session, access: Access, project_id: int, date: dt.date) -> list[DailyRoot]:
    """Every version that was published of a date, for whoever may know of the project. Raises `Problem` 404 NOT_FOUND."""
    projects.visible_project(session, access, project_id)
    wanted = select(DailyRoot).where(DailyRoot.project_id == project_id, DailyRoot.date == date)
    return list(session.scalars(wanted.order_by(DailyRoot.version)))


def proofs(session: Session, access: Access, assignment_id: int, date: dt.date) -> tuple[DailyRoot, list[Proof]]:
    """A worker's passages of a date under its last published root. Raises `Problem` 404 NOT_FOUND, also where none is published yet."""
    assignment = days_sight.seen_assignment(session, access, assignment_id)
    return prove(session, assignment.project_id, assignment_id, date)


def prove(session: Session, project_id: int, assignment_id: int, date: dt.date) -> tuple[DailyRoot, list[Proof]]:
    """The same for a caller that knows who asks by other means: a worker by the own view's link.

    Raises `Problem` 404 NOT_FOUND where none is published, 409 ROOT_OUTDATED where something arrived after the last version.
    """
    published = latest(session, project_id, date)
    if published is None:
        raise Problem("NOT_FOUND", 404)
    told = leaves(session, project_id, date)
    hashes = [leaf.hash for leaf, _ in told]
    if root_of(hashes) != published.root:
        raise Problem("ROOT_OUTDATED", 409)
    tree = [Proof(leaf, path_of(hashes, place)) for place, (leaf, whose) in enumerate(told) if whose == assignment_id]
    return published, tree


def altered(session: Session) -> list[DailyRoot]:
    """The last versions that what is stored does not lead to any more, although nothing has arrived since: somebody altered or removed
    a row. A date of which something arrived after its last version is left to the next one."""
    waiting = session.get(FeedPosition, FEED)
    newer = select(Passage.project_id, Passage.at_reported).where(Passage.position > (waiting.position if waiting is not None else 0))
    fresh = {(project_id, at.astimezone(SITE_ZONE).date()) for project_id, at in session.execute(newer)}
    last = select(DailyRoot.project_id, DailyRoot.date, func.max(DailyRoot.version).label("version")).group_by(
        DailyRoot.project_id, DailyRoot.date
    )
    newest = last.subquery()
    same = and_(newest.c.project_id == DailyRoot.project_id, newest.c.date == DailyRoot.date, newest.c.version == DailyRoot.version)
    found = []
    for root in session.scalars(select(DailyRoot).join(newest, same).order_by(DailyRoot.project_id, DailyRoot.date)):
        if (root.project_id, root.date) not in fresh:
            hashes = [leaf.hash for leaf, _ in leaves(session, root.project_id, root.date)]
            found += [root] if root_of(hashes) != root.root else []
    return found


def _publish_some(session: Session, clock: Clock) -> tuple[int, bool]:
    insert_missing(session, FeedPosition, [{"feed": FEED, "position": 0}])
    mark = session.get_one(FeedPosition, FEED, with_for_update=True, populate_existing=True)
    fresh = (
        select(Passage.position, Passage.project_id, Passage.at_reported)
        .where(Passage.position > mark.position)
        .order_by(Passage.position)
        .limit(_BATCH)
    )
    rows = session.execute(fresh).all()
    if not rows:
        return 0, False
    today = clock.now().astimezone(SITE_ZONE).date()
    running = [position for position, _, at in rows if _is_running(at, today)]
    dates = {(project_id, at.astimezone(SITE_ZONE).date()) for _, project_id, at in rows if not _is_running(at, today)}
    made = [publish_date(session, clock, project_id, date) for project_id, date in sorted(dates)]
    mark.position = min(running) - 1 if running else rows[-1][0]
    session.flush()
    return sum(one is not None for one in made), not running and len(rows) == _BATCH


def _is_running(at: dt.datetime, today: dt.date) -> bool:
    """Whether a date is still under way; a clock far ahead waits for nothing."""
    return today <= at.astimezone(SITE_ZONE).date() <= today + _DAY


def _node(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


def _cut(count_: int) -> int:
    """The largest power of two below the number of leaves."""
    return 1 << (count_ - 1).bit_length() - 1
