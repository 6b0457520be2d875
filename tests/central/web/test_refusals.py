"""被拒记录 at the portal: who was refused and why, to whom it concerns, and what led to it on a worker's pages."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import select, update

from central.access import Access, Role
from central.attendance import own_links
from central.audit import AuditEntry
from central.entry.model import Assignment
from central.identity.model import Account, KioskOperator, OperatorRole
from central.projects.model import Company, Participant, ParticipantRole
from edge.sync import wire
from tests.central.attendance.punches import moment
from tests.central.messaging.field import NOW, open_field
from tests.central.stage import leave
from tests.central.web.attendance_site import TODAY, Attended, attended
from tests.central.web.site import FakeBrowser

IN, FACE, CARD = wire.Direction.IN, wire.Method.FACE, wire.Method.ID_CARD
STRANGER = "闸机不认识"
YESTERDAY = TODAY - dt.timedelta(days=1)


@pytest.fixture
def site(sqlite_template: Path, tmp_path: Path) -> Iterator[Attended]:
    shutil.copy(sqlite_template, tmp_path / "central.db")
    field = open_field(tmp_path, f"sqlite:///{tmp_path / 'central.db'}")
    yield attended(field)
    leave(field.centre)
    field.centre.close()


def refuses(site: Attended, clock: str, reason: wire.Reason, person: str | None = None, **told: Any) -> None:
    box, on, method = told.pop("box", "north"), told.pop("on", TODAY), told.pop("method", FACE)
    body = wire.Refusal(reason, method, IN, "1", 1, person, **told)
    site.gates.boxes[box].write(body, int(moment(on, clock).timestamp() * 1000))


def list_of(site: Attended, name: str, query: str = "") -> str:
    answer = site.browser(name).get(f"{site.at}/refusals{query}")
    assert answer.status_code == 200, answer.text
    return answer.text


def of_a_sub(site: Attended, person: str) -> None:
    """The worker belongs to a labour company of the project, whose account is `labour`."""
    with site.centre.database.writing() as session:
        company = Company(uscc="91310000000000002X", name="永固劳务", created_at=NOW)
        session.add(company)
        session.flush()
        role = ParticipantRole.LABOUR_SUB
        parent = site.field.participant_id
        part = Participant(project_id=site.field.project_id, company_id=company.id, role=role, parent_id=parent, level=1, created_at=NOW)
        session.add(part)
        session.flush()
        own = {"employer_id": company.id, "participant_id": part.id}
        session.execute(update(Assignment).where(Assignment.person == person).values(own))
        session.execute(update(Account).where(Account.username == "other-employer").values(company_id=company.id))


@pytest.mark.rule("A-60")
def test_the_office_reads_why_what_to_do_and_which_checks_ran_and_a_neighbour_nothing(site: Attended) -> None:
    worker = site.gates.worker()
    refuses(site, "06:41", wire.Reason.LIVENESS_FAILED, worker, method=CARD, score=640, checks=("face-1to1", "sharpness", "turn_left"))
    refuses(site, "06:50", wire.Reason.NOT_CONFIRMED, checks=("sharpness",))
    site.gates.deliver()
    page = list_of(site, "office")
    for words in (
        "06:41:00",
        "张**",
        "未通过活体检测",
        "核实是照片，还是本人没转头",
        "身份证",
        "人脸与证件持有人一对一比对",
        "要求向左转头",
        "0.64",
    ):
        assert words in page
    assert f"{STRANGER}<" in page
    assert "张三丰" not in page
    assert "张**" in list_of(site, "authority")
    assert site.browser("neighbour").get(f"{site.at}/refusals").status_code == 404
    assert site.browser("neighbour").get(f"{site.at}/refusals/export.xlsx").status_code == 404
    assert f"{site.at}/refusals" in site.browser().get(f"{site.at}/people").text, "it stands in the navigation"


@pytest.mark.rule("A-45")
def test_an_employer_finds_its_own_workers_refusals_and_no_others(site: Attended) -> None:
    own, other = site.gates.worker(), site.gates.worker()
    of_a_sub(site, own)
    refuses(site, "06:41", wire.Reason.TRAINING_REQUIRED, own)
    refuses(site, "06:42", wire.Reason.OUT_OF_HOURS, other)
    refuses(site, "06:43", wire.Reason.NOT_CONFIRMED)
    site.gates.deliver()
    page = list_of(site, "other-employer")
    assert page.count("<tr data-row=") == 1
    assert "<b>需要重新培训</b>" in page
    assert f"{STRANGER}<" not in page
    employer = site.browser("other-employer")
    assert employer.get(f"{site.at}/refusals?assignment={site.id_of(other)}").status_code == 404
    tab = employer.get(f"{site.at}/people/{site.id_of(own)}?tab=refusals").text
    assert "需要重新培训" in tab
    assert f"{site.at}/refusals?assignment={site.id_of(own)}" in tab
    book = load_workbook(BytesIO(employer.get(f"{site.at}/refusals/export.xlsx").content)).worksheets[0]
    assert book.max_row == 2


def test_the_list_is_narrowed_sorted_and_exported_as_it_is_shown(site: Attended) -> None:
    worker = site.gates.worker()
    refuses(site, "06:41", wire.Reason.WRONG_LANE, worker, checks=("colour", "blink"), score=512, box="south")
    refuses(site, "07:10", wire.Reason.NOT_CONFIRMED)
    refuses(site, "17:00", wire.Reason.NOT_CONFIRMED, on=YESTERDAY)
    site.gates.deliver()

    def rows(query: str) -> int:
        return list_of(site, "office", query).count("<tr data-row=")

    assert rows("") == rows("?refused_why=NO_SUCH&day=soon") == 3
    assert rows("?refused_why=NOT_CONFIRMED") == rows("?day=2026-04-02") == 2
    assert rows("?refused_why=NOT_CONFIRMED&day=2026-04-02") == rows("?gate=b-south") == rows(f"?assignment={site.id_of(worker)}") == 1
    assert rows("?gate=b-nowhere") == 0
    first = list_of(site, "office", "?sort=time").index("2026-04-01")
    assert first < list_of(site, "office", "?sort=time").index("2026-04-02 <b>")
    answer = site.browser().get(f"{site.at}/refusals/export.xlsx?sort=time&day=2026-04-02")
    head, one, other = ([str(cell.value or "") for cell in row] for row in load_workbook(BytesIO(answer.content)).worksheets[0].rows)
    told = dict(zip(head, one, strict=True))
    assert told["时间"].startswith("2026-04-02 06:41")
    assert (told["原因"], told["怎么办"], told["做过的检查"]) == ("此通道不可用", "请在“通道与值守”核对", "画面色彩、要求眨眼")
    assert (told["人员"], told["人脸相似度"], told["方式"], told["方向"]) == ("张**", "0.512", "人脸", "进")
    assert dict(zip(head, other, strict=True))["人员"] == STRANGER
    with site.centre.database.reading() as session:
        noted = session.scalars(select(AuditEntry.subject).where(AuditEntry.action == "refusals.exported")).all()
    assert list(noted) == [f"project:{site.field.project_id}"]


def test_a_workers_day_says_how_he_was_let_in_and_why_he_was_refused_before(site: Attended) -> None:
    worker = site.gates.worker()
    refuses(site, "06:41", wire.Reason.LIVENESS_FAILED, worker, checks=("sharpness", "turn_left"))
    refuses(site, "17:00", wire.Reason.OUT_OF_HOURS, worker, on=YESTERDAY)
    for clock, way in (("06:43", IN), ("07:30", wire.Direction.OUT)):
        body = wire.Passage(worker, way, CARD, "1", 1, 702, ("face-1to1", "turn_left"))
        site.gates.boxes["north"].write(body, int(moment(TODAY, clock).timestamp() * 1000))
    with site.centre.database.writing() as session:
        guard = KioskOperator(project_id=site.field.project_id, name="李门卫", pin_hash="x", role=OperatorRole.GUARD, created_at=NOW)
        session.add(guard)
        session.flush()
        operator = str(guard.id)
    body = wire.Passage(worker, IN, wire.Method.GUARD, "1", 1, operator=operator, why="CARD_LEFT_AT_HOME")
    site.gates.boxes["north"].write(body, int(moment(TODAY, "07:40").timestamp() * 1000))
    site.gates.arrive()
    office = site.browser()
    of_worker = f"{site.at}/attendance/people/{site.id_of(worker)}"
    page = office.get(f"{of_worker}/days/{TODAY}").text
    assert page.count("人脸与证件持有人一对一比对、向左转头通过") == 1
    assert page.count("人脸与证件持有人一对一比对、要求向左转头") == 1, "going out is never blocked: nothing was passed there"
    assert "相似度 0.70" in page
    assert "忘带证件 · 李门卫" in page
    assert "当天被拒" in page
    assert "未通过活体检测" in page
    assert "不在开放时段" not in page
    assert f"{site.at}/refusals?assignment={site.id_of(worker)}" in office.get(of_worker).text
    assert "当天被拒" not in office.get(f"{of_worker}/days/2026-03-30").text


def test_the_boards_count_of_refusals_leads_to_todays_list(site: Attended) -> None:
    refuses(site, "06:41", wire.Reason.NOT_CONFIRMED)
    site.gates.deliver()
    board = site.browser().get(f"{site.at}/board").text
    assert board.count(f'href="{site.at}/refusals?day=2026-04-02"') == 2


def test_a_worker_reads_in_the_own_view_why_the_gate_said_no_and_nothing_of_others(site: Attended) -> None:
    worker, other = site.gates.worker(), site.gates.worker()
    refuses(site, "06:41", wire.Reason.TRAINING_REQUIRED, worker, checks=("sharpness",), score=700)
    refuses(site, "06:42", wire.Reason.OUT_OF_HOURS, other)
    site.gates.arrive()
    office = Access("account:1", Role.CONTRACTOR, site.field.company_id, site.field.project_id)
    with site.centre.database.writing() as session:
        token, _ = own_links.issue(session, site.field.clock, site.centre.secrets, office, site.id_of(worker))
    phone = FakeBrowser(site, site.app)
    phone.get(f"/own/{token}")
    page = phone.get(f"/own/days/{TODAY}").text
    assert "当天被拒" in page
    assert "需要重新培训" in page
    assert "不在开放时段" not in page
    assert "当天被拒" not in phone.get(f"/own/days/{YESTERDAY}").text
