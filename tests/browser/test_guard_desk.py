"""The guard's desk and one worker's screens in a real browser, over one store with a real gate: what is pressed opens the turnstile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import pytest
from playwright.sync_api import Browser, Page, expect

from edge.clock import SystemClock
from edge.gate.engines.blind import BlindEngine
from edge.gate.gatehouse import Equipment, Gatehouse
from edge.gate.passage import Place
from edge.kiosk.card_place import SwipePlace
from edge.kiosk.server import KioskServer
from edge.reader.swipes import Swipes
from edge.store.secrets import seal
from edge.store.templates import Templates
from edge.sync import wire
from edge.sync.wire import Direction, Method
from hardware.camera.simulated import SimulatedCamera, SimulatedScene
from hardware.card_reader import ChipKind, ChipSeen
from hardware.turnstile.simulated import SimulatedTurnstile
from tests.browser.test_kiosk import sign_in
from tests.edge.gate.box import FakeReader
from tests.edge.kiosk.house import PIN, PIN_HASH, House, apply, card, entry, header, house
from tests.edge.kiosk.waiting import until
from tests.parts.browser import DESK, PHONE, page_of, shoot
from tests.parts.pictures import demo_people

WORKER, OTHER, LEARNER = "w-0000000001", "w-0000000002", "w-0000000003"
WORK_CARD = ChipSeen(ChipKind.DESFIRE, bytes.fromhex("04A1B2C3D4E5F6"))
GUARDS = (wire.Operator("op2", "王海燕", PIN_HASH), wire.Operator("g1", "保安 周国强", PIN_HASH, "guard"))
B = TypeVar("B", bound=wire.Body)


@dataclass
class Entrance:
    """A kiosk and a gate on one store, as on one box."""

    house: House
    kiosk_reader: FakeReader
    lane_reader: FakeReader
    lane: SimulatedScene
    arm: SimulatedTurnstile
    url: str

    def facts(self, kind: type[B]) -> list[B]:
        return [event.body for event in self.house.journal() if isinstance(event.body, kind)]

    def passed_by(self, method: Method) -> list[str]:
        """Who was let through that way."""
        return [one.person for one in self.facts(wire.Passage) if one.method is method]


@contextmanager
def gate(home: Path, made: House, reader: FakeReader, arm: SimulatedTurnstile) -> Iterator[None]:
    """The gate process in a thread: no face model, so that cards, codes and guards are all there is."""
    stop, ready = threading.Event(), threading.Event()
    scene = SimulatedScene(home / "lane")

    def run() -> None:
        equipment = Equipment(SimulatedCamera(scene.folder), reader, arm, BlindEngine())
        with closing(Gatehouse(made.home, Place("1", Direction.IN), equipment, made.keys, SystemClock())) as opened:
            ready.set()
            opened.run(stop)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        assert ready.wait(20)
        yield
    finally:
        stop.set()
        thread.join()


@pytest.fixture(scope="module")
def entrance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Entrance]:
    home = tmp_path_factory.mktemp("entrance")
    with house(home / "box", with_faces=False, lane_socket=home / "box" / "run" / "lane.sock") as made:
        box = wire.BoxKey("b-kiosk001", made.keys.sealing_public, made.keys.verify_key)
        learner = replace_entry(entry(LEARNER, 3, "李*", team="架子一班"), needs_training=True)
        apply(made.store, header(box, operators=GUARDS), entry(WORKER, 1), entry(OTHER, 2, "王*", team="木工二班"), learner)
        made.connected(True)
        kiosk_reader, lane_reader, arm = FakeReader(), FakeReader(), SimulatedTurnstile(home / "turnstile")
        swipes = Swipes(kiosk_reader, look_s=0.05, again_s=0.3)
        parts = replace(made.parts, cards=SwipePlace(swipes, made.parts.records.card_key, SystemClock().now_ms))  # type: ignore[attr-defined]
        with closing(swipes), gate(home, made, lane_reader, arm), KioskServer(parts) as server:
            yield Entrance(made, kiosk_reader, lane_reader, SimulatedScene(home / "lane"), arm, server.url)


def replace_entry(known: wire.RosterEntry, **changes: object) -> wire.RosterEntry:
    import msgspec

    return msgspec.structs.replace(known, **changes)


@contextmanager
def guard(browser: Browser, entrance: Entrance, size: tuple[int, int] = DESK) -> Iterator[Page]:
    """A guard, signed in."""
    with page_of(browser, entrance.url, size) as page:
        page.goto("/guard")
        page.get_by_role("radio", name="保安 周国强").click()
        page.get_by_label("PIN", exact=True).fill(PIN)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="查找已确认的工人")).to_be_visible()
        yield page


def last_act(page: Page, words: str) -> None:
    expect(page.locator("#acts li").first).to_contain_text(words)


def find(page: Page, words: str, name: str) -> None:
    page.locator("#find-text:visible").fill(words)
    page.locator("#find-form:visible").get_by_role("button", name="查找").click()
    page.locator(".people:visible button", has_text=name).click()


def test_a_guard_lets_a_confirmed_worker_through_and_sees_what_was_written_down(browser: Browser, entrance: Entrance) -> None:
    entrance.lane.show(demo_people()["obama"].pictures[0])
    with guard(browser, entrance) as page:
        shoot(page, "guard-1-begin")
        find(page, "钢筋", "张*")
        expect(page.locator("#admit")).to_be_disabled()
        page.get_by_role("radio", name="忘带证件").click()
        expect(page.locator("#live")).to_be_visible()
        shoot(page, "guard-2-chosen")
        expect(page.locator("#admit")).to_be_in_viewport(ratio=1)
        page.locator("#admit").click()
        last_act(page, "已执行，已记录")
        last_act(page, "忘带证件")
        shoot(page, "guard-3-admitted")
    passage = entrance.facts(wire.Passage)[-1]
    assert (passage.person, passage.method, passage.operator, passage.why) == (WORKER, Method.GUARD, "g1", "CARD_LEFT_AT_HOME")
    assert entrance.arm.pulses()[-1]["way"] == "in"
    entrance.lane.clear()


@pytest.mark.rule("A-03")
def test_a_guard_finds_nobody_unconfirmed_and_hears_why_the_gate_says_no(browser: Browser, entrance: Entrance) -> None:
    before = len(entrance.arm.pulses())
    with guard(browser, entrance, PHONE) as page:
        page.locator("#find-text").fill("赵")
        page.keyboard.press("Enter")
        expect(page.locator("#people-empty")).to_be_visible()
        find(page, "架子", "李*")
        page.get_by_role("radio", name="人脸认不出").click()
        page.locator("#admit").click()
        last_act(page, "没有放行：需要先完成安全教育")
        shoot(page, "guard-4-refused-phone", whole=True)
    assert len(entrance.arm.pulses()) == before
    assert entrance.facts(wire.Refusal)[-1].reason is wire.Reason.TRAINING_REQUIRED


def test_one_key_and_emergency_ask_once_open_and_close_and_name_who(browser: Browser, entrance: Entrance) -> None:
    with guard(browser, entrance) as page, page_of(browser, entrance.url, (1920, 1080)) as lane:
        lane.goto("/lane")
        for key, reason, says, screen, over in (
            ("一键常开", "送货、大件", "闸机现在常开", "闸机已打开", "恢复关闭"),
            ("应急疏散", "演练", "应急打开中", "请立即离开", "应急结束"),
        ):
            page.get_by_role("button", name=key).click()
            expect(page.locator("#hold-yes")).to_be_enabled(enabled=key == "应急疏散")  # in an emergency two touches are enough
            page.locator("#confirm").get_by_role("radio", name=reason).click()
            shoot(page, f"guard-5-ask-{key}")
            page.locator("#hold-yes").click()
            last_act(page, "已执行，已记录")
            expect(page.locator("#gate-now")).to_contain_text(says)
            expect(lane.locator("#verdict h1")).to_have_text(screen)
            assert entrance.arm.outputs()["held"]
            shoot(page, f"guard-6-open-{key}")
            page.get_by_role("button", name=over).click()
            expect(page.locator("#gate-now")).to_contain_text("逐人放行")
            expect(lane.locator("#verdict")).to_be_hidden()
    said = [(one.method, one.open, one.operator, one.why) for one in entrance.facts(wire.Opening)]
    assert said == [
        (Method.ONE_KEY, True, "g1", "DELIVERY"),
        (Method.ONE_KEY, False, "g1", "OVER"),
        (Method.EMERGENCY, True, "g1", "DRILL"),
        (Method.EMERGENCY, False, "g1", "OVER"),
    ]
    assert not entrance.arm.outputs()["held"]


def test_a_work_card_opens_the_lane_as_soon_as_it_is_bound_and_no_more_once_released(browser: Browser, entrance: Entrance) -> None:
    with page_of(browser, entrance.url) as page:
        page.goto("/enrol")
        sign_in(page)
        page.get_by_role("button", name="找工人").click()
        shoot(page, "worker-1-find")
        find(page, "木工", "王*")
        shoot(page, "worker-2-facts")
        page.get_by_role("button", name="绑定工卡").click()
        expect(page.get_by_role("heading", name="请把工卡放到读卡器上")).to_be_visible()
        entrance.kiosk_reader.lay(card(1))
        expect(page.locator("#binding")).to_contain_text("这是身份证，不是工卡")
        shoot(page, "worker-3-bind")
        entrance.kiosk_reader.lay(WORK_CARD)
        expect(page.locator("#told")).to_contain_text("工卡已绑定，本机马上生效")
        shoot(page, "worker-4-bound")
        entrance.lane_reader.lay(WORK_CARD)
        until(lambda: entrance.passed_by(Method.WORK_CARD) == [OTHER])
        page.get_by_role("button", name="解除").click()
        expect(page.get_by_text("没有工卡。")).to_be_visible()
        page.get_by_role("button", name="退出登录").click()
    assert [(one.person, one.bound, one.operator) for one in entrance.facts(wire.CardBinding)] == [
        (OTHER, True, "op2"),
        (OTHER, False, "op2"),
    ]
    refused = len(entrance.facts(wire.Refusal))
    entrance.lane_reader.lay(replace(WORK_CARD, number=bytes(7)))
    until(lambda: len(entrance.facts(wire.Refusal)) == refused + 1)
    entrance.lane_reader.lay(WORK_CARD)
    until(lambda: len(entrance.facts(wire.Refusal)) == refused + 2)


def test_a_printed_pass_opens_the_lane(browser: Browser, entrance: Entrance, tmp_path: Path) -> None:
    with page_of(browser, entrance.url) as page:
        page.goto("/enrol")
        sign_in(page)
        page.get_by_role("button", name="找工人").click()
        find(page, "木工", "王*")
        page.get_by_role("button", name="打印二维码通行证").click()
        expect(page.locator("#qr svg")).to_be_visible()
        shoot(page, "worker-5-pass")
        page.locator("#qr").screenshot(path=str(tmp_path / "pass.png"))
        page.emulate_media(media="print")
        shoot(page, "worker-6-pass-printed")
        page.emulate_media(media="screen")
        entrance.lane.show(tmp_path / "pass.png", move=1.0)
        until(lambda: entrance.passed_by(Method.QR) == [OTHER])
        page.get_by_role("button", name="退出登录").click()
    entrance.lane.clear()
    assert any(OTHER in one.detail and "op2" in one.detail for one in entrance.facts(wire.Incident) if one.code == "QR_PASS_WRITTEN")


def test_a_withdrawn_face_is_gone_here_at_once_with_proof(browser: Browser, entrance: Entrance) -> None:
    made = entrance.house
    Templates(made.store).put(WORKER, "sface-2021dec", seal(b"rows", made.keys.sealing_public), "local")
    with page_of(browser, entrance.url) as page:
        page.goto("/enrol")
        sign_in(page)
        page.get_by_role("button", name="找工人").click()
        find(page, "张", "张*")
        page.get_by_role("button", name="撤回人脸").click()
        shoot(page, "worker-7-withdraw-ask")
        page.get_by_role("button", name="删除人脸").click()
        expect(page.get_by_role("heading", name="人脸已删除")).to_be_visible()
        deletion = entrance.facts(wire.Deletion)[-1]
        assert (deletion.person, deletion.template, deletion.cause) == (WORKER, True, wire.EndCause.WITHDRAWN)
        number = next(event.seq for event in made.journal() if event.body == deletion)
        expect(page.locator('[data-withdrawn="reference"]')).to_contain_text(f"-{number}")
        expect(page.locator("#withdrawn-here")).to_contain_text("等待联网")
        shoot(page, "worker-8-withdrawn")
        page.get_by_role("button", name="退出登录").click()
    assert not Templates(made.store).has(WORKER)
