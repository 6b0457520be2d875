"""Each kind of anomaly: found while its cause is there, and gone with it; nobody else's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest
from sqlalchemy import delete, event, update

from central.access import Access, Position
from central.anomalies import service
from central.anomalies.kinds import KINDS
from central.anomalies.question import MANY_REFUSALS, MANY_UNKNOWN
from central.anomalies.words import WORDS, what_said
from central.attendance.ledger import Sighting
from central.attendance.model import Passage, Refusal
from central.attendance.rules import Judged
from central.devices.model import Box, BoxState
from central.entry.model import Assignment
from central.errors import Problem
from central.messaging.model import Incident
from central.people.model import Employment, IdentityState, Worker
from central.projects.model import Project, ProjectState
from tests.central.builders import FakeClock, Story

BOX = "b-aaaaaaaa"


class Yard:
    """The site under way, with a box and a confirmed worker who was seen a moment ago: nothing to look at."""

    def __init__(self, story: Story) -> None:
        assert isinstance(story.centre.clock, FakeClock)
        self.story, self.clock = story, story.centre.clock
        self.assignment = story.confirmed()
        self.seq = 0
        with story.centre.database.writing() as session:
            session.execute(update(Project).values(state=ProjectState.IN_PROGRESS))
            where = {"project_id": story.site.project.id, "name": "1 号门", "lane": "1-东", "direction": "01"}
            session.add(Box(id=BOX, state=BoxState.ACTIVE, online=True, created_at=self.clock.now(), **where))
        self.calm()

    def calm(self) -> None:
        """Whatever was wrong is right again."""
        now = self.clock.now()
        with self.story.centre.database.writing() as session:
            for kind in (Incident, Refusal, Passage, Sighting):
                session.execute(delete(kind))
            session.execute(update(Assignment).values(last_seen_at=now, created_at=now))
            session.execute(update(Worker).values(identity_state=IdentityState.VERIFIED, identity_cause=""))
            session.execute(update(Employment).values(contract_end=now.date() + dt.timedelta(days=400), departure_on=None))
            session.execute(update(Box).values(online=True, last_seen_at=now, faults="", certificate_expires_at=None))

    def change(self, of: Any, **values: Any) -> None:
        with self.story.centre.database.writing() as session:
            session.execute(update(of).values(values))

    def add(self, kind: Any, **values: Any) -> None:
        self.seq += 1
        at = self.clock.now() - dt.timedelta(minutes=self.seq)
        with self.story.centre.database.writing() as session:
            session.add(kind(**({"box_id": BOX, "epoch": "e", "seq": self.seq, "at": at} | values)))

    def refused(self, times: int, reason: str = "WRONG_LANE", **values: Any) -> None:
        fixed = {"method": "001", "direction": "01", "lane": "1-东", "roster_version": 1, "offline": False}
        for _ in range(times):
            self.add(Refusal, project_id=self.project, reason=reason, received_at=self.clock.now(), **(fixed | values))

    def told(self, code: str, detail: str = "") -> None:
        self.add(Incident, code=code, detail=detail, raised_by="box")

    def trains(self) -> None:
        since = self.clock.now().date()
        with self.story.centre.database.writing() as session:
            session.add(Sighting(assignment_id=self.assignment.id, project_id=self.project, retraining_since=since))

    def passed(self, **values: Any) -> None:
        now, a = self.clock.now(), self.assignment
        who = {"assignment_id": a.id, "worker_id": a.worker_id, "employer_id": a.employer_id, "project_id": self.project}
        how = {
            "position": self.seq,
            "revision": 0,
            "boot": 1,
            "mono_ms": 0,
            "at_reported": now,
            "clock": "ntp",
            "lane": "1",
            "method": "001",
        }
        flags = {"roster_version": 1, "offline": False, "stale_roster": False, "duplicate": False, "judged": Judged.OK, "direction": "01"}
        self.add(Passage, received_at=now, **(who | how | flags | values))

    @property
    def project(self) -> int:
        return self.story.site.project.id

    def found(self, access: Access | None = None, days: int = 7) -> dict[str, list[service.Anomaly]]:
        with self.story.centre.database.reading() as session:
            rows = service.of_project(session, self.clock, access or self.story.office(), self.project, days=days)
        return {one.kind: list(one.rows) for one in rows}


@pytest.fixture
def yard(story: Story) -> Yard:
    return Yard(story)


def never_seen(yard: Yard) -> None:
    yard.change(Assignment, last_seen_at=None)
    yard.clock.forward(days=4)
    yard.change(Box, last_seen_at=yard.clock.now())


def contract(days: int) -> Callable[[Yard], None]:
    return lambda yard: yard.change(Employment, contract_end=yard.clock.now().date() + dt.timedelta(days=days))


def waiting_long(yard: Yard) -> None:
    waits = yard.story.assigned()
    with yard.story.centre.database.writing() as session:
        session.get_one(Assignment, waits.id).created_at -= dt.timedelta(days=5)


def lookalike(yard: Yard) -> None:
    twin = yard.story.confirmed()
    yard.change(Assignment, last_seen_at=yard.clock.now())
    yard.told("LOOKALIKE", f"{yard.assignment.person} {twin.person}")


CAUSES: dict[str, Callable[[Yard], None]] = {
    "doubtful": lambda yard: yard.passed(judged=Judged.RIGHT_ENDED_THEN),
    "identity_lost": lambda yard: yard.change(Worker, identity_state=IdentityState.REJECTED, identity_cause="ID_MISMATCH"),
    "lookalike": lookalike,
    "denied_often": lambda yard: yard.refused(MANY_REFUSALS, assignment_id=yard.assignment.id),
    "denied_unknown": lambda yard: yard.refused(MANY_UNKNOWN, "NOT_CONFIRMED"),
    "held_open": lambda yard: yard.told("GATE_HELD_OPEN", "DELIVERY"),
    "by_hand": lambda yard: yard.passed(method="011", operator="op1", why="INJURED"),
    "contract_over": contract(-3),
    "contract_ending": contract(20),
    "departing": lambda yard: yard.change(Employment, departure_on=yard.clock.now().date() + dt.timedelta(days=9)),
    "never_seen": never_seen,
    "training_due": lambda yard: yard.trains(),
    "waiting_long": waiting_long,
    "box_silent": lambda yard: yard.change(Box, online=False, last_seen_at=yard.clock.now() - dt.timedelta(hours=3)),
    "box_faulty": lambda yard: yard.change(Box, faults="DISK_LOW,CAMERA_SILENT"),
    "box_told": lambda yard: yard.told("CLONE_ALARM"),
    "certificate_ending": lambda yard: yard.change(Box, certificate_expires_at=yard.clock.now() + dt.timedelta(days=9)),
}


def test_a_site_where_all_is_well_has_nothing_to_look_at(yard: Yard) -> None:
    yard.refused(MANY_REFUSALS - 1, assignment_id=yard.assignment.id)
    for code in ("DEVICE_BACK", "EXIT_UNKNOWN", "QR_PASS_WRITTEN"):
        yard.told(code)
    yard.passed()
    assert yard.found() == {}


def test_each_kind_is_found_by_its_cause_says_what_and_where_and_is_gone_with_it(yard: Yard) -> None:
    for kind in (kind.key for kind in KINDS):
        CAUSES[kind](yard)
        found = yard.found()
        assert list(found) == [kind]
        one = found[kind][0]
        assert one.link.startswith(f"/projects/{yard.project}/")
        assert all(what_said(kind, one.what)) or not one.what
        assert WORDS[kind].do_zh and WORDS[kind].do_en
        assert list(yard.found(yard.story.authority)) == [kind]
        with yard.story.centre.database.reading() as session:
            (here, *others) = service.of_projects(session, yard.clock, yard.story.authority)
        assert (here.project.id, here.counts) == (yard.project, {kind: len(found[kind])})
        assert all(not other.counts for other in others)
        yard.calm()
        assert yard.found() == {}


def test_what_one_says_is_said_in_words(yard: Yard) -> None:
    lookalike(yard)
    yard.refused(MANY_REFUSALS, assignment_id=yard.assignment.id)
    found = yard.found()
    assert "、" in found["lookalike"][0].name
    denied = found["denied_often"][0]
    assert (denied.n, what_said("denied_often", denied.what)[0]) == (MANY_REFUSALS, "此通道不可用")
    assert denied.link == f"/projects/{yard.project}/people/{yard.assignment.id}?tab=refusals"
    yard.refused(1, "CARD_EXPIRED", assignment_id=yard.assignment.id)
    assert what_said("denied_often", yard.found()["denied_often"][0].what)[0] == "多种原因"
    assert what_said("box_faulty", "DISK_LOW,CAMERA_SILENT")[0] == "存储空间不足、摄像头没有画面"


@pytest.mark.rule("A-60")
def test_a_subcontractor_and_a_neighbour_see_no_anomalies_of_the_site(yard: Yard) -> None:
    waiting_long(yard)
    refused = []
    for access in (
        yard.story.sub_office(yard.story.pro),
        yard.story.employer(yard.story.site.labour),
        yard.story.office(yard.story.neighbour),
    ):
        with pytest.raises(Problem) as raised:
            yard.found(access)
        refused.append(raised.value.code)
    assert refused == ["ONLY_GENERAL_CONTRACTOR", "ONLY_GENERAL_CONTRACTOR", "NOT_FOUND"]
    with yard.story.centre.database.reading() as session, pytest.raises(Problem):
        service.of_projects(session, yard.clock, yard.story.office())


@pytest.mark.rule("A-60")
def test_who_may_not_look_at_devices_is_shown_nothing_that_is_dealt_with_there(yard: Yard) -> None:
    waiting_long(yard)
    yard.refused(MANY_UNKNOWN, "NOT_CONFIRMED")
    office = yard.story.office()
    clerk = replace(office, position=Position.CLERK)
    everything, theirs = set(yard.found(office)), set(yard.found(clerk))
    assert everything - theirs == {"denied_unknown"}
    assert "waiting_long" in theirs
    with yard.story.centre.database.reading() as session, pytest.raises(Problem):
        service.of_kind(session, yard.clock, clerk, yard.story.site.project.id, "denied_unknown")


@pytest.mark.rule("A-45")
def test_who_waits_for_a_subcontractor_is_not_shown_to_the_general_contractor(yard: Yard) -> None:
    second = yard.story.second
    yard.story.assigned(yard.story.employer(second.company_id))
    with yard.story.centre.database.writing() as session:
        session.execute(update(Assignment).values(created_at=yard.clock.now() - dt.timedelta(days=9)))
    assert yard.found() == {}
    assert list(yard.found(yard.story.authority)) == ["waiting_long"]


def test_events_are_looked_at_as_far_back_as_was_asked(yard: Yard) -> None:
    yard.told("CLONE_ALARM")
    yard.clock.forward(days=3)
    yard.change(Box, last_seen_at=yard.clock.now())
    assert [list(yard.found(days=days)) for days in (1, 7)] == [[], ["box_told"]]


def test_a_kind_is_paged_and_the_queries_do_not_grow_with_its_rows(yard: Yard) -> None:
    asked: list[str] = []

    def note(*told: object) -> None:
        asked.append(str(told[2]))

    counts = []
    for more in (1, 6):
        for _ in range(more):
            yard.told("TAMPER")
        event.listen(yard.story.centre.database.engine, "before_cursor_execute", note)
        yard.found()
        event.remove(yard.story.centre.database.engine, "before_cursor_execute", note)
        counts.append(len(asked))
        asked.clear()
    assert counts[0] == counts[1]
    with yard.story.centre.database.reading() as session:
        ask = (session, yard.clock, yard.story.office(), yard.project, "box_told")
        pages = [service.of_kind(*ask, offset=at, limit=3) for at in (0, 3, 6, 9)]
    assert [(len(one.rows), one.matching) for one in pages] == [(3, 7), (3, 7), (1, 7), (0, 7)]


def test_the_api_lists_counts_rows_and_projects(yard: Yard, client: httpx.Client) -> None:
    yard.told("TAMPER")
    yard.told("CLONE_ALARM")
    office, authority = yard.story.token(yard.story.office()), yard.story.token(yard.story.authority)
    here = f"/api/v1/projects/{yard.project}"
    (count,) = client.get(f"{here}/anomalies", headers=office).json()
    assert (count["kind"], count["n"]) == ("box_told", 2)
    first = client.get(f"{here}/anomaly-list", params={"kind": "box_told", "limit": 1}, headers=office).json()
    assert first["items"][0]["says"] == "闸机箱门被打开"
    rest = client.get(f"{here}/anomaly-list", params={"kind": "box_told", "cursor": first["next_cursor"]}, headers=office).json()
    assert ([item["what"] for item in rest["items"]], rest["next_cursor"]) == (["CLONE_ALARM"], None)
    assert client.get(f"{here}/anomaly-list", params={"kind": "nothing"}, headers=office).status_code == 422
    listed = client.get("/api/v1/supervision/anomalies", headers=authority).json()["items"]
    assert {item["project_id"]: item["total"] for item in listed}[yard.project] == 2
