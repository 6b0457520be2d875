"""Assignments: who makes them, one per worker and project, editable until accepted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from central.access import Access
from central.database import Database
from central.entry import acceptance, rules
from central.entry import service as entry
from central.entry.model import Assignment, AssignmentState
from central.entry.service import Edit, Order
from central.entry.store import AssignmentView
from central.errors import Problem
from central.people.model import Category
from central.projects.model import ParticipantRole, Team, TeamState
from tests.central.builders import MORNING, Story


def assign(story: Story, by: Access, **order: Any) -> AssignmentView:
    """An assignment as asked for, of a fresh worker unless one is named."""
    wanted: dict[str, Any] = {"project_id": story.site.project.id, "main_trade": "020"} | order
    if "worker_id" not in wanted:
        wanted["worker_id"] = story.worker(by).worker.id
    with story.centre.database.writing() as session:
        return entry.assign(session, story.centre.clock, by, Order(**wanted))


@pytest.mark.rule("A-01")
def test_only_the_employer_assigns_its_worker(story: Story) -> None:
    worker = story.worker().worker.id
    others = (story.office(), story.employer(story.site.gc), story.employer(story.second.company_id), story.authority)
    for acting in others:
        with pytest.raises(Problem) as refused:
            assign(story, acting, worker_id=worker)
        code = "ENTERPRISE_CERT_REQUIRED" if acting.project_id else "NOT_THE_EMPLOYER"
        assert (refused.value.status, refused.value.code) == (403, code)


@pytest.mark.rule("A-35")
def test_a_worker_has_one_open_assignment_per_project(story: Story, database: Database) -> None:
    employer = story.employer(story.site.labour)
    first = assign(story, employer)
    with pytest.raises(Problem) as refused:
        assign(story, employer, worker_id=first.assignment.worker_id)
    assert (refused.value.status, refused.value.code) == (409, "ALREADY_ASSIGNED")
    assert refused.value.values["assignment_id"] == first.assignment.id
    with database.reading() as session:
        assert session.scalar(select(func.count(Assignment.id))) == 1


@pytest.mark.rule("A-35")
def test_a_worker_may_be_on_several_projects_at_once(story: Story) -> None:
    employer = story.employer(story.site.labour)
    story.takes_part(story.site.labour, ParticipantRole.LABOUR_SUB, project=story.neighbour.project)
    here = assign(story, employer)
    there = assign(story, employer, worker_id=here.assignment.worker_id, project_id=story.neighbour.project.id)
    assert {here.assignment.project_id, there.assignment.project_id} == {story.site.project.id, story.neighbour.project.id}
    assert here.assignment.person != there.assignment.person


@pytest.mark.rule("A-35")
def test_a_withdrawn_assignment_makes_room_for_a_new_one(story: Story, database: Database) -> None:
    employer = story.employer(story.site.labour)
    first = assign(story, employer)
    with database.writing() as session:
        entry.withdraw(session, story.centre.clock, employer, first.assignment.id)
    again = assign(story, employer, worker_id=first.assignment.worker_id)
    assert again.assignment.id != first.assignment.id


@pytest.mark.rule("A-34")
def test_an_assignment_can_be_edited_until_accepted_and_not_after(story: Story, database: Database) -> None:
    employer = story.employer(story.site.labour)
    team = story.team(employer)
    assignment = story.assigned()
    with database.writing() as session:
        edited = entry.edit(session, employer, assignment.id, Edit(version=1, main_trade="030", team_id=team.id))
    assert (edited.assignment.main_trade, edited.team, edited.assignment.version) == ("030", "钢筋一班", 2)
    story.accept(assignment)
    attempts: list[Callable[[Session], AssignmentView]] = [
        lambda s: entry.edit(s, employer, assignment.id, Edit(version=3, main_trade="020")),
        lambda s: entry.withdraw(s, story.centre.clock, employer, assignment.id),
    ]
    for locked in attempts:
        with pytest.raises(Problem) as refused, database.writing() as session:
            locked(session)
        assert (refused.value.status, refused.value.code) == (409, "ASSIGNMENT_LOCKED")


@pytest.mark.rule("A-34")
def test_the_first_acceptance_along_the_chain_locks_already(story: Story, database: Database) -> None:
    employer = story.employer(story.second.company_id)
    assignment = story.assigned(employer)
    story.accept(assignment, story.sub_office(story.pro))
    with pytest.raises(Problem, match="ASSIGNMENT_LOCKED"), database.writing() as session:
        entry.edit(session, employer, assignment.id, Edit(version=2, main_trade="030"))


def test_an_edit_from_an_old_version_is_refused(story: Story, database: Database) -> None:
    employer, assignment = story.employer(story.site.labour), story.assigned()
    with database.writing() as session:
        entry.edit(session, employer, assignment.id, Edit(version=1, main_trade="030"))
    with pytest.raises(Problem, match="VERSION_CONFLICT"), database.writing() as session:
        entry.edit(session, employer, assignment.id, Edit(version=1, main_trade="040"))


def test_an_assignment_can_move_to_another_project_before_acceptance(story: Story, database: Database) -> None:
    employer, assignment = story.employer(story.site.labour), story.assigned()
    story.takes_part(story.site.labour, ParticipantRole.LABOUR_SUB, project=story.neighbour.project)
    with database.writing() as session:
        moved = entry.edit(session, employer, assignment.id, Edit(version=1, project_id=story.neighbour.project.id))
    assert (moved.project, moved.waiting_for) == ("虹桥枢纽配套工程", "虹建总承包有限公司")


@pytest.mark.rule("A-41")
def test_nobody_supplies_an_entry_time(story: Story, database: Database) -> None:
    employer, assignment = story.employer(story.site.labour), story.assigned()
    given = "2026-03-01T00:00:00Z"
    with pytest.raises(Problem, match="ENTRY_TIME_NOT_SETTABLE"):
        assign(story, employer, entry_time=given)
    with pytest.raises(Problem, match="ENTRY_TIME_NOT_SETTABLE"), database.writing() as session:
        acceptance.accept(session, story.centre.clock, story.office(), assignment.id, entry_time=given)
    story.accept(assignment)
    with pytest.raises(Problem, match="ENTRY_TIME_IMMUTABLE"), database.writing() as session:
        entry.edit(session, employer, assignment.id, Edit(version=2, entry_time=given))


@pytest.mark.rule("A-26")
def test_an_unverified_worker_cannot_be_assigned(story: Story) -> None:
    employer = story.employer(story.site.labour)
    pending = story.worker(employer, identity_source="typed").worker.id
    with pytest.raises(Problem) as refused:
        assign(story, employer, worker_id=pending)
    assert (refused.value.status, refused.value.code) == (409, "IDENTITY_NOT_VERIFIED")


@pytest.mark.rule("A-31")
@pytest.mark.parametrize(
    ("given", "code"),
    [
        (["020", "030"], "SINGLE_TRADE_ONLY"),
        ("020,030", "SINGLE_TRADE_ONLY"),
        (None, "SINGLE_TRADE_ONLY"),
        ("777", "TRADE_UNKNOWN"),
        ("900", "TRADE_UNKNOWN"),
    ],
)
def test_exactly_one_main_trade_of_the_list(given: Any, code: str) -> None:
    with pytest.raises(Problem) as refused:
        rules.one_trade(given)
    assert (refused.value.status, refused.value.code) == (422, code)


@pytest.mark.rule("A-36")
def test_a_team_of_another_employer_or_without_leader_takes_nobody(story: Story, database: Database) -> None:
    employer = story.employer(story.site.labour)
    others, own = story.team(story.employer(story.second.company_id)), story.team(employer)
    with pytest.raises(Problem, match="TEAM_UNKNOWN"):
        assign(story, employer, team_id=others.id)
    with database.writing() as session:
        session.get_one(Team, own.id).state = TeamState.LEADERLESS
    with pytest.raises(Problem, match="TEAM_LEADER_DEPARTED"):
        assign(story, employer, team_id=own.id)


@pytest.mark.rule("A-29")
def test_misc_staff_are_assigned_by_the_general_contractor_alone(story: Story) -> None:
    gc = story.employer(story.site.gc)
    guard = story.worker(gc, category=Category.MISC.value)
    assert assign(story, gc, worker_id=guard.worker.id, main_trade="1000").level == 0


@pytest.mark.rule("A-12")
def test_a_contract_that_ends_before_the_project_warns_and_does_not_refuse(story: Story, database: Database) -> None:
    employer = story.employer(story.site.labour)
    brief = story.worker(employer, contract_end=date(2026, 9, 30)).worker.id
    view = assign(story, employer, worker_id=brief)
    with database.reading() as session:
        assert entry.warnings(session, view.assignment) == ["CONTRACT_ENDS_BEFORE_COMPLETION"]


def test_an_employer_without_a_part_in_the_project_is_told_what_is_missing(story: Story) -> None:
    stranger = story.employer(story.company("外来劳务有限公司"))
    with pytest.raises(Problem) as refused:
        assign(story, stranger)
    assert (refused.value.status, refused.value.code) == (404, "NOT_FOUND")


@pytest.mark.rule("A-03")
@pytest.mark.parametrize("state", list(AssignmentState))
def test_only_a_confirmed_verified_living_worker_has_a_right_at_the_gates(state: AssignmentState) -> None:
    is_confirmed = state is AssignmentState.CONFIRMED
    assert rules.has_gate_right(state, MORNING, identity_verified=True, alive=True) is is_confirmed
    assert not rules.has_gate_right(state, None, identity_verified=True, alive=True)
    assert not rules.has_gate_right(state, MORNING, identity_verified=False, alive=True)
    assert not rules.has_gate_right(state, MORNING, identity_verified=True, alive=False)


def test_the_gates_reference_of_a_person_is_random_and_eleven_characters_long(story: Story) -> None:
    people = {story.assigned().person for _ in range(3)}
    assert len(people) == 3
    assert {len(person) for person in people} == {11}
