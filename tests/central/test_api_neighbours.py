"""What belongs to a neighbour is neither seen nor changed, whatever is tried (404, or the rule's own code)."""

from __future__ import annotations

from typing import Any

import httpx
from sqlalchemy import func, select

from central.access import SYSTEM, Access
from central.audit import AuditEntry
from central.database import Database
from central.projects.model import ParticipantRole
from tests.central.builders import Story

API = "/api/v1"
REFUSED = {403, 404}


def attempts(story: Story, worker: int, assignment: int) -> list[tuple[str, str, dict[str, Any] | None]]:
    """Every way to touch the site's worker, assignment, project and participants by number."""
    project, part = story.site.project.id, story.site.labour_part.id
    edit = {"main_trade": "030", "version": 1}
    return [
        ("GET", f"/workers/{worker}", None),
        ("PATCH", f"/workers/{worker}", {"phone": "13800009999", "version": 1}),
        ("POST", f"/workers/{worker}/verification", {"verified": True, "evidence": "无关"}),
        ("POST", "/assignments", {"worker_id": worker, "project_id": project, "main_trade": "020"}),
        ("GET", f"/assignments/{assignment}", None),
        ("PATCH", f"/assignments/{assignment}", edit),
        ("POST", f"/assignments/{assignment}/withdrawal", None),
        ("POST", f"/assignments/{assignment}/acceptance", {}),
        ("POST", f"/assignments/{assignment}/acceptance", {"project_id": project}),
        ("POST", f"/assignments/{assignment}/return", {"reason": "无关"}),
        ("GET", f"/projects/{project}", None),
        ("GET", f"/projects/{project}/people", None),
        ("GET", f"/projects/{project}/headcount", None),
        ("GET", f"/projects/{project}/participants", None),
        ("GET", f"/projects/{project}/teams", None),
        ("POST", f"/projects/{project}/teams", {"name": "混入班组"}),
        ("POST", f"/projects/{project}/participants", {"company_id": 1, "role": "labour_sub"}),
        ("POST", f"/projects/{project}/operators", {"name": "混入", "pin": "280519"}),
        ("POST", f"/projects/{project}/boxes", {"name": "混入", "lane": "1", "direction": "01"}),
        ("POST", f"/projects/{project}/completion", None),
        ("POST", f"/participants/{part}/completion", None),
    ]


def neighbours(story: Story) -> list[Access]:
    """Everybody of the other project."""
    other = story.neighbour
    return [story.office(other), story.employer(other.gc), story.employer(other.labour)]


def test_a_neighbour_sees_and_changes_nothing(story: Story, client: httpx.Client, database: Database) -> None:
    story.confirmed()
    waiting = story.assigned()
    tokens = [story.token(access) for access in neighbours(story)]

    def deeds() -> int:
        with database.reading() as session:
            return session.scalar(select(func.count(AuditEntry.id))) or 0

    before = deeds()
    for headers in tokens:
        for method, path, body in attempts(story, waiting.worker_id, waiting.id):
            answer = client.request(method, API + path, json=body, headers=headers)
            assert answer.status_code in REFUSED, (method, path, answer.text)
            for told in ("浦东图书馆", "申建", "浦江"):
                assert told not in answer.text
    assert deeds() == before


def test_a_neighbours_lists_hold_nothing_of_this_site(story: Story, client: httpx.Client) -> None:
    story.confirmed()
    for access in neighbours(story):
        headers = story.token(access)
        projects = client.get(f"{API}/projects", headers=headers).json()["items"]
        assert [row["name"] for row in projects] == ["虹桥枢纽配套工程"]
    employer = story.token(story.employer(story.neighbour.labour))
    for path in ("/workers", "/assignments"):
        assert client.get(API + path, headers=employer).json()["items"] == []


def test_a_missing_number_and_a_neighbours_number_look_the_same(story: Story, client: httpx.Client) -> None:
    theirs = story.assigned()
    for access in neighbours(story):
        headers = story.token(access)
        for method, path, body in attempts(story, theirs.worker_id, theirs.id):
            if f"/assignments/{theirs.id}" not in path and f"/workers/{theirs.worker_id}" not in path:
                continue
            missing = path.replace(f"/assignments/{theirs.id}", "/assignments/987654").replace(
                f"/workers/{theirs.worker_id}", "/workers/987654"
            )
            said = [client.request(method, API + p, json=body, headers=headers).json() for p in (path, missing)]
            assert said[0]["code"] == said[1]["code"], (method, path)


def test_a_project_account_of_the_same_company_stays_on_its_project(story: Story, client: httpx.Client) -> None:
    elsewhere = story.project("同一总包的另一项目")
    story.takes_part(story.site.gc, ParticipantRole.GENERAL_CONTRACTOR, project=elsewhere)
    headers = story.token(story.office())
    assert client.get(f"{API}/projects/{elsewhere.id}", headers=headers).status_code == 404
    assert client.get(f"{API}/projects/{story.site.project.id}", headers=headers).status_code == 200
    answer = client.post(f"{API}/assignments/{story.assigned().id}/acceptance", json={"project_id": elsewhere.id}, headers=headers)
    assert answer.status_code == 404


def test_administrators_and_authorities_act_for_no_company(story: Story, client: httpx.Client) -> None:
    waiting = story.assigned()
    for access in (SYSTEM, story.authority):
        headers = story.token(access)
        for path in ("acceptance", "withdrawal"):
            assert client.post(f"{API}/assignments/{waiting.id}/{path}", headers=headers).status_code == 403
    assert (
        client.post(f"{API}/tokens", json={"name": "自封", "role": "administrator"}, headers=story.token(story.authority)).status_code
        == 403
    )
