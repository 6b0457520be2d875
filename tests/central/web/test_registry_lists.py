"""The lists of the registry at the portal: each found, sorted and taken away as it is shown, by those who see it (A-33)."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy import select

from central.access import Access, Position, Role
from central.centre import Centre
from central.entry.model import Assignment
from central.evidence import service as evidence
from central.evidence.service import Statement
from central.exchange.model import ImportJob, ImportState
from central.history.model import HistoryRequest, HistoryState
from central.identity.model import Account, Delegation
from central.people.legacy_model import LegacyRecord
from central.people.model import Employment, IdentityState, WageTerms, WageType, Worker
from central.people.reference_model import SHANGHAI, RegionalBase
from central.projects.model import ParticipantRole
from central.verification.model import PlannedOutage
from tests.central.builders import resident_number
from tests.central.web.books import column, rows
from tests.central.web.day import Day, opened
from tests.central.web.site import FakeBrowser


@pytest.fixture
def day(centre: Centre) -> Day:
    return opened(centre)


@pytest.mark.rule("A-25")
@pytest.mark.rule("A-33")
def test_whoever_waits_for_the_desk_is_found_sorted_and_taken_away_by_it_alone(day: Day) -> None:
    typed = [day.worker(identity_source="typed", name=name, id_number=resident_number(300 + n)) for n, name in enumerate(("张三", "陈四"))]
    day.worker(day.employer(day.pro.company_id), "typed", name="阿五", id_number=resident_number(310))
    with day.centre.database.writing() as session:
        of = session.get_one(Worker, typed[1].worker.id)
        of.identity_state, of.identity_cause = IdentityState.REJECTED, "CARD_SUSPECT"
    desk, book = day.browser("authority"), "/verification/export.xlsx"
    assert column(desk.get(book), "姓名") == ["张三", "陈四", "阿五"]
    assert column(desk.get(f"{book}?sort=name"), "姓名") == ["阿五", "陈四", "张三"]
    assert column(desk.get(f"{book}?sort=-employer"), "姓名") == ["陈四", "张三", "阿五"]
    assert column(desk.get(f"{book}?q=沪东"), "姓名") == ["阿五"]
    assert column(desk.get(f"{book}?identity=rejected"), "姓名") == column(desk.get(f"{book}?cause=CARD_SUSPECT"), "姓名") == ["陈四"]
    assert column(desk.get(f"{book}?identity=verified"), "姓名") == ["张三", "陈四", "阿五"], "no state of this list"
    page = desk.get("/verification?sort=-name&identity=pending").text
    assert page.index("张三") < page.index("阿五")
    assert "陈四" not in page
    for who in ("labour", "office"):
        assert day.browser(who).get(book).status_code == 403


def compared(day: Day) -> str:
    """张三 earns less than the reference when his contract began, 陈四's ends with the project, 阿五's terms fit: the list's address."""
    for n, name in enumerate(("张三", "陈四", "阿五")):
        day.accept(day.assigned(worker=day.worker(name=name, id_number=resident_number(320 + n))))
    bases = {dt.date(2020, 1, 1): "9000", dt.date(2025, 1, 1): "5000", dt.date(2030, 1, 1): "1"}
    with day.centre.database.writing() as session:
        for since, amount in bases.items():
            session.merge(RegionalBase(region=SHANGHAI, valid_from=since, amount=Decimal(amount)))
        for worker, employment in session.query(Worker, Employment).filter(Employment.worker_id == Worker.id):
            terms = session.get_one(WageTerms, employment.id)
            terms.wage_type, terms.basic_wage = WageType.MONTHLY, Decimal("4999.99") if worker.name == "张三" else Decimal(5000)
            employment.contract_start = dt.date(2025, 1, 1)
            employment.contract_end = dt.date(2027, 6, 30) if worker.name == "陈四" else dt.date(2027, 7, 1)
    return f"/projects/{day.site.project.id}/comparison"


@pytest.mark.rule("A-61")
@pytest.mark.rule("A-33")
def test_contracts_and_wages_are_found_by_what_is_remarked_sorted_and_taken_away_without_an_amount(day: Day) -> None:
    path = compared(day)
    office, book = day.browser("office"), f"{path}/export.xlsx"
    found = rows(office.get(book))
    assert [(row["姓名"], row["比对"]) for row in found] == [("张三", "低于最低标准"), ("陈四", "合同早于竣工到期"), ("阿五", "相符")]
    assert not {"4999.99", "5000", 5000} & {value for row in found for value in row.values()}
    assert column(office.get(f"{book}?remark=below"), "姓名") == ["张三"]
    assert column(office.get(f"{book}?remark=short"), "姓名") == ["陈四"]
    assert rows(office.get(f"{book}?remark=changed")) == []
    assert column(office.get(f"{book}?remark=any&sort=-name"), "姓名") == ["张三", "陈四"]
    assert column(office.get(f"{book}?sort=contract_dates"), "姓名") == ["陈四", "张三", "阿五"]
    assert column(office.get(f"{book}?sort=basic_wage"), "姓名") == ["张三", "陈四", "阿五"], "the order tells no amount"
    page = office.get(f"{path}?remark=below").text
    assert "张三" in page
    assert "阿五" not in page
    assert len(rows(day.browser("authority").get(book))) == 3
    for who in ("pro-office", "labour", "other-labour", "neighbour"):
        assert day.browser(who).get(book).status_code in {403, 404}, who


PHOTO = b"\xff\xd8\xff\xe0" + bytes(64)


def attach(day: Day, by: Access, of: Assignment, about: str, note: str) -> None:
    said = Statement(dt.date.fromisoformat(about), note, "现场.jpg", assignment_id=of.id)
    with day.centre.database.writing() as session:
        evidence.attach(session, day.centre.clock, day.centre.secrets, by, said=said, content=PHOTO)


@pytest.mark.rule("A-28")
@pytest.mark.rule("A-33")
def test_evidence_is_found_by_whom_and_when_it_is_about_and_its_list_taken_away(day: Day) -> None:
    labour = day.employer(day.site.labour)
    first, second = (
        day.assigned(worker=day.worker(name=name, id_number=resident_number(330 + n))) for n, name in enumerate(("张三", "陈四"))
    )
    day.accept(first)
    attach(day, day.office(), first, "2026-03-02", "工伤")
    attach(day, labour, second, "2026-03-05", "进场")
    attach(day, labour, first, "2026-03-01", "离场")
    path = f"/projects/{day.site.project.id}/evidence"
    office, book = day.browser("office"), f"{path}/export.xlsx"
    assert column(office.get(book), "说明") == ["离场", "进场", "工伤"], "the newest first"
    assert column(office.get(f"{book}?sort=name"), "姓名") == ["陈四", "张三", "张三"]
    assert column(office.get(f"{book}?sort=-about_on"), "说明") == ["进场", "工伤", "离场"]
    assert column(office.get(f"{book}?about_from=2026-03-02&about_to=2026-03-04"), "说明") == ["工伤"]
    assert column(office.get(f"{book}?q=张三&sort=about_on"), "说明") == ["离场", "工伤"]
    page = office.get(f"{path}?q=进场").text
    assert "陈四" in page
    assert "张三" not in page
    for who in ("neighbour", "other-labour"):
        assert day.browser(who).get(book).status_code in {403, 404}, who
    sub = day.browser("pro-office").get(book)
    assert rows(sub) == [], "nobody along its contract chain"


def granted(day: Day) -> int:
    """A granted request of the site and one that waits, and three old records, one of them of somebody who is registered here."""
    known, at = day.worker(name="张三", id_number=resident_number(340)).worker, day.centre.clock.now()
    said = {"project_id": day.site.project.id, "first_day": dt.date(2020, 1, 1), "last_day": dt.date(2020, 12, 31)}
    with day.centre.database.writing() as session:
        index = session.get_one(Worker, known.id).id_index
        for n, employer in enumerate(("乙劳务", "甲劳务", "丙劳务")):
            session.add(
                LegacyRecord(
                    id_index=bytes([n]) * 32 if n else index,
                    imported_at=at,
                    first_day=dt.date(2020, 9 - n, 1) if n < 2 else None,
                    last_day=dt.date(2020, 10, 1),
                    source="旧系统",
                    employer=employer,
                    project=day.site.project.name,
                    trade="木工",
                )
            )
        kinds = ((HistoryState.GIVEN, "工资清算"), (HistoryState.STATED, "工伤认定"))
        made = [HistoryRequest(state=kind, statement=why, requested_by="account:1", created_at=at, **said) for kind, why in kinds]
        session.add_all(made)
        session.flush()
        return made[0].id


@pytest.mark.rule("A-57")
@pytest.mark.rule("A-33")
def test_requests_for_old_data_and_the_records_of_a_granted_one_are_found_sorted_and_taken_away(day: Day) -> None:
    request = granted(day)
    office, book, records = day.browser("office"), "/history/export.xlsx", f"/history/{request}/export.xlsx"
    assert column(office.get(book), "用途说明") == ["工伤认定", "工资清算"], "the newest first"
    assert column(office.get(f"{book}?sort=asked_at"), "用途说明") == ["工资清算", "工伤认定"]
    assert column(office.get(f"{book}?progress=given"), "用途说明") == column(office.get(f"{book}?q=清算"), "用途说明") == ["工资清算"]
    assert rows(day.browser("neighbour").get(book)) == []
    assert column(office.get(records), "用人单位") == ["乙劳务", "甲劳务", "丙劳务"]
    assert column(office.get(f"{records}?sort=first_day"), "用人单位") == ["丙劳务", "甲劳务", "乙劳务"], "an unknown day first"
    assert column(office.get(f"{records}?sort=-name"), "姓名") == ["张三", None, None]
    assert column(office.get(f"{records}?q=甲"), "用人单位") == ["甲劳务"]
    page = office.get(f"/history/{request}?q=甲").text
    assert "甲劳务" in page
    assert "乙劳务" not in page
    of_party = day.browser("pro-office").get(f"/history/{request}")
    assert of_party.status_code == 200, "who confirmed it sees how it went"
    assert "甲劳务" not in of_party.text
    assert day.browser("pro-office").get(records).status_code == 403
    assert day.browser("neighbour").get(records).status_code == 404


@pytest.mark.rule("A-62")
@pytest.mark.rule("A-33")
def test_imports_are_found_sorted_and_taken_away_beyond_the_first_pages(day: Day) -> None:
    at = day.centre.clock.now()
    with day.centre.database.writing() as session:
        for n in range(120):
            state = ImportState.DONE if n % 2 else ImportState.REFUSED
            job = ImportJob(company_id=day.site.labour.id, state=state, file_name=f"{n:03}.xlsx", sha256=bytes(32), actor="account:1")
            job.total, job.bad, job.created_at, job.updated_at = n, 120 - n, at, at
            session.add(job)
    labour, book = day.browser("labour"), "/workers/import/export.xlsx"
    assert column(labour.get(book), "行数") == list(range(119, -1, -1))
    assert column(labour.get(f"{book}?sort=rows_wrong&q=00"), "行数") == [100, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0]
    assert column(labour.get(f"{book}?progress=done&q=01"), "文件")[:2] == ["101.xlsx", "019.xlsx"]
    first = labour.get("/workers/import?sort=import_file").text
    assert "000.xlsx" in first
    assert "050.xlsx" not in first
    onward = re.search(r'href="([^"]*after=[^"]*)" rel="next"', first)
    assert onward is not None
    assert "050.xlsx" in labour.get(unescape(onward[1])).text
    assert rows(day.browser("other-labour").get(book)) == []
    assert day.browser("office").get(book).status_code == 403


@pytest.mark.rule("A-53")
@pytest.mark.rule("A-33")
def test_the_participants_leave_as_the_tree_that_they_are(day: Day) -> None:
    book = f"/projects/{day.site.project.id}/participants/export.xlsx"
    deep = day.takes_part(day.company("深层劳务"), ParticipantRole.LABOUR_SUB, day.pro)
    found = rows(day.browser("office").get(book))
    of = {row["单位"]: (row["级别"], row["上级单位"]) for row in found}
    assert [row["级别"] for row in found] == [0, 1, 1, 2]
    assert of["深层劳务"] == (deep.level, "沪东机电安装有限公司")
    assert found[0]["上级单位"] is None
    for who in ("pro-office", "labour", "neighbour"):
        assert day.browser(who).get(book).status_code in {403, 404}, who


@pytest.mark.rule("A-06")
@pytest.mark.rule("A-33")
def test_delegations_are_sorted_and_taken_away_with_the_names_of_those_who_left(day: Day) -> None:
    at, site = day.centre.clock.now(), day.site
    day.account("left", Role.CONTRACTOR, site.gc.id, day.neighbour.project.id)
    with day.centre.database.writing() as session:
        named = {one.username: one.id for one in session.scalars(select(Account))}
        session.get_one(Account, named["office"]).position = Position.MANAGER
        for days, (who, revoked) in enumerate((("office", None), ("left", at))):
            session.add(
                Delegation(
                    project_id=site.project.id,
                    company_id=site.gc.id,
                    manager_id=named["office"],
                    delegate_id=named[who],
                    functions='["confirm_entry"]',
                    starts_at=at - dt.timedelta(days=days),
                    revoked_at=revoked,
                    revoke_cause="revoked" if revoked else "",
                    created_at=at,
                )
            )
    office, book = day.browser("office"), "/delegations/export.xlsx"
    assert column(office.get(book), "被授权人") == ["left", "office"], "the newest first"
    assert column(office.get(f"{book}?sort=-delegate"), "被授权人") == ["office", "left"]
    assert column(office.get(f"{book}?sort=delegated_until"), "被授权人") == ["left", "office"], "what is open ends last"
    assert column(office.get(f"{book}?only=in_force"), "被授权人") == ["office"]
    assert "left" in office.get("/delegations").text
    assert rows(day.browser("neighbour").get(book)) == []
    assert day.browser("labour").get(book).status_code == 403


@pytest.mark.rule("A-26")
@pytest.mark.rule("A-33")
def test_outages_of_the_verification_service_are_sorted_and_taken_away(day: Day) -> None:
    at = day.centre.clock.now()
    with day.centre.database.writing() as session:
        for days, why in ((30, "国庆"), (-30, "春节"), (10, "机房")):
            begins = at + dt.timedelta(days=days)
            session.add(PlannedOutage(begins_at=begins, ends_at=begins + dt.timedelta(days=1), reason=why, actor="account:1"))
    desk, book = day.browser("authority"), "/verification/outages/export.xlsx"
    assert column(desk.get(book), "原因") == ["机房", "春节", "国庆"], "the last announced first"
    assert column(desk.get(f"{book}?sort=outage_begins"), "原因") == ["春节", "机房", "国庆"]
    assert column(desk.get(f"{book}?sort=-outage_ends"), "状态") == ["未开始", "未开始", "已结束"]
    page = desk.get("/verification/outages?sort=-outage_begins").text
    assert page.index("国庆") < page.index("春节")
    assert 'href="/verification/outages"' in desk.get("/verification").text
    assert FakeBrowser(day, day.app).get(book).status_code in {303, 401}, "not without an account"
