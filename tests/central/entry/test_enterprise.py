"""The employer across projects (A-63), names of projects (A-56), misc. staff in one click (A-29), and what lists cost."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from central.access import Access
from central.database import Database
from central.entry import departure, enterprise, misc_staff, people_list
from central.entry import service as entry
from central.entry.model import AssignmentState
from central.entry.people_list import PeopleQuery
from central.errors import Problem
from central.people.model import Category, Worker
from central.people.service import Policy
from central.projects import company_list, project_list, settings, teams
from central.projects.model import ParticipantRole
from central.projects.rules import NameSource
from tests.central.builders import Story


@pytest.mark.rule("A-63")
@pytest.mark.rule("A-56")
def test_an_employer_sees_its_projects_with_its_own_people_and_where_each_name_comes_from(story: Story, database: Database) -> None:
    employer = story.employer(story.site.labour)
    story.confirmed(employer)
    story.assigned(employer)
    story.confirmed(story.employer(story.site.gc))
    second = story.project("浦东图书馆二期")
    story.takes_part(story.site.gc, ParticipantRole.GENERAL_CONTRACTOR, project=second)
    story.takes_part(story.site.labour, ParticipantRole.LABOUR_SUB, project=second)
    gc = story.employer(story.site.gc)
    with database.writing() as session:
        settings.change(session, gc, second.id, version=1, changed={"contract_name": "图书馆二期总包合同（含幕墙、机电及室外总体工程）"})
    story.neighbour  # noqa: B018  it exists, and is not shown
    with database.reading() as session:
        here, there = enterprise.projects_of_employer(session, employer, 0, 10)
    assert (here.name, here.name_source) == ("浦东图书馆改扩建工程", NameSource.REGISTRATION)
    assert here.heads == {AssignmentState.CONFIRMED: 1, AssignmentState.ASSIGNED: 1}
    assert (there.name, there.name_source, there.heads) == ("图书馆二期总包合同（含幕墙、机电及室外总体工程）", NameSource.CONTRACT, {})
    with pytest.raises(Problem), database.reading() as session:
        enterprise.projects_of_employer(session, story.authority, 0, 10)


@pytest.mark.rule("A-63")
def test_an_employers_export_keeps_to_the_states_that_were_asked_for(story: Story, database: Database) -> None:
    employer = story.employer(story.site.labour)
    story.confirmed(employer)
    waiting = story.assigned(employer)
    with database.reading() as session:
        rows = entry.assignments_of_employer(session, employer, 0, 10, states=(AssignmentState.ASSIGNED,))
    assert [row.assignment.id for row in rows] == [waiting.id]


@pytest.mark.rule("A-63")
@pytest.mark.rule("A-32")
def test_an_employers_one_list_is_kept_to_a_project_and_a_state_and_searched_as_every_other(story: Story, client: httpx.Client) -> None:
    employer = story.employer(story.site.labour)
    elsewhere = story.project("浦东图书馆二期")
    root = story.takes_part(story.site.gc, ParticipantRole.GENERAL_CONTRACTOR, project=elsewhere)
    story.takes_part(story.site.labour, ParticipantRole.LABOUR_SUB, root, elsewhere)
    worker = story.worker(employer, name="欧阳建华")
    here, there = story.assigned(employer, worker), story.assigned(employer, worker, elsewhere)
    story.assigned(employer)
    story.accept(here)
    headers = story.token(employer)

    def ids(path: str = "/api/v1/assignments", **asked: object) -> list[int]:
        answer = client.get(path, params={name: str(value) for name, value in asked.items()}, headers=headers)
        return [item["id"] for item in answer.json()["items"]]

    assert ids(project_id=elsewhere.id) == [there.id]
    assert ids(state="confirmed") == [here.id]
    assert ids(state="confirmed", project_id=elsewhere.id) == []
    with story.centre.database.reading() as session:
        id_end = session.get_one(Worker, worker.worker.id).id_masked[-4:]
    for q in ("欧阳", "ouyangjianhua", "oyjh", id_end):
        assert ids(q=q) == [here.id, there.id], q
        assert ids(f"/api/v1/projects/{elsewhere.id}/people", q=q) == [there.id], q
    with story.centre.database.reading() as session:
        page = people_list.of_employer(session, employer, PeopleQuery(project_id=elsewhere.id, q="oyjh", keys=story.centre.secrets))
    assert ([line.assignment.id for line in page.lines], page.total, page.heads["assigned"]) == ([there.id], 1, 1)


@pytest.mark.rule("A-56")
def test_lists_name_the_project_by_its_contract_and_say_when_it_is_the_registered_name(story: Story, client: httpx.Client) -> None:
    employer = story.employer(story.site.labour)
    headers = story.token(employer)
    story.assigned(employer)

    def line() -> tuple[str, str]:
        [row] = client.get("/api/v1/assignments", headers=headers).json()["items"]
        return row["project"], row["name_source"]

    assert line() == ("浦东图书馆改扩建工程", "registration")
    body = {"contract_name": "图书馆施工总承包合同", "version": 1}
    path = f"/api/v1/projects/{story.site.project.id}/settings"
    assert client.patch(path, json=body, headers=story.token(story.office())).status_code == 200
    assert line() == ("图书馆施工总承包合同", "contract")


@pytest.mark.rule("A-29")
def test_a_general_contractor_takes_on_a_guard_in_one_click_with_three_records(story: Story, database: Database) -> None:
    gc = story.employer(story.site.gc)
    said = story.registration(category="worker")
    read = story.bridge(gc).read(said.name, said.id_number)
    centre = story.centre
    with database.writing() as session:
        made = misc_staff.take_on(
            session,
            centre.clock,
            centre.secrets,
            gc,
            story.site.project.id,
            said=said,
            trade="1000",
            policy=Policy.of(centre.settings),
            chip_read=read,
        )
    assert (made.assignment.state, made.employer, made.using_unit) == (
        AssignmentState.CONFIRMED,
        "申建总承包有限公司",
        "申建总承包有限公司",
    )
    with database.reading() as session:
        assert session.get_one(Worker, made.assignment.worker_id).category is Category.MISC


@pytest.mark.rule("A-29")
def test_nobody_else_takes_on_misc_staff_and_nothing_is_left_of_the_attempt(story: Story, database: Database) -> None:
    centre, said = story.centre, story.registration()
    for acting in (story.employer(story.site.labour), story.employer(story.neighbour.gc), story.office()):
        with pytest.raises(Problem), database.writing() as session:
            misc_staff.take_on(
                session,
                centre.clock,
                centre.secrets,
                acting,
                story.site.project.id,
                said=said,
                trade="1000",
                policy=Policy.of(centre.settings),
            )
    with database.reading() as session:
        assert entry.people_on_project(session, story.authority, story.site.project.id, after=0, limit=5) == []


@contextmanager
def counted(database: Database) -> Iterator[list[str]]:
    """The statements that the block sends."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    yield sent
    event.remove(database.engine, "before_cursor_execute", note)


Look = Callable[[Session, Access, Access], object]


@pytest.mark.rule("A-48")
def test_no_list_asks_more_queries_for_more_rows(story: Story, database: Database) -> None:
    project = story.site.project.id
    looks: dict[str, Look] = {
        "people": lambda s, office, _: entry.people_on_project(s, office, project, after=0, limit=50, q="建"),
        "page": lambda s, office, _: people_list.of_project(s, office, project, PeopleQuery(sort="employer")),
        "assignments": lambda s, _, employer: entry.assignments_of_employer(s, employer, 0, 50),
        "employer page": lambda s, _, employer: people_list.of_employer(s, employer, PeopleQuery(q="建")),
        "employer projects": lambda s, _, employer: enterprise.projects_of_employer(s, employer, 0, 50),
        "heads": lambda s, office, _: entry.heads(s, office, project),
        "teams": lambda s, office, _: teams.page_of_teams(s, office, project, 0, 50),
        "departures": lambda s, _, employer: departure.page_of_departures(s, employer, 0, 50),
        "projects": lambda s, office, _: project_list.page_of_all(s, office, after=0, limit=50),
        "companies": lambda s, office, _: company_list.page_of_all(s, office, after=0, limit=50),
    }
    office, employer = story.office(), story.employer(story.site.labour)

    def costs() -> dict[str, int]:
        found = {}
        for name, look in looks.items():
            with database.reading() as session, counted(database) as sent:
                look(session, office, employer)
            found[name] = len(sent)
        return found

    story.assigned(employer)
    story.team(employer, "一班")
    few = costs()
    for serial in range(4):
        story.confirmed(employer)
        story.team(employer, f"班{serial}")
        story.assigned(story.employer(story.pro.company_id))
    assert costs() == few
