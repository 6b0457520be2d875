"""What is told to the platform: whatever fails in whatever order, each record is there once, and behind those it needs."""

from __future__ import annotations

import dataclasses
import datetime as dt
import logging
from pathlib import Path

import httpx
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from central.attendance.model import FeedPosition, Passage
from central.attendance.papers import CorrectionReason, ManualEvent
from central.attendance.recording import take_places
from central.attendance.rules import Judged
from central.entry.model import Assignment, AssignmentEnd
from central.errors import Problem
from central.jobs import Runner
from central.platform import feeding, job, rules, sight
from central.platform.book import Scope
from central.platform.model import THERE, PlatformUpload, UploadKind, UploadState
from central.platform.reading import NO_TEAM
from tests.central.builders import MORNING
from tests.central.platform.server import FAULTS, FakePlatform, FakeWire
from tests.central.platform.world import REG_NO, World, opened

FIRST = MORNING.date()


def people(world: World) -> list[Assignment]:
    """A worker who passes, and one who left and came back, to pass again."""
    first = world.story.confirmed()
    there_and_back(world, first)
    return [first, returned(world)]


def returned(world: World) -> Assignment:
    """A worker who left and came back, to pass again; the first of both assignments."""
    story = world.story
    who = story.worker()
    first = story.accept(story.assigned(worker=who)).assignment
    there_and_back(world, first)
    world.ends(first)
    again = story.accept(story.assigned(worker=who)).assignment
    world.passes(again, at=world.clock.now() + dt.timedelta(hours=2))
    return first


def there_and_back(world: World, who: Assignment) -> None:
    """In, and out an hour later."""
    world.passes(who)
    world.passes(who, "02", "006", at=world.clock.now() + dt.timedelta(hours=1))


def expected(world: World, who: list[Assignment]) -> set[str]:
    """The kinds of records that the platform must hold of each person."""
    return {f"{kind} {world.number(one)}" for one in who for kind in ("worker", "contract", "attendance", "1")}


def held(platform: FakePlatform) -> set[str]:
    """What it holds of these kinds."""
    return {f"{key[0]} {key[2]}" for key in platform.there if key[0] in {"worker", "contract", "attendance", "1"}}


def kept(world: World, kind: str) -> list[dict[str, object]]:
    """What was told of a kind, in order."""
    return [world.platform.told[key] for key in world.platform.there if key[0] == kind]


def failed(world: World) -> list[PlatformUpload]:
    """What failed."""
    return [upload for upload in world.uploads() if upload.state is UploadState.FAILED]


def test_a_confirmed_worker_is_told_in_the_order_that_the_platform_wants(world: World) -> None:
    world.switch()
    who = people(world)
    world.run_until_there()
    assert world.platform.wrong == []
    assert held(world.platform) == expected(world, who)
    assert {upload.state for upload in world.uploads()} <= set(THERE)
    assert world.channel().last_success_at is not None
    calls = len(world.platform.calls)
    world.run(2)
    assert len(world.platform.calls) == calls


def test_whatever_fails_in_whatever_order_each_record_is_there_once_and_in_order(world: World) -> None:
    who = [returned(world)]
    world.client = httpx.Client(transport=FakeWire(world.platform))
    is_sqlite = world.story.centre.database.engine.dialect.name == "sqlite"

    phases = tuple(Phase) if is_sqlite else (Phase.explicit,)  # how the platform fails does not depend on the database

    @settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck), phases=phases)
    @example(list(FAULTS) * 2)
    @given(st.lists(st.sampled_from(FAULTS), max_size=25))
    def holds(faults: list[str]) -> None:
        world.forget()
        world.platform.faults.extend(faults)
        world.switch(since=FIRST)
        job.follow(world.story.centre)
        for _ in range(80):
            world.carry(hours=3)
            if world.is_stuck:
                world.operate()
            elif world.is_finished:
                break
        assert world.platform.wrong == []
        assert len(world.platform.there) == len(set(world.platform.there))
        assert held(world.platform) == expected(world, who)
        assert [key[0] for key in world.platform.there].count("0") == 1
        assert {upload.state for upload in world.uploads()} <= set(THERE), faults

    holds()


def test_nothing_is_told_before_anybody_switches_it_on_nor_after_it_is_off(alone: World) -> None:
    who = people(alone)
    alone.run(2)
    assert alone.platform.calls == []
    assert alone.uploads() == []
    alone.switch()
    alone.switch(on=False)
    alone.passes(who[0])
    alone.run(2)
    assert alone.platform.calls == []


@pytest.mark.parametrize(("top", "code"), [("-2", "PLATFORM_SIGNATURE"), ("-4", "PLATFORM_ADDRESS")])
def test_a_bad_signature_or_address_stops_the_channel_until_somebody_resumes_it(alone: World, top: str, code: str) -> None:
    alone.switch()
    alone.story.confirmed()
    alone.platform.faults.append(top)
    alone.run(3, hours=12)
    assert len(alone.platform.calls) == 1
    assert alone.channel().paused_code == code
    assert failed(alone) == []
    alone.operate()
    alone.run_until_there()
    assert {upload.state for upload in alone.uploads()} <= set(THERE)


@pytest.mark.parametrize("fault", ["-5", "500", "garbage", "unheard"])
def test_over_the_limit_or_away_it_waits_longer_each_time_and_goes_on_by_itself(alone: World, fault: str) -> None:
    alone.switch()
    alone.story.confirmed()
    alone.platform.faults.extend([fault] * 3)
    waits = []
    for _ in range(3):
        alone.run(seconds=0)
        resume_at = alone.channel().resume_at
        assert resume_at is not None
        waits.append(resume_at - alone.clock.now())
        calls = len(alone.platform.calls)
        alone.run(seconds=0)
        assert len(alone.platform.calls) == calls
        alone.clock.at = resume_at
    assert waits == sorted(waits)
    assert waits[0] < waits[2]
    alone.run_until_there()
    assert {upload.state for upload in alone.uploads()} <= set(THERE)
    assert alone.channel().resume_at is None


def test_a_refused_question_or_an_odd_result_says_nothing_of_the_record_which_is_sent_again(alone: World) -> None:
    alone.switch()
    alone.story.confirmed()
    alone.platform.faults.extend(["", "", "-1", "odd"])  # both participants are taken; then the questions about them
    alone.run(2)
    assert {(upload.code, upload.next_at is not None) for upload in failed(alone)} == {("PLATFORM_RESULT_UNKNOWN", True)}
    alone.platform.faults.extend(["odd"] * 30)
    alone.run(30, hours=2)
    alone.platform.faults.clear()
    alone.run_until_there()
    assert {upload.state for upload in alone.uploads()} <= set(THERE)
    assert alone.platform.wrong == []


def test_a_refused_record_says_why_and_waits_for_somebody_and_what_needs_it_waits_too(world: World) -> None:
    world.switch()
    who = world.story.confirmed()
    world.passes(who)
    world.platform.faults.extend(["-1", "-1"])  # the participants: general contractor and labour company
    world.run(6, hours=3)
    assert {(upload.kind.value, upload.code, upload.said, upload.next_at) for upload in failed(world)} == {
        ("participant", "PLATFORM_PARAMETER", "refused by plan", None)
    }
    office, centre = world.story.office(), world.story.centre
    with centre.database.reading() as session:
        assert sight.status(session, office, centre.settings, world.project_id).counts[UploadState.FAILED] == 2
        shown = sight.page(session, office, world.project_id, state=UploadState.BLOCKED, kind=UploadKind.WORKER, limit=5)
        assert [(line.name is not None, str(line.id_masked)[:6]) for line in shown] == [(True, "310***")]
        assert sight.packed(session, office, world.project_id) == []
        names = {line.name for line in sight.page(session, office, world.project_id, limit=9) if line.upload.assignment_id is None}
        assert names == {world.story.site.gc.name, world.story.site.labour.name, f"{NO_TEAM} {world.story.site.labour.name}"}
    world.operate()
    world.run_until_there()
    assert world.platform.wrong == []
    assert {upload.state for upload in world.uploads()} <= set(THERE)


def test_what_fails_later_is_tried_a_few_times_and_nothing_of_a_number_is_kept(alone: World) -> None:
    alone.switch()
    alone.story.confirmed()
    alone.platform.faults.extend(["failed", ""] * 60)
    alone.run(30, hours=6)
    stuck = failed(alone)
    assert stuck
    assert {(upload.code, upload.attempts, upload.next_at) for upload in stuck} == {("PLATFORM_REFUSED", rules.MOST_ATTEMPTS, None)}
    assert all("310199" not in upload.said and "请稍后重试" in upload.said for upload in stuck)


@pytest.mark.rule("A-50")
def test_an_exit_is_told_only_for_the_end_of_an_assignment_with_its_cause_and_never_before_the_entry(alone: World) -> None:
    alone.switch()
    stays, died = alone.story.confirmed(), alone.story.confirmed()
    alone.passes(stays)
    alone.clock.forward(days=40)  # long absence: presumed, and nothing to tell
    alone.ends(died, AssignmentEnd.DEATH)
    alone.run_until_there()
    exits = kept(alone, "0")
    assert [(exit_["voucher"], exit_["date"]) for exit_ in exits] == [("身亡", alone.today.isoformat())]
    assert [key[2] for key in alone.platform.there if key[0] == "0"] == [alone.number(died)]


def test_passages_that_count_are_told_once_with_direction_and_way_and_late_ones_too(alone: World) -> None:
    alone.switch(since=FIRST)
    who = alone.story.confirmed()
    alone.passes(who, "01", "005")
    alone.passes(who, "02", "010", at=alone.clock.now() + dt.timedelta(hours=9))
    alone.passes(who, judged=Judged.RIGHT_ENDED_THEN, at=alone.clock.now() + dt.timedelta(hours=10))
    alone.passes(who, counted=False, at=alone.clock.now() + dt.timedelta(hours=11))
    alone.run_until_there()
    alone.passes(who, "01", "001", at=alone.clock.now() - dt.timedelta(hours=3), clock="drifting")
    alone.passes(who, at=MORNING - dt.timedelta(days=9))
    alone.run_until_there()
    assert [(told["direction"], told["attendType"]) for told in kept(alone, "attendance")] == [("01", "005"), ("02", "010"), ("01", "001")]
    assert kept(alone, "attendance")[0]["date"] == "2026-03-13 07:30:00"


def test_a_passage_that_was_none_after_all_is_not_told_and_a_later_correction_of_a_told_one_is_marked(world: World) -> None:
    world.switch()
    who = world.story.confirmed()
    told = world.passes(who)
    world.run_until_there()
    world.platform.faults.append("-5")
    void = world.passes(who, at=world.clock.now() + dt.timedelta(seconds=5))
    world.run(seconds=0)
    with world.story.centre.database.writing() as session:
        places = session.get_one(FeedPosition, "attendance")
        places.position += 2
        for n, key in enumerate((told, void)):
            changed = update(Passage).where(Passage.seq == int(key.rpartition("/")[2]))
            session.execute(changed.values(counted=False, revision=1, position=places.position - n))
    world.clock.forward(hours=1)
    world.run_until_there()
    by_key = {upload.key: upload for upload in world.uploads()}
    assert (by_key[told].state in THERE, by_key[told].code) == (True, "PLATFORM_CHANGED_AFTER")
    assert by_key[void].state is UploadState.WITHDRAWN
    assert len(kept(world, "attendance")) == 1


@pytest.mark.parametrize("way", ["011", ""])
def test_corrections_are_told_with_the_mark_of_the_settings_or_not_at_all(sqlite_url: str, tmp_path: Path, way: str) -> None:
    with opened(tmp_path, sqlite_url, platform_correction_way=way) as world:
        world.switch()
        who = world.story.confirmed()
        with world.story.centre.database.writing() as session:
            of = {name: getattr(who, name) for name in ("project_id", "worker_id", "employer_id")}
            place = take_places(session, 1)[0]
            at = world.clock.now()
            session.add(
                ManualEvent(
                    correction_id=1,
                    position=place,
                    assignment_id=who.id,
                    at=at,
                    direction="01",
                    reason=CorrectionReason.FORGOTTEN,
                    approved_at=at,
                    **of,
                )
            )
        world.run_until_there()
        assert [told["attendType"] for told in kept(world, "attendance")] == ([way] if way else [])


def test_many_passages_of_a_team_go_together_and_each_alone_once_one_of_them_is_there(world: World) -> None:
    world.switch()
    who = world.story.confirmed()
    world.run_until_there()
    for minute in range(30):
        world.passes(who, at=world.clock.now() + dt.timedelta(minutes=minute))
    before = len(world.platform.calls)
    world.platform.faults.append("lost")
    world.run_until_there()
    assert len(kept(world, "attendance")) == 30
    assert world.platform.wrong == []
    alone = world.platform.calls[before:].count("WorkerAttendance.Add")
    assert 20 < alone < 30


def test_feeds_are_read_on_from_their_places_and_never_from_the_beginning(world: World) -> None:
    world.switch()
    who = people(world)
    world.run_until_there()
    with world.story.centre.database.writing() as session:
        channel = world.channel()
        assert feeding.follow_deeds(session, world.clock.now(), job.scope_of(world.story.centre.settings)) == 0
        assert feeding.follow_attendance(session, channel, world.clock.now(), Scope(), corrections=True) == 0
    count = len(world.uploads())
    world.passes(who[0], at=world.clock.now())
    with world.story.centre.database.writing() as session:
        assert feeding.follow_attendance(session, channel, world.clock.now(), Scope(), corrections=True) == 1
    assert len(world.uploads()) == count + 1


def test_a_variant_and_the_companys_own_calls_are_told_as_they_are_wanted(sqlite_url: str, tmp_path: Path) -> None:
    corp = tmp_path / "corp.key"
    corp.write_text("corp-key-of-the-company")
    corp.chmod(0o600)
    more = {"platform_adapter": "henan", "platform_corp_key": corp, "platform_add_project": True, "platform_appid": "company-appid"}
    with opened(tmp_path, sqlite_url, variant=True, **more) as world:
        world.switch()
        who = world.story.confirmed()
        world.passes(who)
        world.run_until_there()
        assert world.platform.wrong == []
        kinds = [key[0] for key in world.platform.there]
        assert {kinds[0], kinds[1]} <= {"project", "company"}
        assert held(world.platform) == expected(world, [who])
        assert kept(world, "company")[0]["areaCode"] == "310199"


def test_no_number_leaves_in_clear_and_neither_number_nor_secret_is_logged(alone: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    alone.switch()
    who = people(alone)
    alone.platform.faults.extend(["", "late_there", "-1", "failed"])
    alone.run(5, hours=3)
    Runner(alone.story.centre, [dataclasses.replace(job.JOB)]).run_due()
    for text in (caplog.text, *alone.platform.bodies):
        assert "0123456789abcdefFEDCBA9876543210" not in text
        assert not [one for one in who if alone.number(one) in text]


def test_a_silent_platform_is_given_up_after_a_while_and_asked_again(alone: World) -> None:
    alone.switch()
    alone.story.confirmed()
    alone.platform.faults.append("silent")
    with httpx.Client(timeout=0.05, trust_env=False) as impatient:
        patient, alone.client = alone.client, impatient
        alone.run(hours=1)
        alone.client = patient
    assert alone.channel().setbacks == 1
    alone.run_until_there()
    assert {upload.state for upload in alone.uploads()} <= set(THERE)


@pytest.mark.parametrize("mode", [0o644, 0o600])
def test_the_job_refuses_a_secret_that_others_can_read(sqlite_url: str, tmp_path: Path, mode: int) -> None:
    with opened(tmp_path, sqlite_url) as world:
        world.switch()
        world.story.confirmed()
        secret = world.story.centre.settings.platform_secret
        assert secret is not None
        secret.chmod(mode)
        if mode == 0o600:
            assert job.work(world.story.centre).startswith("2 sent")
        else:
            with pytest.raises(Problem, match="PLATFORM_SECRET_UNUSABLE"):
                job.work(world.story.centre)
            assert world.platform.calls == []
        settings, office = world.story.centre.settings, world.story.office()
        with world.story.centre.database.reading() as session:
            trouble = sight.status(session, office, settings, world.project_id).trouble
        assert trouble == ("" if mode == 0o600 else "PLATFORM_SECRET_UNUSABLE")


def test_a_project_that_left_the_list_is_told_no_more(sqlite_url: str, tmp_path: Path) -> None:
    with opened(tmp_path, sqlite_url) as world:
        world.switch()
        world.story.confirmed()
        centre = world.story.centre
        job.follow(centre)
        elsewhere = dataclasses.replace(centre, settings=centre.settings.model_copy(update={"platform_projects": (f"{REG_NO}-other",)}))
        job.carry(elsewhere, world.connect)
        assert world.platform.calls == []
