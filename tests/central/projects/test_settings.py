"""A project's settings, suspensions and states, and that its gates are told (A-54, A-56, A-60)."""

from __future__ import annotations

import datetime as dt
from typing import Any

import httpx
import pytest

from central.access import SYSTEM, Access
from central.database import Database
from central.errors import Problem
from central.messaging import roster
from central.projects import rules, settings
from central.projects.model import Project, ProjectState
from central.projects.rules import Dates
from edge.sync import wire
from tests.central.builders import Story

TODAY = dt.date(2026, 3, 13)
DAY = dt.timedelta(days=1)


def change(story: Story, by: Access | None = None, **changed: Any) -> Project:
    """The general contractor changes its project's settings, from the version that stands."""
    project = story.site.project
    with story.centre.database.writing() as session:
        version = session.get_one(Project, project.id).version
        return settings.change(session, by or story.office(), project.id, version=version, changed=changed)


def now(story: Story) -> Project:
    """As it stands in the store."""
    with story.centre.database.reading() as session:
        return session.get_one(Project, story.site.project.id)


def suspend(story: Story, first: dt.date, last: dt.date | None) -> int:
    """The office suspends the project."""
    with story.centre.database.writing() as session:
        project = story.site.project.id
        row = settings.suspend(session, story.centre.clock, story.office(), project, first_day=first, last_day=last, reason="春节")
        return row.id


@pytest.mark.rule("A-54")
@pytest.mark.parametrize(("alert", "gone"), [(2, 15), (3, 2), (10, 9), (3, 91), (91, 91)])
def test_days_of_absence_are_three_to_ninety_and_the_alert_comes_first(story: Story, alert: int, gone: int) -> None:
    with pytest.raises(Problem, match="ABSENCE_DAYS_INVALID"):
        change(story, alert_days=alert, presumed_exit_days=gone)


@pytest.mark.rule("A-54")
def test_a_project_begins_with_three_and_fifteen_days(story: Story) -> None:
    assert (now(story).alert_days, now(story).presumed_exit_days, now(story).day_cut_min) == (3, 15, 240)
    change(story, alert_days=90, presumed_exit_days=90)
    assert (now(story).alert_days, now(story).presumed_exit_days) == (90, 90)


@pytest.mark.rule("A-60")
def test_only_the_general_contractor_sets_the_project_up_and_only_an_administrator_its_registered_name(story: Story) -> None:
    for acting in (story.employer(story.site.labour), story.sub_office(story.pro), story.office(story.neighbour), story.authority):
        with pytest.raises(Problem):
            change(story, acting, contact="别人")
    with pytest.raises(Problem, match="ROLE_NOT_ALLOWED"):
        change(story, name="改名")
    assert change(story, SYSTEM, name="浦东图书馆改扩建工程（调整）").name == "浦东图书馆改扩建工程（调整）"


@pytest.mark.rule("A-22")
def test_a_stale_version_is_refused(story: Story, database: Database) -> None:
    change(story, contact="甲")
    with pytest.raises(Problem, match="VERSION_CONFLICT"), database.writing() as session:
        settings.change(session, story.office(), story.site.project.id, version=1, changed={"contact": "乙"})
    assert now(story).contact == "甲"


def test_name_contact_and_policy_reach_the_gates_and_the_others_do_not(story: Story, database: Database) -> None:
    before = now(story).roster_version
    change(story, calendar="workdays", alert_days=4, contract_name="合同")
    assert now(story).roster_version == before
    change(story, contact="新电话", gate_policy={"anti_passback": "hard", "hours": [[360, 1200]]})
    assert now(story).roster_version == before + 1
    with database.reading() as session:
        header = roster.read(session, story.centre.secrets, story.site.project.id).header
    assert header.contact == "新电话"
    assert header.policy == wire.GatePolicy(anti_passback="hard", hours=((360, 1200),))


@pytest.mark.rule("A-56")
def test_a_project_without_a_contracts_name_goes_by_the_registered_one_with_its_mark() -> None:
    long = "浦东新区某某街道某某地块" * 8
    assert rules.shown_name("", long) == (long, rules.NameSource.REGISTRATION)
    assert rules.shown_name("合同名", long) == ("合同名", rules.NameSource.CONTRACT)


def test_a_suspension_takes_the_project_out_and_its_end_brings_it_back(story: Story) -> None:
    id_ = suspend(story, TODAY, None)
    assert now(story).state is ProjectState.SUSPENDED
    with story.centre.database.writing() as session:
        clock, office = story.centre.clock, story.office()
        settings.resume(session, clock, office, story.site.project.id, suspension_id=id_, last_day=TODAY - DAY)
    assert now(story).state is ProjectState.IN_PROGRESS


def test_the_calendar_suspends_and_resumes_by_itself_and_tells_the_gates(story: Story) -> None:
    suspend(story, TODAY + DAY, TODAY + 2 * DAY)
    states = []
    for _ in range(4):
        settings.follow_calendars(story.centre)
        states.append(now(story).state.value)
        story.centre.clock.forward(days=1)  # type: ignore[attr-defined]
    assert states == ["in_progress", "suspended", "suspended", "in_progress"]
    assert now(story).roster_version == 2


def test_a_completed_project_is_never_suspended_again() -> None:
    always = [Dates(TODAY, None)]
    for state in (ProjectState.COMPLETED, ProjectState.REGISTERED):
        assert rules.state_on(state, always, TODAY) is state


def test_suspensions_neither_overlap_nor_reach_far_back_nor_end_before_they_begin(story: Story) -> None:
    suspend(story, TODAY, TODAY + 3 * DAY)
    for first, last, code in (
        (TODAY + 3 * DAY, None, "SUSPENSION_OVERLAPS"),
        (TODAY - 8 * DAY, TODAY - 7 * DAY, "SUSPENSION_TOO_FAR_BACK"),
        (TODAY + 9 * DAY, TODAY + 8 * DAY, "SUSPENSION_DATES_INVALID"),
    ):
        with pytest.raises(Problem, match=code):
            suspend(story, first, last)


def test_settings_are_read_and_changed_over_http(story: Story, client: httpx.Client) -> None:
    path, headers = f"/api/v1/projects/{story.site.project.id}/settings", story.token(story.office())
    read = client.get(path, headers=headers)
    default = wire.GatePolicy()
    assert read.json()["gate_policy"] == {name: getattr(default, name) for name in default.__struct_fields__} | {"hours": []}
    body = {
        "gate_policy": {"hours": [[360, 1260]], "liveness": "risk", "movements": 2},
        "valid_day_profile": "HOURS_N",
        "full_day_min": 480,
    }
    changed = client.patch(path, json=body, headers=headers | {"If-Match": read.headers["ETag"]})
    assert changed.status_code == 200, changed.text
    policy = changed.json()["gate_policy"]
    assert (policy["hours"], policy["liveness"], policy["movements"], changed.json()["version"]) == ([[360, 1260]], "risk", 2, 2)
    assert client.patch(path, json={"gate_policy": {"movements": 3}, "version": 2}, headers=headers).status_code == 422
    told = client.get(f"/api/v1/projects/{story.site.project.id}", headers=headers).json()
    assert (told["shown_name"], told["name_source"]) == ("浦东图书馆改扩建工程", "registration")
    made = client.post(
        f"/api/v1/projects/{story.site.project.id}/suspensions",
        json={"first_day": "2026-10-01", "last_day": "2026-10-07", "reason": "国庆"},
        headers=headers,
    )
    assert made.status_code == 201, made.text
    [row] = client.get(f"/api/v1/projects/{story.site.project.id}/suspensions", headers=headers).json()["items"]
    ended = client.post(
        f"/api/v1/projects/{story.site.project.id}/suspensions/{row['id']}/end", json={"last_day": "2026-10-03"}, headers=headers
    )
    assert ended.json()["last_day"] == "2026-10-03"
