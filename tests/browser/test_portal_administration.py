"""In Chromium: a general contractor completes a subcontract after one question; the new pages fit both widths."""

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select

from central.access import Role
from central.identity.model import Account
from tests.browser.portal import is_within, needs_front_end, signed_in
from tests.central.web.day import Day
from tests.parts.browser import DESK, PHONE, shoot

pytestmark = needs_front_end


@pytest.mark.parametrize(("size", "width"), [(DESK, "desk"), (PHONE, "phone")])
def test_the_pages_of_administration_fit_and_a_subcontract_is_completed_after_one_question(
    day: Day, browser: Browser, size: tuple[int, int], width: str
) -> None:
    day.account("security", Role.SECURITY)
    day.account("system", Role.ADMINISTRATOR)
    day.account("newcomer", Role.AUDITOR)
    with day.centre.database.writing() as session:
        newcomer = session.scalars(select(Account).where(Account.username == "newcomer")).one()
        newcomer.disabled_at, newcomer.password_is_temporary = day.centre.clock.now(), True
    day.confirmed()
    pages = {"security": ("accounts", "tokens"), "system": ("companies", "reference", "releases"), "labour": ("defaults",)}
    for name, paths in pages.items():
        with signed_in(day, browser, size, name) as page:
            for path in paths:
                page.goto(f"/{path}")
                expect(page.locator("h1")).to_be_visible()
                assert is_within(page), path
                shoot(page, f"portal-admin-{path}-{width}", whole=True)
    with signed_in(day, browser, size) as page:
        page.goto(f"/projects/{day.site.project.id}/comparison")
        assert is_within(page)
        shoot(page, f"portal-comparison-{width}", whole=True)
        page.goto(f"/projects/{day.site.project.id}/participants")
        assert is_within(page)
        page.get_by_role("button", name="分包完工").first.click()
        question = page.get_by_role("dialog")
        expect(question).to_contain_text("1 人的分派")
        shoot(page, f"portal-participants-asked-{width}")
        question.get_by_role("button", name="确定").click()
        expect(page.get_by_text("1 人的分派随之结束")).to_be_visible()
