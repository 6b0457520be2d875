"""The lane screen in a real browser, over the gate's own screen server: every state, a dead gate, and back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import numpy as np
import pytest
from playwright.sync_api import Browser, Page, expect

from edge.gate.screen import Screen
from edge.gate.screen_server import ScreenServer
from edge.kiosk.enrolment import Step
from edge.kiosk.server import KioskServer
from edge.kiosk.texts import text
from edge.sync.wire import Reason
from gongmen.cable import Cable
from hardware.camera import Frame
from hardware.camera.simulated import Scene, Stage
from tests.edge.kiosk.house import House, apply, entry, header, house
from tests.parts.browser import LANE, PHONE, page_of, shoot
from tests.parts.pictures import demo_people

CONTACT = "项目部 陈工 021-5555 0101"
AT = 1_764_542_096_000
OVER = """() => {
  const off = [], whole = [0, 0, innerWidth, innerHeight];
  const look = (selector, [left, top, right, bottom]) => {
    for (const e of document.querySelectorAll(selector)) {
      if (!e.checkVisibility()) continue;
      const range = document.createRange(); range.selectNodeContents(e);
      const r = range.getBoundingClientRect();
      if (r.width && (r.left < left - 1 || r.top < top - 1 || r.right > right + 1 || r.bottom > bottom + 1))
        off.push(selector + " " + [r.left, r.top, r.right, r.bottom].map(Math.round));
    }
  };
  const stage = document.getElementById("stage").getBoundingClientRect();
  if (document.getElementById("verdict").checkVisibility()) look(".verdict .words", whole);
  else {
    look("#challenge > div", [stage.left, stage.top, stage.right, stage.bottom]);
    look("main .side", whole);
  }
  return off;
}"""


@pytest.fixture
def site(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path, with_faces=False, lane_socket=tmp_path / "run" / "lane.sock") as ready:
        apply(ready.store, header(), entry("w-0000000001", 1))
        ready.connected(True)
        yield ready


@contextmanager
def lane(browser: Browser, site: House, size: tuple[int, int] = LANE, **query: str) -> Iterator[Page]:
    with KioskServer(site.parts) as server, page_of(browser, server.url, size) as page:
        page.goto("/lane" + ("?lang=en" if query.get("lang") == "en" else ""))
        yield page


def place_of(server: KioskServer) -> tuple[str, int]:
    """Where it listens."""
    parts = urlsplit(server.url)
    return str(parts.hostname), int(parts.port or 0)


def at(browser: Browser, cable: Cable) -> AbstractContextManager[Page]:
    """A screen at the end of a cable."""
    return page_of(browser, f"http://127.0.0.1:{cable.port}", LANE)


@contextmanager
def gate(site: House) -> Iterator[Screen]:
    screen = Screen(lane="1")
    screen.amend(project_name="滨江花园三期总承包工程", contact=CONTACT, on_site=128, people=301)
    screen.show("idle", AT)
    assert site.parts.lane_socket is not None
    server = ScreenServer(screen, site.parts.lane_socket)
    server.start()
    try:
        yield screen
    finally:
        server.close()


def see(screen: Screen) -> None:
    """A real person before the lane's camera."""
    picture = demo_people()["obama"].pictures[0]
    screen.picture(Frame(Stage().render(Scene(picture=str(picture)), 1.0), 7, 1.0))


def test_idle_says_where_to_look_and_how_many_are_on_site(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        see(screen)
        expect(page.get_by_text("请看镜头")).to_be_visible()
        expect(page.locator("#on-site")).to_have_text("128")
        expect(page.locator("#project")).to_have_text("滨江花园三期总承包工程")
        expect(page.locator("#live")).to_be_visible()
        expect(page.locator("#verdict")).to_be_hidden()
        shoot(page, "lane-1-idle")
        expect(page.locator("#as-of")).to_be_hidden()
        screen.amend(on_site=131, on_site_as_of_ms=AT, offline_since_ms=AT)
        expect(page.locator("#count")).to_contain_text("131")
        expect(page.locator("#as-of")).to_have_text("截至 06:34")
        shoot(page, "lane-1-idle-offline")
        screen.amend(on_site=None)
        expect(page.locator("#count")).to_be_hidden()


def test_looking_frames_the_face_and_says_what_to_do(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        see(screen)
        screen.show("looking", AT, face_box=(0.38, 0.2, 0.24, 0.42), hint="COME_CLOSER")
        expect(page.locator("#hint")).to_have_text("请再靠近一点")
        expect(page.locator("#face")).to_be_visible()
        expect(page.locator("#live")).to_be_visible()
        shoot(page, "lane-2-looking")
        screen.show("looking", AT, face_box=(0.38, 0.2, 0.24, 0.42))
        expect(page.locator("#hint")).to_have_text("正在识别")


def test_a_pass_fills_the_screen_with_sign_words_name_and_sound(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        screen.show("pass", AT, shown_name="张*", team="钢筋一班", method="001")
        verdict = page.locator("#verdict")
        expect(verdict).to_have_attribute("data-kind", "pass")
        expect(verdict.locator(".only-pass")).to_be_visible()
        expect(page.get_by_role("heading", name="请进")).to_be_visible()
        for words in ("张*", "进场成功", "钢筋一班", "人脸", "06:34:56"):
            expect(verdict).to_contain_text(words)
        expect(page.locator("body")).to_have_attribute("data-sounded", f"pass-{screen.now()[1].number}")
        shoot(page, "lane-3-pass")


def test_what_the_reader_makes_of_a_card_fits_the_screen(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        screen.show("card", AT, hint="CARD_READING")
        expect(page.locator("#verdict-word")).to_have_text("正在读卡")
        screen.show("card", AT, hint="CARD_UNREADABLE")
        expect(page.locator("#verdict-word")).to_have_text("读卡失败")
        expect(page.locator("#verdict-facts")).to_contain_text("请找门卫")
        box = page.locator("#verdict .words").bounding_box()
        assert box is not None
        assert box["y"] >= 0
        assert box["y"] + box["height"] <= LANE[1]
        screen.show("looking", AT, hint="CARD_READ")
        expect(page.locator("#hint")).to_have_text("卡已读好，请看镜头")


def test_a_refusal_says_why_what_to_do_and_whom_to_ask(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        screen.show("refuse", AT, reason="NOT_CONFIRMED", method="005")
        verdict = page.locator("#verdict")
        expect(verdict).to_have_attribute("data-kind", "refuse")
        expect(verdict.locator(".only-refuse")).to_be_visible()
        for words in ("不能通过", "还没有确认进场", "请让用人单位分派", CONTACT):
            expect(verdict).to_contain_text(words)
        expect(page.locator("body")).to_have_attribute("data-sounded", f"refuse-{screen.now()[1].number}")
        shoot(page, "lane-4-refuse")
        screen.show("pass", AT, shown_name="王*", team="木工二班", method="005", direction="02")
        expect(page.get_by_role("heading", name="请慢走")).to_be_visible()
        expect(page.locator("body")).to_have_attribute("data-sounded", f"pass-{screen.now()[1].number}")


def test_a_face_that_is_not_known_is_sent_to_the_card_and_not_home(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        screen.show("refuse", AT, reason="NOT_CONFIRMED", method="001")
        verdict = page.locator("#verdict")
        for words in ("没有认出您", "请刷身份证或工卡", CONTACT):
            expect(verdict).to_contain_text(words)
        expect(verdict).not_to_contain_text("总包确认后再来")
        shoot(page, "lane-4-refuse-unknown-face")


def test_a_blind_gate_says_that_cards_open(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        screen.show("fault", AT, faults=("CAMERA_FROZEN",))
        verdict = page.locator("#verdict")
        for words in ("请刷卡", "身份证、工卡照常通行", "摄像头画面卡住了"):
            expect(verdict).to_contain_text(words)
        expect(verdict).not_to_contain_text("拔插")
        shoot(page, "lane-5-blind")


@pytest.mark.parametrize(
    ("state", "words"),
    [("card", "请刷身份证"), ("closed", "通道关闭"), ("fault", "摄像头断开了"), ("open", "请直接通过"), ("emergency", "请立即离开")],
    ids=["card", "closed", "fault", "open", "emergency"],
)
def test_other_states_say_what_is_the_matter(browser: Browser, site: House, state: str, words: str) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        screen.amend(faults=("CAMERA_UNPLUGGED",) if state == "fault" else ())
        screen.show(state, AT)
        expect(page.locator("#verdict")).to_contain_text(words)
        shoot(page, f"lane-5-{state}")


def test_a_challenge_says_which_way_to_turn_as_in_a_mirror(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        see(screen)
        box = (0.38, 0.2, 0.24, 0.42)
        for move, words, shown in (
            ("TURN_LEFT", "向左转", "to-left"),
            ("TURN_RIGHT", "向右转", "to-right"),
            ("BLINK", "眨一下眼", "to-blink"),
        ):
            screen.show("looking", AT, face_box=box, hint=move)
            expect(page.locator("#challenge-word")).to_contain_text(words)
            expect(page.locator(f"#challenge .{shown}")).to_be_visible()
            expect(page.locator("#challenge span:visible")).to_have_count(1)
            expect(page.locator("#hint")).to_be_empty()
            shoot(page, f"lane-2-challenge-{move.lower()}")
        left, told = page.locator("#challenge .to-left"), page.locator("#challenge-word")
        screen.show("looking", AT, face_box=box, hint="TURN_LEFT")
        expect(left).to_be_visible()
        arrow, spoken = left.bounding_box(), told.bounding_box()
        assert arrow is not None
        assert spoken is not None
        assert arrow["x"] < spoken["x"]
        screen.show("pass", AT, shown_name="张*")
        expect(page.locator("#challenge")).to_be_hidden()


def test_who_comes_while_the_camera_is_lent_is_told_to_use_the_card(browser: Browser, site: House) -> None:
    told: list[Callable[[], bool]] = []
    parts = replace(site.parts, borrows=True, tell_lender=told.append)
    with gate(site), KioskServer(parts) as server, page_of(browser, server.url, LANE) as page:
        page.goto("/lane")
        expect(page.locator("#on-site")).to_have_text("128")
        expect(page.locator("#banner-lent")).to_be_hidden()
        (is_taking,) = told
        assert not is_taking()
        server.app.state.counter.desk.step = Step.CAPTURE
        expect(page.get_by_text("摄像头正借给登记台采集，请先刷身份证")).to_be_visible()
        assert is_taking()
        shoot(page, "lane-6-lent")


CONTRAST = """() => {
  const parts = (colour) => colour.match(/[0-9.]+/g).slice(0, 3).map(Number);
  const light = (rgb) => rgb.map((v) => v / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const style = getComputedStyle(document.getElementById("verdict"));
  const [a, b] = [light(parts(style.color)), light(parts(style.backgroundColor))].sort((x, y) => y - x);
  return (a + 0.05) / (b + 0.05);
}"""


def test_every_verdict_is_readable_in_sunlight_and_at_three_metres(browser: Browser, site: House) -> None:
    """Contrast 7 to 1 (WCAG's enhanced level); the reason's letters at least 3 % of the screen's height: 8 mm on a 21-inch screen."""
    with gate(site) as screen, lane(browser, site) as page:
        for state in ("pass", "refuse", "card", "closed", "fault", "open", "emergency"):
            screen.show(state, AT, reason="NOT_CONFIRMED" if state == "refuse" else None)
            expect(page.locator("#verdict")).to_have_attribute("data-kind", state)
            assert page.evaluate(CONTRAST) >= 7, state
            for part in ("#verdict-more", "#verdict-facts"):
                letters = page.locator(part).evaluate("(node) => parseFloat(getComputedStyle(node).fontSize)")
                assert letters >= 0.03 * LANE[1], (state, part)


def test_the_longest_reasons_stand_whole_on_the_screen(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        for reason in sorted(Reason, key=lambda one: len(text(one).zh) + len(text(one).do_zh))[-3:]:
            screen.show("refuse", AT, reason=reason.value, shown_name="欧阳*")
            expect(page.locator("#verdict-more")).to_have_text(text(reason).zh)
            expect(page.locator("#verdict-contact")).to_be_in_viewport(ratio=1)
            expect(page.locator("#verdict-name")).to_be_in_viewport(ratio=1)
            shoot(page, f"lane-4-refuse-{reason.value.lower()}")


def test_banners_say_offline_since_when_and_that_the_list_is_old(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        see(screen)
        expect(page.locator("#banner-offline")).to_be_hidden()
        screen.amend(offline_since_ms=AT - 22 * 60_000 - 56_000, stale_roster=True, faults=("TURNSTILE_STUCK",))
        expect(page.get_by_text("离线 自 06:12，正在记录")).to_be_visible()
        expect(page.locator("#banner-stale")).to_be_visible()
        expect(page.locator("#banner-fault")).to_contain_text("闸门卡住")
        shoot(page, "lane-6-banners")


def test_an_overdue_list_asks_for_the_card_and_a_broken_reader_for_the_guard(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        screen.show("card", AT, hint="LIST_OVERDUE")
        expect(page.get_by_role("heading", name="请刷身份证")).to_be_visible()
        expect(page.locator("#verdict")).to_contain_text("身份证、工卡照常通行")
        shoot(page, "lane-5-overdue")
        screen.show("card", AT, hint="ASK_GUARD")
        expect(page.get_by_role("heading", name="请找门卫")).to_be_visible()
        shoot(page, "lane-5-ask-guard")


def test_a_dead_gate_is_said_and_the_screen_comes_back_by_itself(browser: Browser, site: House) -> None:
    with lane(browser, site) as page:
        expect(page.get_by_role("heading", name="闸机没有运行")).to_be_visible()
        shoot(page, "lane-7-dead")
        with gate(site):
            expect(page.locator("#verdict")).to_be_hidden()
        expect(page.get_by_role("heading", name="闸机没有运行")).to_be_visible()
        with gate(site):
            expect(page.locator("#verdict")).to_be_hidden()


def test_a_verdict_goes_by_itself_where_the_gate_says_nothing_newer(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        screen.show("pass", AT, anew=True, shown_name="张*")
        expect(page.get_by_role("heading", name="请进")).to_be_visible()
        expect(page.locator("#verdict")).to_be_hidden(timeout=4000)
        page.wait_for_timeout(1600)  # the gate has said the same once more meanwhile
        expect(page.locator("#verdict")).to_be_hidden()
        screen.show("pass", AT, anew=True, shown_name="李*")
        expect(page.locator("#verdict")).to_contain_text("李*")


def test_a_lane_that_stands_still_is_said_and_leaves_no_green_behind(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        screen.beat()
        screen.show("pass", AT, anew=True, shown_name="张*")
        expect(page.get_by_role("heading", name="请进")).to_be_visible()
        expect(page.get_by_role("heading", name="闸机没有运行")).to_be_visible(timeout=10_000)
        screen.beat()
        screen.show("idle", AT)
        expect(page.locator("#verdict")).to_be_hidden()


def test_a_screen_that_hears_nothing_more_says_so_instead_of_the_last_verdict(browser: Browser, site: House) -> None:
    with gate(site) as screen, KioskServer(site.parts) as server, Cable(*place_of(server)) as cable, at(browser, cable) as page:
        page.goto("/lane")
        screen.show("pass", AT, anew=True, shown_name="张*")
        expect(page.get_by_role("heading", name="请进")).to_be_visible()
        cable.stall()
        expect(page.get_by_role("heading", name="屏幕断线")).to_be_visible(timeout=10_000)
        shoot(page, "lane-7-lost")
        cable.flow()
        screen.show("idle", AT)
        expect(page.locator("#verdict")).to_be_hidden(timeout=10_000)


@pytest.mark.parametrize("size", [PHONE, (1080, 1920)], ids=["phone", "portrait"])
def test_nothing_is_cut_off_on_an_upright_screen(browser: Browser, site: House, size: tuple[int, int]) -> None:
    name = "phone" if size == PHONE else "portrait"
    with gate(site) as screen, lane(browser, site, size) as page:
        see(screen)
        screen.amend(offline_since_ms=AT)
        expect(page.locator("#live")).to_be_visible()
        shoot(page, f"lane-8-{name}-idle")
        screen.show("refuse", AT, reason="PROJECT_SUSPENDED", shown_name="欧阳*")
        expect(page.locator("#verdict-contact")).to_be_in_viewport(ratio=1)
        expect(page.locator("#verdict .sign")).to_be_in_viewport(ratio=1)
        shoot(page, f"lane-8-{name}-refuse")


def test_english_is_one_parameter_away(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site, lang="en") as page:
        screen.show("refuse", AT, reason="TRAINING_REQUIRED")
        expect(page.locator("#verdict")).to_contain_text("Safety training needed first")
        shoot(page, "lane-9-english")


def test_no_picture_is_shown_until_the_gate_has_one(browser: Browser, site: House) -> None:
    with gate(site) as screen, lane(browser, site) as page:
        expect(page.locator("#live")).to_be_hidden()
        screen.picture(Frame(np.full((48, 64, 3), 90, np.uint8), 1, 0.0))
        expect(page.locator("#live")).to_be_visible()


@pytest.mark.parametrize("size", [(1280, 800), (1080, 1920)], ids=["landscape", "portrait"])
def test_no_english_word_runs_over_the_edge(browser: Browser, site: House, size: tuple[int, int]) -> None:
    over = []
    with gate(site) as screen, lane(browser, site, size, lang="en") as page:
        screen.amend(stale_roster=True, offline_since_ms=AT, faults=("DEVICE_UNPLUGGED",))
        shown: list[tuple[str, dict[str, Any]]] = [
            ("idle", {}),
            *[("card", {"hint": code}) for code in ("CARD_UNREADABLE", "CARD_NUMBER_RANDOM", "CARD_READING")],
            *[("refuse", {"reason": reason.value, "method": "005", "shown_name": "张*"}) for reason in Reason],
            *[("looking", {"hint": move, "face_box": (0.38, 0.2, 0.24, 0.42)}) for move in ("TURN_LEFT", "TURN_RIGHT", "BLINK")],
        ]
        for state, fields in shown:
            screen.show(state, AT, anew=True, **fields)
            expect(page.locator("body")).to_have_attribute("data-state", state)
            page.wait_for_timeout(60)
            if fields.get("hint") in ("TURN_LEFT", "CARD_UNREADABLE"):
                shoot(page, f"lane-9-english-{size[0]}-{state}")
            over += [f"{state} {fields}: {what}" for what in page.evaluate(OVER)]
    assert not over, "\n".join(over)
