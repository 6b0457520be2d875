"""A project's uploads, for who runs them: switched on and off, resumed after a stop, records tried again or left."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from central import audit
from central.access import Access, Function
from central.clock import Clock, today
from central.errors import Problem, declare
from central.platform import feeding, rules, sight
from central.platform.model import PlatformChannel, PlatformUpload, UploadState
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


def switch(
    session: Session, clock: Clock, access: Access, settings: CentralSettings, project_id: int, *, on: bool, since: dt.date | None
) -> PlatformChannel:
    """The system administrator switches a project on, for passages from a date on (today), or off. What is entered stays.

    Raises `Problem` 403, 404, 409 PLATFORM_NOT_CONFIGURED, PLATFORM_NOT_ALLOWED, 422 PLATFORM_SINCE_INVALID.
    """
    project = sight.looked_at(session, access, project_id)
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
    sight.looked_at(session, access, project_id)
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
    sight.looked_at(session, access, project_id)
    _channel(session, project_id)
    of = PlatformUpload
    failed = update(of).where(of.project_id == project_id, of.state == UploadState.FAILED)
    again = failed.values(state=UploadState.WAITING, attempts=0, next_at=clock.now()).returning(of.id)
    count = len(session.execute(again, execution_options={"synchronize_session": False}).all())
    if count:
        audit.record(session, access, "platform.retried", f"project:{project_id}", after={"uploads": count})
    return count


def _one(session: Session, access: Access, project_id: int, upload_id: int) -> PlatformUpload:
    sight.looked_at(session, access, project_id)
    upload = session.get(PlatformUpload, upload_id, with_for_update=True, populate_existing=True)
    if upload is None or upload.project_id != project_id:
        raise Problem("NOT_FOUND", 404)
    _channel(session, project_id)
    return upload


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
