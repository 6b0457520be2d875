"""What changes after it was told: teams with other names or leaders, parts that are completed."""

from __future__ import annotations

import pytest

from central.entry import completion, succession
from central.entry import service as entry
from central.entry.model import Assignment
from central.entry.service import Order
from central.platform.model import THERE, UploadKind
from central.projects.model import Team
from tests.central.platform.server import opened
from tests.central.platform.world import World


def told(world: World, kind: str) -> list[dict[str, str]]:
    """What was told of a kind, in order."""
    return [world.platform.told[key] for key in world.platform.there if key[0] == kind]


def member(world: World, team: Team) -> Assignment:
    """A confirmed worker of a team."""
    story = world.story
    order = Order(story.worker().worker.id, world.project_id, "020", team_id=team.id)
    with story.centre.database.writing() as session:
        made = entry.assign(session, world.clock, story.employer(story.site.labour), order).assignment
    return story.accept(made).assignment


@pytest.mark.rule("A-37")
def test_another_name_and_leader_of_a_team_are_told_under_its_number_and_the_leader_sealed(world: World) -> None:
    labour, database = world.story.employer(world.story.site.labour), world.story.centre.database
    team = world.story.team(labour)
    world.switch()
    with database.writing() as session:  # before it is there, its first record tells the name
        succession.rename(session, labour, team.id, "钢筋二班")
    who = member(world, team)
    world.run_until_there()
    assert told(world, "team_change") == []
    with database.writing() as session:
        succession.rename(session, labour, team.id, "钢筋三班")
    world.run_until_there()
    with database.writing() as session:
        succession.change_leader(session, labour, team.id, who.worker_id)
    world.run_until_there()
    first, second = told(world, "team_change")
    assert (told(world, "team")[0]["teamName"], first["teamName"], "teamLeaderIDNumber" in first) == ("钢筋二班", "钢筋三班", False)
    assert first["teamSysNo"] == second["teamSysNo"] != ""
    assert (opened(second["teamLeaderIDNumber"]), second["teamLeaderIDCardType"]) == (world.number(who), "01")
    assert world.platform.wrong == []
    assert world.number(who) not in "".join(world.platform.bodies)


def test_a_leader_whose_entry_nobody_confirmed_is_not_told_and_a_closed_team_leaves(alone: World) -> None:
    labour, database = alone.story.employer(alone.story.site.labour), alone.story.centre.database
    team = alone.story.team(labour)
    alone.switch()
    who, stranger = member(alone, team), alone.story.worker()
    alone.run_until_there()
    with database.writing() as session:
        succession.change_leader(session, labour, team.id, stranger.worker.id)
    alone.run_until_there()
    alone.ends(who)
    with database.writing() as session:
        succession.close(session, labour, team.id)
    alone.run_until_there()
    first, last = told(alone, "team_change")
    assert ("teamLeaderName" in first, "exitTime" in first, last["exitTime"]) == (False, False, alone.today.isoformat())


@pytest.mark.rule("A-53")
def test_a_completed_part_and_those_below_it_are_told_with_the_day_after_the_exits_of_their_people(world: World) -> None:
    world.switch()
    story = world.story
    who, below = story.confirmed(), story.second
    world.run_until_there()
    world.switch(on=False)
    with story.centre.database.writing() as session:
        completion.complete_participant(session, world.clock, story.office(), story.site.labour_part.id)
    world.run()
    world.switch()
    with story.centre.database.writing() as session:
        completion.complete_participant(session, world.clock, story.office(), story.pro.id)
    world.run_until_there()
    world.run(2)
    ends = told(world, "participant_exit")
    assert {one["exitTime"] for one in ends} == {world.today.isoformat()}
    assert len(ends) == 3
    there, theirs = world.platform.there, story.site.labour.uscc
    assert [key[0] for key in there].index("0") < [(key[0], key[-1]) for key in there].index(("participant_exit", theirs))
    assert {upload.key for upload in world.uploads() if upload.kind is UploadKind.PARTICIPANT_EXIT} >= {str(below.id)}
    assert {upload.state for upload in world.uploads()} <= set(THERE)
    assert world.platform.wrong == []
    assert [key[2] for key in world.platform.there if key[0] == "0"] == [world.number(who)]
