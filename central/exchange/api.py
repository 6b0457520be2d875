"""Routes of batch registration (A-62)."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Query, UploadFile
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central.call import Call, Caller, RowId
from central.errors import TEXTS, Problem
from central.exchange import importing, listing, sheet, workbook
from central.exchange.errors_book import errors_book
from central.exchange.fields import BY_NAME
from central.exchange.importing import Upload
from central.exchange.model import ImportJob, ImportRow, ImportState, RowState
from central.exchange.template import template
from central.paging import Cursor, Limit, Page, after, page, sorted_by
from central.people import banks
from central.people.id_number import mask, mask_phone
from central.people.wages import mask_card
from central.problems import RESPONSES
from central.schemas import In, Moment, Out, Search
from central.secrets import CentreSecrets

router = APIRouter(prefix="/api/v1", tags=["批量登记 imports"], responses=RESPONSES)
_BOOK: dict[int | str, dict[str, Any]] = {200: {"content": {workbook.MEDIA_TYPE: {}}, "description": "工作簿 / the workbook"}}
_MASKS = {"id_number": mask, "phone": mask_phone, "card_number": mask_card}
_PAGE = 500


class ImportOut(Out):
    """How an import stands: rows found, checked, good, bad; registered, there already, refused when their turn came."""

    id: int
    state: ImportState
    file_name: str
    code: str
    total: int
    checked: int
    good: int
    bad: int
    warned: int
    done: int
    skipped: int
    failed: int
    project_id: int | None
    team_id: int | None
    created_at: Moment
    updated_at: Moment


class CellOut(Out):
    """A cell that is wrong, or only warned of: which, and what to do."""

    column: str
    field: str
    code: str
    detail: str
    detail_en: str


class RowOut(Out):
    """A row of the preview; numbers are masked. `values` are by field."""

    number: int
    state: RowState
    values: dict[str, str]
    problems: list[CellOut]
    warnings: list[CellOut]
    worker_id: int | None


class _Upload(In):
    """What makes two uploads the same one."""

    said: str
    content: str


@router.get("/imports/template.xlsx", response_class=Response, responses=_BOOK, summary="下载模板 / the template")
def empty(call: Caller) -> Response:
    """A-62：含填写说明、下拉清单和文本格式的号码列。"""
    call.access.require_employer()
    with call.reading() as session:
        known = banks.active(session)
    return workbook.answer(template(known), "工人批量登记模板")


@router.post("/imports", status_code=202, response_model=ImportOut, summary="上传工作簿 / take a workbook in")
def take_in(
    call: Caller,
    *,
    file: Annotated[UploadFile, File(description="按模板填写的 .xlsx，不超过 10 MB、20000 行")],
    project_id: Annotated[int | None, Form(ge=1, le=2**53, description="用该项目的默认信息")] = None,
    team_id: Annotated[int | None, Form(ge=1, le=2**53, description="用该班组的默认信息")] = None,
) -> Response:
    """A-62：先逐行校验并预览，确认之前不保存任何工人。"""
    content = file.file.read(sheet.LARGEST + 1)
    upload = Upload(content, file.filename or "", project_id, team_id)
    said = _Upload(said=f"{project_id}:{team_id}:{upload.file_name}", content=hashlib.sha256(content).hexdigest())
    centre = call.centre
    return call.write(said, lambda s: _out(importing.take_in(s, centre.clock, centre.secrets, call.access, upload)), 202)


@router.get("/imports", summary="批量登记列表 / imports")
def listed(
    *,
    call: Caller,
    q: Annotated[Search, Query(description="文件名 / the file's name")] = "",
    state: ImportState | None = None,
    sort: Annotated[str, sorted_by(listing.ORDER.columns)] = "",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ImportOut]:
    """A-62：本单位的批量登记及进度，新的在前，除非另指定排序。"""
    with call.reading() as session:
        found = listing.page_of_jobs(session, call.access, state=state, q=q, after=after(cursor), limit=limit, sort=sort)
        return page(found, limit, lambda job: job.id, _out)


@router.get("/imports/{import_id}", summary="批量登记进度 / an import")
def one(call: Caller, import_id: RowId) -> ImportOut:
    """A-62：进度与各行计数。"""
    with call.reading() as session:
        return _out(importing.one(session, call.access, import_id))


@router.get("/imports/{import_id}/rows", summary="预览 / the rows")
def rows(call: Caller, import_id: RowId, state: RowState | None = None, cursor: Cursor = None, limit: Limit = 50) -> Page[RowOut]:
    """A-62：逐行预览，指出每个有误的单元格（列、字段、代码），代码与单个登记相同。"""
    with call.reading() as session:
        found = importing.rows(session, call.access, import_id, after=after(cursor), limit=limit, state=state)
        return page(found, limit, lambda row: row.number, lambda row: _row(row, call.centre.secrets))


@router.get("/imports/{import_id}/errors.xlsx", response_class=Response, responses=_BOOK, summary="下载有误的行 / what was refused")
def errors(call: Caller, import_id: RowId) -> Response:
    """A-62：有误单元格着色并加批注；填写内容原样保留，改好后可直接再次上传。"""
    with call.reading() as session:
        importing.one(session, call.access, import_id)
        file = errors_book(_refused(session, call, import_id))
    return workbook.answer(file, f"批量登记-{import_id}-有误行")


@router.post("/imports/{import_id}/confirmation", response_model=ImportOut, summary="确认登记 / register the good rows")
def confirm(call: Caller, import_id: RowId) -> Response:
    """A-62：登记无误的行；重复确认不会重复登记；身份仍须逐人核验（A-26）。"""
    return call.write(None, lambda session: _out(importing.confirm(session, call.centre.clock, call.access, import_id)))


@router.post("/imports/{import_id}/cancellation", response_model=ImportOut, summary="放弃 / throw it away")
def cancel(call: Caller, import_id: RowId) -> Response:
    """A-62：删除上传的文件和各行内容；已登记的工人不受影响。"""
    return call.write(None, lambda session: _out(importing.cancel(session, call.centre.clock, call.access, import_id)))


def _refused(session: Session, call: Call, import_id: int) -> Iterator[tuple[int, dict[str, str], str]]:
    for state in (RowState.BAD, RowState.FAILED):
        last = 0
        while True:
            found = importing.rows(session, call.access, import_id, after=last, limit=_PAGE, state=state)
            for row in found[:_PAGE]:
                yield row.number, importing.texts_of(row, call.centre.secrets), row.problems
            if len(found) <= _PAGE:
                break
            last = found[_PAGE - 1].number
            session.expunge_all()


def _out(job: ImportJob) -> ImportOut:
    return ImportOut.model_validate(job)


def _row(row: ImportRow, keys: CentreSecrets) -> RowOut:
    texts = importing.texts_of(row, keys)
    return RowOut(
        number=row.number,
        state=row.state,
        values={name: _MASKS[name](text) if name in _MASKS and text else text for name, text in texts.items()},
        problems=[_cell(*told) for told in json.loads(row.problems)],
        warnings=[_cell(*told) for told in json.loads(row.warnings)],
        worker_id=row.worker_id,
    )


def _cell(name: str, code: str) -> CellOut:
    text = Problem(code, 422).text if code in TEXTS else None
    title = BY_NAME[name].title if name in BY_NAME else name
    return CellOut(column=title, field=name, code=code, detail=text.zh if text else code, detail_en=text.en if text else code)
