"""The portal in Chromium: an office signs in, finds people by hand and by keys, sees them arrive, and is told when the line is cut."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from central.entry.model import Assignment
from central.people.name_order import order_of
from tests.browser.portal import LONG_NAME, is_within, needs_front_end, signed_in
from tests.central.web.site import DEEP, GENERAL, LABOUR, PRO, Site, a_site
from tests.parts.browser import DESK, PHONE, shoot

PEOPLE = "/projects/1/people"

pytestmark = needs_front_end


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with a_site(tmp_path) as built:
        yield built


def fill(site: Site, count: int) -> None:
    """Every kind of row, and many plain ones."""
    site.worker(LONG_NAME, PRO, "confirmed", "granted", seen_min=4)
    site.worker("王小二", DEEP, "accepted_by_sub")
    site.worker("未接收", DEEP, "assigned")
    site.worker("张三", GENERAL, "confirmed", "refused", seen_min=50)
    site.box("1", online=True)
    site.box("2", online=False)
    site.refusal()
    site.workers(count)


@pytest.mark.parametrize("count", [0, 1, 50, 5_000])
def test_the_people_of_a_project_fit_the_page_whatever_their_number(site: Site, browser: Browser, count: int) -> None:
    if count > 1:
        fill(site, count - 3)
    elif count:
        site.worker(LONG_NAME, PRO, "confirmed", "granted", seen_min=4)
    for size, width in ((DESK, "desk"), (PHONE, "phone")):
        look_at_people(site, browser, size, f"portal-people-{count}-{width}", count)


def look_at_people(site: Site, browser: Browser, size: tuple[int, int], name: str, count: int) -> None:
    with signed_in(site, browser, size) as page:
        page.goto(PEOPLE)
        expect(page.locator("a.nav-link.active .count")).to_have_text(f"{count:,}")
        expect(page.locator("[data-row]")).to_have_count(min(count, 50))
        assert is_within(page)
        shoot(page, name)
        page.goto("/language/en?next=" + PEOPLE)
        expect(page.get_by_text("On site now")).to_be_visible()
        assert is_within(page)
        shoot(page, f"{name}-english")


def test_keys_search_choose_and_open_and_the_way_back_keeps_what_was_sought(site: Site, browser: Browser) -> None:
    fill(site, 20)
    with signed_in(site, browser) as page:
        page.goto(PEOPLE)
        page.keyboard.press("/")
        expect(page.get_by_role("searchbox")).to_be_focused()
        page.keyboard.type("永固")
        expect(page.locator(".pager")).to_contain_text("共 20 行")
        assert "q=%E6%B0%B8%E5%9B%BA" in page.url
        page.keyboard.press("ArrowDown")
        page.keyboard.press("ArrowDown")
        chosen = page.locator("tr.chosen a.open")
        expect(chosen).to_have_count(1)
        name = chosen.inner_text()
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", level=1)).to_contain_text(name)
        shoot(page, "portal-person-desk")
        page.get_by_role("link", name="返回列表").click()
        expect(page.get_by_role("searchbox")).to_have_value("永固")
        expect(page.locator("[data-row]")).to_have_count(20)


def test_states_columns_and_pages_are_links_that_keep_one_another(site: Site, browser: Browser) -> None:
    site.workers(120)
    with signed_in(site, browser) as page:
        page.goto(PEOPLE)
        page.get_by_role("link", name="已进场").click()
        expect(page.locator(".pager")).to_contain_text("第 1 至 50 行，共 72 行")
        page.get_by_role("link", name="姓名").click()
        page.get_by_role("link", name="姓名").click()
        page.get_by_role("link", name="下一页").click()
        expect(page.locator(".pager")).to_contain_text("第 51 至 72 行")
        expect(page.locator("th.col-name")).to_have_attribute("aria-sort", "descending")
        names = page.locator("a.open").all_inner_texts()
        assert names == sorted(names, key=order_of, reverse=True)
        page.get_by_role("searchbox").fill("赵")
        expect(page.locator(".pager")).to_contain_text("第 1 至 9 行，共 9 行")
        assert "state=confirmed" in page.url


def test_a_passage_appears_by_itself_and_neither_the_search_nor_the_chosen_row_is_lost(site: Site, browser: Browser) -> None:
    site.worker("张三", LABOUR, "confirmed", "granted")
    second = site.worker("李四", LABOUR, "confirmed", "granted")
    with signed_in(site, browser) as page:
        page.clock.install()
        page.goto(PEOPLE)
        expect(page.get_by_text("尚未通行")).to_have_count(2)
        page.keyboard.press("ArrowDown")
        page.get_by_role("searchbox").evaluate("field => field.value = '四'")  # half-typed: no key has been let go yet
        with site.centre.database.writing() as session:
            site.passage(session, session.get_one(Assignment, second), site.clock.now())
        page.clock.fast_forward(11_000)
        expect(page.get_by_text("刚刚")).to_be_visible()
        expect(page.locator("tr.chosen")).to_contain_text("张三")
        expect(page.get_by_role("searchbox")).to_have_value("四")


def test_a_cut_line_is_said_and_healed_without_a_touch(site: Site, browser: Browser) -> None:
    fill(site, 5)
    with signed_in(site, browser) as page:
        page.clock.install()
        page.goto(PEOPLE)
        page.context.set_offline(True)
        for _ in range(3):
            page.clock.fast_forward(10_500)
        expect(page.get_by_text("连接中断，以下是 09:30:00 的数据")).to_be_visible()
        expect(page.locator("[data-row]")).to_have_count(8)
        shoot(page, "portal-people-cut-desk")
        page.context.set_offline(False)
        page.clock.fast_forward(10_500)
        expect(page.get_by_text("连接中断")).to_be_hidden()


def test_an_empty_search_a_neighbours_project_and_a_wrong_password_are_explained(site: Site, browser: Browser) -> None:
    fill(site, 1)
    with signed_in(site, browser, PHONE) as page:
        page.goto(PEOPLE + "?q=没有这个人")
        expect(page.get_by_role("heading", name="没有符合条件的人员")).to_be_visible()
        shoot(page, "portal-no-match-phone")
        page.get_by_role("link", name="清除条件").click()
        expect(page.locator("[data-row]")).to_have_count(4)
        page.goto("/projects/2/people")
        expect(page.get_by_text("当前账号不属于该项目或单位")).to_be_visible()
        shoot(page, "portal-not-found-phone")
        page.goto(PEOPLE)
        page.get_by_role("button", name="退出登录").click()
        expect(page.get_by_text("已退出登录")).to_be_visible()
        page.get_by_label("账号").fill("office")
        page.get_by_label("密码", exact=True).fill("not the password")
        page.get_by_role("button", name="登录", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
        expect(page.get_by_label("账号")).to_have_value("office")
        shoot(page, "portal-sign-in-refused-phone")


def test_an_employer_finds_its_own_workers_on_every_project(site: Site, browser: Browser) -> None:
    fill(site, 6)
    with signed_in(site, browser, name="labour") as page:
        page.goto("/assignments")
        expect(page.get_by_role("heading", name="分派", exact=True)).to_be_visible()
        expect(page.locator("[data-row]")).to_have_count(6)
        assert is_within(page)
        shoot(page, "portal-assignments-desk")
