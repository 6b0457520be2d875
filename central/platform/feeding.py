"""What has happened since the last look becomes records: by places in feeds that have no gaps, never by looking through everything.

Acceptances, ends, participants, changes of teams and published months are followed in the audit, whose entries are numbered in the order
of commits; passages and corrections by their places in the attendance feed, project by project. What stood when a project was switched
on is entered once.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from central.attendance.model import FeedPosition, Passage
from central.attendance.papers import ManualEvent
from central.attendance.recording import FEED
from central.audit import AuditEntry, AuditHead
from central.bulk import chunks, insert_missing
from central.entry.model import Assignment
from central.platform import packing, payroll, rules
from central.platform.book import Book, Scope, behind
from central.platform.model import THERE, PlatformChannel, PlatformUpload, UploadKind, UploadState
from central.projects.model import Participant, Team

DEEDS: Final = "platform"
AT_ONCE: Final = 500
"""Entries of a feed in one transaction."""
_TEAM_CHANGES: Final = ("team.renamed", "team.leader", "team.leaderless", "team.closed")


def begin_deeds(session: Session) -> None:
    """The audit is followed from now on; what was before is entered by seeding."""
    insert_missing(session, FeedPosition, [{"feed": DEEDS, "position": 0}])
    session.execute(update(FeedPosition).where(FeedPosition.feed == DEEDS).values(position=session.get_one(AuditHead, 1).last_id))


def follow_deeds(session: Session, now: dt.datetime, scope: Scope) -> int:
    """Enters what the next entries of the audit are about; how many entries were looked at."""
    place = session.scalar(select(FeedPosition.position).where(FeedPosition.feed == DEEDS).with_for_update())
    if place is None:
        return 0
    wanted = (
        select(AuditEntry.id, AuditEntry.action, AuditEntry.subject).where(AuditEntry.id > place).order_by(AuditEntry.id).limit(AT_ONCE)
    )
    entries = session.execute(wanted).all()
    if not entries:
        return 0
    _enter_touched(session, now, scope, _touched(entries))
    session.execute(update(FeedPosition).where(FeedPosition.feed == DEEDS).values(position=entries[-1].id))
    return len(entries)


@dataclass
class _Touched:
    """What some deeds were about: ids; of teams with the number of the deed."""

    assignments: set[int] = field(default_factory=set)
    participants: set[int] = field(default_factory=set)
    completed: set[int] = field(default_factory=set)
    months: set[int] = field(default_factory=set)
    teams: dict[int, list[int]] = field(default_factory=dict)


def _touched(deeds: Iterable[Any]) -> _Touched:
    found = _Touched()
    for id_, action, subject in deeds:
        kind, _, number = subject.partition(":")
        if not number.isdigit():
            continue
        if kind == "assignment":
            found.assignments.add(int(number))
        elif kind == "participant":
            (found.completed if action == "participant.completed" else found.participants).add(int(number))
        elif action == "month.frozen":
            found.months.add(int(number))
        elif action in _TEAM_CHANGES:
            found.teams.setdefault(int(number), []).append(id_)
    return found


def _enter_touched(session: Session, now: dt.datetime, scope: Scope, touched: _Touched) -> None:
    parts = _by_project(session, Participant, touched.participants)
    people = _by_project(session, Assignment, touched.assignments)
    ended = _by_project(session, Participant, touched.completed)
    teams = _by_project(session, Team, touched.teams)
    for project_id in sorted(parts.keys() | people.keys() | ended.keys() | teams.keys()):
        book = Book(session, project_id, now, scope)
        book.enter_participants(parts.get(project_id, ()))
        book.enter_assignments(people.get(project_id, ()))
        book.enter_team_changes([(team, deed) for team in teams.get(project_id, ()) for deed in touched.teams[team]])
        if project_id in ended:
            book.enter_completions()
    on = select(PlatformChannel).where(PlatformChannel.switched_on, PlatformChannel.project_id.in_(sorted(touched.months)))
    for channel in session.scalars(on.order_by(PlatformChannel.project_id)):
        payroll.enter_months(session, channel, now, scope)


def _by_project(session: Session, kind: type[Participant] | type[Assignment] | type[Team], ids: Collection[int]) -> dict[int, list[int]]:
    """Those that belong to a project that is switched on."""
    found: dict[int, list[int]] = {}
    on = select(PlatformChannel.project_id).where(PlatformChannel.switched_on)
    for some in chunks(sorted(ids)):
        for id_, project_id in session.execute(select(kind.id, kind.project_id).where(kind.id.in_(some), kind.project_id.in_(on))):
            found.setdefault(project_id, []).append(id_)
    return found


def seed(session: Session, channel: PlatformChannel, now: dt.datetime, scope: Scope) -> int:
    """Enters some of what stood when the project was switched on; how many assignments were looked at."""
    if channel.seeded_upto is None:
        return 0
    book = Book(session, channel.project_id, now, scope)
    if channel.seeded_upto == 0:
        book.enter_participants(session.scalars(select(Participant.id).where(Participant.project_id == channel.project_id)).all())
    wanted = select(Assignment.id, Assignment.entry_time, Assignment.ended_at).where(
        Assignment.project_id == channel.project_id, Assignment.id > channel.seeded_upto
    )
    rows = session.execute(wanted.order_by(Assignment.id).limit(AT_ONCE)).all()
    since = rules.midnight(channel.since)
    book.enter_assignments([id_ for id_, entry, ended in rows if entry is not None and (ended is None or ended >= since)])
    channel.seeded_upto = rows[-1].id if len(rows) == AT_ONCE else None
    if channel.seeded_upto is None:
        book.enter_completions()  # while it was off, a part may have ended that is there
        payroll.enter_months(session, channel, now, scope)
    return len(rows)


def first_place(session: Session, project_id: int, since: dt.date) -> int:
    """The place in the attendance feed before the first event of a project from this date on."""
    places = [session.scalar(select(FeedPosition.position).where(FeedPosition.feed == FEED)) or 0]
    for kind in (Passage, ManualEvent):
        found = session.scalar(select(func.min(kind.position)).where(kind.project_id == project_id, kind.at >= rules.midnight(since)))
        places += [found - 1] if found is not None else []
    return min(places)


def follow_attendance(session: Session, channel: PlatformChannel, now: dt.datetime, scope: Scope, *, corrections: bool) -> int:
    """Enters the next passages and corrections of a project; how many were looked at."""
    passages = select(Passage).where(Passage.project_id == channel.project_id, Passage.position > channel.position)
    manual = select(ManualEvent).where(ManualEvent.project_id == channel.project_id, ManualEvent.position > channel.position)
    events: list[Passage | ManualEvent] = list(session.scalars(passages.order_by(Passage.position).limit(AT_ONCE)))
    events += session.scalars(manual.order_by(ManualEvent.position).limit(AT_ONCE))
    some = sorted(events, key=lambda event: event.position)[:AT_ONCE]
    if not some:
        return 0
    _enter_events(session, channel, now, scope, [e for e in some if isinstance(e, Passage) or corrections])
    channel.position = some[-1].position
    return len(some)


def _enter_events(
    session: Session, channel: PlatformChannel, now: dt.datetime, scope: Scope, events: Sequence[Passage | ManualEvent]
) -> None:
    since = rules.midnight(channel.since)
    told = {event_key(e): e for e in events if e.at >= since and (isinstance(e, ManualEvent) or rules.is_told(e.judged, e.counted))}
    changed = [e for e in events if isinstance(e, Passage) and e.revision > 0]
    for key in _follow_revisions(session, channel.project_id, now, changed, told.keys()):
        told.pop(key, None)
    wanted = {e.assignment_id for e in told.values() if e.assignment_id}
    entries = Book(session, channel.project_id, now, scope).records_of(UploadKind.ENTRY, wanted)
    rows = [behind(entries[e.assignment_id], UploadKind.ATTENDANCE, key, now) for key, e in told.items() if e.assignment_id in entries]
    insert_missing(session, PlatformUpload, rows)


def _follow_revisions(session: Session, project_id: int, now: dt.datetime, changed: Sequence[Passage], told: Collection[str]) -> set[str]:
    """Passages that are otherwise now: what is not sent yet is told as it is now, or is not; what was sent is marked, for nobody can change
    it. Returns the keys that are settled by that, whether their records are still in the queue or packed away."""
    rows: list[PlatformUpload] = []
    for some in chunks([event_key(passage) for passage in changed]):
        of = PlatformUpload
        same = of.project_id == project_id, of.kind == UploadKind.ATTENDANCE, of.key.in_(some)
        rows += session.scalars(select(of).where(*same))
    for row in rows:
        _revise(session, row, now, is_told=row.key in told)
    known = {row.key for row in rows}
    older = {event_key(passage): passage.received_at for passage in changed if event_key(passage) not in known}
    return known | packing.mark_changed(session, project_id, now, older)


def _revise(session: Session, row: PlatformUpload, now: dt.datetime, *, is_told: bool) -> None:
    if row.state in THERE or row.state is UploadState.SENT:
        row.code = "PLATFORM_CHANGED_AFTER"
    elif row.state is UploadState.SKIPPED:
        return
    elif not is_told:
        row.state, row.next_at, row.settled_at = UploadState.WITHDRAWN, None, now
    elif row.state is UploadState.WITHDRAWN:
        needed = session.get_one(PlatformUpload, row.needs_id)
        is_there = needed.state in THERE
        row.state, row.next_at, row.settled_at = (UploadState.WAITING, now, None) if is_there else (UploadState.BLOCKED, None, None)


def event_key(event: Passage | ManualEvent) -> str:
    """Our own key of a passage or a correction."""
    return f"{event.box_id}/{event.epoch}/{event.seq}" if isinstance(event, Passage) else f"manual/{event.id}"
