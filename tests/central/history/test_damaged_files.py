"""A file of a request that does not open any more: everybody is told so, nobody gets a byte of it, and the audit knows who tried (A-57)."""

from __future__ import annotations

import base64

import pytest
from sqlalchemy import select

from central.audit import AuditEntry
from central.centre import Centre
from central.database import Database
from central.history.model import HistoryFile
from tests.central.in_process import in_process
from tests.central.web.day import Day, opened

PDF = b"%PDF-1.7 signed and sealed"


@pytest.fixture
def day(centre: Centre) -> Day:
    return opened(centre)


@pytest.mark.rule("A-57")
@pytest.mark.parametrize("damaged", ["cut", "turned", "another's"])
def test_a_damaged_file_is_told_at_the_page_and_over_the_api_and_comes_back_with_its_bytes(
    day: Day, database: Database, damaged: str
) -> None:
    headers, office = day.token(day.office()), day.browser("office")
    asked = {"first_day": "2020-01-01", "last_day": "2020-12-31", "statement": "工资清算需核对在册人员"}
    with in_process(day.app) as api:
        made = api.post(f"/api/v1/projects/{day.site.project.id}/history-requests", json=asked, headers=headers).json()
        paper = {"act": "statement", "name": "情况说明.pdf", "content": base64.b64encode(PDF).decode()}
        file = api.post(f"/api/v1/history-requests/{made['id']}/files", json=paper, headers=headers).json()
        there, page = f"/api/v1/history-requests/{made['id']}/files/{file['id']}", f"/history/{made['id']}/files/{file['id']}"
        with database.writing() as session:
            kept = session.get_one(HistoryFile, file["id"])
            whole = kept.content_sealed
            other = day.centre.secrets.seal(PDF, "history:987654")
            kept.content_sealed = {"cut": whole[:-1], "turned": whole[:40] + bytes([whole[40] ^ 1]) + whole[41:], "another's": other}[
                damaged
            ]
        answer, shown = api.get(there, headers=headers), office.get(page)
        assert (answer.status_code, answer.json()["code"]) == (503, "HISTORY_FILE_UNREADABLE")
        assert answer.headers["Retry-After"] == "3600"
        assert "Content-Disposition" not in answer.headers
        assert shown.status_code == 503
        assert "文件已损坏，现在打不开" in shown.text
        assert "PDF-1.7" not in answer.text + shown.text
        with database.writing() as session:  # brought back from a copy
            session.get_one(HistoryFile, file["id"]).content_sealed = whole
        assert api.get(there, headers=headers).content == office.get(page).content == PDF
    with database.reading() as session:
        looked = select(AuditEntry.action).where(AuditEntry.action.like("history.file\\_%", escape="\\")).order_by(AuditEntry.id)
        assert session.scalars(looked).all() == ["history.file_unreadable"] * 2 + ["history.file_seen"] * 2
