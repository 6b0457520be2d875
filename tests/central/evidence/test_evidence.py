"""Evidence is kept as it came, for good, for those concerned, and changes no time (A-27, A-28)."""

from __future__ import annotations

import datetime as dt
import hashlib
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from central.access import Access
from central.audit import AuditEntry
from central.database import Database
from central.entry.model import Assignment
from central.errors import Problem
from central.evidence import rules
from central.evidence.model import Evidence, EvidenceContent
from tests.central.builders import Story
from tests.central.test_api_story import API

PHOTO = b"\xff\xd8\xff\xe0" + b"a photo of the site" * 20


def attach(
    story: Story, client: httpx.Client, access: Access, content: bytes = PHOTO, name: str = "现场.jpg", **fields: Any
) -> httpx.Response:
    """Upload a file."""
    said = {"about_on": "2026-03-12", "note": "周末工伤现场", **{key: str(value) for key, value in fields.items()}}
    return client.post(f"{API}/evidence", files={"file": (name, content)}, data=said, headers=story.token(access))


@pytest.mark.rule("A-27")
def test_a_photo_about_a_draft_is_kept_sealed_and_read_back_by_its_digest(story: Story, client: httpx.Client, database: Database) -> None:
    employer = story.employer(story.site.labour)
    draft = story.worker(employer, identity_source="typed").worker
    kept = attach(story, client, employer, worker_id=draft.id, project_id=story.site.project.id, name="../../现场.png")
    assert (kept.status_code, kept.json()["media_type"], kept.json()["sha256"]) == (201, "image/jpeg", hashlib.sha256(PHOTO).hexdigest())
    assert "/" not in kept.json()["file_name"]
    with database.reading() as session:
        assert PHOTO not in session.scalars(select(EvidenceContent.sealed)).one()
    shown = client.get(f"{API}/evidence/{kept.json()['id']}/content", headers=story.token(employer))
    assert (shown.content, shown.headers["X-Content-Type-Options"]) == (PHOTO, "nosniff")
    with database.reading() as session:
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"worker:{draft.id}")).all()
    assert actions[-2:] == ["evidence.attached", "evidence.seen"]


@pytest.mark.rule("A-28")
def test_evidence_of_a_late_entry_changes_no_time(story: Story, client: httpx.Client, database: Database) -> None:
    assignment = story.confirmed()
    before = assignment.entry_time
    assert attach(story, client, story.office(), assignment_id=assignment.id, about_on="2026-03-01").status_code == 201
    with database.reading() as session:
        assert session.get_one(Assignment, assignment.id).entry_time == before


@pytest.mark.rule("A-27")
def test_no_way_leads_to_changing_or_deleting_it(story: Story, client: httpx.Client, database: Database) -> None:
    employer = story.employer(story.site.labour)
    kept = attach(story, client, employer, worker_id=story.worker(employer).worker.id).json()["id"]
    for method in ("PUT", "PATCH", "DELETE"):
        assert client.request(method, f"{API}/evidence/{kept}", headers=story.token(employer)).status_code in (404, 405)
    for table in ("evidence", "evidence_contents"):
        column = "note" if table == "evidence" else "sealed"
        for deed in (f"UPDATE {table} SET {column} = ''", f"DELETE FROM {table}"):
            with pytest.raises(DBAPIError, match="EVIDENCE_IS_FINAL"), database.writing() as session:
                session.execute(text(deed))


@pytest.mark.rule("A-27")
def test_only_those_concerned_see_it(story: Story, client: httpx.Client) -> None:
    employer = story.employer(story.site.labour)
    assignment = story.confirmed(employer)
    of_assignment = attach(story, client, story.office(), assignment_id=assignment.id).json()["id"]
    of_person = attach(story, client, employer, worker_id=assignment.worker_id).json()["id"]
    sees = {
        of_assignment: {story.office(): 200, employer: 200, story.authority: 200, story.sub_office(story.pro): 404},
        of_person: {story.office(): 404, employer: 200, story.authority: 200, story.employer(story.second.company_id): 404},
    }
    for evidence, expected in sees.items():
        expected[story.office(story.neighbour)] = 404
        expected[story.employer(story.neighbour.labour)] = 404
        for access, status in expected.items():
            headers = story.token(access)
            assert client.get(f"{API}/evidence/{evidence}/content", headers=headers).status_code == status, access
            items = client.get(f"{API}/evidence", headers=headers).json()["items"]
            assert (evidence in [item["id"] for item in items]) is (status == 200), access


@pytest.mark.rule("A-27")
def test_nobody_attaches_to_somebody_elses_person(story: Story, client: httpx.Client) -> None:
    worker = story.assigned(story.employer(story.site.labour)).worker_id
    for access in (story.employer(story.second.company_id), story.office(story.neighbour), story.employer(story.neighbour.gc)):
        assert attach(story, client, access, worker_id=worker).status_code == 404
    assert attach(story, client, story.authority, worker_id=worker).status_code == 403
    assert attach(story, client, story.employer(story.site.labour)).json()["code"] == "EVIDENCE_ABOUT_WHOM"
    assert attach(story, client, story.employer(story.site.labour), worker_id=worker, about_on="2026-03-14").json()["code"] == (
        "EVIDENCE_DATE_INVALID"
    )


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (PHOTO, "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n....", "image/png"),
        (b"RIFF\x10\x00\x00\x00WEBPVP8 ", "image/webp"),
        (b"\x00\x00\x00\x18ftypheic", "image/heic"),
        (b"%PDF-1.7 ...", "application/pdf"),
        (b"", "EVIDENCE_EMPTY"),
        (b"<html><script>", "EVIDENCE_TYPE"),
        (b"MZ\x90\x00", "EVIDENCE_TYPE"),
        (b"GIF89a", "EVIDENCE_TYPE"),
        (b"\xff\xd8\xff" + bytes(rules.LARGEST), "EVIDENCE_TOO_LARGE"),
    ],
)
def test_a_files_kind_is_told_by_its_content(content: bytes, expected: str) -> None:
    try:
        assert rules.media_type(content) == expected
    except Problem as problem:
        assert problem.code == expected


def test_an_upload_repeated_with_its_key_is_kept_once(story: Story, client: httpx.Client, database: Database) -> None:
    employer = story.employer(story.site.labour)
    worker, headers = story.worker(employer).worker.id, story.token(employer) | {"Idempotency-Key": "one-photo-once"}
    said = {"about_on": "2026-03-12", "note": "现场", "worker_id": str(worker)}
    answers = [client.post(f"{API}/evidence", files={"file": ("a.jpg", PHOTO)}, data=said, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 200]
    assert answers[0].json() == answers[1].json()


@pytest.mark.parametrize("sealed", [None, b"not what was sealed"], ids=["missing", "damaged"])
def test_a_file_that_cannot_be_opened_is_a_refusal_with_a_trace_and_no_crash(
    story: Story, client: httpx.Client, database: Database, sealed: bytes | None
) -> None:
    employer = story.employer(story.site.labour)
    worker = story.worker(employer).worker.id
    with database.writing() as session:
        told = {"about_on": dt.date(2026, 3, 12), "note": "x", "file_name": "a.jpg", "media_type": "image/jpeg", "size": 1, "actor": "x"}
        row = Evidence(worker_id=worker, company_id=story.site.labour.id, sha256=bytes(32), at=story.centre.clock.now(), **told)
        session.add(row)
        session.flush()
        number = row.id
        if sealed is not None:
            session.add(EvidenceContent(evidence_id=number, sealed=sealed))
    answer = client.get(f"{API}/evidence/{number}/content", headers=story.token(employer))
    assert (answer.status_code, answer.json()["code"]) == (503, "EVIDENCE_UNREADABLE")
    assert "Retry-After" in answer.headers
    with database.reading() as session:
        assert session.scalars(select(AuditEntry.action).where(AuditEntry.action.like("evidence.%"))).all() == ["evidence.unreadable"]
