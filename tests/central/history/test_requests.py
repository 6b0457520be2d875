"""Requests for old data (A-57): five steps in their order, each by its party with its paper, and nothing given before the last."""

from __future__ import annotations

import base64
import datetime as dt

import httpx
import pytest
from sqlalchemy import select

from central.access import Access, Role
from central.audit import AuditEntry
from central.database import Database
from central.errors import Problem
from central.history import listing, service
from central.history.model import HistoryAct, HistoryFile, HistoryState
from central.history.records import page_of_records
from central.people.legacy_model import LegacyRecord
from central.people.model import Worker
from central.projects.model import Participant, ParticipantRole
from tests.central.builders import Story

A = HistoryAct
PDF = b"%PDF-1.7 signed and sealed"


class Case:
    """One request of the site, its parties, and one old record of a worker whom the site knows."""

    def __init__(self, story: Story) -> None:
        self.story, self.clock = story, story.centre.clock
        self.owner = self._party("浦东新区文旅局", ParticipantRole.OWNER)
        self.supervisor = self._party("沪建监理有限公司", ParticipantRole.SUPERVISOR)
        self.station = Access("token:station", Role.HEAD_STATION)
        worker = story.worker().worker
        with story.centre.database.writing() as session:
            index = session.get_one(Worker, worker.id).id_index
            for project, year in ((story.site.project.name, 2020), (story.site.project.name, 2015), ("别的项目", 2020)):
                days = {"first_day": dt.date(year, 3, 1), "last_day": dt.date(year, 9, 30)}
                told = {"source": "旧系统", "employer": "旧劳务公司", "project": project, "trade": "020"}
                session.add(LegacyRecord(id_index=index, imported_at=self.clock.now(), **days, **told))
            made = service.ask(
                session,
                self.clock,
                story.office(),
                story.site.project.id,
                first_day=dt.date(2020, 1, 1),
                last_day=dt.date(2020, 12, 31),
                statement="工资清算需核对在册人员",
            )
        self.id = made.request.id

    @property
    def way(self) -> list[tuple[HistoryAct, Access]]:
        """The whole way, in order."""
        story = self.story
        parties = [(A.OWNER, self.owner), (A.SUPERVISOR, self.supervisor), (A.CONTRACTOR, story.office())]
        stations = [(A.VERIFICATION, story.authority), (A.ACCEPTANCE, self.station), (A.RELEASE, self.station)]
        return [(A.STATEMENT, story.office()), *parties, *stations]

    def attach(self, act: HistoryAct, by: Access, content: bytes = PDF) -> HistoryFile:
        """The paper of an act."""
        centre = self.story.centre
        with centre.database.writing() as session:
            return service.attach(session, self.clock, centre.secrets, by, self.id, act=act, name="盖章件.pdf", content=content)

    def act(self, act: HistoryAct, by: Access) -> HistoryState:
        """An act, with its paper where it needs one."""
        with self.story.centre.database.writing() as session:
            return service.act(session, self.clock, by, self.id, act).request.state

    def go(self, until: int) -> None:
        """The first steps of the way."""
        for act, by in self.way[:until]:
            if act not in (A.ACCEPTANCE, A.RELEASE):
                self.attach(act, by)
            self.act(act, by)

    def records(self, by: Access | None = None) -> list[str]:
        """What is given."""
        with self.story.centre.database.reading() as session:
            return [
                f"{row.project} {row.first_day}" for row in page_of_records(session, by or self.story.office(), self.id, after=0, limit=10)
            ]

    def _party(self, name: str, role: ParticipantRole) -> Access:
        part: Participant = self.story.takes_part(self.story.company(name), role)
        return self.story.employer(part.company_id)


@pytest.fixture
def case(story: Story) -> Case:
    """A request that has just been made."""
    return Case(story)


@pytest.mark.rule("A-57")
def test_the_data_are_given_after_the_last_step_and_not_before(case: Case) -> None:
    states = []
    for act, by in case.way:
        with pytest.raises(Problem) as early:
            case.records()
        assert (early.value.status, early.value.code) == (409, "HISTORY_REQUEST_INCOMPLETE")
        if act not in (A.ACCEPTANCE, A.RELEASE):
            case.attach(act, by)
        states.append(case.act(act, by).value)
    assert states == ["stated", "stated", "stated", "confirmed", "verified", "accepted", "given"]
    assert case.records() == ["浦东图书馆改扩建工程 2020-03-01"]
    assert case.records(case.story.authority) == case.records()


@pytest.mark.rule("A-57")
@pytest.mark.parametrize("missing", range(6))
def test_no_step_can_be_left_out(case: Case, missing: int) -> None:
    case.go(missing)
    left = case.way[missing][0]
    later = [step for step in case.way[missing + 1 :] if not {left, step[0]} <= {A.OWNER, A.SUPERVISOR, A.CONTRACTOR}]
    for act, by in later:
        with pytest.raises(Problem) as refused:
            case.act(act, by)
        assert refused.value.code == "HISTORY_REQUEST_INCOMPLETE"
    assert refused.value.values["next_step"]


@pytest.mark.rule("A-57")
def test_the_three_parties_confirm_in_any_order(case: Case) -> None:
    case.go(1)
    for act, by in case.way[3:0:-1]:
        case.attach(act, by)
        state = case.act(act, by)
    assert state is HistoryState.CONFIRMED


@pytest.mark.rule("A-57")
def test_a_step_needs_its_signed_paper_and_only_once(case: Case) -> None:
    office = case.story.office()
    with pytest.raises(Problem, match="HISTORY_FILE_REQUIRED"):
        case.act(A.STATEMENT, office)
    for content in (b"<html>", b"%PDF-" + bytes(10 * 2**20)):
        with pytest.raises(Problem, match="HISTORY_FILE_INVALID"):
            case.attach(A.STATEMENT, office, content)
    case.go(1)
    with pytest.raises(Problem, match="HISTORY_STEP_DONE"):
        case.act(A.STATEMENT, office)
    with pytest.raises(Problem, match="HISTORY_STEP_DONE"):
        case.attach(A.STATEMENT, office)


@pytest.mark.rule("A-57")
def test_each_step_is_its_partys_and_nobody_elses(case: Case) -> None:
    story = case.story
    case.go(1)
    for act, acting in ((A.OWNER, story.office()), (A.SUPERVISOR, case.owner), (A.CONTRACTOR, case.supervisor)):
        with pytest.raises(Problem, match="HISTORY_NOT_THE_PARTY"):
            case.act(act, acting)
    for act, acting in ((A.VERIFICATION, story.office()), (A.ACCEPTANCE, story.authority), (A.RELEASE, story.authority)):
        with pytest.raises(Problem) as refused:
            case.act(act, acting)
        assert refused.value.status == 403
    with pytest.raises(Problem, match="NOT_FOUND"):
        case.act(A.OWNER, story.office(story.neighbour))
    with story.centre.database.reading() as session:
        assert listing.page_of_requests(session, story.office(story.neighbour), after=0, limit=10) == []
        assert [row.request.id for row in listing.page_of_requests(session, case.owner, after=0, limit=10)] == [case.id]


@pytest.mark.rule("A-57")
def test_only_the_general_contractor_asks_and_only_it_and_supervision_receive(case: Case) -> None:
    story = case.story
    with pytest.raises(Problem, match="ONLY_GENERAL_CONTRACTOR"), story.centre.database.writing() as session:
        service.ask(
            session,
            case.clock,
            story.employer(story.site.labour),
            story.site.project.id,
            first_day=dt.date(2020, 1, 1),
            last_day=dt.date(2020, 1, 2),
            statement="好奇",
        )
    case.go(7)
    for acting in (case.owner, story.employer(story.site.labour)):
        with pytest.raises(Problem, match="ONLY_GENERAL_CONTRACTOR"):
            case.records(acting)


@pytest.mark.rule("A-57")
def test_a_refused_request_goes_no_further(case: Case, database: Database) -> None:
    case.go(2)
    with database.writing() as session:
        service.refuse(session, case.clock, case.story.authority, case.id, "材料不完整")
    with pytest.raises(Problem, match="HISTORY_REFUSED"):
        case.act(A.SUPERVISOR, case.supervisor)
    with pytest.raises(Problem, match="HISTORY_REFUSED"):
        case.records()


@pytest.mark.rule("A-57")
def test_every_step_and_file_stands_in_the_audit_and_no_content_lies_open(case: Case, database: Database) -> None:
    case.go(2)
    with database.reading() as session:
        deeds = session.scalars(select(AuditEntry.action).where(AuditEntry.subject == f"history_request:{case.id}")).all()
        file = session.scalars(select(HistoryFile)).first()
    assert deeds == ["history.requested", "history.file", "history.step", "history.file", "history.step"]
    assert file is not None
    assert PDF not in file.content_sealed


@pytest.mark.rule("A-57")
def test_the_first_steps_go_over_http(story: Story, client: httpx.Client) -> None:
    headers = story.token(story.office())
    body = {"first_day": "2020-01-01", "last_day": "2020-12-31", "statement": "工资清算需核对在册人员"}
    made = client.post(f"/api/v1/projects/{story.site.project.id}/history-requests", json=body, headers=headers)
    assert (made.status_code, made.json()["outstanding"]) == (201, ["statement"])
    path = f"/api/v1/history-requests/{made.json()['id']}"
    paper = {"act": "statement", "name": "情况说明.pdf", "content": base64.b64encode(PDF).decode()}
    file = client.post(f"{path}/files", json=paper, headers=headers)
    assert file.status_code == 201, file.text
    assert client.get(f"{path}/files/{file.json()['id']}", headers=headers).content == PDF
    stated = client.post(f"{path}/acts", json={"act": "statement"}, headers=headers)
    assert (stated.json()["state"], stated.json()["outstanding"]) == ("stated", ["owner", "supervisor", "contractor"])
    assert client.get(f"{path}/records", headers=headers).json()["code"] == "HISTORY_REQUEST_INCOMPLETE"
    assert [row["id"] for row in client.get("/api/v1/history-requests", headers=headers).json()["items"]] == [made.json()["id"]]
    refused = client.post(f"{path}/refusal", json={"reason": "不完整"}, headers=story.token(story.authority))
    assert refused.json()["state"] == "refused"
