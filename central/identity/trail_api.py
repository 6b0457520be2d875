"""Routes of the audit, for its administrator only."""

from __future__ import annotations

import json
from typing import Annotated

import msgspec
from fastapi import APIRouter, Depends, Query
from fastapi.responses import Response
from pydantic import AwareDatetime

from central import audit, paging
from central.access import Function
from central.audit import AuditEntry
from central.call import Caller
from central.identity import trail
from central.identity.schemas import AuditOut, ChainOut
from central.identity.trail import Wanted
from central.paging import Cursor, Limit, Page
from central.problems import RESPONSES

router = APIRouter(prefix="/api/v1", tags=["审计 audit"], responses=RESPONSES)

Word = Annotated[str, Query(max_length=64, pattern=r"^[A-Za-z0-9_.:-]*$")]


def _wanted(
    actor: Annotated[Word, Query(description="操作者，如 account:7 / who")] = "",
    action: Annotated[Word, Query(description="操作或其开头，如 worker. / what, or its beginning")] = "",
    subject: Annotated[Word, Query(description="对象，如 worker:12 / on what")] = "",
    since: AwareDatetime | None = None,
    until: AwareDatetime | None = None,
) -> Wanted:
    return Wanted(actor, action, subject, since, until)


@router.get("/audit", summary="审计记录 / the audit, newest first")
def list_entries(call: Caller, wanted: Annotated[Wanted, Depends(_wanted)], cursor: Cursor = None, limit: Limit = 50) -> Page[AuditOut]:
    """仅审计管理员可看；每条含操作者、代表谁、证书序列号、变更前后（已脱敏）和请求编号。"""
    with call.reading() as session:
        rows = trail.page_of_entries(session, call.access, wanted, paging.after(cursor), limit)
        return paging.page(rows, limit, lambda row: row.id, _entry)


@router.get("/audit/chain", summary="审计链是否完整 / whether the chain holds")
def check_chain(call: Caller) -> ChainOut:
    """逐条验证哈希链：被改、被删、被调换的记录都会被发现。"""
    call.access.require(Function.READ_AUDIT)
    with call.reading() as session:
        broken = audit.verify(session)
    return ChainOut(whole=broken is None, broken_at=broken)


@router.post(
    "/audit/exports",
    summary="导出审计记录 / take the audit away as a file",
    response_class=Response,
    responses={200: {"content": {"application/x-ndjson": {}}, "description": "每行一条 / one entry a line"}},
)
def export(call: Caller, wanted: Annotated[Wanted, Depends(_wanted)]) -> Response:
    """导出本身先记入审计；每行一个 JSON 对象，最多 100,000 条。"""
    with call.centre.database.writing() as session:
        trail.note_export(session, call.access, wanted)
    with call.reading() as session:
        lines = b"".join(msgspec.json.encode(_entry(row).model_dump(mode="json")) + b"\n" for row in trail.exported(session, wanted))
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="audit.ndjson"'}
    return Response(lines, media_type="application/x-ndjson", headers=headers)


def _entry(row: AuditEntry) -> AuditOut:
    return AuditOut(
        id=row.id,
        at=row.at,
        actor=row.actor,
        on_behalf_of=row.on_behalf_of,
        action=row.action,
        subject=row.subject,
        told=json.loads(row.told),
        hash=row.hash.hex(),
    )
