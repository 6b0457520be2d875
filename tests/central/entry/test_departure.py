"""Departure, death and what they end (A-49 to A-52), and that nothing is called exit (A-50)."""

from __future__ import annotations

import datetime as dt

import httpx
import pytest
from sqlalchemy import select

from central.access import SYSTEM, Access, Role
from central.database import Database
from central.devices.model import Box, BoxState, TemplateCopy
from central.entry import acceptance, departure, nightly
from central.entry import service as entry
from central.entry.departure import Leaving
from central.entry.model import Assignment, AssignmentEnd, AssignmentState, Death, Departure
from central.errors import Problem
from central.messaging import roster
from central.people.model import Employment, EmploymentState, LifeState, Worker
from central.projects.model import Project
from tests.central.builders import Story

TODAY = dt.date(2026, 3, 13)
TOMORROW = TODAY + dt.timedelta(days=1)
MIDNIGHT_S = int(dt.datetime(2026, 3, 13, 16, tzinfo=dt.UTC).timestamp())
"""00:00 of 14 March at the sites."""


def leaves(story: Story, worker_id: int, on: dt.date = TOMORROW, by: Access | None = None, reason: str = "resigned") -> Departure:
    """The worker's employer records a departure."""
    with story.centre.database.writing() as session:
        acting = by or story.employer(story.site.labour)
        return departure.schedule(session, story.centre.clock, acting, Leaving(worker_id, on, reason))


def now(database: Database, assignment: Assignment) -> Assignment:
    """As it stands in the store."""
    with database.reading() as session:
        return session.get_one(Assignment, assignment.id)


def version(story: Story, project: Project | None = None) -> int:
    """The roster version of the project."""
    with story.centre.database.reading() as session:
        return session.get_one(Project, (project or story.site.project).id).roster_version


@pytest.mark.rule("A-49")
@pytest.mark.parametrize("days", [0, -1, -400])
def test_a_departure_of_today_or_earlier_is_refused(story: Story, days: int) -> None:
    worker = story.worker().worker
    with pytest.raises(Problem) as refused:
        leaves(story, worker.id, TODAY + dt.timedelta(days=days))
    assert (refused.value.status, refused.value.code) == (422, "DEPARTURE_MUST_BE_FUTURE")


@pytest.mark.rule("A-49")
def test_the_date_is_that_of_the_sites_and_not_of_greenwich(story: Story) -> None:
    """It is 23:30 UTC on the 12th and 07:30 on the 13th at the sites: the 13th is today."""
    assert story.centre.clock.now().date() == dt.date(2026, 3, 12)
    with pytest.raises(Problem, match="DEPARTURE_MUST_BE_FUTURE"):
        leaves(story, story.worker().worker.id, dt.date(2026, 3, 13))


@pytest.mark.rule("A-51")
@pytest.mark.parametrize("reason", ["left_site", "exit", "退场"])
def test_a_departure_does_not_replace_an_exit(story: Story, reason: str) -> None:
    with pytest.raises(Problem) as refused:
        leaves(story, story.worker().worker.id, reason=reason)
    assert (refused.value.status, refused.value.code) == (422, "DEPARTURE_IS_NOT_EXIT")


@pytest.mark.rule("A-51")
def test_only_the_employer_ends_its_contract(story: Story) -> None:
    worker = story.worker().worker
    for acting in (story.employer(story.site.gc), story.employer(story.neighbour.labour)):
        with pytest.raises(Problem) as refused:
            leaves(story, worker.id, by=acting)
        assert (refused.value.status, refused.value.code) == (403, "NOT_THE_EMPLOYER")
    with pytest.raises(Problem) as office:
        leaves(story, worker.id, by=story.office())
    assert office.value.status == 403


@pytest.mark.rule("A-49")
def test_until_the_date_the_right_holds_and_the_gates_know_its_end_at_once(story: Story, database: Database) -> None:
    assignment = story.confirmed()
    before = version(story)
    leaves(story, assignment.worker_id)
    assert version(story) == before + 1
    assert now(database, assignment).state is AssignmentState.CONFIRMED
    with database.reading() as session:
        known = roster.read(session, story.centre.secrets, assignment.project_id)
    assert known.entries[assignment.id].valid_until_s == MIDNIGHT_S


@pytest.mark.rule("A-49")
@pytest.mark.rule("A-51")
def test_at_midnight_all_assignments_under_the_contract_end(story: Story, database: Database) -> None:
    employer = story.employer(story.site.labour)
    who = story.worker(employer)
    here = story.accept(story.assigned(employer, who)).assignment
    story.takes_part(story.site.labour, story.site.labour_part.role, project=story.neighbour.project)
    there = story.assigned(employer, who, story.neighbour.project)
    leaves(story, who.worker.id)
    clock = story.centre.clock
    clock.at = dt.datetime(2026, 3, 13, 15, 59, tzinfo=dt.UTC)  # type: ignore[attr-defined]
    nightly.let_depart(story.centre)
    assert now(database, here).state is AssignmentState.CONFIRMED
    clock.at = dt.datetime(2026, 3, 13, 16, 0, tzinfo=dt.UTC)  # type: ignore[attr-defined]
    nightly.let_depart(story.centre)
    for ended in (now(database, here), now(database, there)):
        assert (ended.state, ended.end_cause, ended.ended_at) == (AssignmentState.ENDED, AssignmentEnd.DEPARTURE, clock.now())
    with database.reading() as session:
        assert session.get_one(Employment, here.employment_id).state is EmploymentState.DEPARTED
        assert roster.read(session, story.centre.secrets, here.project_id).entries == {}
    at_the_end = version(story)
    nightly.let_depart(story.centre)
    assert version(story) == at_the_end


@pytest.mark.rule("A-49")
def test_nobody_is_accepted_on_the_departure_date_even_before_the_job_ran(story: Story) -> None:
    assignment = story.assigned()
    leaves(story, assignment.worker_id)
    story.centre.clock.at = dt.datetime(2026, 3, 13, 16, 0, tzinfo=dt.UTC)  # type: ignore[attr-defined]
    with pytest.raises(Problem, match="ASSIGNMENT_ENDED"):
        story.accept(assignment)


@pytest.mark.rule("A-49")
def test_a_departure_can_be_taken_back_before_its_date_and_not_on_it(story: Story, database: Database) -> None:
    employer, assignment = story.employer(story.site.labour), story.confirmed()
    leaves(story, assignment.worker_id)
    with database.writing() as session:
        departure.cancel(session, story.centre.clock, employer, assignment.worker_id)
        assert roster.read(session, story.centre.secrets, assignment.project_id).entries[assignment.id].valid_until_s is None
    with pytest.raises(Problem, match="DEPARTURE_NOT_SCHEDULED"), database.writing() as session:
        departure.cancel(session, story.centre.clock, employer, assignment.worker_id)
    leaves(story, assignment.worker_id)
    story.centre.clock.at = dt.datetime(2026, 3, 13, 16, 0, tzinfo=dt.UTC)  # type: ignore[attr-defined]
    with pytest.raises(Problem, match="DEPARTURE_NOT_SCHEDULED"), database.writing() as session:
        departure.cancel(session, story.centre.clock, employer, assignment.worker_id)


@pytest.mark.rule("A-49")
def test_recording_a_departure_twice_is_one_and_another_date_asks_to_cancel_first(story: Story) -> None:
    worker = story.worker().worker
    assert leaves(story, worker.id).id == leaves(story, worker.id).id
    with pytest.raises(Problem, match="DEPARTURE_ALREADY_SCHEDULED"):
        leaves(story, worker.id, TOMORROW + dt.timedelta(days=1))


@pytest.mark.rule("A-51")
def test_who_is_hired_again_has_a_new_employment_and_needs_a_new_assignment(story: Story, database: Database) -> None:
    employer, said = story.employer(story.site.labour), story.registration()
    who = story.worker(employer, id_number=said.id_number, name=said.name)
    ended = story.accept(story.assigned(employer, who)).assignment
    leaves(story, who.worker.id)
    story.centre.clock.at = dt.datetime(2026, 3, 13, 16, 0, tzinfo=dt.UTC)  # type: ignore[attr-defined]
    nightly.let_depart(story.centre)
    again = story.worker(employer, id_number=said.id_number, name=said.name)
    assert again.worker.id == who.worker.id
    assert again.employment.id != who.employment.id
    anew = story.accept(story.assigned(employer, again)).assignment
    assert anew.id != ended.id
    assert anew.entry_time != ended.entry_time
    assert now(database, ended).state is AssignmentState.ENDED


@pytest.mark.rule("A-52")
def test_death_ends_everything_at_once_and_templates_go(story: Story, database: Database) -> None:
    assignment = story.confirmed()
    with database.writing() as session:
        at = story.centre.clock.now()
        kind = {"name": "b", "lane": "1", "direction": "01", "state": BoxState.ACTIVE}
        session.add(Box(id="b-1", project_id=assignment.project_id, created_at=at, **kind))
        session.flush()
        session.add(TemplateCopy(assignment_id=assignment.id, box_id="b-1", engine="e", sealed=b"x", received_at=at))
    with database.writing() as session:
        departure.record_death(
            session,
            story.centre.clock,
            story.employer(story.site.labour),
            assignment.worker_id,
            died_on=dt.date(2026, 3, 11),
            note="医院证明",
            successors={},
        )
    ended = now(database, assignment)
    assert (ended.state, ended.end_cause) == (AssignmentState.ENDED, AssignmentEnd.DEATH)
    with database.reading() as session:
        assert session.get_one(Worker, assignment.worker_id).life_state is LifeState.DECEASED
        assert session.get_one(Employment, assignment.employment_id).state is EmploymentState.DEPARTED
        assert session.scalars(select(TemplateCopy)).all() == []
        assert session.get_one(Death, assignment.worker_id).died_on == dt.date(2026, 3, 11)
        assert roster.read(session, story.centre.secrets, assignment.project_id).entries == {}


@pytest.mark.rule("A-52")
def test_a_death_that_another_of_the_employers_people_records_again_changes_nothing(story: Story, database: Database) -> None:
    worker = story.worker().worker
    at, day = story.centre.clock, dt.date(2026, 3, 11)
    colleague = Access("certificate:9", Role.EMPLOYER, story.site.labour.id)
    for said_by in (story.employer(story.site.labour), colleague):
        with database.writing() as session:
            departure.record_death(session, at, said_by, worker.id, died_on=day, note="医院证明", successors={})
    with database.reading() as session:
        assert session.get_one(Death, worker.id).recorded_by != colleague.actor
    with pytest.raises(Problem, match="NOT_THE_EMPLOYER"), database.writing() as session:
        departure.record_death(session, at, story.employer(story.site.gc), worker.id, died_on=day, note="", successors={})


@pytest.mark.rule("A-52")
def test_nobody_has_died_tomorrow(story: Story, database: Database) -> None:
    employer, worker = story.employer(story.site.labour), story.worker().worker
    with pytest.raises(Problem, match="DEATH_DATE_INVALID"), database.writing() as session:
        departure.record_death(session, story.centre.clock, employer, worker.id, died_on=TOMORROW, note="?", successors={})


@pytest.mark.rule("A-50")
def test_every_exit_is_answered_that_there_is_none_and_changes_nothing(story: Story, client: httpx.Client, database: Database) -> None:
    assignment, headers = story.confirmed(), story.token(story.office())
    for of in ("assignments", "workers", "teams", "projects"):
        answer = client.post(f"/api/v1/{of}/{assignment.id}/exit", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (410, "NO_EXIT_ACTION")
    assert now(database, assignment).state is AssignmentState.CONFIRMED


@pytest.mark.rule("A-50")
def test_no_other_route_speaks_of_an_exit(client: httpx.Client) -> None:
    document = client.get("/api/v1/openapi.json").json()
    writes = {(path, verb): done for path, item in document["paths"].items() for verb, done in item.items() if verb != "get"}
    spoken = {where: done for where, done in writes.items() if "exit" in where[0] or "退场" in done.get("summary", "")}
    assert sorted(spoken) == [(f"/api/v1/{of}/{{row_id}}/exit", "post") for of in ("assignments", "projects", "teams", "workers")]
    assert all("410" in done["responses"] and "200" not in done["responses"] for done in spoken.values())


@pytest.mark.rule("A-50")
def test_an_assignment_ends_by_three_causes_only() -> None:
    assert {cause.value for cause in AssignmentEnd} == {"departure", "death", "completion"}


@pytest.mark.rule("A-41")
def test_a_departing_worker_who_waits_is_accepted_and_still_leaves_on_the_date(story: Story, database: Database) -> None:
    assignment = story.assigned()
    leaves(story, assignment.worker_id)
    with database.writing() as session:
        acceptance.accept(session, story.centre.clock, story.office(), assignment.id)
    with database.reading() as session:
        assert roster.read(session, story.centre.secrets, assignment.project_id).entries[assignment.id].valid_until_s == MIDNIGHT_S
        assert entry.seen(session, SYSTEM, assignment.id).assignment.entry_time == story.centre.clock.now()
