"""Acceptance: who may, in what turn, and what it writes for good."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from central.access import Access, Function, Position, Role
from central.database import Database
from central.entry import acceptance, departure
from central.entry import service as entry
from central.entry.departure import Leaving
from central.entry.model import Acceptance, Assignment, AssignmentState
from central.errors import Problem
from central.projects.model import Project
from tests.central.builders import MORNING, Story


@pytest.mark.rule("A-02")
def test_a_labour_company_cannot_confirm_entry(story: Story) -> None:
    assignment = story.assigned()
    for acting in (story.employer(story.site.labour), story.sub_office(story.site.labour_part)):
        with pytest.raises(Problem) as refused:
            story.accept(assignment, acting)
        assert (refused.value.status, refused.value.code) == (403, "LABOUR_SUB_CANNOT_CONFIRM")


@pytest.mark.rule("A-02")
def test_a_company_that_takes_no_part_anywhere_is_told_so(story: Story) -> None:
    assignment, stranger = story.assigned(), story.company("外来建设有限公司")
    with pytest.raises(Problem) as refused:
        story.accept(assignment, story.employer(stranger))
    assert (refused.value.status, refused.value.code) == (403, "NOT_A_PARTICIPANT")


@pytest.mark.rule("A-02")
def test_a_general_contractor_confirms_only_people_of_its_own_project(story: Story) -> None:
    assignment = story.assigned()
    for acting in (story.office(story.neighbour), story.employer(story.neighbour.gc)):
        with pytest.raises(Problem) as refused:
            story.accept(assignment, acting)
        assert (refused.value.status, refused.value.code) == (404, "NOT_ASSIGNED_HERE")


@pytest.mark.rule("A-02")
def test_an_authority_confirms_nothing(story: Story) -> None:
    with pytest.raises(Problem, match="ROLE_NOT_ALLOWED"):
        story.accept(story.assigned(), story.authority)


@pytest.mark.rule("A-41")
def test_entry_time_is_the_servers_clock_when_the_general_contractor_accepts(story: Story) -> None:
    assignment = story.assigned()
    view = story.accept(assignment)
    assert (view.assignment.state, view.assignment.entry_time) == (AssignmentState.CONFIRMED, MORNING)


@pytest.mark.rule("A-43")
def test_accepting_twice_changes_nothing_and_answers_the_same(story: Story, database: Database) -> None:
    assignment = story.assigned()
    first = story.accept(assignment)
    story.centre.clock.forward(hours=3)  # type: ignore[attr-defined]
    second = story.accept(assignment)
    assert second.assignment.entry_time == first.assignment.entry_time == MORNING
    assert second.assignment.version == first.assignment.version
    with database.reading() as session:
        assert len(session.scalars(select(Acceptance)).all()) == 1


@pytest.mark.rule("A-41")
def test_the_database_itself_refuses_another_entry_time(story: Story, database: Database) -> None:
    assignment = story.confirmed()
    with pytest.raises(DBAPIError, match="ENTRY_TIME_IMMUTABLE"), database.writing() as session:
        session.execute(update(Assignment).where(Assignment.id == assignment.id).values(entry_time=None))


@pytest.mark.rule("A-45")
def test_a_second_level_worker_waits_for_the_professional_subcontractor(story: Story) -> None:
    assignment = story.assigned(story.employer(story.second.company_id))
    with pytest.raises(Problem) as early:
        story.accept(assignment)
    assert (early.value.status, early.value.code) == (404, "NOT_VISIBLE_YET")
    assert "沪东机电" in early.value.text.zh
    by_sub = story.accept(assignment, story.sub_office(story.pro))
    assert (by_sub.assignment.state, by_sub.assignment.entry_time, by_sub.waiting_for) == (
        AssignmentState.ACCEPTED_BY_SUB,
        None,
        "申建总承包有限公司",
    )
    story.centre.clock.forward(minutes=5)  # type: ignore[attr-defined]
    by_gc = story.accept(assignment)
    assert by_gc.assignment.state is AssignmentState.CONFIRMED
    assert by_gc.assignment.entry_time == story.centre.clock.now()


@pytest.mark.rule("A-45")
@pytest.mark.parametrize("state", ["assigned", "returned", "withdrawn"])
def test_whose_turn_has_not_come_learns_nothing_by_accepting_or_returning(story: Story, database: Database, state: str) -> None:
    deep = story.employer(story.second.company_id)
    assignment = story.assigned(deep)
    with database.writing() as session:
        if state == "returned":
            acceptance.send_back(session, story.sub_office(story.pro), assignment.id, "wrong team")
        elif state == "withdrawn":
            entry.withdraw(session, story.centre.clock, deep, assignment.id)
    with database.writing() as session, pytest.raises(Problem) as by_returning:
        acceptance.send_back(session, story.office(), assignment.id, "x")
    with database.writing() as session, pytest.raises(Problem) as by_accepting:
        acceptance.accept(session, story.centre.clock, story.office(), assignment.id)
    assert [(early.value.status, early.value.code) for early in (by_returning, by_accepting)] == [(404, "NOT_VISIBLE_YET")] * 2


@pytest.mark.rule("A-49")
def test_nobody_is_assigned_on_the_departure_day_though_the_nights_job_has_not_run(story: Story, database: Database) -> None:
    employer = story.employer(story.site.labour)
    worker = story.worker(employer)
    with database.writing() as session:
        departure.schedule(session, story.centre.clock, employer, Leaving(worker.worker.id, dt.date(2026, 3, 20), "resigned"))
    story.centre.clock.forward(days=9)  # type: ignore[attr-defined]
    with pytest.raises(Problem, match="NOT_THE_EMPLOYER"):
        story.assigned(employer, worker)


@pytest.mark.rule("A-45")
def test_a_professional_subcontractors_own_worker_needs_the_general_contractor_only(story: Story) -> None:
    assignment = story.assigned(story.employer(story.pro.company_id))
    assert story.accept(assignment).assignment.state is AssignmentState.CONFIRMED


def test_the_general_contractors_own_worker_needs_its_own_acceptance(story: Story) -> None:
    assignment = story.assigned(story.employer(story.site.gc))
    assert story.accept(assignment).assignment.state is AssignmentState.CONFIRMED


@pytest.mark.rule("A-02")
def test_a_professional_subcontractor_does_not_confirm_people_beside_its_contract(story: Story) -> None:
    assignment, beside = story.assigned(), story.sub_office(story.pro)
    with pytest.raises(Problem, match="NOT_ASSIGNED_HERE"):
        story.accept(assignment, beside)


@pytest.mark.rule("A-03")
def test_only_the_general_contractors_acceptance_raises_the_roster_version(story: Story, database: Database) -> None:
    def version() -> int:
        with database.reading() as session:
            return session.get_one(Project, story.site.project.id).roster_version

    assignment = story.assigned(story.employer(story.second.company_id))
    at_first = version()
    story.accept(assignment, story.sub_office(story.pro))
    assert version() == at_first
    story.accept(assignment)
    assert version() == at_first + 1
    story.accept(assignment)
    assert version() == at_first + 1


def test_a_returned_assignment_goes_out_again_after_an_edit(story: Story, database: Database) -> None:
    assignment, clock = story.assigned(), story.centre.clock
    with database.writing() as session:
        returned = acceptance.send_back(session, story.office(), assignment.id, "工种不符")
    assert (returned.assignment.state, returned.assignment.return_reason) == (AssignmentState.RETURNED, "工种不符")
    with pytest.raises(Problem, match="ASSIGNMENT_RETURNED"):
        story.accept(assignment)
    with database.writing() as session:
        change = entry.Edit(version=returned.assignment.version, main_trade="030")
        entry.edit(session, story.employer(story.site.labour), assignment.id, change)
    assert story.accept(assignment).assignment.entry_time == clock.now()


@pytest.mark.rule("A-45")
def test_a_returned_worker_of_another_branch_stays_unknown_to_a_using_unit_beside_it(story: Story, database: Database) -> None:
    assignment, beside = story.assigned(), story.sub_office(story.pro)
    with database.writing() as session:
        acceptance.send_back(session, story.office(), assignment.id, "工种不符")
    with database.writing() as session, pytest.raises(Problem, match="NOT_ASSIGNED_HERE"):
        acceptance.send_back(session, beside, assignment.id, "好奇")
    with pytest.raises(Problem, match="NOT_ASSIGNED_HERE"):
        story.accept(assignment, beside)


def test_acceptances_cannot_be_counted_twice_by_racing_requests(story: Story, database: Database) -> None:
    """Two requests read the same step; the second one's insert is refused by the database."""
    story.confirmed()
    with database.reading() as session:
        columns = session.execute(text("SELECT assignment_id, participant_id FROM acceptances")).all()
    assert len(columns) == len(set(columns)) == 1


@pytest.mark.rule("A-42")
@pytest.mark.rule("A-06")
def test_the_general_contractors_project_account_confirms_as_manager_or_by_delegation(story: Story) -> None:
    """The account could not confirm once; it can, and so can whom its manager let."""
    gc, project = story.site.gc.id, story.site.project.id
    manager = Access("account:1", Role.CONTRACTOR, gc, project)
    let = Access(
        "account:2", Role.CONTRACTOR, gc, project, "account:1", position=Position.MEMBER, granted=frozenset({Function.CONFIRM_ENTRY})
    )
    not_let = Access("account:3", Role.CONTRACTOR, gc, project, "account:1", position=Position.MEMBER, granted=frozenset({Function.EXPORT}))
    for acting in (manager, let):
        assert story.accept(story.assigned(), acting).assignment.entry_time == story.centre.clock.now()
    with pytest.raises(Problem, match="OUTSIDE_DELEGATION"):
        story.accept(story.assigned(), not_let)
