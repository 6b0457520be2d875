"""Settled passages leave the queue after a while; it can still be said of each whether it was told, when, with which answer."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select, update

from central.attendance.model import FeedPosition, Passage
from central.entry.model import Assignment
from central.jobs import Runner
from central.platform import job, packing, service
from central.platform.model import PlatformPack, PlatformUpload, UploadKind, UploadState
from tests.central.in_process import in_process
from tests.central.platform.world import World
from tests.central.stage import application


def queue(world: World) -> list[PlatformUpload]:
    """The passages that stand in the queue."""
    return [upload for upload in world.uploads() if upload.kind is UploadKind.ATTENDANCE]


def packed(world: World) -> dict[str, packing.Told]:
    """What is packed, by key."""
    with world.story.centre.database.reading() as session:
        packs = session.scalars(select(PlatformPack).order_by(PlatformPack.day)).all()
    return {told.key: told for kept in packs for told in packing.opened(kept.packed)}


def told_long_ago(world: World) -> tuple[Assignment, str]:
    """A passage that was told, a hundred days ago."""
    world.switch()
    who = world.story.confirmed()
    key = world.passes(who)
    world.run_until_there()
    world.clock.forward(days=100)
    return who, key


def corrected(world: World, key: str, *, counted: bool) -> None:
    """A passage is otherwise now, as a late correction of a box's clock would leave it."""
    with world.story.centre.database.writing() as session:
        places = session.get_one(FeedPosition, "attendance")
        places.position += 1
        changed = update(Passage).where(Passage.seq == int(key.rpartition("/")[2]))
        session.execute(changed.values(counted=counted, revision=Passage.revision + 1, position=places.position))


def test_a_passage_is_packed_after_the_days_of_the_settings_with_time_and_answer_and_nothing_else_leaves(world: World) -> None:
    who, key = told_long_ago(world)
    (before,) = queue(world)
    others = len(world.uploads()) - 1
    fresh = world.passes(who)
    world.run_until_there()
    assert packing.work(world.story.centre) == "1 packed"
    assert [one.key for one in queue(world)] == [fresh]
    assert len(world.uploads()) == others + 1
    told = packed(world)[key]
    assert (told.state, told.serial, told.sent_at, told.settled_at) == (before.state, before.serial, before.sent_at, before.settled_at)
    assert told.serial.startswith("S")
    assert told.assignment_id == who.id
    assert packing.work(world.story.centre) == "0 packed"


def test_packing_goes_on_where_it_was_left_and_adds_to_a_day_that_is_packed(world: World) -> None:
    who, first = told_long_ago(world)
    keys = {first} | {world.passes(who, at=world.clock.now() + dt.timedelta(minutes=n)) for n in range(5)}
    world.run_until_there()
    for upload in queue(world):  # all of them entered on one date
        with world.story.centre.database.writing() as session:
            session.execute(update(PlatformUpload).where(PlatformUpload.id == upload.id).values(created_at=world.clock.now()))
    world.clock.forward(days=100)
    steps = []
    for _ in range(4):
        with world.story.centre.database.writing() as session:
            steps.append(packing.pack(session, world.clock.now(), limit=2))
    assert steps == [2, 2, 2, 0]
    assert packed(world).keys() == keys
    with world.story.centre.database.reading() as session:
        assert session.scalars(select(PlatformPack.records)).all() == [6]


def test_what_is_not_settled_stays(alone: World) -> None:
    alone.switch()
    alone.passes(alone.story.confirmed())
    alone.run_until_there(most=3)
    alone.platform.faults.extend(["-1"] * 9)
    alone.run(6, hours=1)
    alone.clock.forward(days=100)
    packing.work(alone.story.centre)
    assert [one.state for one in queue(alone)] in ([UploadState.BLOCKED], [UploadState.FAILED])


def test_a_packed_passage_that_is_corrected_comes_back_marked_and_is_never_told_again(world: World) -> None:
    _, key = told_long_ago(world)
    packing.work(world.story.centre)
    calls = len(world.platform.calls)
    corrected(world, key, counted=False)
    world.run(3)
    corrected(world, key, counted=True)
    world.run(3)
    assert [(one.key, one.code) for one in queue(world)] == [(key, "PLATFORM_CHANGED_AFTER")]
    assert len(world.platform.calls) == calls
    world.clock.forward(days=100)
    packing.work(world.story.centre)
    assert queue(world) == []
    assert packed(world)[key].code == "PLATFORM_CHANGED_AFTER"


def test_a_passage_that_was_withdrawn_and_packed_is_told_once_it_counts_after_all(world: World) -> None:
    world.switch()
    who = world.story.confirmed()
    world.run_until_there()
    key = world.passes(who)
    world.platform.faults.append("-5")
    world.run(seconds=0)
    corrected(world, key, counted=False)
    world.run(2, hours=1)
    assert [one.state for one in queue(world)] == [UploadState.WITHDRAWN]
    world.clock.forward(days=100)
    packing.work(world.story.centre)
    assert packed(world)[key].state is UploadState.WITHDRAWN
    corrected(world, key, counted=True)
    world.run_until_there()
    assert [told for told in world.platform.there if told[0] == "attendance"] != []


def test_a_skipped_passage_that_is_packed_and_corrected_is_left_as_somebody_decided(alone: World) -> None:
    alone.switch()
    who = alone.story.confirmed()
    alone.run_until_there()
    key = alone.passes(who)
    alone.platform.faults.append("-1")
    alone.run()
    with alone.story.centre.database.writing() as session:
        service.skip(session, alone.clock, alone.story.office(), alone.project_id, queue(alone)[0].id, reason="重复刷卡")
    alone.clock.forward(days=100)
    packing.work(alone.story.centre)
    corrected(alone, key, counted=True)
    alone.run(3)
    assert queue(alone) == []
    assert packed(alone)[key].state is UploadState.SKIPPED


def test_the_office_looks_up_a_date_by_api(desk: World) -> None:
    _, key = told_long_ago(desk)
    packing.work(desk.story.centre)
    story, api = desk.story, f"/api/v1/projects/{desk.project_id}/platform"
    office, day = story.token(story.office()), "2026-03-13"
    with in_process(application(story.centre)) as client:
        (one,) = client.get(f"{api}/packs", params={"day": day}, headers=office).json()["items"]
        assert (one["key"], one["state"], one["name"] is not None) == (key, "done", True)
        assert one["id_masked"].startswith("310***")
        assert one["sent_at"].startswith(day[:8])
        assert client.get(f"{api}/packs", headers=office).json()["items"] == [one]
        assert client.get(f"{api}/packs", params={"day": "2026-03-14"}, headers=office).json()["items"] == []
        assert client.get(api, headers=office).json()["packed"] == 1


def test_the_nightly_job_is_one_of_the_centres(alone: World) -> None:
    told_long_ago(alone)
    runner = Runner(alone.story.centre, job.JOBS)
    runner.run_due()
    alone.clock.forward(days=1)
    runner.run_due()
    assert len(packed(alone)) == 1
