"""A project's uploads, for who runs them: switched on and off, resumed after a stop, tried again, looked at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock, today
from central.entry.model import Assignment
from central.errors import Problem, declare
from central.people.model import Worker
from central.platform import access_keys, feeding, packing, rules
from central.platform.adapters import ADAPTERS
from central.platform.model import PlatformChannel, PlatformPack, PlatformUpload, UploadKind, UploadState
from central.platform.packing import Told
from central.projects import service as projects
from central.projects.model import Project
from central.settings import CentralSettings

declare(
    {
        "PLATFORM_NOT_CONFIGURED": (
            "尚未配置平台地址，请先设置 GONGMEN_CENTRAL_PLATFORM_URL。",
            "No platform is configured: set GONGMEN_CENTRAL_PLATFORM_URL first.",
        ),
        "PLATFORM_NOT_ALLOWED": (
            "该项目不在允许上传的名单中，请先加入 GONGMEN_CENTRAL_PLATFORM_PROJECTS。",
            "This project may not be uploaded: add its registration number to GONGMEN_CENTRAL_PLATFORM_PROJECTS first.",
        ),
        "PLATFORM_OFF": ("该项目没有开启上传，请系统管理员先开启。", "Uploading is off for this project: have it switched on first."),
        "PLATFORM_NOT_FAILED": ("只有失败的记录可以重试或跳过。", "Only what failed can be tried again or skipped."),
        "PLATFORM_REASON_MISSING": ("请填写跳过的原因。", "Say why it is skipped."),
        "PLATFORM_SINCE_INVALID": ("起始日期不能晚于今天。", "The first date cannot lie in the future."),
    }
)


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
    """A record and, of a person's, the name and the masked number."""

    upload: PlatformUpload
    name: str | None
    id_masked: str | None


def status(session: Session, access: Access, settings: CentralSettings, project_id: int) -> Status:
    """For the system administrator and the general contractor's office. Raises `Problem` 403, 404."""
    project = _looked_at(session, access, project_id)
    of = PlatformUpload
    counts = session.execute(select(of.state, func.count()).where(of.project_id == project_id).group_by(of.state))
    channel = session.get(PlatformChannel, project_id)
    allowed = project.reg_no in settings.platform_projects
    packed = session.scalar(select(func.sum(PlatformPack.records)).where(PlatformPack.project_id == project_id)) or 0
    trouble = _trouble(settings, project.reg_no) if settings.platform_url and allowed else ""
    return Status(project, bool(settings.platform_url), allowed, channel, {row[0]: row[1] for row in counts}, packed, trouble)


def switch(
    session: Session, clock: Clock, access: Access, settings: CentralSettings, project_id: int, *, on: bool, since: dt.date | None
) -> PlatformChannel:
    """The system administrator switches a project on, for passages from a date on (today), or off. What is entered stays.

    Raises `Problem` 403, 404, 409 PLATFORM_NOT_CONFIGURED, PLATFORM_NOT_ALLOWED, 422 PLATFORM_SINCE_INVALID.
    """
    project = _looked_at(session, access, project_id)
    access.require(Function.MANAGE_SETTINGS)
    first = since or today(clock)
    if on:
        _may_be_on(settings, project, first, today(clock))
    channel = session.get(PlatformChannel, project_id, with_for_update=True, populate_existing=True)
    before = channel is not None and channel.switched_on
    if before is not on:
        if channel is None:
            channel = PlatformChannel(project_id=project_id, since=first, position=feeding.first_place(session, project_id, first))
        _turn(session, channel, on=on)
        channel.switched_by, channel.switched_at = access.actor, clock.now()
        session.add(channel)
        session.flush()
        told = {"on": on, "since": str(channel.since)}
        audit.record(session, access, "platform.switched", f"project:{project_id}", before={"on": before}, after=told)
    if channel is None:
        raise Problem("PLATFORM_OFF", 409)
    return channel


def resume(session: Session, access: Access, project_id: int) -> PlatformChannel:
    """Goes on after a stop or a wait. Raises `Problem` 403, 404, 409 PLATFORM_OFF."""
    _looked_at(session, access, project_id)
    channel = _channel(session, project_id)
    if channel.paused_code or channel.resume_at is not None:
        audit.record(session, access, "platform.resumed", f"project:{project_id}", before={"code": channel.paused_code})
    channel.paused_code, channel.paused_at, channel.resume_at, channel.setbacks = "", None, None, 0
    return channel


def retry(session: Session, clock: Clock, access: Access, project_id: int, upload_id: int) -> PlatformUpload:
    """One failed or skipped record is tried again at once. Raises `Problem` 403, 404, 409 PLATFORM_OFF, PLATFORM_NOT_FAILED."""
    upload = _one(session, access, project_id, upload_id)
    rules.can_be_tried_again(upload.state)
    upload.state, upload.attempts, upload.next_at, upload.settled_at = UploadState.WAITING, 0, clock.now(), None
    audit.record(session, access, "platform.retried", f"project:{project_id}", after={"upload": upload_id, "kind": upload.kind.value})
    return upload


def skip(session: Session, clock: Clock, access: Access, project_id: int, upload_id: int, *, reason: str) -> PlatformUpload:
    """One failed record is left as it is, for a reason that stands in the audit; what needs it stays behind it.

    Raises `Problem` 403, 404, 409 PLATFORM_OFF, PLATFORM_NOT_FAILED, 422 PLATFORM_REASON_MISSING.
    """
    upload = _one(session, access, project_id, upload_id)
    rules.can_be_skipped(upload.state)
    if not reason.strip():
        raise Problem("PLATFORM_REASON_MISSING", 422, "reason")
    upload.state, upload.next_at, upload.settled_at = UploadState.SKIPPED, None, clock.now()
    told = {"upload": upload_id, "kind": upload.kind.value, "reason": reason.strip()[:200]}
    audit.record(session, access, "platform.skipped", f"project:{project_id}", before={"code": upload.code}, after=told)
    return upload


def retry_all(session: Session, clock: Clock, access: Access, project_id: int) -> int:
    """Everything that failed is tried again; how many. Raises `Problem` 403, 404, 409 PLATFORM_OFF."""
    _looked_at(session, access, project_id)
    _channel(session, project_id)
    of = PlatformUpload
    failed = update(of).where(of.project_id == project_id, of.state == UploadState.FAILED)
    again = failed.values(state=UploadState.WAITING, attempts=0, next_at=clock.now()).returning(of.id)
    count = len(session.execute(again, execution_options={"synchronize_session": False}).all())
    if count:
        audit.record(session, access, "platform.retried", f"project:{project_id}", after={"uploads": count})
    return count


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
    _looked_at(session, access, project_id)
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
    return [Line(*row) for row in session.execute(wanted.order_by(of.id).limit(limit + 1)).all()]


def packed(session: Session, access: Access, project_id: int, day: dt.date | None = None, *, after: int = 0, limit: int = 50) -> list[Line]:
    """One page of the packed passages that were entered on a date, or on the last that is packed, by their place there (`upload.id`), and
    one more."""
    _looked_at(session, access, project_id)
    wanted = select(PlatformPack).where(PlatformPack.project_id == project_id).order_by(PlatformPack.day.desc()).limit(1)
    kept = session.scalar(wanted if day is None else wanted.where(PlatformPack.day == day))
    some = packing.opened(kept.packed)[after : after + limit + 1] if kept is not None else []
    return _named(session, kept, some, after) if kept is not None else []


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


def channels(session: Session, access: Access, after: int = 0, limit: int = 50) -> list[tuple[Project, PlatformChannel | None]]:
    """Every project with its channel, if it has one, by id: for the system administrator; one page and one more."""
    access.require(Function.MANAGE_SETTINGS)
    wanted = select(Project, PlatformChannel).outerjoin(PlatformChannel, PlatformChannel.project_id == Project.id).where(Project.id > after)
    return [(row[0], row[1]) for row in session.execute(wanted.order_by(Project.id).limit(limit + 1)).all()]


def _one(session: Session, access: Access, project_id: int, upload_id: int) -> PlatformUpload:
    _looked_at(session, access, project_id)
    upload = session.get(PlatformUpload, upload_id, with_for_update=True, populate_existing=True)
    if upload is None or upload.project_id != project_id:
        raise Problem("NOT_FOUND", 404)
    _channel(session, project_id)
    return upload


def _trouble(settings: CentralSettings, reg_no: str) -> str:
    try:
        access_keys.secret(settings.platform_secret, reg_no, ADAPTERS[settings.platform_adapter].key_chars)
        access_keys.corp_key(settings.platform_corp_key)
    except Problem as problem:
        return problem.code
    return ""


def _looked_at(session: Session, access: Access, project_id: int) -> Project:
    project = projects.visible_project(session, access, project_id)
    if not access.may(Function.MANAGE_SETTINGS):
        access.require(Function.MANAGE_PROJECT)
        projects.require_general_contractor(session, access, project_id)
    return project


def _channel(session: Session, project_id: int) -> PlatformChannel:
    channel = session.get(PlatformChannel, project_id, with_for_update=True, populate_existing=True)
    if channel is None or not channel.switched_on:
        raise Problem("PLATFORM_OFF", 409)
    return channel


def _may_be_on(settings: CentralSettings, project: Project, since: dt.date, on: dt.date) -> None:
    if not settings.platform_url:
        raise Problem("PLATFORM_NOT_CONFIGURED", 409)
    if project.reg_no not in settings.platform_projects:
        raise Problem("PLATFORM_NOT_ALLOWED", 409)
    if since > on:
        raise Problem("PLATFORM_SINCE_INVALID", 422, "since")


def _turn(session: Session, channel: PlatformChannel, *, on: bool) -> None:
    """Switched on again, it goes on where the attendance feed was left; who stands on the project is looked through anew."""
    if on and session.scalar(select(PlatformChannel.project_id).where(PlatformChannel.switched_on).limit(1)) is None:
        feeding.begin_deeds(session)
    channel.switched_on = on
    channel.seeded_upto = 0 if on else None
