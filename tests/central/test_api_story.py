"""The story of a worker through the API: registered, assigned, accepted, ended."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from central.access import SYSTEM
from tests.central.builders import WAGES, Story, credit_code, resident_number

API = "/api/v1"


def registration(serial: int = 500, **changed: Any) -> dict[str, Any]:
    """What an employer posts."""
    said = {
        "name": "张建国",
        "id_number": resident_number(serial),
        "phone": "13800001234",
        "contract_start": "2026-03-01",
        "contract_end": "2027-12-31",
        **WAGES,
        "identity": {"source": "typed"},
    }
    return said | changed


def test_everything_from_the_company_to_the_confirmed_worker_goes_through_the_api(story: Story, client: httpx.Client) -> None:
    admin, security = story.token(SYSTEM), story.token(story.security)

    def post(path: str, headers: dict[str, str], status: int = 201, **body: Any) -> Any:
        answer = client.post(f"{API}{path}", json=body, headers=headers)
        assert answer.status_code == status, answer.text
        return answer.json()

    gc = post("/companies", admin, uscc=credit_code(71), name="申建总承包有限公司")
    labour = post("/companies", admin, uscc=credit_code(72), name="浦江建筑劳务有限公司")
    project = post("/projects", admin, reg_no="2026PD0071", name="浦东图书馆", completion_planned="2027-06-30")
    post(f"/projects/{project['id']}/participants", admin, company_id=gc["id"], role="general_contractor")
    office = {
        "Authorization": "Bearer "
        + post("/tokens", security, name="项目部", role="contractor", company_id=gc["id"], project_id=project["id"])["token"]
    }
    employer = {"Authorization": "Bearer " + post("/tokens", security, name="劳务", role="employer", company_id=labour["id"])["token"]}
    part = post(f"/projects/{project['id']}/participants", office, company_id=labour["id"], role="labour_sub")
    worker = post("/workers", employer, **registration())
    authority = {"Authorization": "Bearer " + post("/tokens", security, name="监管", role="authority")["token"]}
    post(f"/workers/{worker['id']}/verification", authority, 200, verified=True, evidence="受理大厅核验单 001")
    team = post(f"/projects/{project['id']}/teams", employer, name="钢筋一班", leader_worker_id=worker["id"])
    assignment = post("/assignments", employer, worker_id=worker["id"], project_id=project["id"], main_trade="020", team_id=team["id"])
    assert (assignment["state"], assignment["waiting_for"], assignment["trade"]) == ("assigned", "申建总承包有限公司", "钢筋工")
    accepted = post(f"/assignments/{assignment['id']}/acceptance", office, 200)
    assert (accepted["state"], accepted["entry_time"]) == ("confirmed", "2026-03-12T23:30:00.000+00:00")
    rows = client.get(f"{API}/projects/{project['id']}/people", headers=office).json()["items"]
    assert [(row["worker"], row["state"], row["using_unit"], row["team"]) for row in rows] == [
        ("张建国", "confirmed", "申建总承包有限公司", "钢筋一班")
    ]
    heads = client.get(f"{API}/projects/{project['id']}/headcount", headers=office).json()
    assert heads == {"total": 1, "by_state": {"confirmed": 1}}
    post(f"/projects/{project['id']}/operators", office, name="李现场", pin="280519")
    ended = post(f"/participants/{part['id']}/completion", office, 200)
    assert ended["ended_assignments"] == 1
    last = client.get(f"{API}/assignments/{assignment['id']}", headers=employer).json()
    assert (last["state"], last["end_cause"], last["entry_time"]) == ("ended", "completion", accepted["entry_time"])


@pytest.mark.rule("A-44")
def test_no_answer_holds_an_id_or_phone_number_in_clear(story: Story, client: httpx.Client) -> None:
    employer = story.token(story.employer(story.site.labour))
    said = registration()
    made = client.post(f"{API}/workers", json=said, headers=employer)
    assert made.status_code == 201
    assert (made.json()["id_masked"], made.json()["phone_masked"]) == (f"310***********{said['id_number'][-4:]}", "138****1234")
    for answer in (
        made,
        client.get(f"{API}/workers", headers=employer),
        client.get(f"{API}/workers/{made.json()['id']}", headers=employer),
    ):
        assert said["id_number"] not in answer.text
        assert said["phone"] not in answer.text


BAD: list[tuple[dict[str, Any], str, str]] = [
    ({"contract_end": None}, "CONTRACT_END_REQUIRED", "contract_end"),
    ({"contract_end": ""}, "CONTRACT_END_REQUIRED", "contract_end"),
    ({"contract_type": "task"}, "CONTRACT_TYPE_NOT_ALLOWED", "contract_type"),
    ({"contract_end": "2026-03-01"}, "CONTRACT_DATES_INVALID", "contract_end"),
    ({"id_number": "310199199003072516"}, "ID_NUMBER_INVALID", "id_number"),
    ({"employment_form": "hourly"}, "EMPLOYMENT_FORM_INVALID", "employment_form"),
    ({"category": "management"}, "MANAGEMENT_STAFF_USE_LEGACY", "category"),
    ({"phone": "12345"}, "PHONE_INVALID", "phone"),
    ({"entry": "x"}, "REQUEST_INVALID", "entry"),
]


@pytest.mark.rule("A-11")
@pytest.mark.rule("A-09")
def test_a_bad_registration_names_the_field_in_both_languages_and_the_help_path(story: Story, client: httpx.Client) -> None:
    employer = story.token(story.employer(story.site.labour))
    for changed, code, field in BAD:
        answer = client.post(f"{API}/workers", json=registration(**changed), headers=employer)
        body = answer.json()
        assert (answer.status_code, body["code"], body["field"]) == (422, code, field)
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert body["detail"] != body["detail_en"]
        assert body["request_id"] == answer.headers["X-Request-Id"]
        assert "54614788" in body["help"]


@pytest.mark.rule("A-01")
def test_a_project_account_registers_nobody_and_an_employer_only_its_own(story: Story, client: httpx.Client) -> None:
    labour = story.site.labour.id
    for acting in (story.office(), story.authority, SYSTEM):
        answer = client.post(f"{API}/workers", json=registration(employer_id=labour), headers=story.token(acting))
        code = "ENTERPRISE_CERT_REQUIRED" if acting.project_id else "NOT_THE_EMPLOYER"
        assert (answer.status_code, answer.json()["code"]) == (403, code)
    foreign = client.post(f"{API}/workers", json=registration(employer_id=story.site.gc.id), headers=story.token(story.employer(labour)))
    assert (foreign.status_code, foreign.json()["code"]) == (403, "NOT_THE_EMPLOYER")


@pytest.mark.rule("A-41")
def test_an_entry_time_in_a_body_is_refused_by_name(story: Story, client: httpx.Client) -> None:
    office, employer = story.token(story.office()), story.token(story.employer(story.site.labour))
    assignment = story.assigned()
    at = {"entry_time": "2026-03-01T08:00:00+08:00"}
    refused = client.post(f"{API}/assignments/{assignment.id}/acceptance", json=at, headers=office)
    assert (refused.status_code, refused.json()["code"]) == (422, "ENTRY_TIME_NOT_SETTABLE")
    story.accept(assignment)
    changed = client.patch(f"{API}/assignments/{assignment.id}", json=at, headers=employer)
    assert (changed.status_code, changed.json()["code"]) == (409, "ENTRY_TIME_IMMUTABLE")


@pytest.mark.rule("A-50")
def test_there_is_no_exit(story: Story, client: httpx.Client) -> None:
    assignment = story.confirmed()
    answer = client.post(f"{API}/assignments/{assignment.id}/exit", headers=story.token(story.office()))
    assert (answer.status_code, answer.json()["code"]) == (410, "NO_EXIT_ACTION")


@pytest.mark.rule("A-31")
def test_two_trades_in_a_body_are_refused_by_name(story: Story, client: httpx.Client) -> None:
    employer = story.employer(story.site.labour)
    worker = story.worker(employer).worker.id
    body = {"worker_id": worker, "project_id": story.site.project.id, "main_trade": ["020", "030"]}
    answer = client.post(f"{API}/assignments", json=body, headers=story.token(employer))
    assert (answer.status_code, answer.json()["code"]) == (422, "SINGLE_TRADE_ONLY")


@pytest.mark.rule("A-34")
def test_an_edit_needs_the_version_it_was_read_at(story: Story, client: httpx.Client) -> None:
    employer, assignment = story.token(story.employer(story.site.labour)), story.assigned()
    path = f"{API}/assignments/{assignment.id}"
    tag = client.get(path, headers=employer).headers["ETag"]
    blind = client.patch(path, json={"main_trade": "030"}, headers=employer)
    assert (blind.status_code, blind.json()["code"]) == (428, "VERSION_REQUIRED")
    good = client.patch(path, json={"main_trade": "030"}, headers=employer | {"If-Match": tag})
    assert (good.status_code, good.json()["version"]) == (200, 2)
    stale = client.patch(path, json={"main_trade": "040"}, headers=employer | {"If-Match": tag})
    assert (stale.status_code, stale.json()["code"]) == (409, "VERSION_CONFLICT")
    story.accept(assignment)
    locked = client.patch(path, json={"main_trade": "040", "version": 3}, headers=employer)
    assert (locked.status_code, locked.json()["code"]) == (409, "ASSIGNMENT_LOCKED")


@pytest.mark.rule("A-22")
def test_what_was_saved_is_read_back_with_a_higher_version(story: Story, client: httpx.Client) -> None:
    employer = story.employer(story.site.labour)
    worker, headers = story.worker(employer).worker, story.token(employer)
    path = f"{API}/workers/{worker.id}"
    saved = client.patch(path, json={"phone": "139 0000 5678", "version": 1}, headers=headers)
    assert saved.status_code == 200
    read = client.get(path, headers=headers).json()
    assert (read["phone_masked"], read["version"]) == ("139****5678", 2)
    stale = client.patch(path, json={"phone": "13700000000", "version": 1}, headers=headers)
    assert (stale.status_code, stale.json()["code"]) == (409, "VERSION_CONFLICT")


@pytest.mark.rule("A-26")
def test_a_typed_number_waits_for_verification(story: Story, client: httpx.Client) -> None:
    headers = story.token(story.employer(story.site.labour))
    worker = client.post(f"{API}/workers", json=registration(identity={"source": "typed"}), headers=headers).json()
    assert worker["identity_state"] == "pending"
    order = {"worker_id": worker["id"], "project_id": story.site.project.id, "main_trade": "020"}
    early = client.post(f"{API}/assignments", json=order, headers=headers)
    assert (early.status_code, early.json()["code"]) == (409, "IDENTITY_NOT_VERIFIED")
    verdict = {"verified": True, "evidence": "受理大厅核验单 017"}
    own = client.post(f"{API}/workers/{worker['id']}/verification", json=verdict, headers=headers)
    assert (own.status_code, own.json()["code"]) == (403, "ROLE_NOT_ALLOWED")
    officer = story.token(story.authority)
    assert client.post(f"{API}/workers/{worker['id']}/verification", json=verdict, headers=officer).json()["identity_state"] == "verified"
    assert client.post(f"{API}/assignments", json=order, headers=headers).status_code == 201
