"""The portal on a port of its own, and pages whose visitor has signed in through the form."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import Browser, Page

from tests.central.stage import application
from tests.central.web.site import PASSWORD, HasCentre
from tests.parts.browser import DESK, page_of

LONG_NAME = "欧阳" + "长" * 37 + "名"
VENDORED = Path(__file__).parents[2] / "central/web/assets/vendor"
needs_front_end = pytest.mark.skipif(not (VENDORED / "tabler.min.css").exists(), reason="no front-end files: run ./run setup")


@contextmanager
def served(site: HasCentre) -> Iterator[str]:
    """The centre's app on a port of its own."""
    server = uvicorn.Server(uvicorn.Config(application(site.centre), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    try:
        yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def signed_in(site: HasCentre, browser: Browser, size: tuple[int, int] = DESK, name: str = "office") -> Iterator[Page]:
    """A page whose visitor has signed in through the form."""
    with served(site) as url, page_of(browser, url, size) as page:
        page.goto("/")
        page.get_by_label("账号").fill(name)
        page.get_by_label("密码", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url(lambda at: "sign-in" not in at)
        yield page


def is_within(page: Page) -> bool:
    """Whether nothing sticks out sideways."""
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


def type_in(page: Page, number: str) -> None:
    """Fills in the registration of `LONG_NAME`, all but the performance pay."""
    for name, text in (
        ("id_number", number),
        ("name", LONG_NAME),
        ("phone", "13812345678"),
        ("contract_start", "2026-03-01"),
        ("contract_end", "2027-12-31"),
        ("basic_wage", "6000"),
        ("probation_wage", "5000"),
        ("card_number", "6222020200009876543"),
    ):
        page.locator(f"#f-{name}").fill(text)
    for name, value in (("main_trade", "020"), ("wage_type", "monthly"), ("bank_code", "102")):
        page.locator(f"#f-{name}").select_option(value)
