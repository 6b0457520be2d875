"""The enrolment in a real browser, over a reader on a pty, a simulated camera, the default engine and the real store."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import cv2
import msgspec
import numpy as np
import pytest
from playwright.sync_api import Browser, Page, Route, expect

from edge.kiosk.server import KioskServer
from edge.reader.id_card import decode_card
from edge.reader.id_number import card_hash
from edge.store.health import Health
from edge.store.lookups import Lookups
from edge.store.templates import Templates
from edge.sync import wire
from hardware.card_reader import CardData, synthetic
from hardware.card_reader.wlt import HEIGHT, WIDTH, ChipPhoto
from tests.edge.kiosk.house import CARD_KEY, PIN, House, apply, card, entry, header, house
from tests.parts.browser import DESK, PHONE, page_of, shoot
from tests.parts.pictures import demo_people

WORKER, OTHER = "w-0000000001", "w-0000000002"


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
        expect(page.locator("#slots li.full").first).to_be_visible(timeout=20_000)
        shoot(page, "kiosk-5-capture")
        expect(page.get_by_text("请戴上安全帽，再拍两张")).to_be_visible(timeout=20_000)
        shoot(page, "kiosk-5-helmet")
        page.get_by_role("button", name="戴好了，拍照").click()
        expect(page.get_by_role("heading", name="请确认")).to_be_visible(timeout=20_000)
        expect(page.locator("#approve")).to_be_enabled()
        expect(page.locator("#shots li:visible")).to_have_count(5)
        expect(page.locator("#helmet-said")).to_contain_text("认得出")
        expect(page.locator("#chip-again")).to_contain_text("芯片照片不可用")
        shoot(page, "kiosk-6-approve")
        page.get_by_role("button", name="确认，完成登记").click()
        expect(page.get_by_role("heading", name="登记完成")).to_be_visible()
        shoot(page, "kiosk-7-done")
    [event] = site.journal()
    assert isinstance(event.body, wire.Enrolment)
    assert event.body.person == WORKER
    assert event.body.shots == 3
    assert event.body.consent.operator == "op2"
    assert list(event.body.copies) == ["b-kiosk001"]
    assert [who for who, _ in Templates(site.store).all(event.body.engine)] == [WORKER]


def to_consent(page: Page, site: House, sequence: int = 1) -> None:
    site.reader.put(card(sequence))
    page.get_by_role("button", name="是本人，开始登记").click()
    expect(page.locator(".notice-text:visible h1")).to_have_text("是否用人脸进出，由您自己决定")


def size_of(page: Page, selector: str) -> tuple[float, float]:
    box = page.locator(selector).bounding_box()
    assert box is not None
    return box["width"], box["height"]


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["wide", "phone"])
def test_a_worker_who_wants_no_face_is_enrolled_with_the_card(browser: Browser, site: House, size: tuple[int, int]) -> None:
    name = "phone" if size == PHONE else "wide"
    with kiosk(browser, site, size) as page:
        sign_in(page)
        shoot(page, f"kiosk-card-only-{name}-1-card", whole=True)
        to_consent(page, site)
        shoot(page, f"kiosk-card-only-{name}-2-consent", whole=True)
        assert size_of(page, '[data-choose="card"]:visible') == size_of(page, '[data-choose="face"]:visible')
        site.reader.lift()
        page.locator('[data-choose="card"]:visible').click()
        expect(page.get_by_role("heading", name="再刷一次身份证，试一试")).to_be_visible()
        shoot(page, f"kiosk-card-only-{name}-3-trial", whole=True)
        site.reader.put(card(2))
        expect(page.get_by_text("这不是刚才那张卡")).to_be_visible()
        site.reader.lift()
        site.reader.put(card(1))
        expect(page.get_by_text("刷卡进出，不采集人脸。")).to_be_visible()
        shoot(page, f"kiosk-card-only-{name}-4-approve", whole=True)
        page.get_by_role("button", name="确认，完成登记").click()
        expect(page.get_by_text("从现在起，刷身份证进出")).to_be_visible()
        shoot(page, f"kiosk-card-only-{name}-5-done", whole=True)
        page.get_by_role("button", name="下一位").click()
        page.get_by_role("button", name="今日登记").click()
        expect(page.locator("#today tbody tr")).to_have_count(1)
        shoot(page, f"kiosk-card-only-{name}-6-today")
    [event] = site.journal()
    assert isinstance(event.body, wire.Enrolment)
    assert (event.body.engine, event.body.shots, event.body.consent.template) == ("", 0, False)
    assert Templates(site.store).count() == 0


def late(route: Route) -> None:
    """The answer to a button that is overtaken by what the page hears by itself."""
    answer = route.fetch()
    time.sleep(1)
    route.fulfill(response=answer)


def test_a_permit_of_taiwan_hong_kong_or_macau_is_enrolled_and_compared_with_the_chips_photo(browser: Browser, site: House) -> None:
    picture = demo_people()["obama"].pictures[0]
    laid, decoded = synthetic.permit(), chip_photo(picture)
    roster(site, entry_of(laid, "陈*"))
    with kiosk(browser, replaced(site, decode_photo=lambda _wlt: decoded)) as page:
        sign_in(page)
        site.reader.put(laid)
        expect(page.locator('[data-card="name"]')).to_have_text("陈样本")
        expect(page.locator("#chip")).to_have_attribute("data-code", "CHIP_PHOTO_SHOWN")
        expect(page.locator("#chip img")).to_be_visible()
        shoot(page, "kiosk-permit-1-who")
        page.get_by_role("button", name="是本人，开始登记").click()
        page.get_by_text("在本项目闸机用人脸进出").click()
        site.scene.show(picture)
        page.locator('[data-choose="face"]:visible').click()
        page.route("**/api/skip-helmet", late)
        page.get_by_role("button", name="没有帽子，跳过").click(timeout=20_000)
        expect(page.locator("#chip-again")).to_contain_text("与芯片照片相似")
        shoot(page, "kiosk-permit-2-approve")
        page.get_by_role("button", name="确认，完成登记").click()
        expect(page.get_by_role("heading", name="登记完成")).to_be_visible()
    assert [event.body.shots for event in site.journal() if isinstance(event.body, wire.Enrolment)] == [3]


def test_a_foreigners_card_of_2023_is_enrolled(browser: Browser, site: House) -> None:
    laid = synthetic.foreign_2023()
    roster(site, entry_of(laid, "森*"))
    with kiosk(browser, site) as page:
        sign_in(page)
        site.reader.put(laid)
        expect(page.locator('[data-card="nation"]')).to_have_text("UTO")
        expect(page.locator('[data-card="name"]')).to_contain_text("SAMPLE")
        shoot(page, "kiosk-foreign-1-who")
        page.get_by_role("button", name="是本人，开始登记").click()
        site.reader.lift()
        page.locator('[data-choose="card"]:visible').click()
        expect(page.get_by_role("heading", name="再刷一次身份证，试一试")).to_be_visible()
        site.reader.put(laid)
        page.get_by_role("button", name="确认，完成登记").click()
        expect(page.get_by_text("从现在起，刷身份证进出")).to_be_visible()
        shoot(page, "kiosk-foreign-2-done")
    enrolled = [event.body for event in site.journal() if isinstance(event.body, wire.Enrolment)]
    assert [(one.person, one.engine) for one in enrolled] == [(WORKER, "")]


def entry_of(laid: CardData, shown_name: str) -> wire.RosterEntry:
    """The confirmed worker whose card this is."""
    return msgspec.structs.replace(entry(WORKER, 1, shown_name), cards=(card_hash(decode_card(laid).number, CARD_KEY),))


def roster(site: House, *entries: wire.RosterEntry) -> None:
    apply(site.store, header(wire.BoxKey("b-kiosk001", site.keys.sealing_public)), *entries)


def replaced(site: House, **parts: Any) -> House:
    return replace(site, parts=replace(site.parts, **parts))


def chip_photo(picture: Path) -> ChipPhoto:
    """What a vendor's decoder makes of a chip: a small portrait, here cut from a photograph."""
    image = cv2.imread(str(picture))
    assert image is not None
    height, width = image.shape[:2]
    wide = round(height * 0.75 * WIDTH / HEIGHT)
    cut = image[: round(height * 0.75), (width - wide) // 2 : (width + wide) // 2]
    return ChipPhoto(np.asarray(cv2.resize(cut, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA))[..., ::-1].tobytes())


def reader_says(page: Page, words: str, do: str) -> None:
    expect(page.locator("#reader strong")).to_contain_text(words)
    expect(page.locator("#reader p")).to_contain_text(do)


@pytest.mark.rule("A-25")
def test_each_trouble_with_a_card_or_reader_is_told_apart_with_what_to_do(browser: Browser, site: House) -> None:
    with kiosk(browser, site) as page:
        sign_in(page)
        site.reader.refuse(select=0x81)
        site.reader.put(card(1))
        reader_says(page, "证件读不出来", "请拿起证件重新放好")
        shoot(page, "kiosk-trouble-1-unreadable")
        site.reader.refuse(select=0x31)
        reader_says(page, "真伪校验", "换一台读卡器")
        site.reader.refuse()
        site.reader.lift()
        reader_says(page, "请放身份证", "平放在读卡区")
        site.reader.put(card(1, valid_until=date(2020, 1, 1)))
        reader_says(page, "证件已过有效期", "换领新证")
        shoot(page, "kiosk-trouble-2-expired")
        site.reader.unplug()
        reader_says(page, "没有找到读卡器", "请检查读卡器电源和连接线")
        shoot(page, "kiosk-trouble-3-unplugged")
        site.reader.replug()
        site.reader.garble_next(2)
        site.reader.put(card(1))
        expect(page.get_by_text("已确认进场，可以登记")).to_be_visible()
    assert site.journal() == []


@pytest.mark.rule("A-03")
def test_an_unconfirmed_worker_hears_who_must_act_and_is_not_enrolled(browser: Browser, site: House) -> None:
    with kiosk(browser, site) as page:
        sign_in(page)
        site.reader.put(card(7, "赵铁柱"))
        expect(page.get_by_text("正在向平台查询")).to_be_visible()
        [question] = Lookups(site.store).open_questions()
        answer = wire.LookupAnswer(question.request, "assigned", "赵*", "上海沪建劳务有限公司", "华东建设集团总承包公司")
        Lookups(site.store).put_answer(answer)
        expect(page.get_by_text("已分派，等待确认进场")).to_be_visible()
        expect(page.get_by_text("等待 华东建设集团总承包公司 确认")).to_be_visible()
        expect(page.get_by_role("button", name="是本人，开始登记")).to_be_disabled()
        shoot(page, "kiosk-unconfirmed")
        box = wire.BoxKey("b-kiosk001", site.keys.sealing_public)
        apply(site.store, header(box), entry(WORKER, 1), entry("w-0000000007", 7, "赵*"))
        expect(page.get_by_role("button", name="是本人，开始登记")).to_be_enabled()


def test_offline_the_kiosk_works_and_says_what_it_cannot_know(browser: Browser, site: House) -> None:
    site.connected(False, 1_764_540_720_000)
    with kiosk(browser, site) as page:
        expect(page.get_by_text("离线 自 06:12")).to_be_visible()
        sign_in(page)
        site.reader.put(card(7, "赵铁柱"))
        expect(page.get_by_text("现在离线，无法知道办到哪一步")).to_be_visible()
        shoot(page, "kiosk-offline-unknown")
        page.get_by_role("button", name="换一张卡").click()
        site.reader.lift()
        site.reader.put(card(1))
        expect(page.get_by_text("已确认进场，可以登记")).to_be_visible()


def test_what_was_begun_is_found_again_after_the_kiosk_was_restarted(browser: Browser, site: House) -> None:
    with kiosk(browser, site) as page:
        sign_in(page)
        to_consent(page, site)
        page.get_by_text("在本项目闸机用人脸进出").click()
        page.locator('[data-choose="face"]:visible').click()
        expect(page.locator("#hint")).to_have_text("请站到镜头前")
    with kiosk(browser, site) as page:
        sign_in(page)
        expect(page.get_by_text("未完成的登记")).to_be_visible()
        shoot(page, "kiosk-resume")
        page.get_by_role("button", name="继续").click()
        expect(page.locator("#wanted")).to_contain_text("张*")
        site.reader.lift()
        site.reader.put(card(1))
        expect(page.get_by_role("heading", name="请工人看镜头")).to_be_visible()
        site.scene.unplug()
        expect(page.locator("#camera-fault")).to_contain_text("摄像头断开了")
        shoot(page, "kiosk-camera-unplugged")


def test_the_same_face_under_a_second_name_is_a_warning(browser: Browser, site: House) -> None:
    pictures = demo_people()["obama"].pictures
    with kiosk(browser, site) as page:
        sign_in(page)
        for sequence, picture in ((1, pictures[0]), (2, pictures[1])):
            site.scene.clear()
            site.reader.lift()
            to_consent(page, site, sequence)
            page.get_by_text("在本项目闸机用人脸进出").click()
            site.scene.show(picture)
            page.locator('[data-choose="face"]:visible').click()
            page.get_by_role("button", name="没有帽子，跳过").click(timeout=20_000)
            expect(page.get_by_role("heading", name="请确认")).to_be_visible(timeout=20_000)
            if sequence == 1:
                page.get_by_role("button", name="确认，完成登记").click()
                page.get_by_role("button", name="下一位").click()
        expect(page.locator("#alike")).to_contain_text("与名单上另一位工人很像：张* · 钢筋一班")
        shoot(page, "kiosk-alike")
        page.get_by_role("button", name="已核对，继续完成").click()
        expect(page.get_by_role("heading", name="登记完成")).to_be_visible()
        expect(page.locator("#works")).to_contain_text("今后刷卡加人脸")
    assert Templates(site.store).count() == 2
    assert [body.detail for event in site.journal() if isinstance(body := event.body, wire.Incident)] == [f"{OTHER} {WORKER}"]


def test_wrong_pins_count_down_and_lock(browser: Browser, site: House) -> None:
    with kiosk(browser, site) as page:
        for left in (4, 3, 2, 1):
            page.get_by_label("PIN").fill("0000")
            page.keyboard.press("Enter")
            expect(page.locator("#problem")).to_contain_text(f"还可以试 {left} 次")
        page.get_by_label("PIN").fill("0000")
        page.keyboard.press("Enter")
        expect(page.locator("#problem")).to_contain_text("已锁定")
        shoot(page, "kiosk-locked")


def test_the_consent_reads_in_english_and_its_ticks_stay(browser: Browser, site: House) -> None:
    with kiosk(browser, site) as page:
        sign_in(page)
        to_consent(page, site)
        page.get_by_text("在本项目闸机用人脸进出").click()
        page.locator('[data-notice="en"]').click()
        expect(page.get_by_role("heading", name="Your face at the gate: you decide")).to_be_visible()
        expect(page.locator('.notice-text:visible [data-tick="template"]')).to_be_checked()
        shoot(page, "kiosk-consent-english")
        page.locator('[data-choose="card"]:visible').click()
        expect(page.get_by_role("heading", name="再刷一次身份证，试一试")).to_be_visible()


@pytest.mark.parametrize("size", [DESK, PHONE], ids=["wide", "phone"])
def test_the_health_page_says_what_is_well_and_what_is_not(browser: Browser, site: House, size: tuple[int, int]) -> None:
    Health(site.store).report("gate", {"frames": 9120, "camera_fault": "CAMERA_FROZEN", "reader_fault": None, "faults": ["CAMERA_FROZEN"]})
    with kiosk(browser, site, size) as page:
        page.goto("/health")
        expect(page.locator(".panel", has_text="闸机").first).to_contain_text("摄像头画面卡住了")
        expect(page.locator(".panel", has_text="登记台")).to_contain_text("正常")
        shoot(page, f"kiosk-health-{'phone' if size == PHONE else 'wide'}", whole=True)
