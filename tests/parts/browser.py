"""Debian's Chromium under Playwright: Chinese, in Shanghai, with pictures of what was seen under test-artefacts/."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

CHROMIUM = Path("/usr/bin/chromium")
ARTEFACTS = Path(__file__).parents[2] / "test-artefacts"
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)
OFFICE_READER = "http://127.0.0.1:8463/"
"""The card reader on the visitor's own desk, which a registration page may ask."""
DESK = (1280, 800)
PHONE = (390, 844)
LANE = (1920, 1080)


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser; skips with a reason where Chromium is not installed."""
    if not CHROMIUM.exists():
        pytest.skip("no /usr/bin/chromium (apt install chromium)")
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=list(ARGUMENTS))
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def page_of(browser: Browser, url: str, size: tuple[int, int] = DESK, **options: Any) -> Iterator[Page]:
    """A page on its own context. What the page's script could not do, or a request outside its own site, fails the test."""
    context = browser.new_context(
        locale="zh-CN",
        timezone_id="Asia/Shanghai",
        base_url=url,
        viewport={"width": size[0], "height": size[1]},
        **options,
    )
    page = context.new_page()
    page.set_default_timeout(15_000)
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("request", lambda request: troubles.append(request.url) if _is_elsewhere(request.url, url) else None)
    try:
        yield page
    finally:
        context.close()
    assert troubles == []


def _is_elsewhere(asked: str, own: str) -> bool:
    return not asked.startswith((own, "blob:", "data:", OFFICE_READER))


def shoot(page: Page, name: str, whole: bool = False) -> Path:
    """A picture of the page as it is now; where it lies."""
    path = ARTEFACTS / f"{name}.png"
    path.parent.mkdir(exist_ok=True)
    page.screenshot(path=str(path), full_page=whole, animations="disabled")
    return path
