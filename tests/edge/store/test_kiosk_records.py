"""What the kiosk keeps: drafts that survive a restart, the day's enrolments, reports of health; and what is deleted in time."""

from __future__ import annotations

import json
from pathlib import Path

from edge.clock import SystemClock
from edge.store.enrolments import Enrolments
from edge.store.health import Health
from edge.store.journal import Journal
from edge.store.retention import Retention
from edge.sync import wire
from tests.edge.store.box import NOON_MS, FakeClock, opened, passage, record

DAY_MS = 24 * 3600 * 1000


def enrolment(person: str, engine: str = "sface-2021dec") -> wire.Enrolment:
    consent = wire.Consent("1", "hash", "zh", "op-1", template=bool(engine), transfer=False)
    return wire.Enrolment(person, engine, 3 if engine else 0, 900, consent)


def test_a_draft_survives_a_restart_and_goes_when_the_enrolment_is_recorded(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path) as store:
        Enrolments(store, clock).save("a", "consent", {"ticks": ["a"]})
        clock.go_on(1000)
        Enrolments(store, clock).save("b", "capture", {})
        Enrolments(store, clock).save("a", "capture", {"ticks": ["a", "b"]})
    with opened(tmp_path) as store:
        enrolments = Enrolments(store, clock)
        assert [draft.person for draft in enrolments.drafts()] == ["a", "b"]
        draft = enrolments.load("a")
        assert draft is not None and (draft.step, draft.data, draft.at_ms) == ("capture", {"ticks": ["a", "b"]}, NOON_MS + 1000)
        record(store, Journal(store, clock), enrolment("a"))
        enrolments.drop("b")
        assert enrolments.drafts() == [] and enrolments.load("a") is None


def test_the_days_enrolments_are_listed_newest_first_with_or_without_a_face(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path) as store:
        enrolments, journal = Enrolments(store, clock), Journal(store, clock)
        record(store, journal, enrolment("yesterday"))
        clock.go_on(DAY_MS)
        record(store, journal, enrolment("a"), enrolment("b", engine=""))
        assert [(done.person, done.way, done.operator) for done in enrolments.today(NOON_MS + 1)] == [
            ("b", "card", "op-1"),
            ("a", "face", "op-1"),
        ]
        last = enrolments.of("a")
        assert last is not None and (last.seq, last.shots, last.quality) == (2, 3, 900)
        assert enrolments.of("nobody") is None


def test_each_process_reports_for_itself_and_the_last_report_stands(tmp_path: Path) -> None:
    with opened(tmp_path) as store:
        health = Health(store, FakeClock())
        health.report("gate", {"frames": 1, "fault": None})
        health.report("gate", {"frames": 2, "fault": "镜头"})
        health.report("sync", {"connected": True})
        assert health.all() == {"gate": {"frames": 2, "fault": "镜头", "at_ms": NOON_MS}, "sync": {"connected": True, "at_ms": NOON_MS}}


def test_what_is_no_longer_needed_goes_and_what_waits_stays(tmp_path: Path) -> None:
    clock = FakeClock()
    with opened(tmp_path) as store:
        journal = Journal(store, clock)
        record(store, journal, passage(), enrolment("a"), passage())
        Enrolments(store, clock).save("b", "consent", {})
        journal.acknowledge(2)
        sweep = Retention(store, journal, clock, keep_days=30).sweep
        assert sweep() == 0
        clock.trust = wire.Clock.NONE
        clock.go_on(31 * DAY_MS)
        assert sweep() == 0, "without a clock no age is known"
        clock.trust = wire.Clock.RTC
        assert sweep() > 0 and sweep() == 0
        assert [row.seq for row in journal.range(1, 9)] == [3] and Enrolments(store).drafts() == []


def test_the_systems_clock_goes_on_and_knows_its_boot_and_quality() -> None:
    clock = SystemClock()
    before = clock.mono_ms()
    assert clock.mono_ms() >= before and clock.now_ms() > NOON_MS
    assert clock.boot() == SystemClock().boot() > 0 and clock.quality() in set(wire.Clock)
    json.dumps(clock.boot())
