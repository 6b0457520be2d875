"""A worker's own code for the gate: on the phone by the own link, signed by the centre, read by a gate, for the confirmed only."""

import base64
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest
from sqlalchemy import select

from central.access import Access, Role
from central.attendance import own_links, own_pass
from central.audit import AuditEntry
from central.entry.model import Assignment, AssignmentState
from central.errors import Problem
from edge.gate.code_signers import CodeSigners
from edge.store.database import Store
from edge.store.roster import Roster
from edge.sync import qr_pass
from edge.sync.qr_pass import QrPassUnfit
from tests.central.messaging.field import open_field
from tests.central.stage import leave
from tests.central.web.attendance_site import Attended, attended
from tests.central.web.site import FakeBrowser

PATH: Final = "/own/pass"


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Iterator[Attended]:
    shutil.copy(sqlite_template, tmp_path / "central.db")
    field = open_field(tmp_path, f"sqlite:///{tmp_path / 'central.db'}")
    yield attended(field)
    field.centre.close()
    leave(field.centre)


def link_of(site: Attended, worker: str) -> str:
    office = Access("account:1", Role.CONTRACTOR, site.field.company_id, site.field.project_id)
    with site.centre.database.writing() as session:
        token, _ = own_links.issue(session, site.field.clock, site.centre.secrets, office, site.id_of(worker), hours=24)
    return token


def phone(site: Attended, worker: str) -> FakeBrowser:
    browser = FakeBrowser(site, site.app)
    browser.get(f"/own/{link_of(site, worker)}")
    return browser


def made(site: Attended, worker: str) -> own_pass.OwnPass:
    """What the page draws."""
    token = link_of(site, worker)
    with site.centre.database.reading() as session:
        link = own_links.opened(session, site.centre.secrets, token, site.field.clock.now())
        return own_pass.of(site.field.clock, site.centre.secrets, link, session.get_one(Assignment, link.assignment_id))


def test_the_phone_draws_a_code_that_a_gate_reads_for_two_minutes(site: Attended, tmp_path: Path) -> None:
    worker = site.gates.worker()
    page = phone(site, worker).get(PATH)
    assert page.status_code == 200
    assert "data:image/svg+xml" in page.text
    assert 'hx-trigger="every 90s"' in page.text, "a new one comes before this one is over"
    assert "no-store" in page.headers["Cache-Control"]
    code, now_s = made(site, worker), site.field.clock.now().timestamp()
    gate = CodeSigners(Roster(Store.open(tmp_path / "box")), site.centre.secrets.verify_key)
    assert qr_pass.read(code.text, gate.signed, now_s).person == worker
    with pytest.raises(QrPassUnfit) as over:
        qr_pass.read(code.text, gate.signed, now_s + qr_pass.PHONE_S + qr_pass.SKEW_S)
    assert over.value.code == "QR_EXPIRED"
    forged = code.text[:-4] + base64.b32encode(b"\x00\x01").decode()[:4]
    with pytest.raises(QrPassUnfit):
        qr_pass.read(forged, gate.signed, now_s)


def test_whoever_is_not_confirmed_any_more_is_told_so_and_gets_no_code(site: Attended) -> None:
    worker = site.gates.worker()
    browser = phone(site, worker)
    with site.centre.database.writing() as session:
        session.get_one(Assignment, site.id_of(worker)).state = AssignmentState.ENDED
    refused = browser.get(PATH)
    assert refused.status_code == 409
    assert "请联系用人单位" in refused.text
    assert "data:image" not in refused.text
    with pytest.raises(Problem, match="OWN_PASS_NOT_CONFIRMED"):
        made(site, worker)


def test_no_link_no_code_and_nothing_of_a_code_is_written_down(site: Attended) -> None:
    assert FakeBrowser(site, site.app).get(PATH).status_code == 403
    worker = site.gates.worker()
    text = phone(site, worker).get(PATH).text
    with site.centre.database.reading() as session:
        actions = set(session.scalars(select(AuditEntry.action)))
    assert not [action for action in actions if "pass" in action and "password" not in action]
    assert not re.search(r"GM1:", text), "the page holds the drawing, not the text"
