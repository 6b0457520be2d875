"""Each role's day in Chromium: the employer's, the project office's, the authority's; with a long name, on a phone, in English."""

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import delete

from central.people import sealed
from central.people.model import Worker
from central.web.model import PortalSession
from tests.browser.portal import LONG_NAME, is_within, needs_front_end, signed_in, type_in
from tests.central.builders import resident_number
from tests.central.web.day import Day
from tests.central.web.site import PASSWORD
from tests.parts.browser import DESK, PHONE, shoot

pytestmark = needs_front_end


def test_an_employer_registers_loses_the_session_and_nothing_typed_then_assigns_on_a_phone(day: Day, browser: Browser) -> None:
    day.worker(name=LONG_NAME)
    with signed_in(day, browser, name="labour") as page:
        expect(page.get_by_role("heading", name="工作台")).to_be_visible()
        shoot(page, "portal-desk-desk")
        page.goto("/workers/new")
        expect(page.locator("#f-performance_dates")).to_be_hidden()
        type_in(page, resident_number(501))
        expect(page.locator("#f-performance_dates")).to_be_visible()
        page.locator("#f-performance_payments").fill("2")
        page.get_by_role("button", name="登记工人").click()
        expect(page.get_by_role("alert")).to_contain_text("还不能提交")
        expect(page.locator("#e-performance_payments")).to_be_visible()
        expect(page.locator("#f-name")).to_have_value(LONG_NAME)
        shoot(page, "portal-register-wrong-desk", whole=True)
        page.locator("#f-performance_payments").fill("3")
        page.locator("#f-performance_dates").fill("2026-09-01, 2027-02-01, 2027-02-20")
        with day.centre.database.writing() as session:
            session.execute(delete(PortalSession))
        page.get_by_role("button", name="登记工人").click()
        expect(page.get_by_text("登录已失效")).to_be_visible()
        page.get_by_label("账号").fill("labour")
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        expect(page.get_by_text("已恢复您刚才填写")).to_be_visible()
        expect(page.locator("#f-card_number")).to_have_value("6222020200009876543")
        page.get_by_role("button", name="登记工人").click()
        expect(page.get_by_role("status").first).to_contain_text("工人已登记")
        assert page.evaluate("Object.keys(sessionStorage).filter((key) => key.startsWith('gongmen:')).length") == 0, (
            "the draft ends with its purpose"
        )
        shoot(page, "portal-worker-desk")
    with signed_in(day, browser, PHONE, "labour") as page:
        page.goto("/workers")
        assert is_within(page)
        page.locator("[data-mark]").first.check()
        expect(page.locator("[data-bulk-bar]")).to_contain_text("已选 1 项")
        shoot(page, "portal-workers-marked-phone")
        page.locator("[data-bulk-bar]").get_by_role("button", name="分派").click()
        page.locator("#f-project_id").select_option(str(day.site.project.id))
        page.locator("#f-main_trade").select_option("020")
        page.get_by_role("button", name="分派", exact=True).click()
        expect(page.get_by_text("已分派 1 人")).to_be_visible()
        page.get_by_role("link", name="导航").click()
        expect(page.get_by_role("link", name="工作台")).to_be_visible()
        shoot(page, "portal-menu-phone")


def test_an_office_compares_confirms_after_one_question_and_asks_for_help(day: Day, browser: Browser) -> None:
    for n in range(3):
        day.assigned(worker=day.worker(name=LONG_NAME if n == 1 else f"李{n}"))
    with day.centre.database.reading() as session:
        number = sealed.id_number(session.get_one(Worker, 1), day.centre.secrets)
    with signed_in(day, browser) as page:
        shoot(page, "portal-board-desk")
        page.get_by_role("link", name="进场确认").click()
        page.locator("a.open").first.click()
        page.locator("#f-id_number").fill(number)
        page.get_by_role("button", name="核对").click()
        expect(page.get_by_text("证件号码: 一致")).to_be_visible()
        shoot(page, "portal-compared-desk", whole=True)
        page.go_back()
        page.locator("[data-mark-all]").check()
        page.locator("[data-bulk-bar]").get_by_role("button", name="确认进场").click()
        question = page.get_by_role("dialog")
        expect(question).to_contain_text("确认 3 人进场")
        shoot(page, "portal-confirm-asked-desk")
        question.get_by_role("button", name="取消").click()
        expect(page.locator("[data-row]")).to_have_count(3)
        page.locator("[data-bulk-bar]").get_by_role("button", name="确认进场").click()
        question.get_by_role("button", name="确定").click()
        expect(page.get_by_text("已确认 3 人")).to_be_visible()
        expect(page.get_by_role("heading", name="没有待确认的人员")).to_be_visible()
        page.keyboard.press("?")
        expect(page.get_by_role("heading", name="键盘操作")).to_be_visible()
        shoot(page, "portal-keys-desk")
        page.keyboard.press("Escape")
        page.get_by_role("link", name="答疑").click()
        expect(page.locator("#f-about")).not_to_have_value("")
        page.locator("#f-said").fill("名单里看不到新来的工人")
        page.locator("#f-shot").set_input_files(str(shoot(page, "portal-help-desk")))
        page.get_by_role("button", name="提交").click()
        expect(page.get_by_text("已收到您的问题")).to_be_visible()
        expect(page.locator("img.shot")).to_be_visible()
        shoot(page, "portal-ticket-desk", whole=True)


@pytest.mark.parametrize(("size", "width"), [(DESK, "desk"), (PHONE, "phone")])
def test_every_page_of_an_office_fits_both_widths_in_english_with_a_long_name(
    day: Day, browser: Browser, size: tuple[int, int], width: str
) -> None:
    assignment = day.assigned(worker=day.worker(name=LONG_NAME))
    at = f"/projects/{day.site.project.id}"
    with signed_in(day, browser, size) as page:
        page.goto("/language/en")
        for name in ("board", "queue", "people", "gates", "settings", "teams", "evidence", f"people/{assignment.id}"):
            page.goto(f"{at}/{name}")
            expect(page.locator("h1")).to_be_visible()
            assert is_within(page), name
            shoot(page, f"portal-office-{name.split('/')[0]}{'-one' if '/' in name else ''}-english-{width}", whole=True)


def test_the_authority_settles_an_identity_at_the_desk(day: Day, browser: Browser) -> None:
    day.worker(name=LONG_NAME, identity_source="typed")
    with signed_in(day, browser, name="authority") as page:
        page.get_by_role("link", name="核验窗口").click()
        page.get_by_text("办理", exact=True).last.click()
        page.get_by_label("核验依据").fill("受理单 20260312-017")
        shoot(page, "portal-verification-desk")
        page.get_by_role("button", name="核验通过").click()
        page.get_by_role("dialog").get_by_role("button", name="确定").click()
        expect(page.get_by_text("已核验通过")).to_be_visible()
        expect(page.get_by_role("heading", name="没有待核验的人员")).to_be_visible()
