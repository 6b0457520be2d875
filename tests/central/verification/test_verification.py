"""Identity checks: a queue that outlives outages, causes told apart, an officer as the last resort (A-25, A-26)."""

from __future__ import annotations

import datetime as dt
import json

import httpx
import pytest
from sqlalchemy import select

from central.access import SYSTEM
from central.audit import AuditEntry
from central.centre import Centre
from central.database import Database
from central.errors import TEXTS
from central.people.model import IdentityState, Worker
from central.verification import job, rules, service
from central.verification.model import CheckState, IdentityCheck
from central.verification.registers import AwayError, HttpRegister, Person, Register, Verdict
from tests.central.builders import FakeClock, Story, resident_number
from tests.central.test_api_story import API

FRIDAY = dt.datetime(2026, 3, 13, 12, 0, tzinfo=dt.UTC)
SATURDAY = dt.datetime(2026, 3, 14, 2, 0, tzinfo=dt.UTC)
MONDAY = dt.datetime(2026, 3, 15, 16, 0, tzinfo=dt.UTC)


class FakeRegister:
    """Says what it is told to say; None is silence."""

    def __init__(self, verdict: Verdict | None) -> None:
        self.verdict = verdict
        self.asked: list[Person] = []

    def ask(self, person: Person) -> Verdict:
        """The verdict, or away."""
        self.asked.append(person)
        if self.verdict is None:
            raise AwayError("silent")
        return self.verdict


def state(database: Database, worker_id: int) -> tuple[str, str]:
    """The worker's identity and what keeps it."""
    with database.reading() as session:
        worker = session.get_one(Worker, worker_id)
        return worker.identity_state.value, worker.identity_cause


def clock_of(centre: Centre) -> FakeClock:
    """The clock that is set by hand."""
    assert isinstance(centre.clock, FakeClock)
    return centre.clock


@pytest.mark.rule("A-26")
def test_a_planned_outage_is_known_with_its_end() -> None:
    weekend = (5, 6)
    holiday = (MONDAY, MONDAY + dt.timedelta(days=2))
    assert rules.opens_at(FRIDAY, weekend, []) is None
    assert rules.opens_at(SATURDAY, weekend, []) == MONDAY
    assert rules.opens_at(SATURDAY, weekend, [holiday]) == MONDAY + dt.timedelta(days=2)
    assert rules.opens_at(SATURDAY, (), []) is None
    assert rules.opens_at(SATURDAY, range(7), []) is None


@pytest.mark.rule("A-26")
def test_a_typed_registration_joins_the_queue_by_itself_and_a_weekend_only_delays_it(story: Story, database: Database) -> None:
    clock, register = clock_of(story.centre), FakeRegister(Verdict.MATCH)
    number = resident_number(81)
    worker = story.worker(identity_source="typed", name="张建国", id_number=number).worker
    clock.at = SATURDAY
    assert job.drain(story.centre, register) == 0
    assert (register.asked, state(database, worker.id)[0]) == ([], "pending")
    clock.at = MONDAY
    assert job.drain(story.centre, register) == 1
    assert register.asked == [Person("张建国", "01", number)]
    assert state(database, worker.id) == ("verified", "")
    assert job.drain(story.centre, register) == 0


@pytest.mark.rule("A-25")
@pytest.mark.parametrize(
    ("verdict", "expected"),
    [
        (Verdict.MISMATCH, ("rejected", "PERSON_CARD_MISMATCH")),
        (Verdict.UNKNOWN, ("rejected", "CARD_SUSPECT")),
        (Verdict.EXPIRED, ("rejected", "CARD_EXPIRED")),
        (None, ("pending", "VERIFY_NETWORK")),
    ],
)
def test_each_cause_is_told_apart(story: Story, database: Database, verdict: Verdict | None, expected: tuple[str, str]) -> None:
    worker = story.worker(identity_source="typed").worker
    job.drain(story.centre, FakeRegister(verdict))
    assert state(database, worker.id) == expected


@pytest.mark.rule("A-25")
def test_every_cause_has_an_advice_of_its_own() -> None:
    assert len({TEXTS[cause].zh for cause in rules.CAUSES}) == len({TEXTS[cause].en for cause in rules.CAUSES}) == len(rules.CAUSES)


@pytest.mark.rule("A-26")
def test_a_silent_service_is_asked_again_ever_later_and_answers_in_the_end(story: Story, database: Database) -> None:
    clock, register = clock_of(story.centre), FakeRegister(None)
    worker = story.worker(identity_source="typed").worker
    waits = []
    for _ in range(3):
        job.drain(story.centre, register)
        with database.reading() as session:
            waits.append(session.scalars(select(IdentityCheck.next_at)).one() - clock.now())
        clock.at += waits[-1]
    assert waits == [dt.timedelta(minutes=1), dt.timedelta(minutes=2), dt.timedelta(minutes=4)]
    register.verdict = Verdict.MATCH
    job.drain(story.centre, register)
    assert state(database, worker.id) == ("verified", "")


@pytest.mark.rule("A-26")
def test_asking_at_the_weekend_is_queued_and_told_when_the_service_is_back(story: Story, client: httpx.Client, database: Database) -> None:
    employer = story.employer(story.site.labour)
    verified, worker = story.worker(employer).worker, story.worker(employer, identity_source="typed").worker
    headers = story.token(employer)
    asked = client.post(f"{API}/workers/{worker.id}/identity-check", json={"cause": "CARD_UNREADABLE"}, headers=headers)
    assert (asked.status_code, asked.json()["state"]) == (202, "waiting")
    shown = client.get(f"{API}/workers/{worker.id}", headers=headers).json()["identity_cause"]
    assert (shown["code"], "小木桥路" in shown["detail"]) == ("CARD_UNREADABLE", True)
    clock_of(story.centre).at = SATURDAY
    away = client.post(f"{API}/workers/{worker.id}/identity-check", headers=headers)
    assert (away.status_code, away.json()["code"]) == (503, "IDENTITY_SERVICE_DOWN")
    assert (away.json()["values"]["next_opening"], away.headers["Retry-After"]) == ("2026-03-16T00:00+08:00", str(38 * 3600))
    assert client.get(f"{API}/identity/service", headers=headers).json()["open"] is False
    with database.reading() as session:
        assert session.scalars(select(IdentityCheck.next_at)).one() == MONDAY
    order = {"worker_id": verified.id, "project_id": story.site.project.id, "main_trade": "020"}
    assert client.post(f"{API}/assignments", json=order, headers=headers).status_code == 201
    early = client.post(f"{API}/assignments", json={**order, "worker_id": worker.id}, headers=headers)
    assert (early.status_code, early.json()["code"]) == (409, "IDENTITY_NOT_VERIFIED")


@pytest.mark.rule("A-26")
def test_an_announced_outage_is_planned_by_the_administrator(story: Story, client: httpx.Client) -> None:
    outage = {"begins_at": "2026-03-13T00:00:00+08:00", "ends_at": "2026-03-13T12:00:00+08:00", "reason": "数据中心维护"}
    employer = story.token(story.employer(story.site.labour))
    assert client.post(f"{API}/identity/outages", json=outage, headers=employer).status_code == 403
    assert client.post(f"{API}/identity/outages", json=outage, headers=story.token(SYSTEM)).status_code == 201
    assert client.get(f"{API}/identity/service", headers=employer).json()["next_opening"] == "2026-03-13T04:00:00.000+00:00"
    turned = {**outage, "ends_at": outage["begins_at"]}
    assert client.post(f"{API}/identity/outages", json=turned, headers=story.token(SYSTEM)).json()["code"] == "OUTAGE_INVALID"


@pytest.mark.rule("A-25")
def test_an_officer_settles_in_person_with_evidence_and_the_audit_keeps_it(story: Story, client: httpx.Client, database: Database) -> None:
    employer = story.employer(story.site.labour)
    worker = story.worker(employer, identity_source="typed").worker
    job.drain(story.centre, FakeRegister(None))
    officer, path = story.token(story.authority), f"{API}/workers/{worker.id}/verification"
    waiting = client.get(f"{API}/identity/waiting", headers=officer).json()["items"]
    assert [(row["id"], row["identity_cause"]["code"], row["wages"]) for row in waiting] == [(worker.id, "VERIFY_NETWORK", None)]
    for other in (employer, story.office(), SYSTEM):
        assert client.post(path, json={"verified": True, "evidence": "自证"}, headers=story.token(other)).status_code == 403
    body = {"verified": False, "evidence": "人证不符，见登记单 016", "cause": "PERSON_CARD_MISMATCH"}
    assert client.post(path, json=body, headers=officer).json()["identity_state"] == "rejected"
    done = client.post(path, json={"verified": True, "evidence": "复核一致，受理单 017"}, headers=officer).json()
    assert (done["identity_state"], done["identity_source"], done["identity_cause"]) == ("verified", "officer", None)
    again = client.post(path, json={"verified": False, "evidence": "反悔"}, headers=officer)
    assert again.json()["code"] == "IDENTITY_ALREADY_VERIFIED"
    assert client.get(f"{API}/identity/waiting", headers=officer).json()["items"] == []
    assert client.get(f"{API}/identity/waiting", headers=story.token(employer)).status_code == 403
    with database.reading() as session:
        told = session.scalars(select(AuditEntry.told).where(AuditEntry.action == "worker.identity")).all()
        assert session.scalars(select(IdentityCheck.state)).all() == [CheckState.DROPPED]
    assert ["登记单 016" in told[0], "受理单 017" in told[1]] == [True, True]


def test_a_verdict_that_comes_after_an_officers_changes_nothing(story: Story, database: Database) -> None:
    worker = story.worker(identity_source="typed").worker

    class Late(FakeRegister):
        def ask(self, person: Person) -> Verdict:
            """While it thinks, somebody verifies the worker."""
            with database.writing() as session:
                session.get_one(Worker, worker.id).identity_state = IdentityState.VERIFIED
            return Verdict.MISMATCH

    job.drain(story.centre, Late(None))
    assert state(database, worker.id) == ("verified", "")


@pytest.mark.parametrize(
    ("status", "body", "verdict"),
    [
        (200, '{"verdict": "match"}', Verdict.MATCH),
        (200, '{"verdict": "maybe"}', None),
        (200, "[]", None),
        (200, "<html>", None),
        (502, '{"verdict": "match"}', None),
    ],
)
def test_the_http_register_signs_its_question_and_takes_nothing_else_than_a_verdict(
    status: int, body: str, verdict: Verdict | None
) -> None:
    seen: list[httpx.Request] = []

    def service(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(status, text=body)

    register: Register = HttpRegister("http://register.test/check", "key", httpx.Client(transport=httpx.MockTransport(service)))
    try:
        answer: Verdict | None = register.ask(Person("张建国", "01", resident_number(1)))
    except AwayError as away:
        assert resident_number(1) not in str(away)
        answer = None
    assert answer is verdict
    assert json.loads(seen[0].content)["name"] == "张建国"
    assert len(seen[0].headers["X-Signature"]) == 64


@pytest.mark.rule("A-26")
def test_outages_past_and_coming_are_listed_for_everybody_and_one_can_be_withdrawn(
    story: Story, client: httpx.Client, database: Database
) -> None:
    admin, employer = story.token(SYSTEM), story.token(story.employer(story.site.labour))
    worker = story.worker(story.employer(story.site.labour), identity_source="typed").worker.id
    windows = [("2026-03-01T00:00:00+08:00", "2026-03-02T00:00:00+08:00"), ("2026-03-13T00:00:00+08:00", "2026-03-14T00:00:00+08:00")]
    windows.append(("2026-05-01T00:00:00+08:00", "2026-05-06T00:00:00+08:00"))
    for begins, ends in windows:
        body = {"begins_at": begins, "ends_at": ends, "reason": "数据中心维护"}
        made = [client.post(f"{API}/identity/outages", json=body, headers=admin).json()["id"] for _ in range(2)]
        assert made[0] == made[1], "announced twice it is one"
    listed = client.get(f"{API}/identity/outages?limit=2", headers=employer).json()
    assert [one["state"] for one in listed["items"]] == ["coming", "running"]
    more = client.get(f"{API}/identity/outages?cursor={listed['next_cursor']}", headers=employer).json()
    assert [one["state"] for one in more["items"]] == ["past"]
    running, past = listed["items"][1]["id"], more["items"][0]["id"]
    assert client.post(f"{API}/workers/{worker}/identity-check", headers=employer).json()["code"] == "IDENTITY_SERVICE_DOWN"
    assert client.post(f"{API}/identity/outages/{running}/withdrawal", headers=employer).status_code == 403
    assert client.post(f"{API}/identity/outages/{past}/withdrawal", headers=admin).json()["code"] == "OUTAGE_OVER"
    assert client.post(f"{API}/identity/outages/{running}/withdrawal", headers=admin).json()["state"] == "withdrawn"
    assert client.get(f"{API}/identity/service", headers=employer).json()["open"] is True
    with database.reading() as session:
        assert service.due(session, story.centre.clock.now(), 10), "who waited for its end is asked about now"
