"""转入转出 at the portal (A-30): asked from the registration's page, answered in the present employer's, seen by both."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from central.centre import Centre
from central.entry.nightly import let_depart
from central.exchange import import_work
from central.people import transfer_job
from central.people.model import Worker
from tests.central.builders import FakeClock, resident_number
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
