"""An employer pairs the reader on the desk and registers a worker from the card, in Chromium, with a real bridge and a reader on a pty."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from central.people.model import IdentityState, Worker
from gongmen.reader_bridge import PORT
from hardware.card_reader import synthetic
from hardware.card_reader.simulated import SamSimulator
from tests.browser.portal import needs_front_end, served
from tests.central.web.site import PASSWORD, Site, a_site
from tests.parts.broker import listens
from tests.parts.browser import page_of, shoot

NOW = datetime.now(UTC)
"""The bridge has the desk's own clock, and a read is good for minutes."""
CARD = synthetic.resident("欧阳样本", birth=date(1988, 4, 9), sequence=21, valid_until=None)
NUMBER = synthetic.number(date(1988, 4, 9), 21)

pytestmark = needs_front_end


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with a_site(tmp_path) as built:
        built.clock.at = NOW
        yield built


@pytest.fixture
def reader() -> Iterator[SamSimulator]:
    with SamSimulator() as simulator:
        yield simulator


@contextmanager
def bridge(reader: SamSimulator, config: Path, *options: str) -> Iterator[None]:
    """`gongmen reader bridge` on this machine."""
    if listens(PORT):
        pytest.skip(f"another program listens at {PORT}")
    command = [sys.executable, "-m", "gongmen", "reader", "bridge", "--port", str(reader.path), "--config", str(config), *options]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert process.stdout is not None
    try:
        while not listens(PORT):
            if process.poll() is not None:
                raise RuntimeError(process.stdout.read())
            time.sleep(0.05)
        yield
    finally:
        process.terminate()
        process.wait(20)
        process.stdout.close()


@contextmanager
def employers_desk(site: Site, browser: Browser) -> Iterator[tuple[Page, str]]:
    with served(site) as url, page_of(browser, url) as page:
        page.goto("/")
        page.get_by_label("账号").fill("labour")
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url(lambda at: "sign-in" not in at)
        yield page, url


def the_code(page: Page) -> str:
    """A pairing code, as the employer takes it from the page."""
    page.goto("/readers")
    page.get_by_role("button", name="取配对码").click()
    return page.locator("[data-code]").inner_text()


def fill_contract(page: Page) -> None:
    """What no card says of a contract."""
    for name, value in {
        "phone": "13800001234",
        "contract_start": f"{NOW:%Y-%m-01}",
        "contract_end": f"{NOW.year + 1}-12-31",
        "basic_wage": "8000",
        "probation_wage": "0",
        "performance_payments": "0",
        "card_number": "6222020200001234567",
    }.items():
        page.locator(f"#f-{name}").fill(value)
    page.locator("#f-main_trade").select_option("020")
    page.locator("#f-wage_type").select_option("daily_monthly")
    page.locator("#f-bank_code").select_option("102")


@pytest.mark.rule("A-24")
@pytest.mark.rule("A-25")
def test_a_card_on_the_desk_fills_the_form_and_the_worker_is_verified(
    site: Site, browser: Browser, reader: SamSimulator, tmp_path: Path
) -> None:
    config = tmp_path / "reader.json"
    with employers_desk(site, browser) as (page, url):
        shoot(page, "office-reader-before")
        code = the_code(page)
        shoot(page, "office-reader-code")
        with bridge(reader, config, "--centre", url, "--pair", code, "--name", "前台读卡器"):
            page.goto("/readers")
            expect(page.get_by_role("row", name="前台读卡器")).to_contain_text("05.03-20120101-0000123456-0123456789")
            shoot(page, "office-reader-paired")
            page.goto("/workers/new")
            reader.put(CARD)
            page.get_by_role("button", name="读卡", exact=True).click()
            expect(page.get_by_text("已从证件读取")).to_be_visible()
            expect(page.locator("#f-name")).to_have_value("欧阳样本")
            expect(page.locator("#f-id_number")).to_have_value(NUMBER)
            fill_contract(page)
            shoot(page, "office-reader-filled", whole=True)
            page.locator("form.sheet button.btn-primary").click()
            page.wait_for_url(lambda at: "/workers/new" not in at)
    with site.centre.database.reading() as session:
        worker = session.scalars(select(Worker).where(Worker.name == "欧阳样本")).one()
        assert worker.identity_state is IdentityState.VERIFIED


@pytest.mark.rule("A-25")
def test_a_bad_card_is_explained_a_pulled_reader_mends_itself_and_what_is_typed_waits_for_verification(
    site: Site, browser: Browser, reader: SamSimulator, tmp_path: Path
) -> None:
    config = tmp_path / "reader.json"
    with employers_desk(site, browser) as (page, url), bridge(reader, config, "--centre", url, "--pair", the_code(page)):
        page.goto("/workers/new")
        button = page.get_by_role("button", name="读卡", exact=True)
        reader.put(synthetic.resident(valid_until=date(2020, 1, 1)))
        button.click()
        expect(page.get_by_text("证件已过有效期")).to_be_visible()
        shoot(page, "office-reader-expired")
        reader.unplug()
        button.click()
        expect(page.get_by_text("没有找到读卡器")).to_be_visible()
        reader.put(CARD)
        reader.replug()
        button.click()
        expect(page.get_by_text("已从证件读取")).to_be_visible()
        page.locator("#f-name").press_sequentially("改")
        fill_contract(page)
        page.locator("form.sheet button.btn-primary").click()
        page.wait_for_url(lambda at: "/workers/new" not in at)
    with site.centre.database.reading() as session:
        worker = session.scalars(select(Worker).where(Worker.name.contains("改"))).one()
        assert worker.identity_state is IdentityState.PENDING


def test_without_a_paired_reader_the_page_looks_nowhere(site: Site, browser: Browser) -> None:
    asked: list[str] = []
    with employers_desk(site, browser) as (page, _):
        page.on("request", lambda request: asked.append(request.url))
        with page.expect_response("**/readers/known"):
            page.goto("/workers/new")
        page.wait_for_load_state("networkidle")
        expect(page.get_by_role("button", name="读卡", exact=True)).to_have_count(0)
    assert not [url for url in asked if f":{PORT}" in url]
