"""A record's content, read at the moment of sending: the only place where a number of a person is opened for the platform."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from central import clock as clocks
from central.attendance.model import Passage
from central.attendance.papers import ManualEvent
from central.clock import SITE_ZONE
from central.entry.model import Assignment
from central.people import sealed
from central.people.model import Employment, Worker
from central.platform import payroll, rules
from central.platform.canonical import (
    Attendance,
    Company,
    Contract,
    Document,
    Leader,
    Member,
    Movement,
    Part,
    PartEnd,
    Project,
    Team,
    TeamChange,
    Thing,
)
from central.platform.model import OPEN, PlatformUpload, UploadKind
from central.platform.payroll import Payee
from central.projects import model as projects
from central.projects import service
from central.secrets import CentreSecrets

NO_TEAM = "未分班组"
"""The platform knows nobody without a team."""


@dataclass(frozen=True)
class Reader:
    """Reads contents. `code` is the project's at the platform; `assumed` fields of a worker that the centre does not keep;
    `correction_way` the 通行方式 by which a correction is marked."""

    session: Session
    keys: CentreSecrets
    clock: clocks.Clock
    code: str
    correction_way: str = "011"
    assumed: Mapping[str, str] = field(default_factory=dict)

    def thing(self, upload: PlatformUpload) -> Thing | None:
        """What is told now; None where there is nothing to tell any more.

        Raises `KeyError` for what has no code at the platform, `rules.LaterError`, `rules.UntoldError`.
        """
        if upload.kind is UploadKind.PROJECT:
            return self._project(upload)
        if upload.kind is UploadKind.COMPANY:
            return self._company(int(upload.key))
        if upload.kind in (UploadKind.PARTICIPANT, UploadKind.PARTICIPANT_EXIT):
            return self._part(upload)
        if upload.kind is UploadKind.TEAM:
            return self._team(upload)
        if upload.kind is UploadKind.TEAM_CHANGE:
            return self._team_change(upload)
        return self._of_person(upload, self.session.get_one(Assignment, upload.assignment_id))

    def _of_person(self, upload: PlatformUpload, row: Assignment) -> Thing | None:
        team = self._team(self.session.get_one(PlatformUpload, upload.team_upload_id))
        worker = self.session.get_one(Worker, row.worker_id)
        document = Document(worker.id_type, sealed.id_number(worker, self.keys))
        if upload.kind is UploadKind.PAYROLL:
            return payroll.read(self.session, self.keys, self.clock, upload, Payee(team, document, worker, row))
        if upload.kind is UploadKind.WORKER:
            return self._member(row, worker, document, team)
        if upload.kind in (UploadKind.ENTRY, UploadKind.EXIT):
            return self._movement(upload, row, document, team)
        if upload.kind is UploadKind.CONTRACT:
            paper = self.session.get_one(Employment, row.employment_id)
            return Contract(self.code, team.company, document, paper.contract_type, paper.contract_start, paper.contract_end)
        return self._attendance(upload, document, team)

    def _project(self, upload: PlatformUpload) -> Project:
        row = self.session.get_one(projects.Project, upload.project_id)
        root = service.chain(self.session, row.id).general_contractor
        if root is None:
            raise KeyError("general contractor")
        return Project(self.code, row.name, self._company(root.company_id), row.state.value)

    def _company(self, company_id: int) -> Company:
        row = self.session.get_one(projects.Company, company_id)
        return Company(row.uscc, row.name)

    def _team(self, upload: PlatformUpload) -> Team:
        if upload.key.startswith("0/"):
            company = self._company(int(upload.key.removeprefix("0/")))
            return Team(self.code, company, NO_TEAM, _day(upload.created_at), upload.number)
        row = self.session.get_one(projects.Team, int(upload.key))
        return Team(self.code, self._company(row.employer_id), row.name, _day(row.created_at), upload.number)

    def _part(self, upload: PlatformUpload) -> Part | PartEnd:
        row = self.session.get_one(projects.Participant, int(upload.key))
        left = _day(row.completed_at) if row.completed_at else None
        part = Part(self.code, self._company(row.company_id), row.role.value, _day(row.created_at), left)
        if upload.kind is UploadKind.PARTICIPANT:
            return part
        of = PlatformUpload
        exits = select(of.id).join(Assignment, Assignment.id == of.assignment_id).where(Assignment.participant_id == row.id)
        if self.session.scalar(exits.where(of.kind == UploadKind.EXIT, of.state.in_(OPEN)).limit(1)) is not None:
            raise rules.LaterError(self.clock.now() + rules.LONGEST_ASKING)  # a company leaves after its people
        return PartEnd(part)

    def _team_change(self, upload: PlatformUpload) -> TeamChange:
        """A-37: the team as it is now. Its leader is told where the platform may know him: somebody whose entry is confirmed."""
        team = self._team(self.session.get_one(PlatformUpload, upload.team_upload_id))
        row = self.session.get_one(projects.Team, int(upload.key.partition("/")[0]))
        is_closed = row.state is projects.TeamState.CLOSED
        of = Assignment
        confirmed = of.project_id == row.project_id, of.worker_id == row.leader_worker_id, of.entry_time.is_not(None)
        leads = self.session.scalar(select(Worker).join(of, of.worker_id == Worker.id).where(*confirmed).limit(1))
        leader = Leader(leads.name, Document(leads.id_type, sealed.id_number(leads, self.keys))) if leads is not None else None
        return TeamChange(team, leader, _day(upload.created_at) if is_closed else None)

    def _member(self, row: Assignment, worker: Worker, document: Document, team: Team) -> Member:
        leads = self.session.scalar(select(projects.Team.leader_worker_id).where(projects.Team.id == row.team_id)) == worker.id
        address, phone = sealed.address(worker, self.keys), sealed.phone_number(worker, self.keys)
        assumed = tuple(sorted(self.assumed.items()))
        return Member(team, worker.name, document, row.main_trade, leads, worker.nation, address, phone, assumed)

    def _movement(self, upload: PlatformUpload, row: Assignment, document: Document, team: Team) -> Movement | None:
        """A-50: an exit only of an assignment that ended, with its cause. Notes the day, which the next movement may not precede."""
        came = upload.kind is UploadKind.ENTRY
        happened = row.entry_time if came else row.ended_at
        cause = rules.exit_cause(row.ended_at is not None, row.end_cause)
        if happened is None or (not came and cause is None):
            return None
        earlier = upload.follows_id if came else upload.needs_id
        before = self.session.get(PlatformUpload, earlier) if earlier is not None else None
        upload.moved_on = rules.movement_day(_day(happened), before.moved_on if before else None)
        rules.not_before(upload.moved_on, clocks.today(self.clock))
        return Movement(team, document, upload.moved_on, came, "" if came else cause or "")

    def _attendance(self, upload: PlatformUpload, document: Document, team: Team) -> Attendance | None:
        first, _, rest = upload.key.partition("/")
        if first == "manual":
            event = self.session.get_one(ManualEvent, int(rest))
            return Attendance(team, document, event.at, event.direction, self.correction_way, "manual")
        epoch, _, seq = rest.rpartition("/")
        same = Passage.box_id == first, Passage.epoch == epoch, Passage.seq == int(seq)
        passage = self.session.scalars(select(Passage).where(*same)).one()
        if not rules.is_told(passage.judged, passage.counted):
            return None
        return Attendance(team, document, passage.at, passage.direction, passage.method, passage.lane)


def _day(at: dt.datetime) -> dt.date:
    return at.astimezone(SITE_ZONE).date()
