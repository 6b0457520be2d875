"""Routes of evidence."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import Response

from central.call import Caller, RowId
from central.evidence import listing, rules, service
from central.evidence.model import Evidence
from central.evidence.service import Statement
from central.paging import Cursor, Limit, Page, after, page, sorted_by
from central.problems import RESPONSES, ProblemOut
from central.schemas import In, Line, Moment, Out, Search

router = APIRouter(prefix="/api/v1", tags=["印证材料 evidence"], responses=RESPONSES)
Number = Annotated[int | None, Query(ge=1, le=2**53)]
Chosen = Annotated[int | None, Form(ge=1, le=2**53)]


class EvidenceOut(Out):
    """A file that is kept, without its content."""

    id: int
    worker_id: int
    project_id: int | None
    assignment_id: int | None
    about_on: dt.date
    note: str
    file_name: str
    media_type: str
    size: int
    sha256: str
    attached_by: str
    attached_at: Moment


class _Attached(In):
    """What makes two uploads the same one."""

    said: str
    content: str


@router.post(
    "/evidence",
    status_code=201,
    response_model=EvidenceOut,
    responses={413: {"model": ProblemOut, "description": "Content Too Large"}},
    summary="上传印证材料 / attach evidence",
)
def attach(
    call: Caller,
    *,
    file: Annotated[UploadFile, File(description="照片（JPEG、PNG、WebP、HEIC）或 PDF，不超过 10 MB")],
    about_on: Annotated[dt.date, Form(description="材料所证明的日期")],
    note: Annotated[Line, Form(description="说明")],
    worker_id: Chosen = None,
    project_id: Chosen = None,
    assignment_id: Chosen = None,
) -> Response:
    """A-27、A-28：按人员、项目、日期，或按分派上传；未核验的人员也可上传；上传后不可修改、不可删除，也不改变任何系统时间。"""
    content = file.file.read(rules.LARGEST + 1)
    said = Statement(about_on, note, file.filename or "", worker_id, project_id, assignment_id)
    centre = call.centre
    mark = _Attached(said=repr(said), content=hashlib.sha256(content).hexdigest())
    return call.write(mark, lambda s: _out(service.attach(s, centre.clock, centre.secrets, call.access, said=said, content=content)), 201)


@router.get("/evidence", summary="印证材料列表 / evidence")
def listed(
    call: Caller,
    *,
    worker_id: Number = None,
    project_id: Number = None,
    assignment_id: Number = None,
    q: Annotated[Search, Query(description="姓名、说明、文件名 / name, note or file")] = "",
    about_from: dt.date | None = None,
    about_to: dt.date | None = None,
    sort: Annotated[str, sorted_by(listing.ORDER.columns)] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EvidenceOut]:
    """A-28：本单位上传的，以及所见分派的材料，新的在前，除非另指定排序。"""
    about = {"worker_id": worker_id, "project_id": project_id, "assignment_id": assignment_id}
    wanted = listing.Wanted(q, about_from, about_to)
    with call.reading() as session:
        found = listing.page_of(session, call.access, wanted, **about, after=after(cursor), limit=limit, sort=sort)
        return page(found, limit, lambda row: row.evidence.id, lambda row: _out(row.evidence))


@router.get(
    "/evidence/{evidence_id}/content",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}, "description": "原件 / the file as it came"}},
    summary="下载印证材料 / the file",
)
def content(call: Caller, evidence_id: RowId) -> Response:
    """A-27：仅有权者可看，每次查看留痕；原样返回并校验摘要；原件缺失或损坏时返回 503 并留痕。"""
    with call.centre.database.writing() as session:
        kept, found = service.opened(session, call.centre.secrets, call.access, evidence_id)
    plain = service.readable(found)
    headers = {
        "Content-Disposition": f"attachment; filename=\"evidence\"; filename*=UTF-8''{quote(kept.file_name)}",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(plain, media_type=kept.media_type, headers=headers)


def _out(kept: Evidence) -> EvidenceOut:
    return EvidenceOut(
        id=kept.id,
        worker_id=kept.worker_id,
        project_id=kept.project_id,
        assignment_id=kept.assignment_id,
        about_on=kept.about_on,
        note=kept.note,
        file_name=kept.file_name,
        media_type=kept.media_type,
        size=kept.size,
        sha256=kept.sha256.hex(),
        attached_by=kept.actor,
        attached_at=kept.at,
    )
