"""转入转出 at the portal (A-30): asked from the registration's page, answered in the present employer's, seen by both."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import update

from central.centre import Centre
from central.entry.nightly import let_depart
from central.exchange import import_work
from central.people import transfer_job
from central.people.model import Worker
from central.people.transfer_model import Transfer, TransferState
from tests.central.builders import FakeClock, resident_number
from tests.central.web.books import column, rows
from tests.central.web.day import Day, fields, opened
from tests.central.web.site import FakeBrowser
from tests.central.web.test_employer_pages import CARD, filled, with_rows

NUMBER = resident_number(777)


@pytest.fixture
def day(centre: Centre) -> Day:
    made = opened(centre)
    made.worker(id_number=NUMBER, name="李建国")
    return made


def asked(day: Day) -> tuple[FakeBrowser, str]:
    """沪东机电 has asked for 浦江劳务's worker: its browser, and the request's page."""
    browser = day.browser("pro")
    refused = browser.post("/workers/new", filled(fields(browser.get("/workers/new").text, "/workers/new")))
    assert refused.status_code == 409
    assert 'formaction="/transfers"' in refused.text
    assert "7 天内未答复" in refused.text
    answer = browser.post("/transfers", fields(refused.text, "/workers/new"))
    assert answer.status_code == 303, answer.text
    return browser, answer.headers["Location"].partition("?")[0]


@pytest.mark.rule("A-30")
def test_a_refused_registration_becomes_a_request_with_what_was_typed_and_completes_by_itself(day: Day, centre: Centre) -> None:
    asking, path = asked(day)
    page = asking.get(path).text
    assert "等待答复" in page
    assert "浦江建筑劳务" in page
    labour = day.browser("labour")
    desk = labour.get("/desk").text
    assert "转出申请待答复" in desk
    assert "/transfers?state=asked" in desk
    listed = labour.get("/transfers?state=asked").text
    assert "等本单位答复" in listed
    assert path in labour.get("/transfers").text
    assert path not in labour.get("/transfers?state=asking").text
    assert path in listed
    assert "沪东机电" in listed
    shown = labour.get(path).text
    assert CARD not in shown
    assert "6000" not in shown
    form = fields(shown, f"{path}/release")
    past = labour.post(f"{path}/release", form | {"departs_on": "2026-03-13"})
    assert past.status_code == 422
    assert 'id="e-departs_on"' in past.text
    answer = labour.post(f"{path}/release", form | {"departs_on": "2026-03-20"})
    assert answer.status_code == 303, answer.text
    assert "已同意，等离职生效" in asking.get(path).text
    assert "转出申请待答复" not in labour.get("/desk").text
    assert isinstance(centre.clock, FakeClock)
    centre.clock.forward(days=7)
    let_depart(centre)
    transfer_job.work(centre)
    asking = day.browser("pro")
    assert "已完成登记" in asking.get(path).text
    assert "李建国" in asking.get("/workers").text


@pytest.mark.rule("A-30")
def test_a_refusal_needs_its_reason_and_both_sides_read_it(day: Day) -> None:
    asking, path = asked(day)
    labour = day.browser("labour")
    form = fields(labour.get(path).text, f"{path}/refusal")
    empty = labour.post(f"{path}/refusal", form)
    assert empty.status_code == 422
    assert 'id="e-transfer_reason"' in empty.text
    assert labour.post(f"{path}/refusal", form | {"transfer_reason": "关键工序暂不能离岗"}).status_code == 303
    for browser in (asking, labour):
        page = browser.get(path).text
        assert "关键工序暂不能离岗" in page
        assert "未同意" in page


@pytest.mark.rule("A-30")
def test_it_can_be_withdrawn_and_nobody_else_finds_it(day: Day) -> None:
    asking, path = asked(day)
    assert day.browser("other-labour").get(path).status_code == 404
    assert day.browser("office").get(path).status_code in (403, 404)
    seen = day.browser("authority").get(path)
    assert seen.status_code == 200
    assert "提出申请" in seen.text, "supervision sees the history"
    assert path in day.browser("authority").get("/transfers?state=waiting").text
    form = fields(asking.get(path).text, f"{path}/withdrawal")
    assert asking.post(f"{path}/withdrawal", form).status_code == 303
    assert "已撤回" in asking.get(path).text
    labour = day.browser("labour")
    assert f"{path}/release" not in labour.get(path).text


@pytest.mark.rule("A-30")
@pytest.mark.rule("A-62")
def test_a_row_of_a_file_becomes_a_request_and_shows_nothing_of_the_others_worker(day: Day, centre: Centre) -> None:
    browser = day.browser("pro")
    content = with_rows(browser.get("/workers/import/template.xlsx").content, NUMBER)
    token = fields(browser.get("/workers/import").text, "/workers/import")
    path = browser.upload("/workers/import", token, {"workbook": ("a.xlsx", content)}).headers["Location"]
    import_work.check_file(centre, int(path.rpartition("/")[2]))
    page = browser.get(path).text
    assert 'href="/workers/1"' not in page, "no way to another company's worker"
    assert "钢筋工" in page, "as it was typed"
    ask = f"{path}/rows/2/transfer"
    mismatch = browser.post(ask, fields(page, ask))
    assert mismatch.status_code == 409, "the file calls him otherwise"
    with centre.database.writing() as session:
        session.execute(update(Worker).values(name="李2"))
    answer = browser.post(ask, fields(browser.get(path).text, ask))
    assert answer.status_code == 303, answer.text
    assert "等待答复" in browser.get(answer.headers["Location"]).text
    assert day.browser("other-labour").post(ask, fields(page, ask)).status_code in (400, 404)


def test_its_pages_speak_english_too(day: Day) -> None:
    asking, path = asked(day)
    asking.cookies.set("gongmen_language", "en")
    for page in ("/transfers", path):
        assert "Waiting for the answer" in asking.get(page).text


def many(day: Day, centre: Centre) -> None:
    """Besides 李建国: three workers of 浦江劳务 for whom others ask, one of them answered."""
    labour, at = day.site.labour.id, centre.clock.now()
    kinds = (("张三", TransferState.WAITING), ("陈四", TransferState.REFUSED), ("阿五", TransferState.WAITING))
    workers = [day.worker(id_number=resident_number(780 + n), name=name) for n, (name, _) in enumerate(kinds)]
    with centre.database.writing() as session:
        for hour, (kind, found) in enumerate(zip(kinds, workers, strict=True)):
            session.add(
                Transfer(
                    worker_id=found.worker.id,
                    employment_id=found.employment.id,
                    from_id=labour,
                    to_id=day.pro.company_id if hour else day.second.company_id,
                    state=kind[1],
                    name_said=kind[0],
                    asked_by="account:1",
                    asked_at=at + dt.timedelta(hours=hour),
                    lapses_at=at + dt.timedelta(days=7, hours=hour),
                )
            )


@pytest.mark.rule("A-33")
@pytest.mark.rule("A-30")
def test_they_are_found_sorted_and_taken_away_by_both_sides(day: Day, centre: Centre) -> None:
    many(day, centre)
    book = "/transfers/export.xlsx"
    labour, asking, supervision = (day.browser(name) for name in ("labour", "pro", "authority"))
    assert column(labour.get(book), "姓名") == ["阿五", "陈四", "张三"], "the newest first"
    assert column(labour.get(f"{book}?sort=name"), "姓名") == ["阿五", "陈四", "张三"], "by pinyin"
    assert column(labour.get(f"{book}?sort=-name"), "姓名") == ["张三", "陈四", "阿五"]
    others = [str(name) for name in column(labour.get(f"{book}?sort=transfer_company"), "对方单位")]
    assert others == sorted(others)
    assert column(labour.get(f"{book}?progress=waiting&q=张"), "姓名") == ["张三"]
    assert column(asking.get(f"{book}?state=asking&sort=asked_at"), "姓名") == ["陈四", "阿五"]
    assert rows(asking.get(f"{book}?state=asked")) == []
    assert column(supervision.get(f"{book}?state=refused"), "姓名") == ["陈四"]
    first = rows(labour.get(book))[0]
    assert "*" in str(first["证件号"])
    assert first["答复期限"] is not None
    assert rows(day.browser("other-labour").get(book)) == []
    assert day.browser("office").get(book).status_code == 403
    page = labour.get("/transfers?sort=-name&progress=waiting").text
    assert page.index("张三") < page.index("阿五")
    assert "陈四" not in page
    assert "/transfers/export.xlsx?sort=-name&amp;progress=waiting" in page
