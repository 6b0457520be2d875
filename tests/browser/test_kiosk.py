"""The enrolment in a real browser, over a reader on a pty, a simulated camera, the default engine and the real store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from edge.kiosk.server import KioskServer
from edge.store.templates import Templates
from edge.sync import wire
from tests.edge.kiosk.house import PIN, House, apply, card, entry, header, house
from tests.parts.browser import DESK, PHONE, chromium, page_of, shoot
from tests.parts.pictures import demo_people

WORKER, OTHER = "w-0000000001", "w-0000000002"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture
def site(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as ready:
        box = wire.BoxKey("b-kiosk001", ready.keys.sealing_public)
        apply(ready.store, header(box), entry(WORKER, 1), entry(OTHER, 2, "王*", team="木工二班"))
        ready.connected(True)
        yield ready


@contextmanager
def kiosk(browser: Browser, site: House, size: tuple[int, int] = DESK) -> Iterator[Page]:
    with KioskServer(site.parts) as server, page_of(browser, server.url, size) as page:
        page.goto("/enrol")
        yield page


def sign_in(page: Page) -> None:
    page.get_by_role("radio", name="王海燕").click()
    for digit in PIN:
        page.locator(f'#pad [data-key="{digit}"]').click()
    page.get_by_role("button", name="登录", exact=True).click()
    expect(page.get_by_role("heading", name="请把工人的身份证放到读卡器上")).to_be_visible()


def test_a_confirmed_worker_is_enrolled_with_a_face(browser: Browser, site: House) -> None:
    picture = demo_people()["obama"].pictures[0]
    with kiosk(browser, site) as page:
        expect(page.get_by_role("heading", name="现场管理员登录")).to_be_visible()
        shoot(page, "kiosk-1-sign-in")
        sign_in(page)
        shoot(page, "kiosk-2-card")
        site.reader.put(card(1))
        expect(page.get_by_text("已确认进场，可以登记")).to_be_visible()
        shoot(page, "kiosk-3-who")
        page.get_by_role("button", name="是本人，开始登记").click()
        face = page.locator('[data-choose="face"]:visible')
        expect(face).to_be_disabled()
        page.get_by_text("在本项目闸机用人脸进出").click()
        page.get_by_text("同步到本项目的其他闸机").click()
        shoot(page, "kiosk-4-consent")
        face.click()
        expect(page.locator("#hint")).to_have_text("请站到镜头前")
        expect(page.locator("#preview")).to_be_visible()
        shoot(page, "kiosk-5-capture-nobody")
        site.scene.show(picture)
        expect(page.locator("#slots li.full").first).to_be_visible()
        shoot(page, "kiosk-5-capture")
        expect(page.get_by_role("heading", name="请确认")).to_be_visible()
        expect(page.locator("#approve")).to_be_enabled()
        shoot(page, "kiosk-6-approve")
        page.get_by_role("button", name="确认，完成登记").click()
        expect(page.get_by_role("heading", name="登记完成")).to_be_visible()
        shoot(page, "kiosk-7-done")
    [event] = site.journal()
    assert isinstance(event.body, wire.Enrolment)
    assert event.body.person == WORKER
    assert event.body.shots == 3
    assert event.body.consent.operator == "op2"
    assert list(event.body.templates) == ["b-kiosk001"]
    assert [who for who, _ in Templates(site.store).all(event.body.engine)] == [WORKER]
