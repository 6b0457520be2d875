"""Completion of a subcontract or of the project: the cascade of A-53."""

from __future__ import annotations

import pytest

from central.database import Database
from central.entry import acceptance, completion, rules
from central.entry import service as entry
from central.entry.model import Assignment, AssignmentEnd, AssignmentState
from central.errors import Problem
from central.projects.model import Participant, ParticipantState, Project, ProjectState
from tests.central.builders import Story


def complete(story: Story, part: Participant) -> int:
    """The general contractor completes a participant."""
    with story.centre.database.writing() as session:
        return completion.complete_participant(session, story.centre.clock, story.office(), part.id)


def state_of(database: Database, assignment: Assignment) -> AssignmentState:
    """As it stands in the store."""
    with database.reading() as session:
        return session.get_one(Assignment, assignment.id).state


@pytest.mark.rule("A-53")
def test_completing_a_subcontract_ends_its_people_and_those_under_it(story: Story, database: Database) -> None:
    own = story.confirmed(story.employer(story.pro.company_id))
    below = story.assigned(story.employer(story.second.company_id))
    beside = story.confirmed()
    assert complete(story, story.pro) == 2
    assert state_of(database, own) is state_of(database, below) is AssignmentState.ENDED
    assert state_of(database, beside) is AssignmentState.CONFIRMED
    with database.reading() as session:
        ended = session.get_one(Assignment, own.id)
        assert (ended.end_cause, ended.ended_at) == (AssignmentEnd.COMPLETION, story.centre.clock.now())
        assert ended.entry_time is not None
        assert session.get_one(Participant, story.second.id).state is ParticipantState.COMPLETED


@pytest.mark.rule("A-53")
def test_completing_twice_changes_nothing(story: Story, database: Database) -> None:
    story.confirmed()
    assert complete(story, story.site.labour_part) == 1

    def version() -> int:
        with database.reading() as session:
            return session.get_one(Project, story.site.project.id).roster_version

    before = version()
    assert complete(story, story.site.labour_part) == 0
    assert version() == before


@pytest.mark.rule("A-53")
def test_nobody_is_assigned_or_accepted_under_a_completed_subcontract(story: Story) -> None:
    waiting = story.assigned()
    complete(story, story.site.labour_part)
    with pytest.raises(Problem) as refused:
        story.assigned()
    assert (refused.value.status, refused.value.code) == (409, "PROJECT_COMPLETED")
    with pytest.raises(Problem, match="ASSIGNMENT_ENDED"):
        story.accept(waiting)


@pytest.mark.rule("A-53")
def test_completing_the_project_ends_everybody(story: Story, database: Database) -> None:
    people = [story.confirmed(), story.confirmed(story.employer(story.pro.company_id)), story.assigned()]
    with database.writing() as session:
        _, ended = completion.complete_project(session, story.centre.clock, story.office(), story.site.project.id)
    assert ended == 3
    assert {state_of(database, a) for a in people} == {AssignmentState.ENDED}
    with database.reading() as session:
        assert session.get_one(Project, story.site.project.id).state is ProjectState.COMPLETED
    with pytest.raises(Problem, match="PROJECT_COMPLETED"):
        story.assigned()


@pytest.mark.rule("A-53")
def test_each_ended_right_reaches_the_gates_and_an_unconfirmed_one_does_not(story: Story, database: Database) -> None:
    story.confirmed()
    story.assigned()
    with database.reading() as session:
        before = session.get_one(Project, story.site.project.id).roster_version
    complete(story, story.site.labour_part)
    with database.reading() as session:
        after = session.get_one(Project, story.site.project.id).roster_version
    assert after - before == 2  # one right ended, and the project's own facts changed


@pytest.mark.rule("A-60")
def test_only_the_general_contractor_completes(story: Story, database: Database) -> None:
    part = story.site.labour_part
    for acting, expected in (
        (story.employer(story.site.labour), (403, "ONLY_GENERAL_CONTRACTOR")),
        (story.sub_office(story.pro), (403, "ONLY_GENERAL_CONTRACTOR")),
        (story.office(story.neighbour), (404, "NOT_FOUND")),
        (story.authority, (403, "ROLE_NOT_ALLOWED")),
    ):
        with pytest.raises(Problem) as refused, database.writing() as session:
            completion.complete_participant(session, story.centre.clock, acting, part.id)
        assert (refused.value.status, refused.value.code) == expected


@pytest.mark.rule("A-50")
def test_no_function_of_the_entry_service_is_an_exit(story: Story) -> None:
    assert not [name for name in [*vars(entry), *vars(completion), *vars(acceptance)] if "exit" in name.lower()]
    with pytest.raises(Problem) as refused:
        rules.no_exit_action()
    assert (refused.value.status, refused.value.code) == (410, "NO_EXIT_ACTION")
