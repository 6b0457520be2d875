"""What the gates of a project may know: its confirmed people and nobody else (I6, A-03), as entries, removals and parts.

Read within one snapshot of the store, so that entries and version belong together. Numbers of cards leave as project-keyed hashes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from central.attendance import exits
from central.attendance.rules import shown_name
from central.bulk import chunks
from central.clock import SITE_ZONE
from central.devices import cards
from central.devices import store as devices
from central.devices.model import RosterChange, TemplateCopy
from central.entry import rules
from central.entry.model import Assignment, AssignmentEnd, AssignmentState
from central.identity.model import KioskOperator
from central.people import service as people
from central.people.model import Employment, EmploymentState, IdentityState, LifeState, Worker
from central.projects import service as projects
from central.projects import settings
from central.projects.model import Company, Project, Team
from central.secrets import CentreSecrets
from edge.sync import wire

LEASE_S: Final = 72 * 3600
ENDED_KEPT: Final = dt.timedelta(days=30)
"""How long a whole roster names ended rights, so that a gate can say why."""
_PART_BYTES: Final = wire.MAX_PART_BYTES - 1024
_CAUSES: Final = {
    AssignmentEnd.DEPARTURE: wire.EndCause.DEPARTURE,
    AssignmentEnd.DEATH: wire.EndCause.DEATH,
    AssignmentEnd.COMPLETION: wire.EndCause.COMPLETION,
}


@dataclass(frozen=True)
class Roster:
    """A project's roster at a version; entries by assignment, without templates (those differ from box to box)."""

    project_id: int
    version: int
    header: wire.RosterHeader
    entries: dict[int, wire.RosterEntry]
    hash: bytes


def read(session: Session, keys: CentreSecrets, project_id: int) -> Roster:
    """The roster as this session sees it."""
    project = session.get_one(Project, project_id)
    card_key = projects.card_key(project, keys)
    rows = session.execute(_confirmed(project_id)).all()
    work_cards = cards.of_assignments(session, [assignment.id for assignment, *_ in rows])
    entries = {
        assignment.id: _entry(
            assignment,
            worker,
            employment,
            belongs=(employer, team),
            limits=(lanes, bool(duty)),
            cards=(people.card(worker, keys, card_key), *work_cards.get(assignment.id, ())),
        )
        for assignment, worker, employment, employer, team, lanes, duty in rows
    }
    for id_ in exits.needing_training(session, project_id) & entries.keys():
        entries[id_] = msgspec.structs.replace(entries[id_], needs_training=True)
    header = _header(session, project, card_key)
    return Roster(project_id, project.roster_version, header, entries, wire.roster_hash(list(entries.values())))


def way(session: Session, keys: CentreSecrets, roster: Roster, *, box: str, have: int, now: dt.datetime) -> list[wire.RosterPart]:
    """The parts that lead a box from version `have` to this roster: the changes since, or (from 0, or from a future) everything."""
    whole = not 0 < have <= roster.version
    changed = None if whole else _changed(session, roster.project_id, have)
    removals = _removals(session, keys, roster, changed, now)
    puts = [entry for id_, entry in roster.entries.items() if changed is None or id_ in changed]
    copies = _copies(session, box, roster.entries if changed is None else changed & roster.entries.keys())
    puts = [msgspec.structs.replace(entry, templates=(copies[entry.person],)) if entry.person in copies else entry for entry in puts]
    return _parts(roster, 0 if whole else have, removals, puts)


def pointer(roster: Roster, now: dt.datetime) -> wire.RosterPointer:
    """What is retained on the broker: nothing personal."""
    return wire.RosterPointer(roster.version, roster.hash, len(roster.entries), int(now.timestamp() * 1000), LEASE_S)


def _confirmed(project_id: int) -> Select[Assignment, Worker, Employment, str, str | None, list[str] | None, bool | None]:
    """A-03, I6: confirmed assignments of verified, living people."""
    return (
        select(Assignment, Worker, Employment, Company.name, Team.name, Team.lanes, Team.maintenance)
        .join(Worker, Worker.id == Assignment.worker_id)
        .join(Employment, Employment.id == Assignment.employment_id)
        .join(Company, Company.id == Assignment.employer_id)
        .outerjoin(Team, Team.id == Assignment.team_id)
        .where(
            Assignment.project_id == project_id,
            Assignment.state == AssignmentState.CONFIRMED,
            Worker.identity_state == IdentityState.VERIFIED,
            Worker.life_state == LifeState.ALIVE,
        )
        .order_by(Assignment.id)
    )


def _entry(
    assignment: Assignment,
    worker: Worker,
    employment: Employment,
    *,
    belongs: tuple[str, str | None],
    limits: tuple[list[str] | None, bool],
    cards: tuple[bytes, ...],
) -> wire.RosterEntry:
    (employer, team), (team_lanes, team_duty) = belongs, limits
    assert assignment.entry_time is not None  # noqa: S101  confirmed means entered (A-41)
    return wire.RosterEntry(
        person=assignment.person,
        shown_name=shown_name(worker.name),
        team=team or "",
        trade=assignment.main_trade,
        employer=employer,
        cards=cards,
        valid_from_s=int(assignment.entry_time.timestamp()),
        valid_until_s=_valid_until(employment),
        face=assignment.face.value,
        lanes=rules.gate_lanes(assignment.lanes, team_lanes),
        maintenance=rules.is_maintenance(assignment.maintenance, team_duty),
    )


def _valid_until(employment: Employment) -> int | None:
    """A-49: at 00:00 (Asia/Shanghai) of the departure date the right ends, with or without a network."""
    if employment.state is EmploymentState.ACTIVE or employment.departure_on is None:
        return None
    return int(dt.datetime.combine(employment.departure_on, dt.time(), SITE_ZONE).timestamp())


def _header(session: Session, project: Project, card_key: bytes) -> wire.RosterHeader:
    operators = session.scalars(
        select(KioskOperator).where(KioskOperator.project_id == project.id, KioskOperator.disabled_at.is_(None)).order_by(KioskOperator.id)
    )
    boxes = devices.active_of_project(session, project.id)
    return wire.RosterHeader(
        project=str(project.id),
        project_name=project.name,
        contact=project.contact,
        card_key=card_key,
        boxes=tuple(wire.BoxKey(box.id, box.sealing_key, box.verify_key or b"") for box in boxes if box.sealing_key is not None),
        operators=tuple(wire.Operator(str(operator.id), operator.name, operator.pin_hash, operator.role.value) for operator in operators),
        state=project.state.value,
        lease_s=LEASE_S,
        policy=settings.gate_policy(project),
    )


def _changed(session: Session, project_id: int, since: int) -> set[int]:
    wanted = select(RosterChange.assignment_id).where(RosterChange.project_id == project_id, RosterChange.version > since)
    return {id_ for id_ in session.scalars(wanted) if id_ is not None}


def _removals(
    session: Session, keys: CentreSecrets, roster: Roster, changed: Collection[int] | None, now: dt.datetime
) -> list[wire.Removal]:
    """Rights that ended: those among the changes, or for a whole roster those that ended lately. Nobody who never had one (A-03)."""
    wanted = select(Assignment, Worker).join(Worker, Worker.id == Assignment.worker_id).where(Assignment.project_id == roster.project_id)
    if changed is None:
        wanted = wanted.where(
            Assignment.state == AssignmentState.ENDED, Assignment.entry_time.is_not(None), Assignment.ended_at > now - ENDED_KEPT
        )
        rows = list(session.execute(wanted))
    else:
        gone = sorted(set(changed) - roster.entries.keys())
        rows = [row for some in chunks(gone) for row in session.execute(wanted.where(Assignment.id.in_(some)))]
    work_cards = cards.of_assignments(session, [assignment.id for assignment, _ in rows])
    key = roster.header.card_key
    return [_removal(assignment, (people.card(worker, keys, key), *work_cards.get(assignment.id, ())), now) for assignment, worker in rows]


def _removal(assignment: Assignment, cards: tuple[bytes, ...], now: dt.datetime) -> wire.Removal:
    cause = _CAUSES[assignment.end_cause] if assignment.end_cause is not None else wire.EndCause.CORRECTED
    return wire.Removal(assignment.person, cause, cards, int((assignment.ended_at or now).timestamp()))


def _copies(session: Session, box: str, assignment_ids: Iterable[int]) -> dict[str, wire.SealedTemplate]:
    """By person: the template copy that another box sealed for this one."""
    found: dict[str, wire.SealedTemplate] = {}
    wanted = (
        select(Assignment.person, TemplateCopy.engine, TemplateCopy.sealed)
        .join(TemplateCopy, TemplateCopy.assignment_id == Assignment.id)
        .where(TemplateCopy.box_id == box)
    )
    for some in chunks(sorted(assignment_ids)):
        for person, engine, sealed in session.execute(wanted.where(Assignment.id.in_(some))):
            found[person] = wire.SealedTemplate(engine, sealed)
    return found


def _parts(roster: Roster, from_version: int, removals: Sequence[wire.Removal], puts: Sequence[wire.RosterEntry]) -> list[wire.RosterPart]:
    """Pieces that stay below a frame's size; there is always one."""
    room = _PART_BYTES - len(msgspec.msgpack.encode(roster.header))
    loads: list[tuple[list[wire.Removal], list[wire.RosterEntry]]] = [([], [])]
    used = 0
    for item in (*removals, *puts):
        size = len(msgspec.msgpack.encode(item))
        if used + size > room and used:
            loads.append(([], []))
            used = 0
        used += size
        if isinstance(item, wire.RosterEntry):
            loads[-1][1].append(item)
        elif isinstance(item, wire.Removal):
            loads[-1][0].append(item)
    return [
        wire.RosterPart(from_version, roster.version, n, len(loads), roster.header, tuple(gone), tuple(put), roster.hash)
        for n, (gone, put) in enumerate(loads)
    ]
