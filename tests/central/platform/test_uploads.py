"""What is told to the platform: whatever fails in whatever order, each record is there once, and behind those it needs."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from central.entry.model import Assignment
from central.platform.model import THERE
from tests.central.builders import MORNING
from tests.central.platform.server import FAULTS, FakePlatform
from tests.central.platform.world import World

FIRST = MORNING.date()


def people(world: World) -> list[Assignment]:
    """Two workers who pass, and one who left and came back, to pass again."""
    story = world.story
    first, second, who = story.confirmed(), story.confirmed(), story.worker()
    third = story.accept(story.assigned(worker=who)).assignment
    for one in (first, second, third):
        world.passes(one)
        world.passes(one, "02", "006", at=world.clock.now() + dt.timedelta(hours=1))
    world.ends(third)
    again = story.accept(story.assigned(worker=who)).assignment
    world.passes(again, at=world.clock.now() + dt.timedelta(hours=2))
    return [first, second, third]


def expected(world: World, who: list[Assignment]) -> set[str]:
    """The kinds of records that the platform must hold of each person."""
    return {f"{kind} {world.number(one)}" for one in who for kind in ("worker", "contract", "attendance", "1")}


def held(platform: FakePlatform) -> set[str]:
    return {f"{key[0]} {key[2]}" for key in platform.there if key[0] in {"worker", "contract", "attendance", "1"}}


def test_a_confirmed_worker_is_told_in_the_order_that_the_platform_wants(world: World) -> None:
    world.switch()
    who = people(world)
    world.run_until_there()
    assert world.platform.wrong == []
    assert held(world.platform) == expected(world, who)
    assert all(states <= set(THERE) for states in world.states().values()), world.states()
    assert world.channel().last_success_at is not None


@pytest.mark.rule("A-50")
def test_whatever_fails_in_whatever_order_each_record_is_there_once_and_in_order(world: World) -> None:
    who = people(world)

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(st.sampled_from(FAULTS), max_size=25))
    def holds(faults: list[str]) -> None:
        world.forget()
        world.platform.faults.extend(faults)
        world.switch(since=FIRST)
        for _ in range(80):
            world.run(hours=3)
            world.operate()
            if all(upload.state in THERE for upload in world.uploads()):
                break
        assert world.platform.wrong == []
        assert len(world.platform.there) == len(set(world.platform.there))
        assert held(world.platform) == expected(world, who)
        assert [key[0] for key in world.platform.there].count("0") == 1
        assert all(states <= set(THERE) for states in world.states().values()), (world.states(), faults)

    holds()


def test_nothing_is_told_before_anybody_switches_it_on(world: World) -> None:
    people(world)
    world.run(3)
    assert world.platform.calls == []
    assert world.uploads() == []
