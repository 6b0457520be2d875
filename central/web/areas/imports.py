"""Excel 导入: a file is taken in, checked with progress, shown cell by cell, and registered only when somebody says so (A-62)."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import audit
from central.access import Access
from central.call import RowId
from central.errors import TEXTS as PROBLEMS
from central.errors import Problem, declare
from central.exchange import importing, workbook
from central.exchange.errors_book import errors_book
from central.exchange.fields import BY_NAME, FIELDS
from central.exchange.importing import Upload
from central.exchange.model import ImportJob, ImportRow, ImportState, RowState
from central.exchange.template import template
from central.people import banks, transfer
from central.people.id_number import mask, mask_phone
from central.people.registration import Policy
from central.people.wages import mask_card
from central.web.areas import Area, import_list
from central.web.forms import Field, Form, Form_, Section
from central.web.listing import PAGE_SIZE, Listing
from central.web.pages import Portal, is_part, redirect, signed_in, texts_of, told
from central.web.texts import Texts

MASKS: Final = {"id_number": mask, "phone": mask_phone, "card_number": mask_card}
RUNNING: Final = (ImportState.CHECKING, ImportState.COMMITTING)
BOOK_PAGE: Final = 500

declare({"IMPORT_FILE_REQUIRED": ("请选择要导入的 Excel 文件。", "Choose the Excel file to import.")})


@dataclass(frozen=True)
class PreviewRow:
    """A row of the file as the preview shows it: texts by field, masked; what is wrong and what is warned of, by field."""

    number: int
    state: RowState
    texts: dict[str, str]
    wrong: dict[str, str]
    warned: dict[str, str]
    worker_id: int | None
    may_ask: bool


def router(portal: Portal) -> APIRouter:
    """The pages of this module."""
    pages = APIRouter(include_in_schema=False)
    keys = portal.centre.secrets

    def start(request: Request, form: Form | None = None, status: int = 200) -> Response:
        with portal.database.reading() as session:
            values = import_list.jobs(session, request)
        return portal.page(request, "imports.html", values | {"form": form or _form()}, status)

    @pages.get("/workers/import")
    def imports(request: Request) -> Response:
        return start(request)

    @pages.get("/workers/import/template.xlsx")
    def empty(request: Request) -> Response:
        signed_in(request).require_employer()
        with portal.database.reading() as session:
            return workbook.answer(template(banks.active(session)), "工人批量登记模板")

    import_list.add(portal, pages)  # before what takes a number there

    @pages.post("/workers/import")
    def take_in(request: Request, sent: Form_) -> Response:
        signed_in(request)
        file = sent.files.get("workbook")
        content = file.file.read() if file is not None else b""

        def deed(session: Session, access: Access) -> str:
            if not content:
                raise Problem("IMPORT_FILE_REQUIRED", 422, "workbook")
            upload = Upload(content, (file.filename if file else None) or "")
            return f"/workers/import/{importing.take_in(session, portal.clock, keys, access, upload).id}"

        try:
            return redirect(request, portal.write(request, sent, deed))
        except Problem as problem:
            if problem.status in (401, 403, 404):
                raise
            problem.field = problem.field or "workbook"
            return start(request, _form().refused(problem, texts_of(request)), problem.status)

    @pages.get("/workers/import/{import_id}")
    def one(request: Request, import_id: RowId) -> Response:
        access, t = signed_in(request), texts_of(request)
        listing = Listing.read(request.url.path, request.query_params, [state.value for state in RowState], ())
        after = listing.after_id
        with portal.database.reading() as session:
            job = importing.one(session, access, import_id)
            state = RowState(listing.state) if listing.state else None
            found = importing.rows(session, access, import_id, after=after, limit=PAGE_SIZE, state=state)
            rows = [_row(row, portal, t) for row in found[:PAGE_SIZE]]
        values = {
            "job": job,
            "is_running": job.state in RUNNING,
            "listing": listing,
            "rows": rows,
            "more": str(rows[-1].number) if len(found) > PAGE_SIZE else "",
            "columns": _columns(rows),
            "counts": _counts(job),
            "once": secrets.token_urlsafe(18),
            "why": t.problem(Problem(job.code, 422).text) if job.code in PROBLEMS else job.code,
        }
        return portal.page(request, "import_live.html" if is_part(request) else "import.html", values)

    @pages.get("/workers/import/{import_id}/errors.xlsx")
    def errors(request: Request, import_id: RowId) -> Response:
        access = signed_in(request)
        with portal.database.reading() as session:
            importing.one(session, access, import_id)
            file = errors_book(_refused(session, portal, access, import_id))
        with portal.database.writing() as session:
            audit.record(session, access, "import.rows_taken", f"import:{import_id}")
        return workbook.answer(file, f"批量登记-{import_id}-有误行")

    @pages.post("/workers/import/{import_id}")
    def go_on(request: Request, import_id: RowId, sent: Form_) -> Response:
        def deed(session: Session, access: Access) -> str:
            if sent.get("do") == "cancel":
                importing.cancel(session, portal.clock, access, import_id)
                return told("/workers/import", "import_cancelled")
            importing.confirm(session, portal.clock, access, import_id)
            return f"/workers/import/{import_id}"

        return redirect(request, portal.write(request, sent, deed))

    _add_transfer(portal, pages)
    return pages


def _add_transfer(portal: Portal, pages: APIRouter) -> None:
    keys = portal.centre.secrets

    @pages.post("/workers/import/{import_id}/rows/{number}/transfer")
    def ask(request: Request, import_id: RowId, number: RowId, sent: Form_) -> Response:
        """A-30: the row as the form of a transfer."""

        def deed(session: Session, access: Access) -> str:
            said = importing.statement(session, keys, access, import_id, number)
            policy = Policy.of(portal.centre.settings)
            made = transfer.ask(session, portal.clock, keys, access, said, policy=policy)
            return told(f"/transfers/{made.id}", "transfer_asked")

        return redirect(request, portal.write(request, sent, deed))


def _form() -> Form:
    fields = (Field("workbook", "file", required=True, accept=".xlsx"),)
    return Form("import", "/workers/import", (Section("import", fields),), submit="check")


def _counts(job: ImportJob) -> dict[str, int]:
    """Rows by what is known of them; a state without rows is not offered."""
    good = 0 if job.state is ImportState.DONE else job.good
    return {"bad": job.bad, "good": good, "done": job.done, "skipped": job.skipped, "failed": job.failed}


def _row(row: ImportRow, portal: Portal, t: Texts) -> PreviewRow:
    texts = importing.texts_of(row, portal.centre.secrets)
    shown = {name: MASKS[name](text) if name in MASKS and text else _word(name, text) for name, text in texts.items()}
    return PreviewRow(row.number, row.state, shown, _cells(row.problems, t), _cells(row.warnings, t), row.worker_id, _is_elsewhere(row))


def _is_elsewhere(row: ImportRow) -> bool:
    """A-30: nothing else is wrong than that somebody else employs this worker."""
    return [tuple(one) for one in json.loads(row.problems or "[]")] == [("id_number", "ALREADY_EMPLOYED")]


def _word(name: str, text: str) -> str:
    """As it was typed: the word of the template that stands for a code."""
    return next((word for word, code in BY_NAME[name].words.items() if code == text), text) if name in BY_NAME else text


def _cells(packed: str, t: Texts) -> dict[str, str]:
    other = t("import_other_company")
    told = json.loads(packed)
    return {str(name): t.problem(Problem(code, 422, employer=other).text) if code in PROBLEMS else code for name, code in told}


def _columns(rows: list[PreviewRow]) -> list[tuple[str, str]]:
    """The columns in which these rows say something, or should: the others would push what is wrong out of sight."""
    return [(one.name, one.title) for one in FIELDS if any(row.texts.get(one.name) or one.name in row.wrong for row in rows)]


def _refused(session: Session, portal: Portal, access: Access, import_id: int) -> Iterator[tuple[int, dict[str, str], str]]:
    for state in (RowState.BAD, RowState.FAILED):
        last = 0
        while found := importing.rows(session, access, import_id, after=last, limit=BOOK_PAGE, state=state)[:BOOK_PAGE]:
            yield from ((row.number, importing.texts_of(row, portal.centre.secrets), row.problems) for row in found)
            last = found[-1].number


AREA: Final = Area(router=router)
