"""Teams and their leaders (A-36 to A-38): handed over without anybody being assigned anew."""

from __future__ import annotations

import datetime as dt

import pytest

from central.access import Access
from central.database import Database
from central.entry import departure, nightly, succession
from central.entry import service as entry
from central.entry.departure import Leaving
from central.entry.model import Assignment, AssignmentState
from central.entry.service import Order
from central.errors import Problem
from central.messaging import roster
from central.people.service import EmployedWorker
from central.projects import teams
from central.projects.model import Team, TeamState
from tests.central.builders import Story

TOMORROW = dt.date(2026, 3, 14)


class Crew:
    """钢筋一班 of 浦江劳务, with a leader and two confirmed members."""

    def __init__(self, story: Story) -> None:
        self.story = story
        self.employer = story.employer(story.site.labour)
        self.leader, self.next = story.worker(self.employer), story.worker(self.employer)
        with story.centre.database.writing() as session:
            self.team = teams.add_team(
                session,
                story.centre.clock,
                self.employer,
                story.site.project.id,
                name="钢筋一班",
                leader_worker_id=self.leader.worker.id,
            )
        self.members = [self.join(who) for who in (self.leader, story.worker(self.employer), self.next)]

    def join(self, who: EmployedWorker) -> Assignment:
        """Into the team, confirmed."""
        order = Order(who.worker.id, self.story.site.project.id, "020", self.team.id)
        with self.story.centre.database.writing() as session:
            made = entry.assign(session, self.story.centre.clock, self.employer, order).assignment
        return self.story.accept(made).assignment

    def leave(self, successors: dict[int, int] | None = None) -> None:
        """The leader departs tomorrow."""
        with self.story.centre.database.writing() as session:
            leaving = Leaving(self.leader.worker.id, TOMORROW, "resigned", successors or {})
            departure.schedule(session, self.story.centre.clock, self.employer, leaving)

    def now(self) -> Team:
        """The team as it stands in the store."""
        with self.story.centre.database.reading() as session:
            return session.get_one(Team, self.team.id)


@pytest.fixture
def crew(story: Story) -> Crew:
    """A team at work."""
    return Crew(story)


@pytest.mark.rule("A-37")
def test_a_leader_with_members_does_not_depart_without_a_successor(crew: Crew) -> None:
    with pytest.raises(Problem) as refused:
        crew.leave()
    assert (refused.value.status, refused.value.code) == (409, "NEW_LEADER_REQUIRED")
    [told] = refused.value.values["teams"]
    assert told["team_id"] == crew.team.id
    assert [member["assignment_id"] for member in told["members"]] == [a.id for a in crew.members[1:]]
    with pytest.raises(Problem, match="DEPARTURE_NOT_SCHEDULED"), crew.story.centre.database.writing() as session:
        departure.cancel(session, crew.story.centre.clock, crew.employer, crew.leader.worker.id)


@pytest.mark.rule("A-37")
def test_the_successor_is_named_in_the_same_request_and_confirmed_members_stay_as_they_are(crew: Crew, database: Database) -> None:
    with database.reading() as session:
        before = roster.read(session, crew.story.centre.secrets, crew.team.project_id)
    crew.leave({crew.team.id: crew.next.worker.id})
    assert (crew.now().leader_worker_id, crew.now().state) == (crew.next.worker.id, TeamState.ACTIVE)
    with database.reading() as session:
        after = roster.read(session, crew.story.centre.secrets, crew.team.project_id)
        for old in crew.members[1:]:
            new = session.get_one(Assignment, old.id)
            kept = ("state", "entry_time", "person", "version", "team_id", "employment_id")
            assert [getattr(new, name) for name in kept] == [getattr(old, name) for name in kept]
            assert after.entries[old.id] == before.entries[old.id]


@pytest.mark.rule("A-37")
def test_a_successor_must_be_of_the_same_employer_and_must_stay(crew: Crew) -> None:
    stranger = crew.story.worker(crew.story.employer(crew.story.site.gc))
    for who in (stranger.worker.id, crew.leader.worker.id):
        with pytest.raises(Problem, match="LEADER_UNKNOWN"):
            crew.leave({crew.team.id: who})
    with crew.story.centre.database.writing() as session:
        departure.schedule(session, crew.story.centre.clock, crew.employer, Leaving(crew.next.worker.id, TOMORROW, "resigned"))
    with pytest.raises(Problem, match="LEADER_UNKNOWN"):
        crew.leave({crew.team.id: crew.next.worker.id})


@pytest.mark.rule("A-36")
def test_a_leader_without_members_departs_and_the_team_is_offered_to_nobody(story: Story, database: Database) -> None:
    employer = story.employer(story.site.labour)
    leader = story.worker(employer)
    clock, project = story.centre.clock, story.site.project.id
    with database.writing() as session:
        team = teams.add_team(session, clock, employer, project, name="木工班", leader_worker_id=leader.worker.id)
    with database.writing() as session:
        departure.schedule(session, clock, employer, Leaving(leader.worker.id, TOMORROW, "retired"))
    with pytest.raises(Problem) as refused, database.writing() as session:
        entry.assign(session, clock, employer, Order(story.worker(employer).worker.id, project, "020", team.id))
    assert (refused.value.status, refused.value.code) == (409, "TEAM_LEADER_DEPARTED")
    with database.reading() as session:
        assert teams.page_of_teams(session, employer, project, 0, 10, assignable=True) == []
        assert [t.id for t in teams.page_of_teams(session, employer, project, 0, 10)] == [team.id]
    with database.writing() as session:
        departure.cancel(session, clock, employer, leader.worker.id)
        assert session.get_one(Team, team.id).state is TeamState.ACTIVE


@pytest.mark.rule("A-36")
def test_who_has_departed_is_no_teams_leader_any_more(crew: Crew) -> None:
    crew.leave({crew.team.id: crew.next.worker.id})
    with crew.story.centre.database.writing() as session:
        session.get_one(Team, crew.team.id).leader_worker_id = crew.leader.worker.id  # as if it had been named again meanwhile
    crew.story.centre.clock.at = dt.datetime(2026, 3, 13, 16, 0, tzinfo=dt.UTC)  # type: ignore[attr-defined]
    nightly.let_depart(crew.story.centre)
    assert (crew.now().leader_worker_id, crew.now().state) == (None, TeamState.LEADERLESS)


@pytest.mark.rule("A-52")
@pytest.mark.rule("A-37")
def test_a_dead_leaders_team_waits_for_another_and_its_members_stay(crew: Crew, database: Database) -> None:
    with database.writing() as session:
        departure.record_death(
            session, crew.story.centre.clock, crew.employer, crew.leader.worker.id, died_on=dt.date(2026, 3, 13), note="-", successors={}
        )
    assert (crew.now().state, crew.now().leader_worker_id) == (TeamState.LEADERLESS, None), "the dead lead nobody"
    with database.writing() as session:
        succession.change_leader(session, crew.employer, crew.team.id, crew.next.worker.id)
    assert (crew.now().state, crew.now().leader_worker_id) == (TeamState.ACTIVE, crew.next.worker.id)
    with database.reading() as session:
        assert {session.get_one(Assignment, a.id).state for a in crew.members[1:]} == {AssignmentState.CONFIRMED}


@pytest.mark.rule("A-36")
def test_whoever_is_about_to_leave_leads_no_new_team(crew: Crew, database: Database) -> None:
    crew.leave({crew.team.id: crew.next.worker.id})
    project, leaving = crew.story.site.project.id, crew.leader.worker.id
    with database.writing() as session, pytest.raises(Problem) as refused:
        teams.add_team(session, crew.story.centre.clock, crew.employer, project, name="木工一班", leader_worker_id=leaving)
    assert (refused.value.code, refused.value.field) == ("LEADER_UNKNOWN", "leader_worker_id")


@pytest.mark.rule("A-38")
def test_a_leader_who_merely_stays_away_changes_nothing(crew: Crew, database: Database) -> None:
    """Months later, without one passage of the leader: the team takes people, and nobody is asked for anything."""
    crew.story.centre.clock.forward(days=120)  # type: ignore[attr-defined]
    nightly.let_depart(crew.story.centre)
    joined = crew.join(crew.story.worker(crew.employer))
    assert joined.state is AssignmentState.CONFIRMED
    assert (crew.now().state, crew.now().leader_worker_id) == (TeamState.ACTIVE, crew.leader.worker.id)
    with database.reading() as session:
        assert {session.get_one(Assignment, a.id).state for a in crew.members} == {AssignmentState.CONFIRMED}


@pytest.mark.rule("A-37")
def test_confirmed_members_move_to_another_team_and_only_its_name_reaches_the_gates(crew: Crew, database: Database) -> None:
    other = crew.story.team(crew.employer, "钢筋二班")
    with database.reading() as session:
        before = roster.read(session, crew.story.centre.secrets, crew.team.project_id)
    with database.writing() as session:
        assert succession.move_members(session, crew.employer, crew.team.id, other.id, None) == 3
    with database.reading() as session:
        after = roster.read(session, crew.story.centre.secrets, crew.team.project_id)
        assert after.version == before.version + 3
        for old in crew.members:
            new = session.get_one(Assignment, old.id)
            assert (new.entry_time, new.person, new.state, new.team_id) == (old.entry_time, old.person, old.state, other.id)
            assert after.entries[old.id].team == "钢筋二班"
    with database.writing() as session:
        succession.close(session, crew.employer, crew.team.id)
    assert crew.now().state is TeamState.CLOSED
    with pytest.raises(Problem, match="TEAM_LEADER_DEPARTED"), database.writing() as session:
        succession.move_members(session, crew.employer, other.id, crew.team.id, None)


@pytest.mark.rule("A-36")
def test_a_team_with_members_does_not_close_and_a_new_name_reaches_the_gates(crew: Crew, database: Database) -> None:
    with pytest.raises(Problem, match="TEAM_NOT_EMPTY"), database.writing() as session:
        succession.close(session, crew.employer, crew.team.id)
    with database.writing() as session:
        succession.rename(session, crew.employer, crew.team.id, "钢筋甲班")
    with database.reading() as session:
        known = roster.read(session, crew.story.centre.secrets, crew.team.project_id)
    assert {one.team for one in known.entries.values()} == {"钢筋甲班"}


@pytest.mark.rule("A-36")
def test_a_taken_name_is_refused_or_numbered(crew: Crew, database: Database) -> None:
    clock, project = crew.story.centre.clock, crew.story.site.project.id
    with pytest.raises(Problem) as refused, database.writing() as session:
        teams.add_team(session, clock, crew.employer, project, name="钢筋一班")
    assert (refused.value.status, refused.value.code) == (409, "TEAM_NAME_TAKEN")
    with database.writing() as session:
        numbered = [teams.add_team(session, clock, crew.employer, project, name="钢筋一班", may_number=True).name for _ in range(2)]
    assert numbered == ["钢筋一班（2）", "钢筋一班（3）"]


@pytest.mark.rule("A-01")
def test_nobody_else_touches_a_team(crew: Crew, database: Database) -> None:
    others: list[Access] = [crew.story.employer(crew.story.site.gc), crew.story.employer(crew.story.neighbour.labour)]
    for acting in others:
        with pytest.raises(Problem, match="NOT_FOUND"), database.writing() as session:
            succession.change_leader(session, acting, crew.team.id, crew.next.worker.id)
        with pytest.raises(Problem, match="NOT_FOUND"), database.reading() as session:
            succession.members(session, acting, crew.team.id)
