"""A name that somebody mistyped and nobody verified stands in no later employer's way, and is told to none (A-25, A-30, A-45)."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from sqlalchemy import select, text

from central.access import SYSTEM, Access
from central.audit import AuditEntry
from central.database import Database
from central.errors import Problem
from central.people import rules, transfer
from central.people import service as people
from central.people.model import IdentityState, Worker, WorkerTerm
from central.people.name_order import order_of
from central.people.transfer_model import Transfer, TransferState
from central.verification import service as verification
from central.verification.model import CheckState, IdentityCheck
from central.verification.registers import Verdict
from tests.central.builders import Story, resident_number
from tests.central.exchange.test_imports import Desk, book, line

API = "/api/v1"
NUMBER = resident_number(641)
WRONG, RIGHT = "错别字", "李真名"


@pytest.fixture
def next_one(story: Story) -> Access:
    """临港劳务, which registers after 浦江劳务."""
    return story.employer(story.second.company_id)


def left(story: Story, source: str = "typed", name: str = WRONG, **changed: Any) -> int:
    """Somebody whose former employer gave this name; the contract is over."""
    worker = story.worker(identity_source=source, id_number=NUMBER, name=name, **changed).worker
    with story.centre.database.writing() as session:
        session.execute(text("UPDATE employments SET state = 'departed' WHERE worker_id = :id"), {"id": worker.id})
    return worker.id


def ask(story: Story, asking: Access, name: str, *, by_chip: bool) -> Transfer:
    """For the worker with this number, by this name."""
    centre, said = story.centre, story.registration(name=name, id_number=NUMBER)
    read = story.bridge(asking).read(rules.person_name(name), NUMBER) if by_chip else None
    with centre.database.writing() as session:
        return transfer.ask(session, centre.clock, centre.secrets, asking, said, policy=people.Policy(), chip_read=read)


@pytest.mark.rule("A-25")
def test_the_name_on_the_card_takes_the_place_of_one_that_was_only_typed(story: Story, next_one: Access, database: Database) -> None:
    known = left(story)
    found = story.worker(next_one, id_number=NUMBER, name=RIGHT).worker
    assert (found.id, found.name, found.identity_state, found.identity_source) == (known, RIGHT, IdentityState.VERIFIED, "chip")
    assert found.name_order == order_of(RIGHT)
    with database.reading() as session:
        terms = set(session.scalars(select(WorkerTerm.term).where(WorkerTerm.worker_id == known)))
        assert f"n{RIGHT}" in terms
        assert f"n{WRONG}" not in terms
        told = session.scalars(select(AuditEntry.told).where(AuditEntry.action == "worker.renamed")).one()
        assert WRONG in told
        assert RIGHT in told


@pytest.mark.rule("A-25")
def test_one_typed_name_against_another_goes_to_the_desk_and_the_registration_goes_on(story: Story, next_one: Access) -> None:
    known = left(story)
    registered = story.worker(next_one, "typed", id_number=NUMBER, name=RIGHT)
    found = registered.worker
    assert (found.id, found.name) == (known, RIGHT)
    assert (found.identity_state, found.identity_cause) == (IdentityState.PENDING, "PERSON_CARD_MISMATCH")
    with pytest.raises(Problem, match="IDENTITY_NOT_VERIFIED"):
        story.assigned(next_one, registered)


@pytest.mark.rule("A-25")
def test_a_name_that_the_register_refused_is_asked_about_anew_under_the_next_one(
    story: Story, next_one: Access, database: Database
) -> None:
    known, now = left(story), story.centre.clock.now()
    with database.writing() as session:
        of = session.get_one(Worker, known)
        of.identity_state, of.identity_source, of.identity_cause = IdentityState.REJECTED, "service", "PERSON_CARD_MISMATCH"
        session.add(
            IdentityCheck(
                worker_id=known, state=CheckState.SETTLED, attempts=1, asked_by="system", asked_at=now, next_at=now, settled_at=now
            )
        )
    found = story.worker(next_one, "typed", id_number=NUMBER, name=RIGHT).worker
    assert found.identity_state is IdentityState.PENDING
    with database.writing() as session:
        assert verification.enqueue_typed(session, now) == 1
    with database.writing() as session:
        assert verification.enqueue_typed(session, now) == 0


@pytest.mark.rule("A-25")
@pytest.mark.parametrize("cause", ["CARD_SUSPECT", "CARD_EXPIRED"])
def test_another_typed_name_takes_no_suspicion_off_a_card(cause: str) -> None:
    assert rules.renamed(IdentityState.REJECTED, cause) == (IdentityState.REJECTED, cause)
    assert rules.renamed(IdentityState.PENDING, cause) == (IdentityState.PENDING, cause)
    assert rules.renamed(IdentityState.REJECTED, "PERSON_CARD_MISMATCH") == (IdentityState.PENDING, "PERSON_CARD_MISMATCH")


@pytest.mark.rule("A-44")
@pytest.mark.rule("A-45")
def test_the_next_employer_learns_nothing_that_went_with_the_wrong_name(story: Story, client: httpx.Client, next_one: Access) -> None:
    left(story, phone="13911112222", nation="维吾尔族", address="某路一号")
    made = story.worker(next_one, "typed", id_number=NUMBER, name=RIGHT, phone="").worker
    headers = story.token(next_one)
    pages = [client.get(f"{API}/workers/{made.id}{page}", headers=headers) for page in ("", "/history")]
    assert [page.status_code for page in pages] == [200, 200]
    assert any(entry["action"] == "worker.renamed" for entry in pages[1].json()["items"])
    for told in (WRONG, "2222", "维吾尔族"):
        assert all(told not in page.text for page in pages)
    assert made.address_sealed is None


@pytest.mark.rule("A-25")
@pytest.mark.parametrize("source", ["chip", "typed"])
def test_a_verified_name_is_never_replaced(story: Story, next_one: Access, source: str) -> None:
    left(story, "chip", "王建国")
    with pytest.raises(Problem, match="PERSON_CARD_MISMATCH") as refused:
        story.worker(next_one, source, id_number=NUMBER, name="王小国")
    assert "王建国" not in f"{refused.value.text} {refused.value}"


@pytest.mark.rule("A-30")
def test_while_another_employs_the_worker_a_card_settles_the_name_and_a_typed_one_does_not() -> None:
    for by_chip, is_free in ((True, False), (True, True), (False, True)):
        rules.other_name(WRONG, RIGHT, IdentityState.PENDING, by_chip=by_chip, is_free=is_free)
    rules.other_name(RIGHT, RIGHT, IdentityState.VERIFIED, by_chip=False, is_free=False)
    with pytest.raises(Problem, match="PERSON_CARD_MISMATCH") as refused:
        rules.other_name(WRONG, RIGHT, IdentityState.PENDING, by_chip=False, is_free=False)
    assert "读卡" in refused.value.text.zh


@pytest.mark.rule("A-30")
@pytest.mark.parametrize("by_chip", [True, False])
def test_a_request_for_somebody_kept_under_a_mistyped_name_shows_the_asking_company_its_own_words(
    story: Story, next_one: Access, *, by_chip: bool
) -> None:
    story.worker(identity_source="typed", id_number=NUMBER, name=WRONG)
    asked = ask(story, next_one, f" {RIGHT}\u3000", by_chip=by_chip)
    assert (asked.name_said, bool(asked.by_chip)) == (RIGHT, by_chip)


@pytest.mark.rule("A-30")
def test_a_card_proves_the_name_that_was_on_it_and_no_later_typed_one(story: Story, next_one: Access) -> None:
    story.worker(identity_source="typed", id_number=NUMBER, name=WRONG)
    assert ask(story, next_one, RIGHT, by_chip=True).by_chip
    assert ask(story, next_one, RIGHT, by_chip=False).by_chip, "the same name is still proven"
    again = ask(story, next_one, "李甲", by_chip=False)
    assert (again.name_said, again.by_chip) == ("李甲", 0)


@pytest.mark.rule("A-25")
def test_one_rule_for_names_whatever_the_door(story: Story, next_one: Access) -> None:
    assert rules.person_name("\uff2a\uff2f\uff28\uff2e\u3000 \u200bSMITH\ufeff") == "JOHN SMITH"
    story.worker(id_number=NUMBER, name="JOHN SMITH")
    assert ask(story, next_one, "JOHN   \uff33\uff2d\uff29\uff34\uff28", by_chip=False).name_said == "JOHN SMITH"


@pytest.mark.rule("A-25")
@pytest.mark.rule("A-62")
def test_a_row_of_a_file_follows_the_same_rule(story: Story, client: httpx.Client, next_one: Access, database: Database) -> None:
    known = left(story)
    desk = Desk(story, client, next_one)
    desk.upload(book(line(0, 证件号码=NUMBER, 姓名=RIGHT)))
    assert desk.work()["good"] == 1
    desk.post("confirmation")
    assert desk.work()["done"] == 1
    with database.reading() as session:
        found = session.get_one(Worker, known)
        assert (found.name, found.identity_state, found.identity_cause) == (RIGHT, IdentityState.PENDING, "PERSON_CARD_MISMATCH")
        assert f"n{WRONG}" not in set(session.scalars(select(WorkerTerm.term).where(WorkerTerm.worker_id == known)))
        told = session.scalars(select(AuditEntry.told).where(AuditEntry.action == "worker.renamed")).one()
        assert WRONG in told


@pytest.mark.rule("A-30")
def test_a_request_completes_under_the_name_on_the_card(story: Story, next_one: Access, database: Database) -> None:
    known = story.worker(identity_source="typed", id_number=NUMBER, name=WRONG).worker.id
    asked = ask(story, next_one, RIGHT, by_chip=True)
    with database.writing() as session:
        session.execute(text("UPDATE employments SET state = 'departed' WHERE worker_id = :id"), {"id": known})
    centre = story.centre
    with database.writing() as session:
        kept = session.get_one(Transfer, asked.id)
        transfer.complete(session, centre.clock, centre.secrets, SYSTEM, kept, policy=people.Policy())
    with database.reading() as session:
        assert session.get_one(Transfer, asked.id).state is TransferState.COMPLETED
        found = session.get_one(Worker, known)
        assert (found.name, found.identity_state) == (RIGHT, IdentityState.VERIFIED)


@pytest.mark.rule("A-25")
def test_a_verdict_on_the_old_name_says_nothing_of_the_new_one(story: Story, next_one: Access, database: Database) -> None:
    known, clock = left(story), story.centre.clock
    story.worker(next_one, "typed", id_number=NUMBER, name=RIGHT)
    with database.writing() as session:
        verification.enqueue_typed(session, clock.now())
        [check] = verification.due(session, clock.now(), 10)
    for name, state in ((WRONG, IdentityState.PENDING), (RIGHT, IdentityState.VERIFIED)):
        with database.writing() as session:
            verification.settle(session, clock, check, Verdict.MATCH, name=name)
        with database.reading() as session:
            assert session.get_one(Worker, known).identity_state is state
