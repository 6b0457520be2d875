"""Attendance in Chromium: the office's month to the freeze, the worker's phone with the proof, the board that follows the gates."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from central.access import Access, Role
from central.attendance import corrections, deriving, own_links, roots
from central.attendance.corrections import Request
from central.attendance.papers import CorrectionReason
from central.people.model import Worker
from edge.sync import wire
from edge.sync.wire import Direction
from tests.browser.portal import is_within, needs_front_end, served, signed_in
from tests.central.attendance.punches import moment
from tests.central.web.attendance_site import DAY, MARCH, TODAY, Attended, on_sqlite
from tests.parts.browser import DESK, LANE, PHONE, page_of, shoot

NAMES = ("张建国", "李卫东", "王志强", "欧阳" + "长" * 20 + "名", "赵铁柱")

pytestmark = needs_front_end


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Attended]:
    built = on_sqlite(tmp_path)
    yield built
    built.centre.close()


def month_of_five(site: Attended) -> list[str]:
    """Five workers with a month each, one with a missing punch, one who left after ten days."""
    workers = [site.gates.worker() for _ in NAMES]
    with site.centre.database.writing() as session:
        for row, name in zip(session.scalars(select(Worker).order_by(Worker.id)), NAMES, strict=True):
            row.name = name
    for n, worker in enumerate(workers):
        site.works(worker, *(day for day in range(1, 32) if (day + n) % 7 and (n != 4 or day < 10) and (n, day) != (1, 12)))
    site.gates.passes(workers[1], MARCH + 11 * DAY, "06:58", "in")
    site.everything_told()
    return workers


def clerk_asks(site: Attended, worker: str) -> None:
    with site.centre.database.writing() as session:
        clerk = Access("account:99", Role.CONTRACTOR, site.field.company_id, site.field.project_id)
        wanted = Request(moment(MARCH + 11 * DAY, "17:10"), Direction.OUT, CorrectionReason.NOT_RECOGNISED, "北门识别失败", "签字单 12")
        corrections.request(session, site.field.clock, clerk, site.id_of(worker), wanted)


def own_link(site: Attended, worker: str) -> str:
    with site.centre.database.writing() as session:
        office = Access("account:1", Role.CONTRACTOR, site.field.company_id, site.field.project_id)
        return own_links.issue(session, site.field.clock, site.centre.secrets, office, site.id_of(worker))[0]


def approve_and_freeze(page: Page, site: Attended, worker: str) -> None:
    page.goto(f"{site.at}/attendance?month=2026-03")
    expect(page.locator("[data-grid] tbody tr")).to_have_count(5)
    shoot(page, "attendance-month-desk")
    page.locator("td.is-gap a").first.click()
    expect(page.get_by_text("不推算工时").first).to_be_visible()
    shoot(page, "attendance-day-desk")
    page.get_by_role("link", name="申请补卡").click()
    shoot(page, "attendance-correction-desk")
    page.goto(f"{site.at}/attendance/corrections")
    shoot(page, "attendance-corrections-desk")
    page.get_by_role("button", name="批准").click()
    expect(page.get_by_text("已批准，当天考勤将重新计算")).to_be_visible()
    deriving.derive(site.centre.database)
    page.goto(f"{site.at}/attendance?month=2026-03")
    expect(page.get_by_text("√手")).to_be_visible()
    page.goto(f"{site.at}/attendance/publish?month=2026-03")
    page.get_by_role("button", name="定稿公示").click()
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("已定稿公示。")).to_be_visible()
    page.goto(f"{site.at}/attendance/people/{site.id_of(worker)}?month=2026-03")
    page.get_by_role("button", name="生成二维码").click()
    expect(page.locator("img.qr")).to_be_visible()
    shoot(page, "attendance-own-link-desk")


def takes_back_the_code(page: Page, site: Attended, worker: str) -> None:
    page.goto(f"{site.at}/attendance/people/{site.id_of(worker)}?month=2026-03")
    page.get_by_role("button", name="作废").first.click()
    expect(page.get_by_role("dialog")).to_contain_text("工人将立即不能用它查看")
    shoot(page, "attendance-own-link-revoke-desk")
    page.get_by_role("dialog").get_by_role("button", name="确定").click()
    expect(page.get_by_text("二维码已作废。")).to_be_visible()
    expect(page.get_by_role("button", name="作废")).to_have_count(1)


def supplemented(site: Attended, worker: str) -> None:
    """The upheld objection's date is corrected after the freeze."""
    with site.centre.database.writing() as session:
        clerk, office = (Access(f"account:{n}", Role.CONTRACTOR, site.field.company_id, site.field.project_id) for n in (99, 1))
        wanted = Request(moment(MARCH + 12 * DAY, "06:55"), Direction.IN, CorrectionReason.NOT_RECOGNISED, "异议已采纳", "监控截图 3")
        asked = corrections.request(session, site.field.clock, clerk, site.id_of(worker), wanted)
        corrections.approve(session, site.field.clock, office, asked.id)
    deriving.derive(site.centre.database)


def worker_verifies_and_objects(page: Page, token: str) -> None:
    page.goto(f"/own/{token}")
    expect(page).to_have_url(re.compile("/own$"))
    page.goto("/own?month=2026-03")
    assert is_within(page)
    shoot(page, "attendance-own-phone", whole=True)
    page.locator(".own-day.is-whole").nth(8).click()
    assert is_within(page)
    page.locator("[data-verify]").first.click()
    expect(page.locator(".proof-state.good")).to_contain_text("没有被改动")
    page.locator("#own-text").fill("当天加班到 20 点，出场没有识别")
    shoot(page, "attendance-own-day-phone", whole=True)
    page.get_by_role("button", name="提出异议").click()
    expect(page.get_by_text("等待答复")).to_be_visible()
    page.goto("/language/en?next=/own?month=2026-03")
    expect(page.get_by_role("heading", name="My attendance")).to_be_visible()
    assert is_within(page)


def test_a_month_from_its_cells_to_the_freeze_and_a_workers_objection_on_the_phone(site: Attended, browser: Browser) -> None:
    workers = month_of_five(site)
    clerk_asks(site, workers[1])
    with signed_in(site, browser) as page:
        approve_and_freeze(page, site, workers[1])
    roots.publish(site.centre.database, site.field.clock)
    token = own_link(site, workers[1])
    with served(site) as url, page_of(browser, url, PHONE) as page:
        worker_verifies_and_objects(page, token)
    with signed_in(site, browser) as page:
        page.goto(f"{site.at}/attendance/publish?month=2026-03")
        expect(page.get_by_text("出场没有识别")).to_be_visible()
        page.get_by_label("答复内容").fill("已核对监控，同意补记")
        page.get_by_role("button", name="采纳", exact=True).click()
        expect(page.get_by_text("异议已答复")).to_be_visible()
        supplemented(site, workers[1])
        page.goto(f"{site.at}/attendance/publish?month=2026-03")
        expect(page.get_by_role("link", name="13补")).to_be_visible()
        shoot(page, "attendance-publish-desk", whole=True)
        page.goto(f"{site.at}/attendance/corrections?state=approved")
        expect(page.get_by_text("补充 2026-03")).to_be_visible()
        takes_back_the_code(page, site, workers[1])
        for name in ("wages", "checks", "labour", "settings"):
            page.goto(f"{site.at}/attendance/{name}?month=2026-03&date=2026-03-02")
            assert is_within(page), name
            shoot(page, f"attendance-{name}-desk")
        page.goto(f"{site.at}/presence")
        shoot(page, "attendance-presence-desk")
        page.goto(f"{site.at}/attendance/print?month=2026-03")
        page.emulate_media(media="print")
        shoot(page, "attendance-print", whole=True)


def test_on_a_phone_and_in_english_every_page_of_attendance_stays_within(site: Attended, browser: Browser) -> None:
    workers = month_of_five(site)
    clerk_asks(site, workers[1])
    own = f"attendance/people/{site.id_of(workers[3])}"
    with signed_in(site, browser, PHONE) as page:
        page.goto("/language/en")
        for name in ("attendance", own, f"{own}/days/2026-03-05", "attendance/corrections", "attendance/wages", "presence", "board"):
            page.goto(f"{site.at}/{name}?month=2026-03")
            expect(page.locator("h1")).to_be_visible()
            assert is_within(page), name
            shoot(page, f"attendance-phone-english-{name.replace('/', '-')}")
    with signed_in(site, browser, DESK, "employer") as page:
        page.goto("/attendance?month=2026-03")
        shoot(page, "attendance-employer-desk")
    with signed_in(site, browser, DESK, "authority") as page:
        page.goto("/supervision/coverage?date=2026-03-02")
        shoot(page, "attendance-coverage-desk")


def test_the_board_follows_a_passage_without_being_asked(site: Attended, browser: Browser) -> None:
    workers = month_of_five(site)
    for n, worker in enumerate(workers[:4]):
        site.gates.passes(worker, TODAY, f"06:{20 + 10 * n}", "in")
    refusal = wire.Refusal(wire.Reason.NOT_CONFIRMED, wire.Method.FACE, wire.Direction.IN, "1", 1)
    site.gates.boxes["north"].write(refusal, int(moment(TODAY, "07:30").timestamp() * 1000))
    site.gates.arrive()
    with signed_in(site, browser, LANE) as page:
        page.goto(f"{site.at}/board?wall=1")
        figure = page.locator(".live-figure b").first
        expect(figure).to_contain_text("4")
        site.field.clock.forward(minutes=1)
        site.gates.passes(workers[4], TODAY, "08:00", "in")
        site.gates.arrive()
        expect(figure).to_contain_text("5")
        expect(page.locator(".pass-line.new")).to_have_count(1)
        assert page.locator("canvas").count() == 3
        assert "张建国" not in page.content()
        shoot(page, "attendance-board-wall")
        page.set_viewport_size({"width": DESK[0], "height": DESK[1]})
        page.goto(f"{site.at}/board")
        expect(page.locator("canvas")).to_have_count(3)
        page.wait_for_timeout(200)
        shoot(page, "attendance-board-desk")


def test_where_the_stream_is_refused_the_board_asks_by_itself(site: Attended, browser: Browser) -> None:
    workers = month_of_five(site)
    with signed_in(site, browser, PHONE) as page:
        page.clock.install()
        page.route("**/board/stream", lambda route: route.fulfill(status=503, body="full"))
        page.goto(f"{site.at}/board")
        expect(page.get_by_text("改为每 10 秒更新")).to_be_visible()
        site.gates.passes(workers[0], TODAY, "07:00", "in")
        site.gates.arrive()
        page.clock.fast_forward(11_000)
        expect(page.locator(".live-figure b").first).to_contain_text("1")
        assert is_within(page)
        shoot(page, "attendance-board-phone", whole=True)
