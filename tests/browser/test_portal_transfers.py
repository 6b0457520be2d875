"""Asking another employer for a worker, and answering on a phone (A-30); the list of workers sorted from the keyboard (A-32)."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.portal import LONG_NAME, is_within, needs_front_end, signed_in, type_in
from tests.central.builders import resident_number
from tests.central.web.day import Day
from tests.parts.browser import PHONE, shoot

pytestmark = needs_front_end


@pytest.mark.rule("A-30")
def test_a_company_asks_for_anothers_worker_and_the_present_employer_answers_on_a_phone(day: Day, browser: Browser) -> None:
    day.worker(name=LONG_NAME, id_number=resident_number(501))
    with signed_in(day, browser, name="pro") as page:
        page.goto("/workers/new")
        type_in(page, resident_number(501))
        page.locator("#f-performance_payments").fill("3")
        page.locator("#f-performance_dates").fill("2026-09-01, 2027-02-01, 2027-02-20")
        page.get_by_role("button", name="登记工人").click()
        ask = page.get_by_role("button", name="向现用人单位提出转入申请")
        expect(ask).to_be_visible()
        shoot(page, "portal-transfer-ask-desk", whole=True)
        ask.click()
        expect(page.get_by_text("转入申请已发给现用人单位")).to_be_visible()
        expect(page.get_by_text("等待答复").first).to_be_visible()
        shoot(page, "portal-transfer-asked-desk")
    with signed_in(day, browser, PHONE, name="labour") as page:
        page.get_by_role("link", name="转出申请待答复").click()
        page.get_by_role("link", name=LONG_NAME).click()
        assert is_within(page)
        shoot(page, "portal-transfer-answer-phone", whole=True)
        page.locator("#f-departs_on").fill("2026-03-20")
        page.get_by_role("button", name="同意并登记离职").click()
        page.get_by_role("dialog").get_by_role("button", name="确定").click()
        expect(page.get_by_text("已同意转出并登记离职")).to_be_visible()
        assert is_within(page)


@pytest.mark.rule("A-32")
def test_the_list_of_workers_is_sorted_from_the_keyboard_and_keeps_its_order_in_the_address(day: Day, browser: Browser) -> None:
    for name in ("乙四", "丁一", "甲三"):
        day.worker(name=name)
    with signed_in(day, browser, name="labour") as page:
        page.goto("/workers?identity=verified")
        page.get_by_role("link", name="姓名", exact=True).focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/workers?sort=name&identity=verified")
        header = page.locator("th.col-name")
        expect(header).to_have_attribute("aria-sort", "ascending")
        expect(page.locator("td.col-name")).to_have_text(["丁一", "甲三", "乙四"])
        page.get_by_role("link", name="姓名", exact=True).press("Enter")
        expect(header).to_have_attribute("aria-sort", "descending")
        shoot(page, "portal-workers-sorted-desk")
        assert is_within(page)
