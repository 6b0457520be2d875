"""The portal on a port of its own, and pages whose visitor has signed in through the form."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn
from playwright.sync_api import Browser, Page

from tests.central.stage import application
from tests.central.web.site import PASSWORD, HasCentre
from tests.parts.browser import DESK, page_of


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
