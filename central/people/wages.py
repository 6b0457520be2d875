"""The rules of wages (A-13, A-15 to A-21): pure functions of what an employer states."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from central.errors import Findings, Problem
from central.people.model import EmploymentForm, WageType
from central.people.reference_model import OTHER_BANK

FIELDS: Final = ("wage_type", "bank_code", "card_number", "basic_wage", "probation_wage", "performance_payments")
"""A-13: none may be left out, whatever the wage type."""
FEWEST_PAYMENTS: Final = 3
MOST: Final = Decimal(1_000_000)
_CARD: Final = re.compile(r"\d{10,30}")
_DATES: Final = re.compile(r"[,;，；、\s]+")


@dataclass(frozen=True)
class WagesSaid:
    """The wage items as they were typed; empty means left out. `performance_dates` are ISO dates, separated."""

    wage_type: str = ""
    bank_code: str = ""
    bank_name: str = ""
    card_number: str = ""
    basic_wage: str = ""
    probation_wage: str = ""
    performance_payments: str = ""
    performance_dates: str = ""


@dataclass(frozen=True)
class Wages:
    """The wage items as they hold."""

    wage_type: WageType
    bank_code: str
    bank_name: str
    card_number: str
    basic_wage: Decimal
    probation_wage: Decimal
    performance_payments: int
    performance_dates: tuple[dt.date, ...]


@dataclass(frozen=True)
class Notice:
    """A warning: it is told and refuses nothing (宜, 原则上, 一般)."""

    code: str
    field: str
    values: Mapping[str, Any]


def wages(said: WagesSaid, form: EmploymentForm | None, banks: Mapping[str, str]) -> Wages:
    """A-13, A-16 to A-21 over all wage items at once. `banks` are the active ones, code to name.

    Raises `Problem` that lists every field: WAGE_FIELD_REQUIRED, WAGE_MODE_INVALID, TEMP_MUST_BE_DAILY, PERF_PAYMENTS_MIN_3,
    PERF_DATES_INVALID, BANK_UNKNOWN, BANK_NAME_REQUIRED, CARD_NUMBER_INVALID, AMOUNT_INVALID. `form` is None where it is itself wrong.
    """
    found = Findings()
    for field in FIELDS:
        if not getattr(said, field):
            found.add("WAGE_FIELD_REQUIRED", field)
    kind = found.of(mode, said.wage_type, form) if said.wage_type else None
    bank = found.of(bank_of, said.bank_code, said.bank_name, banks) if said.bank_code else None
    card = found.of(card_number, said.card_number) if said.card_number else None
    basic = found.of(amount, said.basic_wage, "basic_wage", least=Decimal("0.01")) if said.basic_wage else None
    probation = found.of(amount, said.probation_wage, "probation_wage") if said.probation_wage else None
    paid = found.of(performance, said.performance_payments, said.performance_dates, kind, form) if said.performance_payments else None
    found.settle()
    assert kind and bank and card and basic is not None and probation is not None and paid is not None  # noqa: S101  nothing was wrong
    return Wages(kind, *bank, card, basic, probation, *paid)


def mode(given: str, form: EmploymentForm | None) -> WageType:
    """A-16: a temporary worker is paid by the day, settled each day. A-17: the others by the day monthly, or monthly plus performance."""
    if given not in list(WageType):
        raise Problem("WAGE_MODE_INVALID", 422, "wage_type")
    kind = WageType(given)
    if form is EmploymentForm.TEMPORARY and kind is not WageType.DAILY:
        raise Problem("TEMP_MUST_BE_DAILY", 422, "wage_type")
    if form is EmploymentForm.NON_TEMPORARY and kind is WageType.DAILY:
        raise Problem("WAGE_MODE_INVALID", 422, "wage_type")
    return kind


def performance(payments: str, dates: str, kind: WageType | None, form: EmploymentForm | None) -> tuple[int, tuple[dt.date, ...]]:
    """A-19: monthly wages have at least three performance payments, each with its date; daily ones state 0 (A-16, A-17)."""
    plain_number = plain(payments)
    if not plain_number.isascii() or not plain_number.isdigit() or len(plain_number) > 2:
        raise Problem("AMOUNT_INVALID", 422, "performance_payments")
    count = int(plain_number)
    if kind is not WageType.MONTHLY:
        if count and kind is not None:
            code = "TEMP_MUST_BE_DAILY" if form is EmploymentForm.TEMPORARY else "WAGE_MODE_INVALID"
            raise Problem(code, 422, "performance_payments")
        return 0, ()
    if count < FEWEST_PAYMENTS:
        raise Problem("PERF_PAYMENTS_MIN_3", 422, "performance_payments")
    days = performance_days(dates)
    if len(days) != count:
        raise Problem("PERF_DATES_INVALID", 422, "performance_dates")
    return count, days


def performance_days(given: str) -> tuple[dt.date, ...]:
    """The dates of the performance payments, in order, each once."""
    try:
        return tuple(sorted({dt.date.fromisoformat(part) for part in _DATES.split(plain(given, inner=True)) if part}))
    except ValueError as error:
        raise Problem("PERF_DATES_INVALID", 422, "performance_dates") from error


def bank_of(code: str, name: str, banks: Mapping[str, str]) -> tuple[str, str]:
    """A-20: 其他 needs the bank's name. A-21: a code of the list, which is data. Returns (code, name)."""
    if code not in banks:
        raise Problem("BANK_UNKNOWN", 422, "bank_code")
    if code != OTHER_BANK:
        return code, name.strip() or banks[code]
    if not name.strip():
        raise Problem("BANK_NAME_REQUIRED", 422, "bank_name")
    return code, name.strip()


def card_number(given: str) -> str:
    """A wage card's number: digits only, 10 to 30."""
    number = plain(given).replace("-", "")
    if not _CARD.fullmatch(number):
        raise Problem("CARD_NUMBER_INVALID", 422, "card_number")
    return number


def amount(given: str, field: str, least: Decimal = Decimal(0)) -> Decimal:
    """CNY with at most two decimals."""
    try:
        money = Decimal(plain(given).replace(",", ""))
    except InvalidOperation as error:
        raise Problem("AMOUNT_INVALID", 422, field) from error
    if not money.is_finite() or not least <= money <= MOST or money != round(money, 2):
        raise Problem("AMOUNT_INVALID", 422, field)
    return round(money, 2)


def below_base(wage_type: WageType, basic: Decimal, base: Decimal | None, *, is_error: bool) -> list[Notice]:
    """A-18: a monthly basic wage below the region's reference warns, or is refused where the centre is set to that."""
    if wage_type is not WageType.MONTHLY or base is None or basic >= base:
        return []
    if is_error:
        raise Problem("BELOW_REGIONAL_BASE", 422, "basic_wage", base=str(base))
    return [Notice("BELOW_REGIONAL_BASE", "basic_wage", {"base": str(base)})]


def plain(given: str, *, inner: bool = False) -> str:
    """Typed digits as they were meant: full-width ones narrow, no spaces (`inner` keeps those between)."""
    narrow = unicodedata.normalize("NFKC", given)
    return narrow.strip() if inner else re.sub(r"\s", "", narrow)


def mask_card(number: str) -> str:
    """The last four."""
    return f"{'*' * 12}{number[-4:]}"
