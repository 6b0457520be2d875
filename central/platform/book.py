"""Entering records: each is entered once, behind those that must be there before it.

    project ┐
    company ┴► participant ► team ► worker ► entry ► attendance, exit;  worker ► contract, payroll
    an exit ► the next entry of the same worker;  participant ► its end;  team ► its changes

A worker who was on the project before is entered first with the earlier assignment. No entry is made for anybody whom the general
contractor has not confirmed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from central.bulk import chunks
from central.entry.model import Assignment
from central.platform import rules
from central.platform.model import THERE, PlatformUpload, UploadKind, UploadState
from central.projects.model import Participant

_K = UploadKind


@dataclass(frozen=True)
class Scope:
    """What a project's channel tells beside people: itself (`project`), and companies, which take a key of the company's own."""

    project: bool = False
    companies: bool = False


@dataclass(frozen=True)
class _Of:
    """Whose record it is, and which team it names."""

    assignment_id: int | None = None
    team_upload_id: int | None = None


_NOBODY: Final = _Of()


class Book:
    """The records of one project, as far as one transaction looks at them."""

    def __init__(self, session: Session, project_id: int, now: dt.datetime, scope: Scope) -> None:
        self._session, self._project_id, self._now, self._scope = session, project_id, now, scope
        self._known: dict[tuple[UploadKind, str], PlatformUpload] = {}

    def enter_participants(self, ids: Collection[int]) -> None:
        """These participants of the project."""
        wanted = select(Participant).where(Participant.project_id == self._project_id, Participant.id.in_(sorted(ids)))
        parts = list(self._session.scalars(wanted.order_by(Participant.id)))
        self._load([key for part in parts for key in self._keys_of_part(part)])
        for part in parts:
            self._part(part)

    def enter_completions(self) -> None:
        """The end of every participant of the project that is completed: of one, and of all below it (A-53)."""
        done = Participant.project_id == self._project_id, Participant.completed_at.is_not(None)
        parts = list(self._session.scalars(select(Participant).where(*done).order_by(Participant.id)))
        self._load([key for part in parts for key in (*self._keys_of_part(part), (_K.PARTICIPANT_EXIT, str(part.id)))])
        for part in parts:
            self._add(_K.PARTICIPANT_EXIT, str(part.id), needs=self._part(part))

    def enter_team_changes(self, deeds: Collection[tuple[int, int]]) -> None:
        """Team and number of the deed by which it changed; of a team that was not sent yet its first record will tell."""
        self._load([key for team, deed in deeds for key in ((_K.TEAM, str(team)), (_K.TEAM_CHANGE, f"{team}/{deed}"))])
        for team, deed in deeds:
            record = self._known.get((_K.TEAM, str(team)))
            if record is not None and record.state not in (UploadState.BLOCKED, UploadState.WAITING):
                self._add(_K.TEAM_CHANGE, f"{team}/{deed}", needs=record, of=_Of(None, record.id))

    def enter_assignments(self, ids: Collection[int]) -> None:
        """Whatever follows from these assignments as they stand now, and before it from earlier ones of the same people."""
        rows = self._with_earlier(ids)
        parts = {part.id: part for part in self._parts(row.participant_id for row in rows)}
        self._load([key for part in parts.values() for key in self._keys_of_part(part)] + [key for row in rows for key in _keys_of(row)])
        exits: dict[int, PlatformUpload] = {}
        for row in rows:
            last = self._assignment(row, parts[row.participant_id], exits.get(row.worker_id))
            if last is not None:
                exits[row.worker_id] = last

    def records_of(self, kind: UploadKind, assignment_ids: Collection[int]) -> dict[int, PlatformUpload]:
        """The worker or entry records of these assignments, entered now where they were not yet; none for who was never confirmed."""
        self._load([(kind, str(id_)) for id_ in assignment_ids])
        missing = [id_ for id_ in assignment_ids if (kind, str(id_)) not in self._known]
        if missing:
            self.enter_assignments(missing)
        found = ((id_, self._known.get((kind, str(id_)))) for id_ in assignment_ids)
        return {id_: record for id_, record in found if record is not None}

    def _assignment(self, row: Assignment, part: Participant, before: PlatformUpload | None) -> PlatformUpload | None:
        team = self._add(_K.TEAM, team_key(row), needs=self._part(part))
        of = _Of(row.id, team.id)
        worker = self._add(_K.WORKER, str(row.id), needs=team, of=of)
        entry = self._add(_K.ENTRY, str(row.id), needs=worker, follows=before, of=of)
        self._add(_K.CONTRACT, str(row.employment_id), needs=worker, of=of)
        if rules.exit_cause(row.ended_at is not None, row.end_cause) is None:
            return None
        return self._add(_K.EXIT, str(row.id), needs=entry, of=of)

    def _part(self, part: Participant) -> PlatformUpload:
        project = self._add(_K.PROJECT, str(self._project_id)) if self._scope.project else None
        company = self._add(_K.COMPANY, str(part.company_id)) if self._scope.companies else None
        return self._add(_K.PARTICIPANT, str(part.id), needs=company, follows=project)

    def _add(
        self,
        kind: UploadKind,
        key: str,
        *,
        needs: PlatformUpload | None = None,
        follows: PlatformUpload | None = None,
        of: _Of = _NOBODY,
    ) -> PlatformUpload:
        known = self._known.get((kind, key))
        if known is not None:
            return known
        is_blocked = any(other is not None and other.state not in THERE for other in (needs, follows))
        row = PlatformUpload(
            project_id=self._project_id,
            kind=kind,
            key=key,
            needs_id=needs.id if needs else None,
            follows_id=follows.id if follows else None,
            state=UploadState.BLOCKED if is_blocked else UploadState.WAITING,
            next_at=None if is_blocked else self._now,
            created_at=self._now,
            assignment_id=of.assignment_id,
            team_upload_id=of.team_upload_id,
        )
        self._session.add(row)
        self._session.flush()
        self._known[kind, key] = row
        return row

    def _with_earlier(self, ids: Collection[int]) -> list[Assignment]:
        here = Assignment.project_id == self._project_id, Assignment.entry_time.is_not(None)
        found: list[Assignment] = []
        for some in chunks(sorted(ids)):
            workers = select(Assignment.worker_id).where(*here, Assignment.id.in_(some))
            wanted = select(Assignment).where(*here, Assignment.worker_id.in_(workers)).order_by(Assignment.entry_time, Assignment.id)
            found += self._session.scalars(wanted)
        return found

    def _parts(self, ids: Iterable[int]) -> list[Participant]:
        return list(self._session.scalars(select(Participant).where(Participant.id.in_(sorted(set(ids))))))

    def _keys_of_part(self, part: Participant) -> list[tuple[UploadKind, str]]:
        return [(_K.PROJECT, str(self._project_id)), (_K.COMPANY, str(part.company_id)), (_K.PARTICIPANT, str(part.id))]

    def _load(self, keys: Collection[tuple[UploadKind, str]]) -> None:
        wanted = sorted(set(keys) - self._known.keys())
        for some in chunks(wanted):
            rows = select(PlatformUpload).where(
                PlatformUpload.project_id == self._project_id, tuple_(PlatformUpload.kind, PlatformUpload.key).in_(some)
            )
            self._known |= {(row.kind, row.key): row for row in self._session.scalars(rows)}


def behind(record: PlatformUpload, kind: UploadKind, key: str, now: dt.datetime) -> dict[str, Any]:
    """The row of one of many records that need a worker's or an entry's, for `insert_missing`."""
    is_there = record.state in THERE
    return {
        "project_id": record.project_id,
        "kind": kind,
        "key": key,
        "assignment_id": record.assignment_id,
        "team_upload_id": record.team_upload_id,
        "needs_id": record.id,
        "state": UploadState.WAITING if is_there else UploadState.BLOCKED,
        "next_at": now if is_there else None,
        "created_at": now,
    }


def team_key(row: Assignment) -> str:
    """A team's id; people without one stand in one team for each employer."""
    return str(row.team_id) if row.team_id is not None else f"0/{row.employer_id}"


def _keys_of(row: Assignment) -> list[tuple[UploadKind, str]]:
    own = [(kind, str(row.id)) for kind in (_K.WORKER, _K.ENTRY, _K.EXIT)]
    return [(_K.TEAM, team_key(row)), (_K.CONTRACT, str(row.employment_id)), *own]
