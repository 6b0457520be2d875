"""Days from passages, in the store: what was touched is derived anew, in sets, and only what changed is written.

One transaction takes marks away, reads, derives and writes; whoever touches meanwhile leaves a mark of their own. Rebuilding makes
everything dirty and gives the same rows.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from sqlalchemy import and_, bindparam, delete, func, select, true
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from central.attendance import parameters, punch_store
from central.attendance.day_rows import Key, Row, Window, rows
from central.attendance.days import dates_touched, span_to_load
from central.attendance.dirty import SHARDS, touch_project
from central.attendance.ledger import DayRecord, DerivedProject, DirtyDay, Lock, Sighting
from central.attendance.model import Passage
from central.attendance.pairing import DayRules, Punch
from central.attendance.papers import ManualEvent
from central.attendance.parameters import Parameters
from central.bulk import chunks, insert_missing, insert_rows, table_of
from central.database import Database
from central.entry.model import Assignment

MARKS: Final = 4000
"""Marks taken in one transaction: bounds memory, and how long SQLite's one writer is kept from others."""
_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Derived:
    """What a run did: marks taken away, rows written and rows removed."""

    marks: int = 0
    written: int = 0
    removed: int = 0

    def __add__(self, other: Derived) -> Derived:
        return Derived(self.marks + other.marks, self.written + other.written, self.removed + other.removed)


def derive(database: Database, shards: Iterable[int] = range(SHARDS)) -> Derived:
    """Derives everything that is dirty, shard by shard; a shard that another process is at is left to it."""
    _note_changed_rules(database)
    total = Derived()
    for shard in shards:
        while True:
            with database.writing() as session:
                done = derive_some(session, shard)
            total += done
            if done.marks == 0:
                break
    return total


def derive_some(session: Session, shard: int, most: int = MARKS) -> Derived:
    """Takes up to `most` marks of a shard and derives what they mark. Nothing, where another process holds the shard."""
    if not _hold(session, f"days:{shard}"):
        return Derived()
    oldest = select(DirtyDay.id).where(DirtyDay.shard == shard).order_by(DirtyDay.id).limit(most)
    taken = delete(DirtyDay).where(DirtyDay.id.in_(oldest)).returning(DirtyDay.assignment_id, DirtyDay.first_at, DirtyDay.last_at)
    marks = [(row[0], row[1], row[2]) for row in session.execute(taken.execution_options(synchronize_session=False))]
    projects = _projects(session, {assignment_id for assignment_id, _, _ in marks})
    rules = parameters.of_projects(session, set(projects.values()))
    written = removed = 0
    for (window, _), theirs in sorted(_windows(marks, projects, rules).items(), key=lambda item: (item[0][0].first, item[0][0].last)):
        for some in chunks(sorted(theirs)):
            new, gone = _derive_window(session, rules, window, {assignment_id: projects[assignment_id] for assignment_id in some})
            written, removed = written + new, removed + gone
    _note_sightings(session, projects)
    insert_missing(session, DerivedProject, [{"project_id": id_, "rules": of.fingerprint} for id_, of in sorted(rules.items())])
    return Derived(len(marks), written, removed)


def rebuild(database: Database, project_ids: Collection[int] | None = None) -> Derived:
    """Derives every day of these projects (None: of all) from their events; what is right already stays as it is."""
    with database.writing() as session:
        _mark_everything(session, project_ids)
    return derive(database)


def digest(session: Session, project_id: int | None = None) -> str:
    """A digest over all day records (of one project), in order: the same days give the same bytes on any database."""
    wanted = select(DayRecord.assignment_id, DayRecord.work_date, DayRecord.digest).order_by(DayRecord.assignment_id, DayRecord.work_date)
    if project_id is not None:
        wanted = wanted.where(DayRecord.project_id == project_id)
    whole = hashlib.blake2b(digest_size=16)
    for assignment_id, work_date, of_row in session.execute(wanted).yield_per(5000):
        whole.update(f"{assignment_id}:{work_date}:".encode() + of_row)
    return whole.hexdigest()


def pending(session: Session, project_id: int) -> int:
    """How many marks of a project wait to be derived."""
    wanted = select(func.count()).select_from(DirtyDay).join(Assignment, Assignment.id == DirtyDay.assignment_id)
    return session.scalar(wanted.where(Assignment.project_id == project_id)) or 0


def _hold(session: Session, name: str) -> bool:
    """Holds a lock's row until this transaction ends; False where somebody else holds it. SQLite has one writer anyway."""
    insert_missing(session, Lock, [{"name": name, "at": 0}])
    return session.scalar(select(Lock.name).where(Lock.name == name).with_for_update(skip_locked=True)) is not None


def _projects(session: Session, assignment_ids: Collection[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for some in chunks(sorted(assignment_ids)):
        found |= dict(session.execute(select(Assignment.id, Assignment.project_id).where(Assignment.id.in_(some))).all())
    return found


def _windows(
    marks: Iterable[tuple[int, dt.datetime, dt.datetime]], projects: Mapping[int, int], rules: Mapping[int, Parameters]
) -> dict[tuple[Window, DayRules], list[int]]:
    """Which assignments share the same dates to derive, and where their dates begin; windows of one assignment that meet are one."""
    spans: dict[int, list[Window]] = defaultdict(list)
    for assignment_id, first_at, last_at in marks:
        if assignment_id in projects:
            of = rules[projects[assignment_id]].days
            spans[assignment_id].append(Window(dates_touched(first_at, of)[0], dates_touched(last_at, of)[1]))
    shared: dict[tuple[Window, DayRules], list[int]] = defaultdict(list)
    for assignment_id, windows in spans.items():
        for window in _merged(windows):
            shared[window, rules[projects[assignment_id]].days].append(assignment_id)
    return shared


def _merged(windows: Iterable[Window]) -> list[Window]:
    merged: list[Window] = []
    for window in sorted(windows, key=lambda w: (w.first, w.last)):
        if merged and window.first <= merged[-1].last + _DAY:
            merged[-1] = Window(merged[-1].first, max(merged[-1].last, window.last))
        else:
            merged.append(window)
    return merged


def _derive_window(session: Session, rules: Mapping[int, Parameters], window: Window, projects: Mapping[int, int]) -> tuple[int, int]:
    """Derives these assignments (each with its project), whose dates begin at the same time, in few queries whatever their projects are."""
    here = {project_id: rules[project_id] for project_id in sorted(set(projects.values()))}
    start, end = span_to_load(window.first, window.last, next(iter(here.values())).days)
    undirected = frozenset[str]().union(*(of.undirected for of in here.values()))
    punches: dict[int, list[Punch]] = defaultdict(list)
    for punch in punch_store.load(session, projects, start, end, undirected):
        if punch.assignment is not None:
            punches[projects[punch.assignment]].append(punch)
    derived: dict[Key, Row] = {}
    for project_id, of in here.items():
        derived |= rows(punches[project_id], window, of)
    known = _known(session, projects, window)
    stale = [key for key, old in known.items() if key not in derived or derived[key]["digest"] != old]
    fresh = [row for key, row in derived.items() if known.get(key) != row["digest"]]
    _remove(session, stale)
    _add(session, fresh)
    return len(fresh), len(known.keys() - derived.keys())


def _known(session: Session, assignment_ids: Collection[int], window: Window) -> dict[Key, bytes]:
    wanted = select(DayRecord.assignment_id, DayRecord.work_date, DayRecord.digest).where(
        DayRecord.assignment_id.in_(assignment_ids), DayRecord.work_date >= window.first, DayRecord.work_date <= window.last
    )
    return {(assignment_id, date): of_row for assignment_id, date, of_row in session.execute(wanted)}


def _remove(session: Session, keys: Collection[Key]) -> None:
    if keys:
        table = table_of(DayRecord)
        one = delete(table).where(table.c.assignment_id == bindparam("b_id"), table.c.work_date == bindparam("b_date"))
        session.connection().execute(one, [{"b_id": assignment_id, "b_date": date} for assignment_id, date in keys])


def _add(session: Session, fresh: list[Row]) -> None:
    if session.get_bind().dialect.name == "sqlite":
        fresh = [row | {"work_date": row["work_date"].isoformat()} for row in fresh]
    insert_rows(session, DayRecord, fresh)


def _note_sightings(session: Session, projects: Mapping[int, int]) -> None:
    """The last date on which each of these was seen, as the day records say it now: looked up from the newest on, so that the cost does
    not grow with the years."""
    table = table_of(Sighting)
    newest = (
        select(DayRecord.work_date)
        .where(DayRecord.assignment_id == Assignment.id, DayRecord.seen)
        .order_by(DayRecord.work_date.desc())
        .limit(1)
        .scalar_subquery()
        .correlate(Assignment)
    )
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    for some in chunks(sorted(projects)):
        last = select(Assignment.id, Assignment.project_id, newest.label("on")).where(Assignment.id.in_(some)).subquery()
        of_last = and_(DayRecord.assignment_id == last.c.id, DayRecord.work_date == last.c.on)
        seen = select(last.c.id, last.c.project_id, last.c.on, func.coalesce(DayRecord.last_punch, "")).outerjoin(DayRecord, of_last)
        note = dialect.insert(table).from_select(["assignment_id", "project_id", "last_on", "evidence"], seen.where(true()))
        values = {"last_on": note.excluded.last_on, "evidence": note.excluded.evidence}
        session.execute(note.on_conflict_do_update(index_elements=["assignment_id"], set_=values))


def _note_changed_rules(database: Database) -> None:
    """Whoever changes a project's rules need not think of its days: they are dirty when the next run sees it."""
    with database.reading() as session:
        stored = dict(session.execute(select(DerivedProject.project_id, DerivedProject.rules)).all())
        now = parameters.of_projects(session, stored)
    changed = [project_id for project_id, of in now.items() if of.fingerprint != stored[project_id]]
    if changed:
        with database.writing() as session:
            _mark_everything(session, changed)


def _mark_everything(session: Session, project_ids: Collection[int] | None) -> None:
    spans: dict[int, list[dt.datetime]] = defaultdict(list)
    for kind in (Passage, ManualEvent):
        wanted = select(kind.project_id, func.min(kind.at), func.max(kind.at)).group_by(kind.project_id)
        if project_ids is not None:
            wanted = wanted.where(kind.project_id.in_(project_ids))
        for project_id, first, last in session.execute(wanted):
            spans[project_id] += [first, last]
    _add_recorded(session, spans, project_ids)
    for project_id, of in parameters.of_projects(session, spans).items():
        session.merge(DerivedProject(project_id=project_id, rules=of.fingerprint))
        touch_project(session, project_id, min(spans[project_id]), max(spans[project_id]))


def _add_recorded(session: Session, spans: dict[int, list[dt.datetime]], project_ids: Collection[int] | None) -> None:
    """Dates that have a record also where no event is left to show for it."""
    wanted = select(DayRecord.project_id, func.min(DayRecord.work_date), func.max(DayRecord.work_date)).group_by(DayRecord.project_id)
    for project_id, first, last in session.execute(wanted):
        if project_ids is None or project_id in project_ids:
            spans[project_id] += [dt.datetime.combine(date, dt.time(12), dt.UTC) for date in (first, last)]
