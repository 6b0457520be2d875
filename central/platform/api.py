"""Routes for a project's uploads to the national platform."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.call import Caller, RowId
from central.errors import TEXTS
from central.paging import Cursor, Limit, Page, after, page
from central.platform import service, sight
from central.platform.model import UploadKind, UploadState
from central.platform.sight import Line as Record
from central.platform.sight import Status
from central.problems import RESPONSES
from central.schemas import In, Line, Moment, Out, example

router = APIRouter(prefix="/api/v1", tags=["上报 national platform"], responses=RESPONSES)


class SwitchIn(In):
    """On or off; `since` is the first date whose passages are told (today if left out)."""

    model_config = example({"on": True, "since": "2026-03-01"})

    on: bool
    since: dt.date | None = None


class PlatformOut(Out):
    """How a project's uploads stand. `paused` is why nothing is sent until somebody resumes; `resume_at`: nothing before then.
    `trouble`: a key cannot be used."""

    project_id: int
    configured: bool
    allowed: bool
    on: bool
    since: dt.date | None
    switched_by: str
    switched_at: Moment | None
    entering: bool
    paused: str
    paused_zh: str
    paused_en: str
    resume_at: Moment | None
    last_success_at: Moment | None
    counts: dict[UploadState, int]
    packed: int
    trouble: str
    trouble_zh: str
    trouble_en: str


class UploadOut(Out):
    """One record. `said` is the platform's own text; of a person the masked number is shown."""

    id: int
    kind: UploadKind
    key: str
    state: UploadState
    name: str | None
    id_masked: str | None
    code: str
    code_zh: str
    code_en: str
    said: str
    attempts: int
    retry_at: Moment | None
    created_at: Moment
    sent_at: Moment | None
    settled_at: Moment | None


class PackedOut(Out):
    """A passage that was settled long ago: whether it was told, when, with which answer. `serial` is what the platform called it."""

    key: str
    state: UploadState
    name: str | None
    id_masked: str | None
    code: str
    code_zh: str
    code_en: str
    serial: str
    sent_at: Moment | None
    settled_at: Moment


class SkipIn(In):
    """Why a record is left; it stands in the audit."""

    model_config = example({"reason": "该人员已离场，平台上不再补报"})

    reason: Line


class RetriedOut(Out):
    """How many are tried again."""

    uploads: int


@router.get("/projects/{project_id}/platform", summary="上报状态 / how the uploads stand")
def status(call: Caller, project_id: RowId) -> PlatformOut:
    """系统管理员和总包项目部可看：是否开启、各状态数量、最近一次成功、暂停原因。"""
    with call.reading() as session:
        return _status(sight.status(session, call.access, call.centre.settings, project_id))


@router.put("/projects/{project_id}/platform", response_model=PlatformOut, summary="开启或关闭上报 / switch on or off")
def switch(call: Caller, project_id: RowId, body: SwitchIn) -> Response:
    """仅系统管理员；记入审计。默认关闭，须先配置平台地址并把报建编号列入允许名单。"""
    settings = call.centre.settings

    def deed(session: Session) -> PlatformOut:
        service.switch(session, call.centre.clock, call.access, settings, project_id, on=body.on, since=body.since)
        return _status(sight.status(session, call.access, settings, project_id))

    return call.write(body, deed)


@router.post("/projects/{project_id}/platform/resumption", response_model=PlatformOut, summary="恢复上报 / resume")
def resume(call: Caller, project_id: RowId) -> Response:
    """签名错误或地址未登记会停止整个项目的上报，处理后由系统管理员或总包恢复。"""

    def deed(session: Session) -> PlatformOut:
        service.resume(session, call.access, project_id)
        return _status(sight.status(session, call.access, call.centre.settings, project_id))

    return call.write(None, deed)


@router.post("/projects/{project_id}/platform/retry", response_model=RetriedOut, summary="全部重试 / try everything again")
def retry_all(call: Caller, project_id: RowId) -> Response:
    """失败的记录全部立即重试；重复提交不会重复上报。"""

    def deed(session: Session) -> RetriedOut:
        return RetriedOut(uploads=service.retry_all(session, call.centre.clock, call.access, project_id))

    return call.write(None, deed)


@router.get("/projects/{project_id}/platform/records", summary="上报记录 / records")
def records(
    call: Caller,
    project_id: RowId,
    state: Annotated[UploadState | None, Query(description="状态 / state")] = None,
    kind: Annotated[UploadKind | None, Query(description="类别 / kind")] = None,
    *,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[UploadOut]:
    """按登记先后，含失败原因和下次重试时间；证件号掩码显示。"""
    with call.reading() as session:
        rows = sight.page(session, call.access, project_id, state=state, kind=kind, after=after(cursor), limit=limit)
        return page(rows, limit, lambda line: line.upload.id, _upload)


@router.get("/projects/{project_id}/platform/packs", summary="已归档的考勤记录 / passages packed away")
def packs(
    call: Caller,
    project_id: RowId,
    day: Annotated[
        dt.date | None, Query(description="进入队列的日期，默认最近归档的一天 / the date of entering, by default the last")
    ] = None,
    *,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PackedOut]:
    """已上报满 90 天（可配置）的考勤按日归档；仍可查是否上报、何时、平台如何答复。"""
    with call.reading() as session:
        rows = sight.packed(session, call.access, project_id, day, after=after(cursor), limit=limit)
        return page(rows, limit, lambda line: line.upload.id, _packed)


@router.post("/projects/{project_id}/platform/records/{upload_id}/retry", response_model=UploadOut, summary="重试 / try again")
def retry(call: Caller, project_id: RowId, upload_id: RowId) -> Response:
    """只对失败或已跳过的记录。"""

    def deed(session: Session) -> UploadOut:
        return _upload(Record(service.retry(session, call.centre.clock, call.access, project_id, upload_id), None, None))

    return call.write(None, deed)


@router.post("/projects/{project_id}/platform/records/{upload_id}/skip", response_model=UploadOut, summary="跳过 / leave it")
def skip(call: Caller, project_id: RowId, upload_id: RowId, body: SkipIn) -> Response:
    """只对失败的记录；原因记入审计。依赖它的记录继续等待；已在平台上人工填报的请用“重试”，平台会答复“已存在”。"""

    def deed(session: Session) -> UploadOut:
        return _upload(Record(service.skip(session, call.centre.clock, call.access, project_id, upload_id, reason=body.reason), None, None))

    return call.write(body, deed)


def _status(found: Status) -> PlatformOut:
    channel = found.channel
    paused = channel.paused_code if channel else ""
    zh, en = TEXTS.get(paused, ("", ""))
    trouble_zh, trouble_en = TEXTS.get(found.trouble, ("", ""))
    return PlatformOut(
        project_id=found.project.id,
        configured=found.configured,
        allowed=found.allowed,
        on=channel is not None and channel.switched_on,
        since=channel.since if channel else None,
        switched_by=channel.switched_by if channel else "",
        switched_at=channel.switched_at if channel else None,
        entering=channel is not None and channel.seeded_upto is not None,
        paused=paused,
        paused_zh=zh,
        paused_en=en,
        resume_at=channel.resume_at if channel else None,
        last_success_at=channel.last_success_at if channel else None,
        counts={state: found.counts.get(state, 0) for state in UploadState},
        packed=found.packed,
        trouble=found.trouble,
        trouble_zh=trouble_zh,
        trouble_en=trouble_en,
    )


def _packed(line: Record) -> PackedOut:
    upload = line.upload
    zh, en = TEXTS.get(upload.code, ("", ""))
    told = {name: getattr(upload, name) for name in ("key", "state", "code", "serial", "sent_at", "settled_at")}
    return PackedOut(**told, name=line.name, id_masked=line.id_masked, code_zh=zh, code_en=en)


def _upload(line: Record) -> UploadOut:
    upload = line.upload
    zh, en = TEXTS.get(upload.code, ("", ""))
    told = {name: getattr(upload, name) for name in ("id", "kind", "key", "state", "code", "said", "attempts")}
    times = {name: getattr(upload, name) for name in ("created_at", "sent_at", "settled_at")}
    retry_at = upload.next_at if upload.state is UploadState.FAILED else None
    return UploadOut(**told, **times, name=line.name, id_masked=line.id_masked, code_zh=zh, code_en=en, retry_at=retry_at)
