"""Who runs the uploads: switching by the system administrator only, what is shown, and trying again, by API and by page."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from central.access import Access, Role
from central.audit import AuditEntry
from central.errors import TEXTS, Problem
from central.identity.model import Account
from central.platform import packing, service
from central.platform.model import THERE, UploadState
from tests.central.in_process import in_process
from tests.central.platform.world import ADMINISTRATOR, World, opened
from tests.central.stage import application
from tests.central.web.site import _HASH, FakeBrowser, field


@pytest.fixture
def failing(desk: World) -> World:
    """A project whose first records were refused for good."""
    fail_once(desk)
    return desk


def fail_once(world: World) -> None:
    """The first two records are refused."""
    world.switch()
    world.story.confirmed()
    world.platform.faults.extend(["-1", "-1"])
    world.run()


def test_only_the_system_administrator_switches_and_it_stands_in_the_audit(desk: World) -> None:
    centre, office = desk.story.centre, desk.story.office()
    with centre.database.writing() as session, pytest.raises(Problem, match="ROLE_NOT_ALLOWED"):
        service.switch(session, desk.clock, office, centre.settings, desk.project_id, on=True, since=None)
    desk.switch()
    desk.switch()
    desk.switch(on=False)
    with centre.database.reading() as session:
        deeds = session.scalars(select(AuditEntry).where(AuditEntry.action == "platform.switched")).all()
    assert [(deed.actor, deed.subject) for deed in deeds] == [(ADMINISTRATOR.actor, f"project:{desk.project_id}")] * 2


@pytest.mark.parametrize(
    ("changed", "code"), [({"platform_url": ""}, "PLATFORM_NOT_CONFIGURED"), ({"platform_projects": ()}, "PLATFORM_NOT_ALLOWED")]
)
def test_it_is_off_unless_the_settings_name_platform_and_project(
    sqlite_url: str, tmp_path: Path, changed: dict[str, Any], code: str
) -> None:
    with opened(tmp_path, sqlite_url, **changed) as world, pytest.raises(Problem, match=code):
        world.switch()


def test_nothing_is_told_from_a_day_to_come(desk: World) -> None:
    with pytest.raises(Problem, match="PLATFORM_SINCE_INVALID"):
        desk.switch(since=desk.today + dt.timedelta(days=1))


def test_the_office_sees_counts_and_reasons_in_both_languages_and_tries_again(failing: World) -> None:
    story = failing.story
    office, api = story.token(story.office()), f"/api/v1/projects/{failing.project_id}/platform"
    with in_process(application(story.centre)) as client:
        shown = client.get(api, headers=office).json()
        assert shown["on"]
        assert shown["counts"]["failed"] == 2
        failed = client.get(f"{api}/records", params={"state": "failed", "limit": 1}, headers=office).json()
        one = failed["items"][0]
        assert (one["code"], one["code_zh"], one["retry_at"]) == ("PLATFORM_PARAMETER", TEXTS["PLATFORM_PARAMETER"].zh, None)
        assert failed["next_cursor"]
        again = client.post(f"{api}/records/{one['id']}/retry", headers=office)
        assert (again.status_code, again.json()["state"]) == (200, "waiting")
        assert client.post(f"{api}/records/{one['id']}/retry", headers=office).json()["code"] == "PLATFORM_NOT_FAILED"
        assert client.post(f"{api}/retry", headers=office).json() == {"uploads": 1}
        other = client.get(f"{api}/records", params={"state": "waiting"}, headers=office).json()["items"][-1]["id"]
        refused = client.post(f"{api}/records/{other}/skip", headers=office, json={"reason": "不再补报"})
        assert refused.json()["code"] == "PLATFORM_NOT_FAILED"
        people = client.get(f"{api}/records", params={"kind": "worker"}, headers=office).json()["items"]
        assert people[0]["id_masked"].startswith("310***")
    failing.run_until_there()
    assert all(upload.state is not UploadState.FAILED for upload in failing.uploads())


def test_a_failed_record_is_left_for_a_reason_that_stands_in_the_audit_and_tried_again_after_all(failing: World) -> None:
    story = failing.story
    office, api = story.token(story.office()), f"/api/v1/projects/{failing.project_id}/platform"
    with in_process(application(story.centre)) as client:
        first, second = (one["id"] for one in client.get(f"{api}/records", params={"state": "failed"}, headers=office).json()["items"])
        left = client.post(f"{api}/records/{first}/skip", headers=office, json={"reason": "平台上不再补报"})
        assert (left.status_code, left.json()["state"]) == (200, "skipped")
        assert client.post(f"{api}/records/{first}/skip", headers=office, json={"reason": "再次"}).json()["code"] == "PLATFORM_NOT_FAILED"
        assert client.post(f"{api}/records/{second}/skip", headers=office, json={"reason": " "}).status_code == 422
        assert client.post(f"{api}/retry", headers=office).json() == {"uploads": 1}
        failing.run_until_there(most=6)
        states = {upload.id: upload.state for upload in failing.uploads()}
        assert states[first] is UploadState.SKIPPED
        assert UploadState.BLOCKED in states.values()
        assert client.post(f"{api}/records/{first}/retry", headers=office).json()["state"] == "waiting"
    failing.run_until_there()
    assert {upload.state for upload in failing.uploads()} <= set(THERE)
    with story.centre.database.reading() as session:
        (deed,) = session.scalars(select(AuditEntry).where(AuditEntry.action == "platform.skipped")).all()
    assert "平台上不再补报" in deed.told


def test_a_paused_channel_says_why_and_goes_on_when_resumed(desk: World) -> None:
    desk.switch()
    desk.platform.faults.append("-2")
    story = desk.story
    story.confirmed()
    desk.run()
    administrator, api = story.token(Access("y", Role.ADMINISTRATOR)), f"/api/v1/projects/{desk.project_id}/platform"
    with in_process(application(story.centre)) as client:
        shown = client.get(api, headers=administrator).json()
        assert (shown["paused"], shown["paused_zh"]) == ("PLATFORM_SIGNATURE", TEXTS["PLATFORM_SIGNATURE"].zh)
        assert client.post(f"{api}/resumption", headers=administrator).json()["paused"] == ""


def browser(world: World, role: Role) -> FakeBrowser:
    """Somebody of this role, signed in."""
    site, centre = world.story.site, world.story.centre
    with centre.database.writing() as session:
        account = Account(username="somebody", password_hash=_HASH, display_name="某人", role=role, created_at=world.clock.now())
        if role is Role.CONTRACTOR:
            account.company_id, account.project_id = site.gc.id, site.project.id
        session.add(account)
    opened_ = FakeBrowser(world.story)
    opened_.sign_in("somebody")
    return opened_


def test_the_offices_page_shows_failures_with_reasons_and_tries_again(desk: World) -> None:
    fail_once(desk)
    office = browser(desk, Role.CONTRACTOR)
    path = f"/projects/{desk.project_id}/platform"
    page = office.get(path)
    assert page.status_code == 200
    assert TEXTS["PLATFORM_PARAMETER"].zh in page.text
    assert "开启上报" not in page.text
    said = {"csrf": field(page.text, "csrf"), "do": "retry"}
    skipped = said | {"do": "skip", "upload": str(min(one.id for one in desk.uploads() if one.state is UploadState.FAILED))}
    assert TEXTS["PLATFORM_REASON_MISSING"].zh in office.post(path, skipped).text
    assert office.post(path, skipped | {"reason": "平台上不再补报"}).headers["location"].startswith(f"{path}?done=platform_skipped")
    assert "已跳过" in office.get(f"{path}?state=skipped").text
    assert office.post(path, said).headers["location"].startswith(f"{path}?done=platform_retried&n=1")
    assert desk.platform.calls
    assert office.post(path, said | {"do": "off"}).status_code == 403


def test_the_administrators_page_lists_projects_and_switches_one_on(desk: World) -> None:
    path = f"/projects/{desk.project_id}/platform"
    administrator = browser(desk, Role.ADMINISTRATOR)
    assert path in administrator.get("/platform").text
    page = administrator.get(path).text
    assert "还没有上报记录" in page
    sent = {"csrf": field(page, "csrf"), "do": "on", "since": "2026-03-01"}
    assert administrator.post(path, sent).status_code == 303
    assert desk.channel().since == dt.date(2026, 3, 1)
    assert "2026-03-01" in administrator.get(path).text


def test_the_page_says_when_wages_are_due_and_what_was_packed_of_a_date(desk: World) -> None:
    desk.switch()
    who = desk.story.confirmed()
    desk.passes(who)
    desk.works(who, desk.today, 3)
    desk.run_until_there()
    desk.publishes(dt.date(2026, 3, 1))
    desk.run()
    office = browser(desk, Role.CONTRACTOR)
    path = f"/projects/{desk.project_id}/platform"
    assert "2026-04-09" in office.get(f"{path}?kind=payroll").text
    desk.clock.forward(days=100)
    packing.work(desk.story.centre)
    office.sign_in("somebody")
    day = office.get(f"{path}?day=2026-03-13").text
    assert "平台流水号 S" in day
    assert office.get(f"{path}?day=2026-03-14").text.count("平台流水号 S") == 0
    assert office.get(f"{path}?day=yesterday").status_code == 422
