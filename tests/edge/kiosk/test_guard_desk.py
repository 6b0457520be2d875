"""The guard's desk: what it asks of the gate, once at a time, and nothing else of the kiosk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from edge.clock import SystemClock
from edge.kiosk.guard_desk import REASONS, GuardDesk
from edge.kiosk.texts import TEXTS
from edge.store.hand_asks import HandAsks
from edge.sync import wire
from edge.sync.wire import Method
from tests.edge.kiosk.house import PIN, apply, entry, header
from tests.edge.kiosk.test_api import Kiosk, with_store
from tests.edge.kiosk.test_desk import OTHER, WORKER, Site, refused

GUARD = wire.Operator("g1", "周国强", header().operators[0].pin_hash, "guard")


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    ready = Site(tmp_path)
    yield ready
    ready.close()


@pytest.fixture
def desk(site: Site) -> GuardDesk:
    made = GuardDesk(site.desk.parts)
    made.sign_in(GUARD)
    return made


@pytest.fixture
def kiosk(tmp_path: Path) -> Iterator[Kiosk]:
    running = Kiosk(tmp_path)
    with_store(tmp_path, lambda store: apply(store, header(operators=(*header().operators, GUARD)), entry(WORKER, 1)))
    yield running
    running.close()


def asks(site: Site) -> HandAsks:
    return HandAsks(site.store, SystemClock())


def test_an_ask_says_who_by_whom_and_why(site: Site, desk: GuardDesk) -> None:
    desk.choose(WORKER)
    desk.admit(WORKER, "INJURED")
    [ask] = asks(site).waiting()
    assert (ask.kind, ask.person, ask.method, ask.operator, ask.why) == ("admit", WORKER, Method.GUARD, "g1", "INJURED")
    assert (desk.chosen, desk.acts[0].answer) == (None, None)
    asks(site).settle(ask.id, "TRAINING_REQUIRED")
    desk.tick()
    assert desk.acts[0].answer == "TRAINING_REQUIRED"


def test_nothing_is_asked_twice_while_the_gate_has_not_answered(site: Site, desk: GuardDesk) -> None:
    desk.choose(WORKER)
    desk.admit(WORKER, "INJURED")
    desk.choose(WORKER)
    assert refused(desk.admit, WORKER, "INJURED") == "ASKED_ALREADY"
    assert refused(desk.hold, "open", "RUSH") == "ASKED_ALREADY"
    assert len(asks(site).waiting()) == 1


def test_nobody_goes_through_without_a_worker_and_a_coded_reason(site: Site, desk: GuardDesk) -> None:
    assert refused(desk.admit, WORKER, "INJURED") == "NOBODY_CHOSEN"
    desk.choose(WORKER)
    for said in ("", "because", "RUSH"):
        assert refused(desk.admit, WORKER, said) == "WHY_MISSING"
    assert refused(desk.hold, "emergency", "RUSH") == "WHY_MISSING"
    assert refused(desk.hold, "everything", "OTHER") == "BAD_REQUEST"
    assert asks(site).waiting() == []


@pytest.mark.rule("A-03")
def test_only_confirmed_workers_are_found_and_chosen(desk: GuardDesk) -> None:
    desk.search("王")
    assert [right.person for right in desk.found] == [OTHER]
    assert refused(desk.choose, "w-9999999999") == "NOT_ON_ROSTER"
    desk.search("  ")
    assert list(desk.found) == []


def test_a_card_on_the_reader_leads_to_its_owner(site: Site, desk: GuardDesk) -> None:
    from tests.edge.kiosk.house import hash_of

    site.cards.put(hash_of(2))
    desk.take_card()
    assert desk.chosen is not None
    assert desk.chosen.person == OTHER


def test_a_card_that_is_laid_while_the_guard_looks_at_somebody_is_offered_and_lets_nobody_else_in(site: Site, desk: GuardDesk) -> None:
    from tests.edge.kiosk.house import hash_of

    desk.choose(WORKER)
    site.cards.put(hash_of(2))
    desk.take_card()
    assert desk.chosen is not None
    assert desk.laid is not None
    assert (desk.chosen.person, desk.laid.person) == (WORKER, OTHER)
    desk.choose(OTHER)
    assert refused(desk.admit, WORKER, "INJURED") == "CHOSEN_CHANGED"
    assert asks(site).waiting() == []
    desk.admit(OTHER, "INJURED")
    assert [ask.person for ask in asks(site).waiting()] == [OTHER]


def test_a_gate_that_never_answers_is_said(tmp_path: Path) -> None:
    class FakeClock(SystemClock):
        later_ms = 0

        def now_ms(self) -> int:
            return super().now_ms() + self.later_ms

    from edge.kiosk.parts import KioskParts
    from edge.kiosk.records import StoreRecords
    from edge.store.database import Store
    from tests.edge.kiosk.fakes import FakeCards, FakeGallery

    clock = FakeClock()
    with_store(tmp_path, lambda store: apply(store, header(), entry(WORKER, 1)))
    records = StoreRecords(lambda: Store.open(tmp_path), clock, bytes(32))
    desk = GuardDesk(KioskParts("b-1", "1", records, FakeCards(), FakeGallery()))
    desk.sign_in(GUARD)
    desk.hold("open", "RUSH")
    desk.tick()
    assert [act.answer for act in desk.acts] == [None]
    clock.later_ms = 60_000
    desk.tick()
    assert [act.answer for act in desk.acts] == ["GATE_SILENT"]
    records.close()


@pytest.mark.parametrize("code", sorted({code for codes in REASONS.values() for code in codes}))
def test_every_reason_has_words(code: str) -> None:
    assert TEXTS[f"WHY_{code}"].en


def test_a_guard_is_not_offered_at_the_enrolment_and_cannot_use_it(kiosk: Kiosk) -> None:
    assert "周国强" not in [row["name"] for row in kiosk.state()["operators"]]
    answer = kiosk.post("sign-in", operator="g1", pin=PIN)
    assert (answer.status_code, answer.json()["code"]) == (409, "ROLE_NOT_ALLOWED")
    assert kiosk.step() == "sign_in"


def test_a_guards_session_is_worth_nothing_at_the_enrolment(kiosk: Kiosk) -> None:
    guard = kiosk.client.get("/api/guard/state").json()
    assert [row["name"] for row in guard["operators"]] == ["李志强", "王海燕", "周国强"]
    assert "found" not in guard
    token = {"X-CSRF-Token": guard["csrf"]}
    assert kiosk.client.post("/api/guard/admit", json={"person": WORKER, "why": "OTHER"}, headers=token).json()["code"] == "NOT_SIGNED_IN"
    signed_in = kiosk.client.post("/api/guard/sign-in", json={"operator": "g1", "pin": PIN}, headers=token).json()
    assert (signed_in["step"], signed_in["operator"]) == ("guard", "周国强")
    assert kiosk.step() == "sign_in"
    kiosk.client.cookies.set("gongmen_kiosk", kiosk.client.cookies["gongmen_guard"])
    for path, body in (("find", {"text": ""}), ("withdraw", {}), ("begin", {})):
        answer = kiosk.client.post(f"/api/{path}", json=body, headers={"X-CSRF-Token": signed_in["csrf"]})
        assert answer.json()["code"] in ("CSRF_MISSING", "NOT_SIGNED_IN")
    assert kiosk.client.get("/api/today").status_code == 401


@pytest.mark.parametrize("role", ["guard", "manager"])
def test_an_operator_whom_the_roster_names_no_more_is_signed_out(kiosk: Kiosk, role: str) -> None:
    area = "guard/" if role == "guard" else ""
    token = {"X-CSRF-Token": kiosk.client.get(f"/api/{area}state").json()["csrf"]}
    who = "g1" if role == "guard" else "op1"
    assert kiosk.client.post(f"/api/{area}sign-in", json={"operator": who, "pin": PIN}, headers=token).status_code == 200
    left = tuple(one for one in header().operators if one.operator != who)
    with_store(kiosk.home, lambda store: apply(store, msgspec.structs.replace(header(), operators=left), entry(WORKER, 1)))
    assert kiosk.client.get(f"/api/{area}state").json()["step"] == "sign_in"
