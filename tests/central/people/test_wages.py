"""Wages: every item is there and true, and fits the form of employment (A-13 to A-21)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx
import pytest

from central.access import SYSTEM
from central.database import Database
from central.errors import Problem
from central.people import banks, defaults
from central.people.model import EmploymentForm, WageType
from central.people.wages import FIELDS, WagesSaid, below_base, wages
from tests.central.builders import WAGES, Story, resident_number
from tests.central.test_api_story import API, registration

GOOD = WagesSaid(**WAGES)
BANKS = {"102": "中国工商银行", "999": "其他"}
TEMP, LONG = EmploymentForm.TEMPORARY, EmploymentForm.NON_TEMPORARY
DAILY = replace(GOOD, wage_type="daily", performance_payments="0", performance_dates="", basic_wage="350")


def codes(said: WagesSaid, form: EmploymentForm = LONG) -> set[tuple[str | None, str]]:
    """What is wrong, by field."""
    with pytest.raises(Problem) as refused:
        wages(said, form, BANKS)
    return {(error.field, error.code) for error in (refused.value.errors or [refused.value])}


@pytest.mark.rule("A-13")
@pytest.mark.parametrize("field", FIELDS)
def test_no_wage_item_may_be_blank_and_the_blank_one_is_named(field: str) -> None:
    assert (field, "WAGE_FIELD_REQUIRED") in codes(replace(GOOD, **{field: ""}))


@pytest.mark.rule("A-13")
def test_all_wrong_items_are_named_at_once() -> None:
    found = codes(replace(GOOD, basic_wage="", card_number="12", bank_code="777", performance_payments="2"))
    assert found == {
        ("basic_wage", "WAGE_FIELD_REQUIRED"),
        ("card_number", "CARD_NUMBER_INVALID"),
        ("bank_code", "BANK_UNKNOWN"),
        ("performance_payments", "PERF_PAYMENTS_MIN_3"),
    }


@pytest.mark.rule("A-16")
def test_a_temporary_worker_is_paid_by_the_day() -> None:
    assert wages(DAILY, TEMP, BANKS).performance_payments == 0
    assert codes(GOOD, TEMP) >= {("wage_type", "TEMP_MUST_BE_DAILY")}
    assert codes(replace(DAILY, performance_payments="3"), TEMP) == {("performance_payments", "TEMP_MUST_BE_DAILY")}


@pytest.mark.rule("A-17")
def test_the_others_are_paid_by_the_day_monthly_or_monthly_with_performance() -> None:
    assert wages(GOOD, LONG, BANKS).wage_type is WageType.MONTHLY
    assert wages(replace(DAILY, wage_type="daily_monthly"), LONG, BANKS).wage_type is WageType.DAILY_MONTHLY
    assert codes(DAILY) == {("wage_type", "WAGE_MODE_INVALID")}
    assert codes(replace(GOOD, wage_type="piecework")) >= {("wage_type", "WAGE_MODE_INVALID")}
    assert codes(replace(GOOD, wage_type="daily_monthly")) == {("performance_payments", "WAGE_MODE_INVALID")}


@pytest.mark.rule("A-19")
def test_performance_is_paid_at_least_three_times_each_on_its_date() -> None:
    assert codes(replace(GOOD, performance_payments="2")) == {("performance_payments", "PERF_PAYMENTS_MIN_3")}
    for dates in ("", "2026-09-01,2027-02-01", "2026-09-01,2027-02-01,spring"):
        assert codes(replace(GOOD, performance_dates=dates)) == {("performance_dates", "PERF_DATES_INVALID")}
    assert wages(GOOD, LONG, BANKS).performance_dates[0] == dt.date(2026, 9, 1)


@pytest.mark.rule("A-20")
def test_another_bank_needs_its_name() -> None:
    assert codes(replace(GOOD, bank_code="999")) == {("bank_name", "BANK_NAME_REQUIRED")}
    assert wages(replace(GOOD, bank_code="999", bank_name="崇明村镇银行"), LONG, BANKS).bank_name == "崇明村镇银行"


@pytest.mark.rule("A-13")
@pytest.mark.parametrize("given", ["-1", "0", "1.234", "NaN", "1e9", "四千", "1" * 30])
def test_what_is_no_amount_is_refused(given: str) -> None:
    assert codes(replace(GOOD, basic_wage=given)) == {("basic_wage", "AMOUNT_INVALID")}


def test_full_width_digits_and_spaces_are_read_as_they_were_meant() -> None:
    wide = "".join(chr(ord(character) + 0xFEE0) for character in "6000")
    said = replace(GOOD, basic_wage=f" {wide}.50 ", card_number="6222 0202 0000 1234 567")
    read = wages(said, LONG, BANKS)
    assert (read.basic_wage, read.card_number) == (Decimal("6000.50"), "6222020200001234567")


@pytest.mark.rule("A-21")
def test_a_bank_is_added_without_a_release_and_other_cannot_be_taken_away(story: Story, client: httpx.Client) -> None:
    admin, employer = story.token(SYSTEM), story.token(story.employer(story.site.labour))
    body = registration(bank_code="322")
    unknown = client.post(f"{API}/workers", json=body, headers=employer)
    assert (unknown.status_code, unknown.json()["code"], unknown.json()["field"]) == (422, "BANK_UNKNOWN", "bank_code")
    assert client.put(f"{API}/banks/322", json={"name": "上海农商银行"}, headers=admin).status_code == 200
    offered = [bank["name"] for bank in client.get(f"{API}/banks", headers=employer).json()["items"]]
    assert (offered[-1], "上海农商银行" in offered) == ("其他", True)
    assert client.post(f"{API}/workers", json=body, headers=employer).json()["wages"]["bank_name"] == "上海农商银行"
    refused = client.put(f"{API}/banks/999", json={"name": "其他", "active": False}, headers=admin)
    assert refused.json()["code"] == "OTHER_BANK_STAYS"
    assert client.put(f"{API}/banks/323", json={"name": "混入银行"}, headers=employer).status_code == 403


@pytest.mark.rule("A-18")
def test_a_monthly_wage_below_the_regions_reference_warns_and_refuses_only_where_it_is_set_to(story: Story, database: Database) -> None:
    low = story.worker(basic_wage="4400")
    assert [(notice.code, notice.values) for notice in low.notices] == [("BELOW_REGIONAL_BASE", {"base": "4500.00"})]
    assert story.worker(basic_wage="4500").notices == ()
    with pytest.raises(Problem, match="BELOW_REGIONAL_BASE"):
        below_base(WageType.MONTHLY, Decimal(4400), Decimal(4500), is_error=True)
    with database.writing() as session:
        banks.set_base(session, SYSTEM, "310000", dt.date(2026, 1, 1), Decimal(5000))
    assert [notice.code for notice in story.worker(basic_wage="4900").notices] == ["BELOW_REGIONAL_BASE"]
    with database.reading() as session:
        assert banks.base_on(session, dt.date(2025, 12, 31)) == Decimal("4500.00")


@pytest.mark.rule("A-14")
def test_profiles_fill_what_is_left_empty_and_each_filled_field_stays_marked(story: Story, database: Database) -> None:
    employer, clock = story.employer(story.site.labour), story.centre.clock
    team = story.team(employer)
    with database.writing() as session:
        defaults.set_profile(session, clock, employer, {"bank_code": "102", "basic_wage": "5000", "probation_wage": "4000"})
        defaults.set_profile(session, clock, employer, {"basic_wage": "5500"}, team_id=team.id)
        with pytest.raises(Problem, match="NOT_A_DEFAULT"):
            defaults.set_profile(session, clock, employer, {"card_number": "6222020200001234567"})
    found = story.worker(employer, bank_code="", basic_wage="", probation_wage="4200", team_id=team.id)
    assert found.wages is not None
    assert (found.wages.basic_wage, found.wages.probation_wage, found.wages.bank_code) == (Decimal(5500), Decimal(4200), "102")
    assert set(found.wages.defaulted.split(",")) == {"bank_code", "basic_wage"}


@pytest.mark.rule("A-14")
def test_a_default_that_does_not_fit_is_an_error_and_not_kept(story: Story, database: Database) -> None:
    employer = story.employer(story.site.labour)
    with database.writing() as session:
        defaults.set_profile(session, story.centre.clock, employer, {"wage_type": "monthly"})
    with pytest.raises(Problem) as refused:
        story.worker(employer, employment_form="temporary", wage_type="", performance_payments="0", performance_dates="")
    assert ("wage_type", "TEMP_MUST_BE_DAILY") in {(error.field, error.code) for error in refused.value.errors or [refused.value]}


@pytest.mark.rule("A-13")
def test_one_answer_lists_every_wrong_field_of_a_form_in_both_languages(story: Story, client: httpx.Client) -> None:
    employer = story.token(story.employer(story.site.labour))
    wrong: dict[str, Any] = {
        "wage_type": "",
        "card_number": "",
        "contract_end": None,
        "phone": "12",
        "id_number": resident_number(3)[:17] + "_",
    }
    answer = client.post(f"{API}/workers", json=registration(**wrong), headers=employer)
    body = answer.json()
    assert (answer.status_code, body["code"]) == (422, "FIELDS_INVALID")
    assert {(error["field"], error["code"]) for error in body["errors"]} == {
        ("wage_type", "WAGE_FIELD_REQUIRED"),
        ("card_number", "WAGE_FIELD_REQUIRED"),
        ("contract_end", "CONTRACT_END_REQUIRED"),
        ("phone", "PHONE_INVALID"),
        ("id_number", "ID_NUMBER_INVALID"),
    }
    assert all(error["detail"] != error["detail_en"] for error in body["errors"])


def test_the_card_is_stored_sealed_and_shown_by_its_last_four(story: Story, client: httpx.Client, database: Database) -> None:
    employer = story.token(story.employer(story.site.labour))
    card = "6217000012345678901"
    made = client.post(f"{API}/workers", json=registration(card_number=card), headers=employer)
    assert made.json()["wages"]["card_masked"] == "************8901"
    assert card not in made.text
    assert card not in client.get(f"{API}/workers/{made.json()['id']}/history", headers=employer).text
