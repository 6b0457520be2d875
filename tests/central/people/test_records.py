"""A worker's record: edits that are never lost, its history, wages as others compare them, an exception and old rows."""

from __future__ import annotations

import datetime as dt
from typing import Any

import httpx
import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from central.access import SYSTEM
from central.audit import AuditEntry
from central.database import Database
from central.errors import Problem
from central.people import service as people
from tests.central.builders import WAGES, Story, resident_number
from tests.central.test_api_story import API


@pytest.mark.rule("A-22")
@pytest.mark.rule("A-23")
def test_an_edit_is_read_back_everywhere_and_a_stale_one_is_told_what_holds_now(story: Story, client: httpx.Client) -> None:
    employer = story.employer(story.site.labour)
    worker, headers = story.worker(employer, identity_source="typed").worker, story.token(employer)
    path = f"{API}/workers/{worker.id}"
    change = {"name": "张建中", "basic_wage": 7000.5, "card_number": "6217000012345678888", "contract_end": "2028-12-31"}
    saved = client.patch(path, json={**change, "version": 1}, headers=headers)
    assert saved.status_code == 200
    for shown in (saved.json(), client.get(path, headers=headers).json(), client.get(f"{API}/workers", headers=headers).json()["items"][0]):
        assert (shown["name"], shown["version"], shown["employment"]["contract_end"]) == ("张建中", 2, "2028-12-31")
        assert (shown["wages"]["basic_wage"], shown["wages"]["card_masked"]) == ("7000.50", "************8888")
    assert client.get(f"{API}/workers", params={"q": "zhangjianzhong"}, headers=headers).json()["items"]
    stale = client.patch(path, json={"phone": "13700000000", "version": 1}, headers=headers).json()
    assert (stale["code"], stale["state"]["version"], stale["state"]["name"]) == ("VERSION_CONFLICT", 2, "张建中")


@pytest.mark.rule("A-23")
def test_an_edit_is_refused_by_field_or_persists_and_locks_what_was_accepted(story: Story, client: httpx.Client) -> None:
    employer = story.employer(story.site.labour)
    worker = story.worker(employer).worker
    story.accept(story.assigned(employer, story.worker(employer)))
    assignment = story.confirmed(employer)
    headers = story.token(employer)

    def edit(worker_id: int, **change: Any) -> set[tuple[str, str]]:
        answer = client.patch(f"{API}/workers/{worker_id}", json={**change, "version": 1}, headers=headers).json()
        return {(error["field"], error["code"]) for error in answer.get("errors", [])}

    assert edit(worker.id, name="别名") == {("name", "IDENTITY_LOCKED")}
    assert edit(worker.id, phone="1", basic_wage="x") == {("phone", "PHONE_INVALID"), ("basic_wage", "AMOUNT_INVALID")}
    assert edit(worker.id, wage_type="daily") >= {("wage_type", "WAGE_MODE_INVALID")}
    assert edit(assignment.worker_id, main_trade="030") == {("main_trade", "LOCKED_AFTER_ACCEPTANCE")}
    assert edit(assignment.worker_id, contract_end="2026-12-31") == {("contract_end", "CONTRACT_SHORTENED")}
    assert edit(worker.id, contract_end="2026-03-02") == {("contract_end", "CONTRACT_OVER")}
    assert edit(assignment.worker_id, card_number="6217000012345670000", phone="13700000001", address="上海市") == set()


@pytest.mark.rule("A-13")
def test_somebody_kept_without_wage_items_gets_them_all_at_the_first_edit(story: Story, client: httpx.Client, database: Database) -> None:
    employer = story.employer(story.site.labour)
    worker, headers = story.worker(employer).worker, story.token(employer)
    with database.writing() as session:
        session.execute(text("DELETE FROM wage_terms"))
    path = f"{API}/workers/{worker.id}"
    part = client.patch(path, json={"basic_wage": "5000", "version": 1}, headers=headers).json()
    assert {error["code"] for error in part["errors"]} == {"WAGE_FIELD_REQUIRED"}
    assert client.patch(path, json={**WAGES, "version": 1}, headers=headers).json()["wages"]["card_masked"] == "************4567"


@pytest.mark.rule("A-31")
@pytest.mark.rule("A-08")
@pytest.mark.rule("A-07")
@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"main_trade": ["020", "030"]}, "SINGLE_TRADE_ONLY"),
        ({"main_trade": "777"}, "TRADE_UNKNOWN"),
        ({"main_trade": "900"}, "MANAGEMENT_STAFF_USE_LEGACY"),
        ({"state": "预登记"}, "PREREGISTRATION_ABOLISHED"),
        ({"id_type": "08", "id_number": "E12345678"}, "BIRTH_DATE_REQUIRED"),
        ({"id_type": "08", "id_number": "E12345678", "birth_date": dt.date(2012, 1, 1)}, "UNDER_AGE"),
    ],
)
def test_what_this_path_does_not_take_is_refused_by_name(story: Story, changed: dict[str, Any], code: str) -> None:
    with pytest.raises(Problem, match=code):
        story.worker(identity_source="typed", **changed)


def test_the_young_and_the_old_are_told(story: Story) -> None:
    young = story.worker(id_number=resident_number(1, dt.date(2009, 3, 13)))
    old = story.worker(id_number=resident_number(2, dt.date(1966, 3, 13)))
    assert [notice.code for notice in (*young.notices, *old.notices)] == ["MINOR_WORKER", "OVER_AGE"]
    with pytest.raises(Problem, match="UNDER_AGE"):
        story.worker(id_number=resident_number(3, dt.date(2010, 3, 14)))


@pytest.mark.rule("A-12")
def test_a_contract_that_ends_before_completion_is_told_at_registration(story: Story) -> None:
    project = story.site.project.id
    early = story.worker(contract_end=dt.date(2027, 1, 1), project_id=project)
    assert [notice.code for notice in early.notices] == ["CONTRACT_ENDS_BEFORE_COMPLETION"]
    assert story.worker(contract_end=dt.date(2027, 7, 1), project_id=project).notices == ()


@pytest.mark.rule("A-65")
def test_every_change_of_a_record_can_be_read_masked_and_nobody_elses(story: Story, client: httpx.Client) -> None:
    employer = story.employer(story.site.labour)
    assignment = story.confirmed(employer)
    headers, path = story.token(employer), f"{API}/workers/{assignment.worker_id}"
    client.patch(path, json={"phone": "13700005555", "basic_wage": "6500", "version": 1}, headers=headers)
    items = client.get(f"{path}/history", headers=headers).json()["items"]
    assert [row["action"] for row in items] == ["worker.registered", "assignment.made", "assignment.accepted", "worker.edited"]
    assert (items[-1]["after"]["phone"], items[-1]["before"]["basic_wage"], items[-1]["after"]["basic_wage"]) == (
        "137****5555",
        "6000.00",
        "6500.00",
    )
    watched = client.get(f"{path}/history", headers=story.token(story.authority)).json()["items"]
    assert watched[-1]["after"]["basic_wage"] == "***"
    first = client.get(f"{path}/history", params={"limit": 3}, headers=headers).json()
    rest = client.get(f"{path}/history", params={"limit": 3, "cursor": first["next_cursor"]}, headers=headers).json()
    assert [row["id"] for row in first["items"] + rest["items"]] == [row["id"] for row in items]
    for other in (story.employer(story.site.gc), story.employer(story.second.company_id)):
        assert client.get(f"{path}/history", headers=story.token(other)).status_code == 404


@pytest.mark.rule("A-61")
def test_those_concerned_compare_wages_without_amounts_and_each_reveal_is_kept(
    story: Story, client: httpx.Client, database: Database
) -> None:
    assignment = story.confirmed()
    path = f"{API}/workers/{assignment.worker_id}/wages"
    own = client.get(path, headers=story.token(story.employer(story.site.labour))).json()
    assert own["basic_wage"] == "6000.00"
    for concerned in (story.office(), story.authority):
        shown = client.get(path, headers=story.token(concerned)).json()
        assert (shown["basic_wage"], shown["against_base"], shown["covers_completion"]) == (None, "above", True)
        told = client.post(f"{path}/reveal", json={"reason": "核对工资表"}, headers=story.token(concerned)).json()
        assert (told["basic_wage"], told["card_masked"]) == ("6000.00", "************4567")
    for stranger in (story.office(story.neighbour), story.employer(story.second.company_id), story.sub_office(story.pro)):
        assert client.get(path, headers=story.token(stranger)).status_code == 404
    assert client.patch(path, json={}, headers=story.token(story.office())).status_code == 405
    with database.reading() as session:
        kept = session.scalars(select(AuditEntry.told).where(AuditEntry.action == "worker.wages_revealed")).all()
    assert ["核对工资表" in entry for entry in kept] == [True, True]


@pytest.mark.rule("A-61")
def test_a_general_contractor_sees_no_wages_of_those_who_did_not_reach_it(story: Story, client: httpx.Client) -> None:
    worker = story.assigned(story.employer(story.second.company_id)).worker_id
    assert client.get(f"{API}/workers/{worker}/wages", headers=story.token(story.office())).status_code == 404


@pytest.mark.rule("A-30")
def test_supervision_may_allow_one_further_employer_once_and_says_why(story: Story, client: httpx.Client, database: Database) -> None:
    number, other = resident_number(71), story.employer(story.second.company_id)
    story.worker(id_number=number, name="王建国")
    with pytest.raises(Problem) as refused:
        story.worker(other, id_number=number, name="王建国")
    assert set(refused.value.values) == {"employer"}
    body = {"id_number": number, "company_id": story.second.company_id, "reason": "两单位合并期间"}
    assert client.post(f"{API}/employer-exceptions", json=body, headers=story.token(other)).status_code == 403
    allowed = client.post(f"{API}/employer-exceptions", json=body, headers=story.token(story.authority))
    assert allowed.status_code == 201
    second = story.worker(other, id_number=number, name="王建国")
    assert second.employment.exceptional == 1
    with database.reading() as session:
        for company in (story.site.labour.id, story.second.company_id):
            assert people.assignable(session, second.worker.id, company)[1].employer_id == company
    third = story.employer(story.site.gc)
    with pytest.raises(Problem, match="ALREADY_EMPLOYED"):
        story.worker(third, id_number=number, name="王建国")


@pytest.mark.rule("A-58")
def test_old_rows_stand_in_the_history_of_employment_and_cannot_be_changed(story: Story, client: httpx.Client, database: Database) -> None:
    number, employer = resident_number(72), story.employer(story.site.labour)
    worker = story.worker(employer, id_number=number).worker
    row = {"id_number": number, "source": "旧版实名制", "employer": "原劳务公司", "first_day": "2018-03-01", "last_day": "2019-12-31"}
    assert client.post(f"{API}/legacy-records", json=row, headers=story.token(employer)).status_code == 403
    made = client.post(f"{API}/legacy-records", json=row, headers=story.token(SYSTEM))
    assert made.status_code == 201
    items = client.get(f"{API}/workers/{worker.id}/employments", headers=story.token(employer)).json()["items"]
    assert [(item["source"], item["employer"], item["state"]) for item in items] == [
        ("旧版实名制", "原劳务公司", "legacy"),
        ("", "浦江建筑劳务有限公司", "active"),
    ]
    for method in ("PATCH", "PUT", "DELETE"):
        refused = client.request(method, f"{API}/legacy-records/{made.json()['id']}", headers=story.token(employer))
        assert (refused.status_code, refused.json()["code"]) == (405, "LEGACY_READ_ONLY")
    for deed in ("UPDATE legacy_records SET employer = 'x'", "DELETE FROM legacy_records"):
        with pytest.raises(DBAPIError, match="LEGACY_IS_READ_ONLY"), database.writing() as session:
            session.execute(text(deed))
