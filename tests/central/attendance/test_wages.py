"""What a month's days are worth: examples as people reckon them, and that no fen is invented."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.attendance.wages import FEN, PaidDay, Terms, WageMode, basis

APRIL = dt.date(2026, 4, 1)
DAY = dt.timedelta(days=1)


def days(*halves: int) -> list[PaidDay]:
    return [PaidDay(APRIL + n * DAY, half) for n, half in enumerate(halves)]


@pytest.mark.rule("A-16")
def test_a_temporary_worker_is_due_each_day_by_itself() -> None:
    found = basis(Terms(WageMode.DAILY, Decimal("333.33")), days(2, 0, 1), 26, APRIL)
    assert [(due.dates, due.amount, due.how) for due in found.due] == [
        ((APRIL,), Decimal("333.33"), "333.33 × 1"),
        ((APRIL + 2 * DAY,), Decimal("166.67"), "333.33 × 0.5"),
    ]
    assert found.amount == Decimal("500.00")


@pytest.mark.rule("A-17")
def test_a_daily_wage_settled_monthly_is_valid_days_times_the_rate_rounded_once() -> None:
    found = basis(Terms(WageMode.DAILY_MONTHLY, Decimal("333.33")), days(2, 1, 2, 1), 26, APRIL)
    assert (found.valid_days, found.amount) == (Decimal(3), Decimal("999.99"))
    assert found.due[0].dates == tuple(APRIL + n * DAY for n in range(4))


@pytest.mark.rule("A-18")
@pytest.mark.parametrize(("worked", "expected", "amount"), [(20, 26, "3461.54"), (26, 26, "4500.00"), (30, 26, "4500.00"), (0, 26, "0.00")])
def test_a_monthly_wage_is_paid_according_to_attendance_and_at_most_once(worked: int, expected: int, amount: str) -> None:
    assert basis(Terms(WageMode.MONTHLY, Decimal("4500.00")), days(*[2] * worked), expected, APRIL).amount == Decimal(amount)


@pytest.mark.rule("A-18")
def test_a_month_without_expected_days_says_nothing_of_a_monthly_wage() -> None:
    assert basis(Terms(WageMode.MONTHLY, Decimal("4500.00")), [], 0, APRIL).amount is None
    assert basis(Terms(WageMode.DAILY, Decimal("300.00")), [], 0, APRIL).amount == Decimal("0.00")


@pytest.mark.rule("A-19")
def test_performance_falls_due_on_its_dates_and_too_few_warn() -> None:
    dates = (dt.date(2026, 2, 10), dt.date(2026, 4, 20), dt.date(2026, 9, 1))
    terms = Terms(WageMode.MONTHLY, Decimal("4500.00"), dates)
    assert basis(terms, days(2), 26, APRIL).performance_on == (dt.date(2026, 4, 20),)
    assert basis(terms, days(2), 26, APRIL).warnings == ()
    assert basis(Terms(WageMode.MONTHLY, Decimal("4500.00"), dates[:2]), days(2), 26, APRIL).warnings == ("PERF_PAYMENTS_MIN_3",)


def test_a_wage_with_a_third_decimal_is_refused() -> None:
    with pytest.raises(ValueError, match="two decimals"):
        Terms(WageMode.DAILY, Decimal("1.005"))


@given(st.sampled_from(WageMode), st.decimals("0.01", "20000", places=2), st.lists(st.integers(0, 2), max_size=31), st.integers(1, 31))
def test_every_amount_has_two_decimals_and_rests_on_days_that_were_worked(
    mode: WageMode, rate: Decimal, halves: list[int], expected: int
) -> None:
    found = basis(Terms(mode, rate), days(*halves), expected, APRIL)
    assert found.amount is not None
    assert found.amount == found.amount.quantize(FEN)
    worked = {APRIL + n * DAY for n, half in enumerate(halves) if half}
    assert {date for due in found.due for date in due.dates} == worked
    assert found.amount == sum((due.amount for due in found.due), Decimal(0))
    exact = rate * (min(found.valid_days, Decimal(expected)) / expected if mode is WageMode.MONTHLY else found.valid_days)
    assert abs(found.amount - exact) <= FEN / 2 * max(1, len(found.due))
