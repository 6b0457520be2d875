"""One worker outside an enrolment: cards, withdrawal, passes, and the identity card that a new face needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edge.kiosk.desk_view import desk_view
from edge.kiosk.enrolment import Step
from edge.kiosk.parts import Alike, CardSeen, Reading
from edge.kiosk.worker_desk import WorkerDesk
from edge.kiosk.worker_view import worker_view
from edge.store.enrolments import Enrolments
from edge.store.roster import Roster
from edge.sync import qr_pass, wire
from tests.edge.kiosk.fakes import FakeGallery
from tests.edge.kiosk.house import apply, hash_of
from tests.edge.kiosk.test_desk import OTHER, WORKER, ZH, Site, refused

CARD = bytes(range(16))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    ready = Site(tmp_path)
    yield ready
    ready.close()


@pytest.fixture
def desk(site: Site) -> WorkerDesk:
    site.desk.parts = replace(site.desk.parts, sign=site.keys.sign)
    return WorkerDesk(site.desk)


def lay(site: Site, desk: WorkerDesk, card: bytes, kind: str = "work_card", problem: str | None = None) -> None:
    """A card that has no text is put on the reader."""
    site.cards.number += 1
    seen = CardSeen("", "", "", "", "", "", card, problem, kind=kind)
    site.cards.now = Reading("card", seen=seen, number=site.cards.number)
    site.desk.tick()
    desk.tick()


def bound(site: Site, desk: WorkerDesk, person: str = WORKER, card: bytes = CARD) -> None:
    desk.search("")
    desk.choose(person)
    desk.begin_binding()
    lay(site, desk, card)


def test_every_word_of_a_search_must_fit(desk: WorkerDesk) -> None:
    desk.search("钢筋 王")
    assert [right.person for right in desk.found] == [OTHER]
    desk.search("木工 王")
    assert list(desk.found) == []
    desk.search("%")
    assert list(desk.found) == []


def test_a_bound_card_opens_at_this_box_at_once_and_is_a_fact_with_who_did_it(site: Site, desk: WorkerDesk) -> None:
    bound(site, desk)
    right = Roster(site.store).by_card(CARD)
    assert right is not None
    assert right.person == WORKER
    assert site.facts()[-1] == wire.CardBinding(WORKER, CARD, True, "op1")
    view = worker_view(desk, site.records, site.desk.step)
    assert ([card["card"] for card in view["cards"]], view["told"]) == ([CARD.hex()], "CARD_BOUND")


def test_a_card_belongs_to_one_worker_until_it_is_released(site: Site, desk: WorkerDesk) -> None:
    bound(site, desk)
    bound(site, desk, OTHER)
    assert (site.desk.step, desk.told, desk.told_values) == (Step.BIND, "CARD_TAKEN", {"who": "张* · 钢筋一班"})
    desk.back()
    assert refused(desk.release, CARD) == "CARD_NOT_BOUND"
    desk.choose(WORKER)
    desk.release(CARD)
    assert Roster(site.store).by_card(CARD) is None
    assert site.facts()[-1] == wire.CardBinding(WORKER, CARD, False, "op1")


def test_neither_an_identity_card_nor_a_changing_number_becomes_a_work_card(site: Site, desk: WorkerDesk) -> None:
    bound(site, desk)
    desk.release(CARD)
    desk.begin_binding()
    lay(site, desk, hash_of(1), "id_card")
    assert (site.desk.step, desk.told) == (Step.BIND, "CARD_NOT_FOR_WORK")
    lay(site, desk, CARD, problem="NO_ROSTER")
    assert desk.told == "NO_ROSTER"
    assert refused(desk.release, hash_of(1)) == "WRONG_STEP"


def test_the_identity_card_is_never_released(site: Site, desk: WorkerDesk) -> None:
    desk.search("")
    desk.choose(WORKER)
    assert refused(desk.release, hash_of(1)) == "CARD_NOT_BOUND"
    assert Roster(site.store).by_card(hash_of(1)) is not None


def test_a_work_card_on_the_first_screen_opens_its_owner_and_enrols_nobody(site: Site, desk: WorkerDesk) -> None:
    bound(site, desk)
    site.desk.next_worker()
    lay(site, desk, CARD)
    assert site.desk.step is Step.WORKER
    assert desk.worker is not None
    assert desk.worker.person == WORKER
    site.desk.next_worker()
    lay(site, desk, bytes(16))
    assert (site.desk.step, desk_view(site.desk)["reader"]["code"]) == (Step.CARD, "WORK_CARD_UNKNOWN")
    lay(site, desk, hash_of(1), "id_chip")
    assert desk_view(site.desk)["reader"]["code"] == "CARD_TEXT_NEEDED"


def test_a_face_is_taken_anew_with_the_workers_own_identity_card_only(site: Site, desk: WorkerDesk) -> None:
    desk.search("")
    desk.choose(WORKER)
    desk.anew()
    assert desk_view(site.desk)["wanted"] == "张*"
    site.to(2)
    assert (site.desk.step, desk_view(site.desk)["reader"]["code"]) == (Step.CARD, "PERSON_CARD_MISMATCH")
    site.to(1)
    assert site.desk.step is Step.WHO


def test_withdrawing_takes_the_template_its_copies_and_the_consent_in_one_go(site: Site, desk: WorkerDesk) -> None:
    site.to_approval(transfer=True)
    site.desk.approve()
    site.desk.next_worker()
    desk.search("")
    desk.choose(WORKER)
    desk.withdraw()
    word, proof = site.facts()[-2:]
    assert isinstance(word, wire.Enrolment)
    assert (word.person, word.engine, word.consent.template, word.consent.operator) == (WORKER, "", False, "op1")
    assert proof == wire.Deletion(WORKER, wire.EndCause.WITHDRAWN, True, False, 1)
    assert site.store.rows("SELECT 1 FROM templates") == []
    assert site.store.rows("SELECT 1 FROM copies") == []
    shown = worker_view(desk, site.records, site.desk.step)["withdrawal"]
    assert (shown["template_gone"], shown["boxes"], shown["safe"]) == (True, 1, False)
    assert site.records.enrolled(WORKER) == "card"
    desk.back()
    assert refused(desk.withdraw) == "NOTHING_TO_WITHDRAW"


def test_a_pass_is_signed_by_this_box_and_noted_before_it_is_shown(site: Site, desk: WorkerDesk) -> None:
    desk.search("")
    desk.choose(WORKER)
    desk.write_pass()
    assert desk.written is not None
    assert "<svg" in desk.written.svg
    note = site.facts()[-1]
    assert isinstance(note, wire.Incident)
    assert (note.code, note.detail.split()[0], note.detail.split()[-1]) == ("QR_PASS_WRITTEN", WORKER, "op1")
    assert desk.written.until_ms - site.records.now_ms() <= qr_pass.PRINTED_S * 1000


def test_a_box_without_its_key_writes_no_pass(site: Site) -> None:
    desk = WorkerDesk(site.desk)
    desk.search("")
    desk.choose(WORKER)
    assert refused(desk.write_pass) == "KEY_MISSING"
    assert site.facts() == []


@pytest.mark.rule("A-03")
def test_whose_right_ends_meanwhile_gets_no_card_and_no_pass(site: Site, desk: WorkerDesk) -> None:
    desk.search("")
    desk.choose(WORKER)
    apply(site.store, site.head, site.people[1], remove=(wire.Removal(WORKER, wire.EndCause.DEPARTURE, (hash_of(1),), 1),))
    for act in (desk.begin_binding, desk.write_pass, desk.withdraw):
        assert refused(act) == "NOT_ON_ROSTER"


def test_two_people_with_one_face_are_both_kept_for_card_and_face_and_told_to_the_centre(site: Site) -> None:
    site.desk_with(FakeGallery(Alike("王*", "木工二班", 0.9, OTHER)))
    site.to_approval()
    assert site.desk.approve().twin
    assert site.facts()[-1] == wire.Incident("LOOKALIKE", f"{WORKER} {OTHER}")
    kept = Enrolments(site.store)
    assert (kept.twin_of(WORKER), kept.twin_of(OTHER)) == (OTHER, WORKER)
    apply(site.store, site.head, site.people[0], remove=(wire.Removal(OTHER, wire.EndCause.DEPARTURE, (hash_of(2),), 1),))
    assert kept.twin_of(WORKER) is None


def test_helmet_shots_are_looked_at_and_never_stored(site: Site) -> None:
    from tests.edge.kiosk.waiting import until

    site.to_consent()
    site.desk.agree(True, False, False, "zh", ZH, helmet=True)
    until(lambda: site.desk.asks_helmet)
    site.desk.tick()
    assert (site.desk.step, desk_view(site.desk)["capture"]["asks_helmet"]) == (Step.CAPTURE, True)
    site.desk.helmet_on()
    until(site._captured)
    approval = desk_view(site.desk)["approval"]
    assert (approval["shots"], approval["helmet"], approval["helmet_known"]) == (5, 2, True)
    site.desk.approve()
    [fact] = site.facts()
    assert isinstance(fact, wire.Enrolment)
    assert fact.shots == 3


def test_without_a_helmet_the_three_shots_are_enough_and_no_fewer(site: Site) -> None:
    from tests.edge.kiosk.waiting import until

    site.camera.broken = "DEVICE_UNPLUGGED"
    site.to_consent()
    site.desk.agree(True, False, False, "zh", ZH, helmet=True)
    assert refused(site.desk.skip_helmet) == "SHOTS_MISSING"
    site.camera.broken = None
    until(lambda: site.desk.asks_helmet)
    site.desk.skip_helmet()
    assert site.desk.step is Step.APPROVE
    assert desk_view(site.desk)["approval"]["helmet_known"] is None
