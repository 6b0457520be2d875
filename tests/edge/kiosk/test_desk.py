"""The desk over the real store, with small stand-ins for reader, camera and engine."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edge.clock import SystemClock
from edge.errors import NotOnRoster
from edge.faces import Vector
from edge.kiosk.consent import notice
from edge.kiosk.desk_view import desk_view
from edge.kiosk.enrolment import ANSWER_WITHIN_S, Desk, Step
from edge.kiosk.lookalikes import Lookalikes
from edge.kiosk.parts import Alike, Gallery, KioskParts
from edge.kiosk.problem import KioskProblem
from edge.kiosk.records import StoreRecords
from edge.kiosk.texts import TEXTS
from edge.store.copies import Copies
from edge.store.database import Store
from edge.store.enrolments import Enrolments
from edge.store.health import Health
from edge.store.journal import Journal
from edge.store.lookups import Lookups
from edge.store.secrets import BoxKeys, seal
from edge.store.templates import Templates
from edge.sync import wire
from edge.templates import pack
from tests.edge.kiosk.fakes import FakeCamera, FakeCards, FakeEngine, FakeFace, FakeGallery
from tests.edge.kiosk.house import apply, entry, hash_of, header
from tests.edge.kiosk.waiting import until

WORKER, OTHER = "w-0000000001", "w-0000000002"
OPERATOR = header().operators[0]
ZH = notice("zh").text_hash


class Site:
    """One box, its desk and whoever works there."""

    def __init__(self, home: Path) -> None:
        self.home, self.keys, self.mono_s = home, BoxKeys.create(home), 0.0
        self.other_box = BoxKeys.create(home / "other")
        self.store = Store.open(home)
        self.cards, self.engine, self.camera = FakeCards(), FakeEngine(FakeFace()), FakeCamera()
        self.head = header(wire.BoxKey("b-1", self.keys.sealing_public), wire.BoxKey("b-2", self.other_box.sealing_public))
        self.people = [entry(WORKER, 1), entry(OTHER, 2, "王*")]
        apply(self.store, self.head, *self.people)
        self.online()
        self.records = StoreRecords(lambda: Store.open(home), SystemClock(), self.keys.sealing_public)
        self.desk = self.desk_with(FakeGallery())

    def desk_with(self, gallery: Gallery, *, faces: bool = True) -> Desk:
        parts = KioskParts("b-1", "1", self.records, self.cards, gallery, self.camera, self.engine if faces else None)
        if not faces:
            parts = replace(parts, engine_fault="MODEL_MISSING")
        self.desk = Desk(parts, lambda: self.mono_s)
        self.desk.sign_in(OPERATOR)
        return self.desk

    def online(self, is_connected: bool = True) -> None:
        Health(self.store).report("sync", {"connected": is_connected, "since_ms": 1})

    def to(self, sequence: int) -> None:
        """Somebody's card is put on the reader."""
        self.cards.put(hash_of(sequence))
        self.desk.tick()

    def to_consent(self, sequence: int = 1) -> None:
        self.to(sequence)
        self.desk.begin()

    def to_approval(self, transfer: bool = False) -> None:
        self.to_consent()
        self.desk.agree(True, transfer, False, "zh", ZH)
        until(self._captured)

    def _captured(self) -> bool:
        self.desk.tick()
        return self.desk.step is Step.APPROVE and (self.desk.alike is None or self.desk.alike.done)

    def facts(self) -> list[wire.Body]:
        return [wire.decode(row.packed, wire.Event).body for row in Journal(self.store, SystemClock()).unsent(0, 100)]

    def close(self) -> None:
        self.desk.sign_out()
        self.records.close()
        self.store.close()


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    ready = Site(tmp_path)
    yield ready
    ready.close()


def refused(act: object, *arguments: object) -> str:
    with pytest.raises(KioskProblem) as said:
        act(*arguments)  # type: ignore[operator]
    return said.value.code


@pytest.mark.rule("A-41")
def test_a_card_of_the_roster_leads_to_its_owner(site: Site) -> None:
    site.to(1)
    view = desk_view(site.desk)
    assert view["step"] == "who"
    assert view["person"]["shown_name"] == "张*"
    assert view["standing"]["code"] == "STANDS_CONFIRMED"


def test_an_approved_face_is_sealed_for_this_box_and_recorded_at_once(site: Site) -> None:
    site.to_approval()
    receipt = site.desk.approve()
    [fact] = site.facts()
    assert isinstance(fact, wire.Enrolment)
    assert (fact.person, fact.engine, fact.shots, fact.quality) == (WORKER, "fake-1", 3, 800)
    assert fact.copies == {}
    assert fact.consent == wire.Consent("2026-1", ZH, "zh", "op1", True, False, False)
    assert [who for who, _ in Templates(site.store).all("fake-1")] == [WORKER]
    assert receipt.reference.endswith("-1")
    assert desk_view(site.desk)["step"] == "done"
    assert site.desk.shots() == ()


def test_the_template_travels_only_with_the_second_tick_and_only_the_boxes_open_it(site: Site) -> None:
    site.to_approval(transfer=True)
    site.desk.approve()
    [fact] = site.facts()
    assert isinstance(fact, wire.Enrolment)
    copies = Copies(site.store).of((Journal(site.store, SystemClock()).epoch, 1)).copies
    assert fact.copies == {box: wire.copy_digest(sealed) for box, sealed in copies.items()}
    assert site.other_box.open_sealed(copies["b-2"]) == site.keys.open_sealed(copies["b-1"])


def test_without_the_first_tick_no_face_is_taken(site: Site) -> None:
    site.to_consent()
    assert refused(site.desk.agree, False, True, True, "zh", ZH) == "CONSENT_REQUIRED"
    assert site.desk.step is Step.CONSENT


def test_a_consent_to_other_words_than_shown_is_none(site: Site) -> None:
    site.to_consent()
    assert refused(site.desk.agree, True, False, False, "zh", "0" * 32) == "CONSENT_CHANGED"


def test_card_only_takes_the_same_number_of_steps_and_counts_the_same(site: Site) -> None:
    face, card = [Step.CARD], [Step.CARD]
    site.to_approval()
    face += [Step.WHO, Step.CONSENT, Step.CAPTURE, site.desk.step]
    site.desk.approve()
    face.append(site.desk.step)
    site.desk.next_worker()
    site.to(2)
    card.append(site.desk.step)
    site.desk.begin()
    card.append(site.desk.step)
    site.desk.use_card("zh", ZH)
    card.append(site.desk.step)
    site.to(2)
    card.append(site.desk.step)
    site.desk.approve()
    card.append(site.desk.step)
    assert len(face) == len(card)
    fact = site.facts()[-1]
    assert isinstance(fact, wire.Enrolment)
    assert (fact.person, fact.engine, fact.shots, fact.consent.template) == (OTHER, "", 0, False)
    site.desk.next_worker()
    site.to(2)
    assert desk_view(site.desk)["standing"]["code"] == "STANDS_ENROLLED"


def test_the_card_trial_takes_the_workers_own_card_only(site: Site) -> None:
    site.to_consent()
    site.desk.use_card("zh", ZH)
    site.to(2)
    assert (site.desk.step, site.desk.trial) == (Step.TRY_CARD, "CARD_TRY_OTHER")
    site.to(1)
    assert (site.desk.step, site.desk.trial) == (Step.APPROVE, "CARD_TRY_GOOD")


def test_choosing_the_card_later_deletes_the_face_with_proof(site: Site) -> None:
    site.to_approval()
    site.desk.approve()
    site.desk.next_worker()
    site.to_consent()
    site.desk.use_card("zh", ZH)
    site.to(1)
    site.desk.approve()
    deletion = site.facts()[-1]
    assert isinstance(deletion, wire.Deletion)
    assert (deletion.person, deletion.cause, deletion.template, deletion.right) == (WORKER, wire.EndCause.WITHDRAWN, True, False)
    assert Templates(site.store).all("fake-1") == []


@pytest.mark.rule("A-03")
def test_nobody_is_enrolled_who_is_not_on_the_roster(site: Site) -> None:
    site.to(3)
    assert site.desk.step is Step.WHO
    assert refused(site.desk.begin) == "NOT_ON_ROSTER"


@pytest.mark.rule("A-03")
def test_a_right_that_ends_during_the_enrolment_leaves_no_template(site: Site) -> None:
    site.to_approval()
    gone = wire.Removal(WORKER, wire.EndCause.COMPLETION, (hash_of(1),), 1)
    apply(site.store, site.head, site.people[1], remove=(gone,))
    assert refused(site.desk.approve) == "NOT_ON_ROSTER"
    assert Templates(site.store).all("fake-1") == []
    with pytest.raises(NotOnRoster):
        site.records.enrol(WORKER, "", None, 0, wire.Consent("1", "", "zh", "op1", False, False))


def test_the_centre_is_asked_where_somebody_unknown_stands(site: Site) -> None:
    site.to(3)
    assert desk_view(site.desk)["standing"]["code"] == "LOOKUP_ASKING"
    [question] = Lookups(site.store).open_questions()
    assert question.card == hash_of(3)
    Lookups(site.store).put_answer(wire.LookupAnswer(question.request, "assigned", "赵*", "沪建劳务", "华东建设总承包"))
    standing = desk_view(site.desk)["standing"]
    assert (standing["code"], standing["who"]) == ("STANDS_ASSIGNED", "华东建设总承包")
    assert [row["state"] for row in standing["line"]] == ["done", "done", "open", "later"]


def test_offline_the_kiosk_says_that_it_cannot_know(site: Site) -> None:
    site.online(False)
    site.to(3)
    assert desk_view(site.desk)["standing"]["code"] == "LOOKUP_OFFLINE"


def test_a_question_that_nobody_answers_ends_in_not_knowing(site: Site) -> None:
    site.to(3)
    site.mono_s += ANSWER_WITHIN_S + 1
    assert desk_view(site.desk)["standing"]["code"] == "LOOKUP_OFFLINE"


def test_somebody_confirmed_meanwhile_goes_on_by_itself(site: Site) -> None:
    site.to(3)
    apply(site.store, site.head, *site.people, entry("w-0000000003", 3, "赵*"))
    site.desk.tick()
    assert desk_view(site.desk)["standing"]["code"] == "STANDS_CONFIRMED"
    site.desk.begin()
    assert site.desk.step is Step.CONSENT


@pytest.mark.rule("A-25")
def test_a_card_with_something_against_it_goes_no_further(site: Site) -> None:
    site.cards.put(hash_of(1), problem="CARD_EXPIRED")
    site.desk.tick()
    view = desk_view(site.desk)
    assert (view["step"], view["reader"]) == ("card", {"state": "fault", "code": "CARD_EXPIRED"})


@pytest.mark.rule("A-25")
@pytest.mark.parametrize("code", ["CARD_UNREADABLE", "CARD_SUSPECT", "DEVICE_UNPLUGGED", "DEVICE_GARBLED"])
def test_each_fault_of_the_reader_is_shown_as_itself(site: Site, code: str) -> None:
    site.cards.fault(code)
    site.desk.tick()
    assert desk_view(site.desk)["reader"] == {"state": "fault", "code": code}


def test_the_same_card_is_not_taken_twice_while_it_lies_there(site: Site) -> None:
    site.to(1)
    site.desk.back()
    site.desk.tick()
    view = desk_view(site.desk)
    assert (view["step"], view["reader"]["code"]) == ("card", "CARD_LIFT")
    site.to(1)
    assert site.desk.step is Step.WHO


def test_a_half_done_enrolment_is_taken_up_where_it_stood(site: Site) -> None:
    site.to_approval(transfer=True)
    site.desk.sign_out()
    site.desk.sign_in(header().operators[1])
    [draft] = desk_view(site.desk)["drafts"]
    assert (draft["person"], draft["shown_name"]) == (WORKER, "张*")
    site.desk.resume(WORKER)
    assert desk_view(site.desk)["wanted"] == "张*"
    site.to(2)
    assert (site.desk.step, desk_view(site.desk)["reader"]["code"]) == (Step.CARD, "PERSON_CARD_MISMATCH")
    site.to(1)
    assert site.desk.step is Step.CAPTURE
    until(site._captured)
    site.desk.approve()
    [fact] = site.facts()
    assert isinstance(fact, wire.Enrolment)
    assert fact.consent.transfer
    site.desk.next_worker()
    assert desk_view(site.desk)["drafts"] == []


def test_a_draft_of_a_card_enrolment_is_taken_up_at_the_trial(site: Site) -> None:
    site.to_consent()
    site.desk.use_card("zh", ZH)
    site.desk.next_worker()
    site.desk.resume(WORKER)
    site.to(1)
    assert site.desk.step is Step.TRY_CARD


def test_a_worker_who_only_looked_leaves_no_draft(site: Site) -> None:
    site.to_consent()
    site.desk.back()
    site.desk.back()
    assert desk_view(site.desk)["drafts"] == []


def test_back_from_the_approval_forgets_the_pictures(site: Site) -> None:
    site.to_approval()
    site.desk.back()
    assert site.desk.step is Step.CONSENT
    assert site.desk.shots() == ()


def test_a_retake_takes_new_shots(site: Site) -> None:
    site.to_approval()
    before = site.desk.shots()
    site.desk.retake()
    until(site._captured)
    assert len(site.desk.shots()) == 3
    assert site.desk.shots()[0] is not before[0]


def test_a_look_alike_is_a_warning_and_no_refusal(site: Site) -> None:
    site.desk_with(FakeGallery(Alike("王*", "木工二班", 0.9)))
    site.to_approval()
    assert desk_view(site.desk)["approval"]["looks_alike"] == {"shown_name": "王*", "team": "木工二班"}
    assert site.desk.approve().way == "face"


def test_the_gallery_finds_the_same_face_under_another_name_and_not_a_stranger(site: Site) -> None:
    gallery = Lookalikes(lambda: Store.open(site.home), site.keys.open_sealed, lambda _rows: 0.9)
    site.desk_with(gallery)
    site.to_approval()
    assert site.desk.alike is not None
    assert site.desk.alike.found is None
    rows = site.desk.alike.rows
    site.desk.approve()
    found = gallery.look_alike("fake-1", rows, OTHER)
    assert found is not None
    assert found.shown_name == "张*"
    assert gallery.look_alike("fake-1", rows, WORKER) is None
    assert gallery.look_alike("another engine", rows, OTHER) is None


def test_both_of_a_persons_templates_are_compared_the_own_and_the_relayed(site: Site) -> None:
    gallery = Lookalikes(lambda: Store.open(site.home), site.keys.open_sealed, lambda _rows: 0.9)
    site.to_approval()
    assert site.desk.alike is not None
    rows = site.desk.alike.rows
    site.desk.approve()
    elsewhere = np.roll(rows, 1, axis=1)
    Templates(site.store).put(WORKER, "fake-1", seal(pack("fake-1", elsewhere), site.keys.sealing_public), "relay")
    for taken in (rows, elsewhere):
        found = gallery.look_alike("fake-1", taken, OTHER)
        assert found is not None
        assert found.person == WORKER


def test_a_check_that_could_not_be_made_is_no_clean_bill(site: Site) -> None:
    class FakeBrokenGallery(FakeGallery):
        def look_alike(self, engine: str, rows: Vector, person: str) -> Alike | None:
            raise MemoryError

    site.desk_with(FakeBrokenGallery())
    site.to_approval()
    approval = desk_view(site.desk)["approval"]
    assert (approval["looks_alike"], approval["unchecked"]) == (None, True)
    assert TEXTS["UNCHECKED"].do_zh
    assert site.desk.approve().way == "face"


def test_a_face_taken_under_the_wrong_name_and_taken_anew_leaves_no_twins_behind(site: Site) -> None:
    site.desk_with(FakeGallery(Alike("王*", "木工二班", 0.9, OTHER)))
    site.to_approval()
    site.desk.approve()
    enrolments = Enrolments(site.store, SystemClock())
    assert (enrolments.twin_of(WORKER), enrolments.twin_of(OTHER)) == (OTHER, WORKER)
    site.desk_with(FakeGallery())
    site.to_approval()
    site.desk.approve()
    assert (enrolments.twin_of(WORKER), enrolments.twin_of(OTHER)) == (None, None)


def test_without_a_model_the_card_is_still_enrolled(site: Site) -> None:
    site.desk_with(FakeGallery(), faces=False)
    site.to_consent()
    assert refused(site.desk.agree, True, False, False, "zh", ZH) == "MODEL_MISSING"
    site.desk.use_card("zh", ZH)
    site.to(1)
    assert site.desk.approve().way == "card"


@pytest.mark.parametrize("action", ["begin", "retake", "approve", "back"])
def test_a_button_of_another_step_does_nothing(site: Site, action: str) -> None:
    assert refused(getattr(site.desk, action)) == "WRONG_STEP"
    assert site.facts() == []


def test_todays_enrolments_name_who_and_how(site: Site) -> None:
    site.to_approval()
    site.desk.approve()
    [row] = site.records.today()
    assert (row["shown_name"], row["way"], row["operator"], row["quality"]) == ("张*", "face", "李志强", 800)


def test_no_picture_reaches_the_disk(site: Site) -> None:
    site.to_approval()
    jpeg, row = site.desk.shots()[0].jpeg, site.desk.shots()[0].row.tobytes()
    site.desk.approve()
    for file in site.home.rglob("*"):
        if file.is_file():
            kept = file.read_bytes()
            assert jpeg not in kept
            assert row not in kept
