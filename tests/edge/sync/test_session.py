"""The conversation of a box with its centre, over a line that lives in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from edge.store.database import Store
from edge.store.health import Health
from edge.store.journal import Journal
from edge.store.lookups import Lookups
from edge.store.roster import Roster
from edge.store.secrets import BoxKeys, CentreKey
from edge.store.templates import Templates
from edge.sync import wire
from edge.sync.link import Arrived, Closed, Delivered, LinkEvent, Opened
from edge.sync.session import Session
from tests.edge.store.box import NOON_MS, FakeClock, change, entry, opened, passage, record
from tests.edge.sync.centre import BOX, FakeCentre


class FakeLink:
    """A line that carries everything at once, and nothing while it is cut."""

    def __init__(self, centre: FakeCentre) -> None:
        self.centre = centre
        self.open = False
        self.deaf = False
        self.happened: list[LinkEvent] = []
        self.number = 0

    def connect(self) -> None:
        self.open = True
        self.happened.append(Opened())

    def cut(self) -> None:
        self.open = False
        self.happened = [Closed("BROKER_LOST")]

    def poll(self, timeout_s: float) -> list[LinkEvent]:
        said, self.centre.said = self.centre.said, []
        if self.open and not self.deaf:
            self.happened += [Arrived(*message) for message in said]
        happened, self.happened = self.happened, []
        return happened

    def publish(self, topic: str, payload: bytes, retain: bool = False) -> int | None:
        if not self.open:
            return None
        self.number += 1
        self.centre.hear(topic, payload)
        self.happened.append(Delivered(self.number))
        return self.number


class Stage:
    """A box with its store, and the centre across the line."""

    def __init__(self, home: Path, store: Store) -> None:
        self.store, self.clock, keys = store, FakeClock(), BoxKeys.create(home)
        self.clock.trust = wire.Clock.RTC
        self.journal, self.roster = Journal(store, self.clock), Roster(store)
        self.centre = FakeCentre(keys)
        self.link = FakeLink(self.centre)
        verify = CentreKey(self.centre.verify_key_hex).verify
        self.session = Session(BOX, store, self.clock, keys, verify=verify, keep_days=30)
        self.session.begin(self.link)

    def go_on(self, steps: int = 8, ms: int = 100) -> None:
        for _ in range(steps):
            self.clock.go_on(ms)
            self.session.step(0)

    def report(self) -> dict[str, object]:
        self.go_on(1, 6000)
        return Health(self.store, self.clock).all()["sync"]


@contextmanager
def staged(home: Path) -> Iterator[Stage]:
    with opened(home) as store:
        yield Stage(home, store)


def test_facts_written_offline_and_online_arrive_once_and_are_acknowledged(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        record(stage.store, stage.journal, *(passage() for _ in range(450)))
        stage.go_on()
        assert stage.report()["connected"] is False and not stage.centre.facts
        stage.link.connect()
        stage.go_on()
        record(stage.store, stage.journal, passage("live"))
        stage.go_on()
        assert stage.journal.acked() == 451 == len(stage.centre.facts)
        assert stage.report()["connected"] is True and stage.report()["acked"] == 451
        assert stage.report()["commit_to_ack_ms"] == {"p50": 200, "p99": 200}


def test_acknowledgements_lost_with_the_line_are_given_again(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.link.connect()
        stage.go_on(2)
        stage.link.deaf = True
        record(stage.store, stage.journal, passage())
        stage.go_on()
        assert len(stage.centre.facts) == 1 and stage.journal.acked() == 0
        stage.link.cut()
        stage.go_on()
        stage.link.deaf = False
        stage.link.connect()
        stage.go_on()
        assert len(stage.centre.facts) == 1 and stage.journal.acked() == 1


def test_a_centre_that_never_answers_the_birth_holds_facts_up_for_two_seconds_only(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.centre.here = False
        record(stage.store, stage.journal, passage())
        stage.link.connect()
        stage.go_on(15)
        assert not stage.centre.facts
        stage.go_on(10)
        assert len(stage.centre.facts) == 1


def test_a_large_fact_goes_alone_and_small_ones_together(tmp_path: Path) -> None:
    consent = wire.Consent("1", "hash", "zh", "op", template=True, transfer=True)
    large = wire.Enrolment("a", "sface-2021dec", 3, 900, consent, {f"b-{n}": bytes(16) for n in range(2500)})
    with staged(tmp_path) as stage:
        record(stage.store, stage.journal, passage(), large, passage(), passage())
        stage.link.connect()
        before = stage.link.number
        stage.go_on(2)
        assert stage.link.number - before == 4, "three batches and a state"
        stage.go_on()
        assert stage.journal.acked() == 4


def test_a_box_says_that_it_is_there_at_birth_and_from_time_to_time_and_leaves_a_will(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        topic, will = stage.session.will()
        stage.link.connect()
        stage.go_on(5, 20_000)
        assert [state.online for state in stage.centre.states] == [True, True, True]
        assert wire.unframe(topic, will, wire.BoxState, stage.centre.verify).online is False
        birth = stage.centre.states[0]
        assert (birth.epoch, birth.boot, birth.clock) == (stage.journal.epoch, 1, wire.Clock.RTC)


def test_faults_that_other_processes_report_travel_with_the_state(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        Health(stage.store).report("gate", {"faults": ["CAMERA_FROZEN"], "reader_fault": "DEVICE_UNPLUGGED", "engine_fault": None})
        stage.link.connect()
        stage.go_on(1)
        assert {"CAMERA_FROZEN", "DEVICE_UNPLUGGED"} <= set(stage.centre.states[0].faults)


def test_a_roster_is_asked_for_applied_and_confirmed_and_the_lease_renewed(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.centre.parts = change(0, 3, (entry("a"), entry("b")), parts=2)
        stage.link.connect()
        stage.centre.point(NOON_MS)
        stage.go_on()
        assert stage.centre.asked == [wire.RosterGet(0, b"")]
        assert [applied.version for applied in stage.centre.applied] == [3]
        assert stage.roster.count() == 2 and 3590 < stage.roster.lease_left_s(stage.clock) <= 3600
        stage.clock.go_on(600_000)
        stage.centre.point(stage.clock.now_ms())
        stage.go_on()
        assert stage.roster.lease_left_s(stage.clock) >= 3590 and len(stage.centre.asked) == 1


def test_a_change_that_does_not_fit_is_answered_by_asking_for_everything(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.roster.apply(change(0, 1, (entry("a"),)), stage.journal)
        stage.centre.parts = change(1, 2, (entry("x"),), whole=(entry("nobody"),))
        stage.link.connect()
        stage.centre.point(NOON_MS)
        stage.go_on(2)
        assert stage.report()["roster_fault"] == "ROSTER_UNFIT" and stage.roster.version() == 1
        stage.centre.parts = change(0, 2, (entry("nobody"),))
        stage.go_on(3, 11_000)
        assert stage.centre.asked[1] == wire.RosterGet(0, b"")
        assert stage.roster.version() == 2 and stage.report()["roster_fault"] is None


def test_a_request_without_an_answer_is_made_again(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.centre.parts = change(0, 1, (entry("a"),))
        stage.centre.point(NOON_MS)
        stage.centre.parts = []
        stage.link.connect()
        stage.go_on(3, 9_000)
        assert len(stage.centre.asked) == 2


def test_the_roster_of_a_centre_that_lost_versions_is_not_taken(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.roster.apply(change(0, 9, (entry("a"),)), stage.journal)
        stage.centre.parts = change(0, 4, ())
        stage.link.connect()
        stage.centre.point(NOON_MS)
        stage.go_on()
        assert stage.report()["roster_fault"] == "ROSTER_OLD" and stage.roster.version() == 9 and stage.centre.asked == []


def test_a_question_about_a_card_goes_up_and_its_answer_comes_back_to_the_kiosk(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        kiosk = Lookups(stage.store, stage.clock)
        request = kiosk.ask(b"card")
        assert kiosk.ask(b"card") == request
        stage.go_on()
        assert kiosk.answer(request) is None, "offline it stays unanswered"
        stage.centre.answers[b"card"] = wire.LookupAnswer("", "accepted_by_sub", "王*")
        stage.link.connect()
        stage.go_on()
        answer = kiosk.answer(request)
        assert answer is not None and (answer.request, answer.state, answer.shown_name) == (request, "accepted_by_sub", "王*")
        assert kiosk.open_questions() == [] and not kiosk.put_answer(answer)
        stage.clock.go_on(601_000)
        assert kiosk.purge() == 1 and kiosk.answer(request) is None


def test_messages_that_the_centre_did_not_sign_or_that_are_for_another_box_change_nothing(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        record(stage.store, stage.journal, passage())
        stage.link.connect()
        stage.link.deaf = True
        stage.go_on()
        topic = wire.down_topic(BOX, wire.Down.ACK)
        ack = wire.Ack(stage.journal.epoch, 1)
        other = FakeCentre(stage.centre.keys)
        bad = [
            (topic, wire.frame(topic, ack, other.sign)),
            (topic, wire.frame(wire.down_topic("b-other", wire.Down.ACK), ack, stage.centre.sign)),
            (topic, b"GM\x01 nonsense"),
            (topic, b""),
            (wire.down_topic(BOX, wire.Down.ROSTER_PART), sealed_to_nobody(stage.centre)),
            ("gm/1/elsewhere", b"x"),
        ]
        stage.link.happened = [Arrived(*message) for message in bad]
        stage.link.deaf = True
        stage.go_on()
        assert stage.journal.acked() == 0 and stage.report()["not_understood"] == len(bad)


def sealed_to_nobody(centre: FakeCentre) -> bytes:
    topic = wire.down_topic(BOX, wire.Down.ROSTER_PART)
    return wire.frame(topic, wire.Sealed(b"not a sealed box"), centre.sign)


def test_a_removed_row_is_told_and_does_not_stop_the_others(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        record(stage.store, stage.journal, passage("a"), passage("b"), passage("c"))
        with stage.store.transaction():
            stage.store.execute("DELETE FROM journal WHERE seq = 2")
        stage.link.connect()
        stage.go_on()
        head = stage.journal.head()
        bodies = [wire.decode(stage.centre.facts[head.epoch, seq], wire.Event).body for seq in range(1, head.seq + 1)]
        assert bodies[-1] == wire.Incident("JOURNAL_BROKEN", "2 is missing") and passage("c") in bodies
        assert head.acked == head.seq


def test_the_first_moment_of_a_synchronised_clock_is_told_once_a_boot(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.go_on()
        stage.clock.trust = wire.Clock.NTP
        stage.go_on(3, 61_000)
        assert kinds(stage) == [wire.ClockSync()]
        stage.clock.boot_id += 1
        stage.go_on(3, 61_000)
        assert kinds(stage) == [wire.ClockSync(), wire.ClockSync()]


def test_a_store_set_aside_before_is_told_to_the_centre(tmp_path: Path) -> None:
    (tmp_path / "edge.db").write_bytes(b"no database" * 1000)
    with staged(tmp_path) as stage:
        [incident] = kinds(stage)
        assert isinstance(incident, wire.Incident) and incident.code == "STORE_SET_ASIDE"
        assert stage.store.meta("set_aside") is None


def kinds(stage: Stage) -> list[wire.Body]:
    return [wire.decode(row.packed, wire.Event).body for row in stage.journal.range(1, 99)]


def test_a_centre_that_leaves_is_shown_and_one_that_returns_gets_everything_again(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        stage.link.connect()
        stage.go_on()
        stage.centre.here = False
        say_centre(stage, online=False)
        assert stage.report()["connected"] is False and stage.report()["broker"] is True
        stage.link.deaf = True
        record(stage.store, stage.journal, passage())
        stage.go_on()
        stage.centre.facts.clear()
        stage.centre.said.clear()
        stage.link.deaf = False
        say_centre(stage, online=True)
        stage.go_on()
        assert stage.journal.acked() == 1 and stage.report()["connected"] is True


def say_centre(stage: Stage, *, online: bool) -> None:
    state = wire.CentreState(online, stage.clock.now_ms())
    stage.centre.said.append((wire.CENTRE_STATE, wire.frame(wire.CENTRE_STATE, state, stage.centre.sign)))
    stage.go_on(1)


def test_a_template_lapses_at_the_end_of_its_right_without_a_word_from_the_centre(tmp_path: Path) -> None:
    with staged(tmp_path) as stage:
        until = NOON_MS // 1000 + 60
        stage.roster.apply(change(0, 1, (entry("a", face="granted", until_s=until), entry("b", face="granted"))), stage.journal)
        for person in "ab":
            Templates(stage.store).put(person, "sface-2021dec", b"sealed", "local")
        stage.go_on(3, 61_000)
        now_s = stage.clock.now_ms() // 1000
        assert [person for person, _ in Templates(stage.store).all("sface-2021dec", now_s)] == ["b"]
        assert [person for person, _ in Templates(stage.store).all("sface-2021dec")] == ["a", "b"], "an unsure clock only hides"
        stage.clock.trust = wire.Clock.NTP
        stage.go_on(3, 61_000)
        assert [person for person, _ in Templates(stage.store).all("sface-2021dec")] == ["b"]
        assert wire.Deletion("a", wire.EndCause.DEPARTURE, template=True, right=False, roster_version=1) in kinds(stage)


def test_a_box_without_begin_says_so(tmp_path: Path) -> None:
    with opened(tmp_path) as store, pytest.raises(RuntimeError):
        Session(BOX, store, FakeClock(), BoxKeys.create(tmp_path), verify=lambda *_: True, keep_days=30).step(0)
