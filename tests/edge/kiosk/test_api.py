"""The kiosk over HTTP, as its page and a program use it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from edge.clock import SystemClock
from edge.kiosk.consent import notice
from edge.kiosk.parts import KioskParts
from edge.kiosk.records import StoreRecords
from edge.kiosk.server import KioskServer
from edge.store.database import Store
from edge.store.health import Health
from edge.store.secrets import BoxKeys
from edge.sync import wire
from tests.edge.kiosk.fakes import FakeCamera, FakeCards, FakeEngine, FakeFace, FakeGallery
from tests.edge.kiosk.house import PIN, apply, entry, hash_of, header
from tests.edge.kiosk.waiting import until

WORKER = "w-0000000001"


class Kiosk:
    """A running kiosk, and one browser's worth of cookies."""

    def __init__(self, home: Path) -> None:
        keys = BoxKeys.create(home)
        self.home, self.cards = home, FakeCards()
        with_store(home, lambda store: apply(store, header(), entry(WORKER, 1)))
        records = StoreRecords(lambda: Store.open(home), SystemClock(), keys.sealing_public)
        self.parts = KioskParts("b-1", "1", records, self.cards, FakeGallery(), FakeCamera(), FakeEngine(FakeFace()))
        self.start()

    def start(self) -> None:
        self.server = KioskServer(self.parts).start()
        self.client = self.browser()
        self.csrf = str(self.state()["csrf"])

    def restart(self) -> None:
        self.close()
        self.start()

    def browser(self) -> httpx.Client:
        return httpx.Client(base_url=self.server.url, trust_env=False, timeout=20)

    def state(self) -> dict[str, Any]:
        return dict(self.client.get("/api/state").json())

    def post(self, action: str, **body: object) -> httpx.Response:
        answer = self.client.post(f"/api/{action}", json=body, headers={"X-CSRF-Token": self.csrf})
        self.csrf = answer.json().get("csrf", self.csrf)
        return answer

    def sign_in(self) -> None:
        assert self.post("sign-in", operator="op1", pin=PIN).status_code == 200

    def step(self) -> str:
        return str(self.state()["step"])

    def close(self) -> None:
        self.client.close()
        self.server.close()


def with_store(home: Path, act: Any) -> None:
    store = Store.open(home)
    try:
        act(store)
    finally:
        store.close()


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    running = Kiosk(tmp_path)
    yield running
    running.close()


def test_a_program_enrols_a_worker_without_a_browser(kiosk: Kiosk) -> None:
    kiosk.sign_in()
    kiosk.cards.put(hash_of(1))
    until(lambda: kiosk.step() == "who")
    assert kiosk.post("begin").json()["step"] == "consent"
    agreed = kiosk.client.get("/api/notice/zh").json()
    assert agreed["text_hash"] == notice("zh").text_hash
    kiosk.post("consent", template=True, transfer=True, text_hash=agreed["text_hash"])
    until(lambda: kiosk.step() == "approve")
    until(lambda: not kiosk.state()["approval"]["checking"])
    assert kiosk.client.get("/api/shots/2.jpg").headers["content-type"] == "image/jpeg"
    assert kiosk.client.get("/api/shots/3.jpg").status_code == 404
    done = kiosk.post("approve").json()
    assert (done["step"], done["receipt"]["way"], done["receipt"]["operator"]) == ("done", "face", "李志强")
    assert len(kiosk.client.get("/api/today").json()["enrolments"]) == 1
    assert kiosk.post("next").json()["step"] == "card"


def test_before_signing_in_nothing_of_anybody_is_told(kiosk: Kiosk) -> None:
    kiosk.cards.put(hash_of(1))
    seen = kiosk.state()
    assert set(seen) == {"number", "step", "operators", "csrf", "operator", "site"}
    assert [row["name"] for row in seen["operators"]] == ["李志强", "王海燕"]
    assert "argon2" not in json.dumps(seen)
    for path in ("/api/today", "/api/preview.jpg"):
        assert kiosk.client.get(path).status_code == 401
    assert kiosk.client.get("/api/shots/0.jpg").status_code == 404
    assert kiosk.post("begin").json()["code"] == "NOT_SIGNED_IN"


def test_the_cookie_stays_out_of_scripts_and_of_other_sites(kiosk: Kiosk) -> None:
    with kiosk.browser() as fresh:
        cookie = fresh.get("/api/state").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie


@pytest.mark.parametrize("token", [None, "", "guessed"])
def test_a_write_without_the_pages_token_is_refused(kiosk: Kiosk, token: str | None) -> None:
    headers = {} if token is None else {"X-CSRF-Token": token}
    answer = kiosk.client.post("/api/sign-in", json={"operator": "op1", "pin": PIN}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "CSRF_MISSING")
    assert kiosk.step() == "sign_in"


def test_another_browser_does_not_inherit_the_operator(kiosk: Kiosk) -> None:
    kiosk.sign_in()
    with kiosk.browser() as stranger:
        assert stranger.get("/api/state").json()["step"] == "sign_in"
    assert kiosk.step() == "card"


def test_signing_in_gives_a_fresh_cookie_and_signing_out_makes_it_worthless(kiosk: Kiosk) -> None:
    before = kiosk.client.cookies["gongmen_kiosk"]
    kiosk.sign_in()
    signed_in = kiosk.client.cookies["gongmen_kiosk"]
    assert signed_in != before
    assert kiosk.post("sign-out").json()["step"] == "sign_in"
    kiosk.client.cookies.set("gongmen_kiosk", signed_in)
    assert kiosk.step() == "sign_in"


def test_five_wrong_pins_lock_and_say_for_how_long(kiosk: Kiosk) -> None:
    answers = [kiosk.post("sign-in", operator="op1", pin="1111").json() for _ in range(5)]
    assert [answer["code"] for answer in answers] == ["PIN_WRONG"] * 4 + ["PIN_LOCKED"]
    assert answers[0]["values"] == {"left": 4}
    locked = kiosk.post("sign-in", operator="op1", pin=PIN).json()
    assert locked["code"] == "PIN_LOCKED"
    assert 0 < locked["values"]["seconds"] <= 60
    assert kiosk.state()["operators"][0]["locked_s"] > 0


def test_a_lock_outlives_a_restart(kiosk: Kiosk) -> None:
    for _ in range(5):
        kiosk.post("sign-in", operator="op1", pin="1111")
    kiosk.restart()
    assert kiosk.post("sign-in", operator="op1", pin=PIN).json()["code"] == "PIN_LOCKED"
    assert kiosk.post("sign-in", operator="op2", pin=PIN).json()["step"] == "card"


def test_a_question_under_another_hosts_name_is_not_answered(kiosk: Kiosk) -> None:
    assert kiosk.client.get("/api/state", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize("path", ["/enrol", "/lane", "/health", "/api/state", "/assets/enrol.js"])
def test_every_answer_keeps_the_page_to_itself(kiosk: Kiosk, path: str) -> None:
    headers = kiosk.client.get(path).headers
    assert "default-src 'none'" in headers["content-security-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize("path", ["/enrol", "/lane", "/health"])
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_pages_load_nothing_from_elsewhere(kiosk: Kiosk, path: str, lang: str) -> None:
    html = kiosk.client.get(path, params={"lang": lang}).text
    assert "http://" not in html
    assert "https://" not in html
    assert f'data-language="{lang}"' in html


def test_a_malformed_body_and_an_unknown_button_are_told_apart(kiosk: Kiosk) -> None:
    assert kiosk.post("sign-in", operator="op1").status_code == 422
    assert kiosk.post("open-the-gate").json()["code"] == "BAD_REQUEST"


def test_a_step_out_of_turn_is_a_coded_problem_in_both_languages(kiosk: Kiosk) -> None:
    kiosk.sign_in()
    answer = kiosk.post("approve")
    assert answer.status_code == 409
    assert answer.json()["code"] == "WRONG_STEP"
    assert answer.json()["say"]
    assert answer.json()["say_en"]


def test_the_page_hears_of_a_card_without_asking_again(kiosk: Kiosk) -> None:
    kiosk.sign_in()
    with kiosk.client.stream("GET", "/api/events") as stream:
        lines = (line for line in stream.iter_lines() if line.startswith("data:"))
        assert json.loads(next(lines)[5:])["step"] == "card"
        kiosk.cards.put(hash_of(1))
        assert any(json.loads(line[5:])["step"] == "who" for line in lines)


def test_health_needs_no_sign_in_and_names_nobody(kiosk: Kiosk) -> None:
    until(lambda: "kiosk" in kiosk.client.get("/api/health").json()["processes"])
    seen = kiosk.client.get("/api/health")
    assert "张" not in seen.text
    assert seen.json()["processes"]["kiosk"]["reader_fault"] is None


def test_a_broken_reader_stands_in_the_health_report_a_bad_card_does_not(tmp_path: Path) -> None:
    kiosk = Kiosk(tmp_path)
    try:
        kiosk.cards.fault("CARD_UNREADABLE")
        counter = kiosk.server.app.state.counter
        assert counter.facts()["reader_fault"] is None
        kiosk.cards.fault("DEVICE_UNPLUGGED")
        assert counter.facts()["reader_fault"] == "DEVICE_UNPLUGGED"
    finally:
        kiosk.close()


def test_offline_is_told_with_the_time_it_began(kiosk: Kiosk) -> None:
    with_store(kiosk.home, lambda store: Health(store).report("sync", {"connected": False, "since_ms": 123}))
    assert kiosk.state()["site"]["offline_since_ms"] == 123
    with_store(kiosk.home, lambda store: Health(store).report("sync", {"connected": True, "since_ms": 456}))
    assert kiosk.state()["site"]["offline_since_ms"] is None


def test_a_kiosk_without_a_roster_says_so_and_lets_nobody_in(tmp_path: Path) -> None:
    keys = BoxKeys.create(tmp_path)
    records = StoreRecords(lambda: Store.open(tmp_path), SystemClock(), keys.sealing_public)
    parts = KioskParts("b-1", "1", records, FakeCards(), FakeGallery())
    with KioskServer(parts) as server, httpx.Client(base_url=server.url, trust_env=False) as client:
        seen = client.get("/api/state").json()
        assert (seen["step"], seen["operators"], seen["site"]["people"]) == ("sign_in", [], 0)
        answer = client.post("/api/sign-in", json={"operator": "op1", "pin": PIN}, headers={"X-CSRF-Token": seen["csrf"]})
        assert answer.json()["code"] == "PIN_WRONG"


def test_a_right_that_ends_at_the_last_moment_is_a_coded_answer_and_the_kiosk_goes_on(kiosk: Kiosk) -> None:
    kiosk.sign_in()
    kiosk.cards.put(hash_of(1))
    until(lambda: kiosk.step() == "who")
    kiosk.post("begin")
    kiosk.post("card-only", text_hash=notice("zh").text_hash)
    kiosk.cards.put(hash_of(1))
    until(lambda: kiosk.step() == "approve")
    gone = wire.Removal(WORKER, wire.EndCause.DEPARTURE, (hash_of(1),), 1)
    with_store(kiosk.home, lambda store: apply(store, header(), remove=(gone,)))
    answer = kiosk.post("approve")
    assert answer.json()["code"] == "NOT_ON_ROSTER"
    assert kiosk.post("next").json()["step"] == "card"
