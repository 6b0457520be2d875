"""Who sees whom (A-45), and everybody once (A-43)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.access import Access
from central.database import Database
from central.entry import service as entry
from central.entry.model import Assignment, AssignmentState
from central.errors import Problem
from central.projects.chain import USING_UNITS, Chain, Link
from central.projects.model import ParticipantRole
from tests.central.builders import Story

R = ParticipantRole


def on_site(story: Story, access: Access, q: str = "", states: tuple[AssignmentState, ...] = ()) -> list[int]:
    """The assignments that this principal sees on the site's project."""
    with story.centre.database.reading() as session:
        rows = entry.people_on_project(session, access, story.site.project.id, after=0, limit=50, q=q, states=states)
    return [row.assignment.id for row in rows]


@pytest.mark.rule("A-45")
def test_the_project_sees_the_first_level_at_once_and_the_second_after_the_sub_accepted(story: Story) -> None:
    first, second = story.assigned(), story.assigned(story.employer(story.second.company_id))
    sub = story.sub_office(story.pro)
    assert on_site(story, story.office()) == [first.id]
    assert on_site(story, sub) == [second.id]
    story.accept(second, sub)
    assert on_site(story, story.office()) == [first.id, second.id]


@pytest.mark.rule("A-45")
def test_what_is_not_visible_yet_says_whom_it_waits_for(story: Story, database: Database) -> None:
    second = story.assigned(story.employer(story.second.company_id))
    with pytest.raises(Problem) as hidden, database.reading() as session:
        entry.seen(session, story.office(), second.id)
    assert (hidden.value.code, hidden.value.values["waiting_for"]) == ("NOT_VISIBLE_YET", "沪东机电安装有限公司")


@pytest.mark.rule("A-63")
def test_an_employer_sees_its_own_people_and_nobody_elses(story: Story) -> None:
    own, others = story.assigned(), story.assigned(story.employer(story.second.company_id))
    assert on_site(story, story.employer(story.site.labour)) == [own.id]
    assert on_site(story, story.employer(story.second.company_id)) == [others.id]
    assert on_site(story, story.authority) == [own.id, others.id]


@pytest.mark.rule("A-43")
def test_a_worker_assigned_again_after_a_withdrawal_is_one_row_and_one_head(story: Story, database: Database) -> None:
    employer, worker = story.employer(story.site.labour), story.worker()
    first = story.assigned(employer, worker)
    with database.writing() as session:
        entry.withdraw(session, story.centre.clock, employer, first.id)
    second = story.assigned(employer, worker)
    story.accept(second)
    story.accept(second)
    assert on_site(story, story.office()) == [second.id]
    with database.reading() as session:
        assert entry.heads(session, story.office(), story.site.project.id) == {AssignmentState.CONFIRMED: 1}


@pytest.mark.rule("A-43")
def test_who_comes_to_a_project_again_is_one_row_whichever_assignment_is_older(story: Story, database: Database) -> None:
    """An open assignment made before the one that ended, and moved here after it: the open one is the worker's row."""
    employer, worker, other = story.employer(story.site.labour), story.worker(), story.project("别的工地")
    story.takes_part(story.site.gc, R.GENERAL_CONTRACTOR, project=other)
    story.takes_part(story.site.labour, R.LABOUR_SUB, project=other)
    moved = story.assigned(employer, worker, other)
    ended = story.accept(story.assigned(employer, worker)).assignment
    with database.writing() as session:
        row = session.get_one(Assignment, ended.id)
        row.state, row.ended_at = AssignmentState.ENDED, story.centre.clock.now()
    assert on_site(story, story.office()) == [ended.id]
    with database.writing() as session:
        entry.edit(session, employer, moved.id, entry.Edit(version=moved.version, project_id=story.site.project.id))
    assert on_site(story, story.office()) == [moved.id]


@pytest.mark.rule("A-46")
def test_each_row_says_whose_worker_it_is_and_who_uses_them(story: Story, database: Database) -> None:
    story.assigned(story.employer(story.second.company_id))
    with database.reading() as session:
        row = entry.people_on_project(session, story.authority, story.site.project.id, after=0, limit=1)[0]
    assert (row.employer, row.using_unit, row.level) == ("临港劳务有限公司", "沪东机电安装有限公司", 2)


@pytest.mark.rule("A-32")
def test_people_are_found_by_part_of_a_name_employer_or_the_end_of_a_number(story: Story) -> None:
    who = story.worker(name="欧阳小满")
    wanted, _ = story.assigned(worker=who), story.assigned()
    office = story.office()
    assert on_site(story, office, "小满") == [wanted.id]
    assert on_site(story, office, who.worker.id_masked[-4:]) == [wanted.id]
    assert len(on_site(story, office, "浦江")) == 2
    assert on_site(story, office, "100%") == []
    assert on_site(story, office, states=(AssignmentState.CONFIRMED,)) == []


@st.composite
def chains(draw: st.DrawFn) -> Chain:
    """Random trees: a general contractor, subcontractors under using units, each its own company."""
    links = [Link(1, 1, 1, "c1", R.GENERAL_CONTRACTOR, None, 0, True)]
    for number in range(2, draw(st.integers(2, 12))):
        parent = draw(st.sampled_from([link for link in links if link.role in USING_UNITS]))
        role = draw(st.sampled_from([R.PROFESSIONAL_SUB, R.LABOUR_SUB]))
        links.append(Link(number, 1, number, f"c{number}", role, parent.id, parent.level + 1, True))
    return Chain(links)


@pytest.mark.rule("A-45")
@given(chains())
def test_in_any_tree_only_those_above_see_a_worker_each_after_those_below(chain: Chain) -> None:
    for link in chain.links:
        path = chain.acceptors(link.id)
        assert path[-1] is chain.general_contractor
        assert all(unit.is_using_unit for unit in path)
        for other in chain.links:
            turn = chain.visible_after(other.company_id, link.id)
            assert (turn is None) == (other not in path)
            assert turn is None or path[turn] == other
            assert (turn is not None) <= (link.id in chain.under(other.id))
