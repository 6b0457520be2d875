"""The way from one employer to the next (A-30): asked, answered with the departure's date, completed when the old contract has ended."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest
from pydantic import ValidationError
from sqlalchemy import func, select

from central.access import Access
from central.audit import AuditEntry
from central.centre import Centre
from central.entry.model import Assignment, AssignmentState
from central.entry.nightly import let_depart
from central.errors import Problem
from central.people import transfer, transfer_job
from central.people.model import Employment, EmploymentState, IdentityState, Worker
from central.people.service import EmployedWorker, Policy
from central.people.transfer_model import Transfer, TransferState
from central.settings import CentralSettings
from tests.central.builders import WAGES, Story, resident_number

API = "/api/v1"
NUMBER = resident_number(77)
NEXT_WEEK = dt.date(2026, 3, 20)
CARD = "6222020200007654321"


def form(**changed: Any) -> dict[str, Any]:
    said = {"name": "王建国", "id_number": NUMBER, "contract_start": "2026-04-01", "contract_end": "2028-03-31", "main_trade": "020"}
    return said | WAGES | {"card_number": CARD, "basic_wage": "7777"} | changed


@pytest.fixture
def worker(story: Story) -> EmployedWorker:
    """Somebody who works for 浦江劳务, verified."""
    return story.worker(id_number=NUMBER, name="王建国", phone="13811112222")


@pytest.fixture
def asking(story: Story) -> Access:
    """临港劳务, which wants him."""
    return story.employer(story.second.company_id)


class Sides:
    """Both sides at the API, and what the night does."""

    def __init__(self, story: Story, client: httpx.Client, asking: Access) -> None:
        self.story, self.client = story, client
        self.old, self.new = story.token(story.employer(story.site.labour)), story.token(asking)

    def ask(self, who: dict[str, str] | None = None, **changed: Any) -> httpx.Response:
        return self.client.post(f"{API}/transfers", json=form(**changed), headers=who or self.new)

    def answer(self, number: int, what: str, body: Any = None, who: dict[str, str] | None = None) -> httpx.Response:
        return self.client.post(f"{API}/transfers/{number}/{what}", json=body, headers=who or self.old)

    def release(self, number: int, on: dt.date = NEXT_WEEK, **more: Any) -> httpx.Response:
        return self.answer(number, "release", {"departs_on": str(on), "reason": "agreed"} | more)

    def seen(self, number: int, who: dict[str, str] | None = None) -> dict[str, Any]:
        answer = self.client.get(f"{API}/transfers/{number}", headers=who or self.new)
        assert answer.status_code == 200, answer.text
        shown: dict[str, Any] = answer.json()
        return shown

    def forward(self, **by: float) -> None:
        self.story.centre.clock.forward(**by)  # type: ignore[attr-defined]
        let_depart(self.story.centre)
        transfer_job.work(self.story.centre)


@pytest.fixture
def sides(story: Story, client: httpx.Client, asking: Access) -> Sides:
    return Sides(story, client, asking)


@pytest.mark.rule("A-30")
def test_a_released_worker_is_registered_by_itself_when_the_old_contract_has_ended(
    story: Story, sides: Sides, worker: EmployedWorker, asking: Access, centre: Centre
) -> None:
    made = sides.ask()
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    assert sides.client.get(f"{API}/transfers?side=asked", headers=sides.old).json()["items"][0]["worker_id"] == worker.worker.id
    assert sides.release(number).json()["state"] == "released"
    sides.forward(days=5)
    assert sides.seen(number)["state"] == "released", "until the date nothing changes"
    sides.forward(days=2)
    shown = sides.seen(number)
    assert (shown["state"], shown["worker_id"]) == ("completed", worker.worker.id)
    with centre.database.reading() as session:
        rows = session.scalars(select(Employment).where(Employment.worker_id == worker.worker.id).order_by(Employment.id)).all()
        assert [(row.employer_id, row.state) for row in rows] == [
            (story.site.labour.id, EmploymentState.DEPARTED),
            (asking.company_id, EmploymentState.ACTIVE),
        ]
        kept = session.scalars(select(Transfer)).one()
        assert kept.said_sealed is None, "the form goes when it is done"
        assert session.get_one(Worker, worker.worker.id).identity_state is IdentityState.VERIFIED
        actions = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"transfer:{number}").order_by(AuditEntry.id)).all()
        assert actions == ["transfer.asked", "transfer.released", "transfer.completed"]
        registered = select(AuditEntry.on_behalf_of).where(AuditEntry.subject == f"worker:{worker.worker.id}")
        latest = registered.where(AuditEntry.action == "worker.registered").order_by(AuditEntry.id.desc()).limit(1)
        assert session.scalar(latest) == kept.asked_by


@pytest.mark.rule("A-49")
@pytest.mark.rule("A-51")
def test_a_release_is_a_departure_with_its_rules_and_what_runs_goes_on_until_its_date(story: Story, sides: Sides, centre: Centre) -> None:
    employer = story.employer(story.site.labour)
    worker = story.worker(employer, id_number=NUMBER, name="王建国")
    there = story.accept(story.assigned(employer, worker)).assignment
    number = sides.ask().json()["id"]
    today = dt.date(2026, 3, 13)
    assert sides.release(number, today).json()["code"] == "DEPARTURE_MUST_BE_FUTURE"
    assert sides.release(number, reason="left_site").json()["code"] == "DEPARTURE_IS_NOT_EXIT"
    assert sides.release(number).status_code == 200
    with centre.database.reading() as session:
        assert session.get_one(Assignment, there.id).state is AssignmentState.CONFIRMED
    sides.forward(days=7)
    with centre.database.reading() as session:
        assert session.get_one(Assignment, there.id).state is AssignmentState.ENDED


@pytest.mark.rule("A-30")
def test_a_refusal_says_why_and_the_worker_stays(sides: Sides, worker: EmployedWorker, centre: Centre) -> None:
    number = sides.ask().json()["id"]
    assert sides.answer(number, "refusal", {"reason": ""}).status_code == 422
    assert sides.answer(number, "refusal", {"reason": "合同履行中"}).status_code == 200
    assert sides.answer(number, "refusal", {"reason": "合同履行中"}).status_code == 200, "the same again changes nothing"
    shown = sides.seen(number)
    assert (shown["state"], shown["reason"]) == ("refused", "合同履行中")
    assert sides.release(number).json()["code"] == "TRANSFER_ANSWERED"
    sides.forward(days=30)
    assert sides.seen(number)["state"] == "refused"
    with centre.database.reading() as session:
        assert session.scalar(select(func.count(Employment.id)).where(Employment.worker_id == worker.worker.id)) == 1
        assert session.scalars(select(Transfer)).one().said_sealed is None


@pytest.mark.rule("A-30")
def test_without_an_answer_it_lapses_says_so_and_supervision_sees_it(story: Story, sides: Sides, worker: EmployedWorker) -> None:
    number = sides.ask().json()["id"]
    sides.forward(days=6, hours=23)
    assert sides.seen(number)["state"] == "waiting"
    sides.forward(hours=1)
    shown = sides.seen(number)
    assert (shown["state"], shown["cause"]["code"]) == ("lapsed", "TRANSFER_LAPSED")
    assert "监管部门" in shown["cause"]["detail"]
    listed = sides.client.get(f"{API}/transfers?state=lapsed", headers=story.token(story.authority)).json()["items"]
    assert [(one["id"], one["worker_id"], one["side"]) for one in listed] == [(number, worker.worker.id, None)]
    assert sides.ask().json()["id"] != number, "and can be asked anew"


@pytest.mark.rule("A-30")
def test_the_centre_says_how_long_an_answer_may_take_and_a_request_keeps_the_day_it_was_told(
    sides: Sides, centre: Centre, worker: EmployedWorker
) -> None:
    first = sides.ask().json()
    centre.settings.transfer_answer_days = 2
    assert sides.ask().json()["lapses_at"] == first["lapses_at"], "asked again, the request is the same"
    sides.forward(days=7)
    second = sides.ask().json()["id"]
    assert second != first["id"]
    sides.forward(days=1, hours=23)
    assert sides.seen(second)["state"] == "waiting"
    sides.forward(hours=1)
    assert sides.seen(second)["state"] == "lapsed"


@pytest.mark.parametrize("days", [0, 31])
def test_an_answer_takes_a_day_at_least_and_a_month_at_most(days: int) -> None:
    with pytest.raises(ValidationError, match="transfer_answer_days"):
        CentralSettings(transfer_answer_days=days)


@pytest.mark.rule("A-30")
@pytest.mark.rule("A-44")
def test_each_side_sees_the_state_and_nothing_of_the_others_data(story: Story, sides: Sides, worker: EmployedWorker) -> None:
    number = sides.ask().json()["id"]
    mine, theirs = sides.seen(number), sides.seen(number, sides.old)
    assert (mine["side"], theirs["side"]) == ("asking", "asked")
    assert mine["worker_id"] is None
    assert mine.keys() == theirs.keys()
    for shown in (mine, theirs):
        told = str(shown)
        for secret in (NUMBER, CARD, CARD[-4:], "7777", "2028", "13811112222", "2222", "6000", "2027"):
            assert secret not in told, secret
    assert sides.client.get(f"{API}/workers/{worker.worker.id}", headers=sides.new).status_code == 404
    stranger = story.token(story.employer(story.neighbour.labour))
    assert sides.client.get(f"{API}/transfers/{number}", headers=stranger).status_code == 404
    assert sides.client.get(f"{API}/transfers", headers=stranger).json()["items"] == []
    for what, body in (("release", {"departs_on": str(NEXT_WEEK), "reason": "agreed"}), ("refusal", {"reason": "x"}), ("withdrawal", None)):
        assert sides.answer(number, what, body, stranger).status_code == 404
    assert sides.answer(number, "refusal", {"reason": "x"}, sides.new).status_code == 403, "the asking side does not answer"
    assert sides.answer(number, "withdrawal", None, sides.old).status_code == 403


@pytest.mark.rule("A-30")
def test_asking_needs_the_right_name_and_somebody_who_is_employed_elsewhere(sides: Sides, worker: EmployedWorker) -> None:
    assert sides.ask(name="王小国").json()["code"] == "PERSON_CARD_MISMATCH"
    assert sides.ask(id_number=resident_number(500)).json()["code"] == "TRANSFER_NOT_NEEDED"
    assert sides.ask(sides.old).json()["code"] == "ALREADY_REGISTERED"
    wrong = sides.ask(card_number="", contract_end="2026-01-01").json()
    assert {one["code"] for one in wrong["errors"]} == {"WAGE_FIELD_REQUIRED", "CONTRACT_DATES_INVALID"}, "the form is checked at once"


@pytest.mark.rule("A-48")
def test_asking_twice_is_one_request_with_the_later_form(sides: Sides, worker: EmployedWorker, centre: Centre) -> None:
    first, second = sides.ask(), sides.ask(basic_wage="8888")
    assert first.json()["id"] == second.json()["id"]
    sides.release(first.json()["id"])
    assert sides.release(first.json()["id"]).status_code == 200, "the same answer again changes nothing"
    sides.forward(days=7)
    answer = sides.client.get(f"{API}/workers/{worker.worker.id}", headers=sides.new)
    assert answer.json()["wages"]["basic_wage"] == "8888.00"


@pytest.mark.rule("A-30")
def test_two_may_ask_one_is_released_and_the_other_is_told_that_it_is_over(story: Story, sides: Sides, worker: EmployedWorker) -> None:
    third = story.token(story.employer(story.site.gc))
    first, second = sides.ask().json()["id"], sides.ask(third).json()["id"]
    assert sides.release(second).status_code == 200
    shown = sides.seen(first)
    assert (shown["state"], shown["cause"]["code"]) == ("refused", "TRANSFER_OVERTAKEN")
    assert "申建" not in str(shown), "not to whom"
    again = sides.ask().json()["id"]
    assert sides.release(again).json()["code"] == "TRANSFER_RELEASED_ALREADY"
    sides.forward(days=7)
    assert [sides.seen(second, third)["state"], sides.seen(again)["state"]] == ["completed", "refused"]


@pytest.mark.rule("A-30")
def test_two_releases_at_the_same_moment_leave_one(story: Story, sides: Sides, worker: EmployedWorker, centre: Centre) -> None:
    third = story.token(story.employer(story.site.gc))
    both = [sides.ask().json()["id"], sides.ask(third).json()["id"]]
    employer = story.employer(story.site.labour)

    def release(number: int) -> str:
        try:
            with centre.database.writing() as session:
                transfer.release(session, centre.clock, employer, number, departs_on=NEXT_WEEK, reason="agreed", successors={})
        except Problem as problem:
            return problem.code
        return "ok"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(release, both)) == ["TRANSFER_ANSWERED", "ok"]
    with centre.database.reading() as session:
        released = select(func.count(Transfer.id)).where(Transfer.state == TransferState.RELEASED)
        assert session.scalar(released) == 1


@pytest.mark.rule("A-30")
def test_a_departure_that_is_cancelled_takes_the_release_back(sides: Sides, worker: EmployedWorker) -> None:
    number = sides.ask().json()["id"]
    sides.release(number)
    assert sides.client.delete(f"{API}/workers/{worker.worker.id}/departure", headers=sides.old).status_code == 200
    sides.forward(minutes=1)
    shown = sides.seen(number)
    assert (shown["state"], shown["cause"]["code"]) == ("refused", "TRANSFER_TAKEN_BACK")


@pytest.mark.rule("A-52")
def test_whoever_has_died_is_registered_by_nobody(sides: Sides, worker: EmployedWorker, centre: Centre) -> None:
    number = sides.ask().json()["id"]
    body = {"died_on": "2026-03-13", "note": "x"}
    assert sides.client.post(f"{API}/workers/{worker.worker.id}/death", json=body, headers=sides.old).status_code == 201
    sides.forward(minutes=1)
    shown = sides.seen(number)
    assert (shown["state"], shown["cause"]["code"]) == ("failed", "WORKER_DECEASED")
    with centre.database.reading() as session:
        assert session.scalar(select(func.count(Employment.id)).where(Employment.worker_id == worker.worker.id)) == 1


@pytest.mark.rule("A-30")
def test_a_departure_by_itself_completes_who_asked_first(story: Story, sides: Sides, worker: EmployedWorker) -> None:
    third = story.token(story.employer(story.site.gc))
    first, second = sides.ask().json()["id"], sides.ask(third).json()["id"]
    body = {"departs_on": "2026-03-14", "reason": "resigned"}
    assert sides.client.post(f"{API}/workers/{worker.worker.id}/departure", json=body, headers=sides.old).status_code == 201
    sides.forward(days=1)
    assert [sides.seen(first)["state"], sides.seen(second, third)["state"]] == ["completed", "refused"]


@pytest.mark.rule("A-30")
def test_it_can_be_taken_back_and_the_form_goes(sides: Sides, worker: EmployedWorker, centre: Centre) -> None:
    number = sides.ask().json()["id"]
    for _ in range(2):
        assert sides.answer(number, "withdrawal", None, sides.new).json()["state"] == "withdrawn"
    assert sides.release(number).json()["code"] == "TRANSFER_ANSWERED"
    with centre.database.reading() as session:
        assert session.scalars(select(Transfer)).one().said_sealed is None


@pytest.mark.rule("A-25")
def test_a_card_that_was_read_when_asking_verifies_the_identity_at_the_end(
    story: Story, sides: Sides, asking: Access, centre: Centre
) -> None:
    pending = story.worker(id_number=NUMBER, name="王建国", identity_source="typed")
    said = story.registration(id_number=NUMBER, name="王建国")
    read = story.bridge(asking).read("王建国", NUMBER)
    with centre.database.writing() as session:
        made = transfer.ask(session, centre.clock, centre.secrets, asking, said, policy=Policy.of(centre.settings), chip_read=read)
    with centre.database.reading() as session:
        assert session.get_one(Worker, pending.worker.id).identity_state is IdentityState.PENDING, "nobody else's record changes"
    sides.release(made.id)
    sides.forward(days=7)
    with centre.database.reading() as session:
        worker = session.get_one(Worker, pending.worker.id)
        assert (worker.identity_state, worker.identity_source) == (IdentityState.VERIFIED, "chip")
