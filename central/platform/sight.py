"""How a project's uploads stand, for who runs them: the channel, the records of the queue, what is packed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from central.access import Access, Function
from central.entry.model import Assignment
from central.errors import Problem
from central.ordering import Order
from central.people.model import Worker
from central.platform import access_keys, packing
from central.platform.adapters import ADAPTERS
from central.platform.model import PlatformChannel, PlatformPack, PlatformUpload, UploadKind, UploadState
from central.platform.packing import Told
from central.platform.reading import NO_TEAM
from central.projects import service as projects
from central.projects.model import Company, Participant, Project, Team
from central.settings import CentralSettings

CHANNELS: Final = Order(
    Project.id,
    {
        "project": Project.name,
        "platform": case((PlatformChannel.switched_on, 0), else_=1),
        "upload_why": case((func.coalesce(PlatformChannel.paused_code, "") != "", 0), else_=1),
    },
)
_K = UploadKind


@dataclass(frozen=True)
class Status:
    """How a project's uploads stand. `channel` is None where it was never switched on; counts by state of what stands in the queue, and how
    many passages are packed. `trouble` is the code of what keeps the job away whatever the channel says: a key that cannot be used."""

    project: Project
    configured: bool
    allowed: bool
    channel: PlatformChannel | None
    counts: dict[UploadState, int]
    packed: int
    trouble: str


@dataclass(frozen=True)
class Line:
    """A record, whom it is about and, of a person's, the masked number."""

    upload: PlatformUpload
    name: str | None
    id_masked: str | None


def status(session: Session, access: Access, settings: CentralSettings, project_id: int) -> Status:
    """For the system administrator and the general contractor's office. Raises `Problem` 403, 404."""
    project = looked_at(session, access, project_id)
    of = PlatformUpload
    counts = session.execute(select(of.state, func.count()).where(of.project_id == project_id).group_by(of.state))
    channel = session.get(PlatformChannel, project_id)
    allowed = project.reg_no in settings.platform_projects
    packed = session.scalar(select(func.sum(PlatformPack.records)).where(PlatformPack.project_id == project_id)) or 0
    trouble = _trouble(settings, project.reg_no) if settings.platform_url and allowed else ""
    return Status(project, bool(settings.platform_url), allowed, channel, {row[0]: row[1] for row in counts}, packed, trouble)


def page(
    session: Session,
    access: Access,
    project_id: int,
    *,
    state: UploadState | None = None,
    kind: UploadKind | None = None,
    after: int = 0,
    limit: int = 50,
) -> list[Line]:
    """One page of a project's records in the order of entering, and one more."""
    looked_at(session, access, project_id)
    of = PlatformUpload
    wanted = (
        select(of, Worker.name, Worker.id_masked)
        .outerjoin(Assignment, Assignment.id == of.assignment_id)
        .outerjoin(Worker, Worker.id == Assignment.worker_id)
        .where(of.project_id == project_id, of.id > after)
    )
    if state is not None:
        wanted = wanted.where(of.state == state)
    if kind is not None:
        wanted = wanted.where(of.kind == kind)
    rows = session.execute(wanted.order_by(of.id).limit(limit + 1)).all()
    names = _standing(session, [upload for upload, *_ in rows])
    return [Line(upload, name or names.get(upload.id), masked) for upload, name, masked in rows]


def packed(session: Session, access: Access, project_id: int, day: dt.date | None = None, *, after: int = 0, limit: int = 50) -> list[Line]:
    """One page of the packed passages that were entered on a date, or on the last that is packed, by their place there (`upload.id`), and
    one more."""
    looked_at(session, access, project_id)
    wanted = select(PlatformPack).where(PlatformPack.project_id == project_id).order_by(PlatformPack.day.desc()).limit(1)
    kept = session.scalar(wanted if day is None else wanted.where(PlatformPack.day == day))
    some = packing.opened(kept.packed)[after : after + limit + 1] if kept is not None else []
    return _named(session, kept, some, after) if kept is not None else []


def channels(
    session: Session, access: Access, after: int = 0, limit: int = 50, sort: str = ""
) -> list[tuple[Project, PlatformChannel | None]]:
    """Every project with its channel, if it has one: for the system administrator; one page and one more."""
    access.require(Function.MANAGE_SETTINGS)
    rows = select(Project, PlatformChannel).outerjoin(PlatformChannel, PlatformChannel.project_id == Project.id)
    return [(row[0], row[1]) for row in CHANNELS.page(session, rows, (), sort, after=after, limit=limit)]


def looked_at(session: Session, access: Access, project_id: int) -> Project:
    """The project, for who may look at its uploads. Raises `Problem` 403, 404."""
    project = projects.visible_project(session, access, project_id)
    if not access.may(Function.MANAGE_SETTINGS):
        access.require(Function.MANAGE_PROJECT)
        projects.require_general_contractor(session, access, project_id)
    return project


def _standing(session: Session, uploads: Sequence[PlatformUpload]) -> dict[int, str]:
    """The names of the companies and teams that records are about, by record."""
    parts = {one.id: int(one.key) for one in uploads if one.kind in (_K.PARTICIPANT, _K.PARTICIPANT_EXIT)}
    firms = {one.id: int(one.key.removeprefix("0/")) for one in uploads if _is_of_company(one)}
    teams = {one.id: int(one.key.partition("/")[0]) for one in uploads if one.kind in (_K.TEAM, _K.TEAM_CHANGE) and not _is_of_company(one)}
    found: dict[int, str] = {}
    for ids, wanted in (
        (
            parts,
            select(Participant.id, Company.name)
            .join(Company, Company.id == Participant.company_id)
            .where(Participant.id.in_(parts.values())),
        ),
        (firms, select(Company.id, Company.name).where(Company.id.in_(firms.values()))),
        (teams, select(Team.id, Team.name).where(Team.id.in_(teams.values()))),
    ):
        names = {row[0]: row[1] for row in session.execute(wanted)} if ids else {}
        found |= {upload: names[id_] for upload, id_ in ids.items() if id_ in names}
    without = {one.id for one in uploads if one.kind is _K.TEAM and _is_of_company(one)}
    return {upload: f"{NO_TEAM} {name}" if upload in without else name for upload, name in found.items()}


def _is_of_company(upload: PlatformUpload) -> bool:
    """Of a company itself, or of its people without a team."""
    return upload.kind is _K.COMPANY or (upload.kind is _K.TEAM and upload.key.startswith("0/"))


def _named(session: Session, kept: PlatformPack, some: Sequence[Told], after: int) -> list[Line]:
    wanted = select(Assignment.id, Worker.name, Worker.id_masked).join(Worker, Worker.id == Assignment.worker_id)
    ids = {told.assignment_id for told in some}
    people = session.execute(wanted.where(Assignment.id.in_(ids)))
    names: dict[int | None, tuple[str | None, str | None]] = {id_: (name, masked) for id_, name, masked in people}
    found = []
    for place, told in enumerate(some, after + 1):
        upload = packing.record(kept.project_id, kept.day, told)
        upload.id = place
        found.append(Line(upload, *names.get(told.assignment_id, (None, None))))
    return found


def _trouble(settings: CentralSettings, reg_no: str) -> str:
    try:
        access_keys.secret(settings.platform_secret, reg_no, ADAPTERS[settings.platform_adapter].key_chars)
        access_keys.corp_key(settings.platform_corp_key)
    except Problem as problem:
        return problem.code
    return ""
