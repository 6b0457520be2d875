"""What a month's days are worth (A-15 to A-19): the basis of a wage sheet, never a payment. Pure; Decimal, rounded to the fen.

Rounding: every amount is rounded once, half up, to two decimals: a temporary worker's day by day (each day is settled), a month's
amount as a whole. A ratio is never rounded before it is used.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from typing import Final

FEN: Final = Decimal("0.01")
_TWO: Final = Decimal(2)
LEAST_PERFORMANCE_PAYMENTS: Final = 3


class WageMode(StrEnum):
    """How a worker is paid: by the day and settled each day, by the day and settled monthly, or monthly basic and performance."""

    DAILY = "daily"
    DAILY_MONTHLY = "daily_monthly"
    MONTHLY = "monthly"


@dataclass(frozen=True, slots=True)
class Terms:
    """What was agreed: `rate` is CNY a day in the daily modes and CNY a month in the monthly one; `performance_on` the dates of the
    performance payments (A-19), whose amounts the employer fixes."""

    mode: WageMode
    rate: Decimal
    performance_on: tuple[dt.date, ...] = ()

    def __post_init__(self) -> None:
        if self.rate < 0 or self.rate != self.rate.quantize(FEN):
            raise ValueError("a wage is not negative and has two decimals")


@dataclass(frozen=True, slots=True)
class PaidDay:
    """A date's half days, as its day record counts them."""

    date: dt.date
    halves: int


@dataclass(frozen=True, slots=True)
class Due:
    """An amount with what it follows from: the dates, and the sum that was done."""

    dates: tuple[dt.date, ...]
    amount: Decimal
    how: str


@dataclass(frozen=True, slots=True)
class Basis:
    """A worker's month: valid days, expected days, the amounts due and their sum. `amount` is None where nothing can be said: a monthly
    wage in a month without expected days."""

    mode: WageMode
    valid_days: Decimal
    expected_days: int
    due: tuple[Due, ...]
    amount: Decimal | None
    performance_on: tuple[dt.date, ...]
    warnings: tuple[str, ...]


def basis(terms: Terms, days: Sequence[PaidDay], expected_days: int, month: dt.date) -> Basis:
    """A-16: a temporary worker's amount is due each day. A-17: a daily wage that is settled monthly is valid days times the rate.
    A-18: a monthly wage is paid according to attendance: basic times valid over expected days, at most the basic wage.
    A-19: performance falls due on its own dates; fewer than three a year warn."""
    worked = [day for day in sorted(days, key=lambda d: d.date) if day.halves]
    valid = Decimal(sum(day.halves for day in worked)) / _TWO
    due = _due(terms, worked, valid, expected_days)
    this_month = tuple(date for date in sorted(terms.performance_on) if (date.year, date.month) == (month.year, month.month))
    short = terms.mode is WageMode.MONTHLY and len(terms.performance_on) < LEAST_PERFORMANCE_PAYMENTS
    return Basis(
        mode=terms.mode,
        valid_days=valid,
        expected_days=expected_days,
        due=due,
        amount=sum((one.amount for one in due), Decimal("0.00")) if due or not _is_unknown(terms, expected_days) else None,
        performance_on=this_month if terms.mode is WageMode.MONTHLY else (),
        warnings=("PERF_PAYMENTS_MIN_3",) if short else (),
    )


def _is_unknown(terms: Terms, expected_days: int) -> bool:
    return terms.mode is WageMode.MONTHLY and expected_days == 0


def _due(terms: Terms, worked: Sequence[PaidDay], valid: Decimal, expected_days: int) -> tuple[Due, ...]:
    dates = tuple(day.date for day in worked)
    if terms.mode is WageMode.DAILY:
        return tuple(Due((day.date,), _fen(terms.rate * day.halves / _TWO), f"{terms.rate} × {_short(day.halves)}") for day in worked)
    if terms.mode is WageMode.DAILY_MONTHLY:
        return (Due(dates, _fen(terms.rate * valid), f"{terms.rate} × {valid.normalize():f}"),) if worked else ()
    if expected_days == 0:
        return ()
    counted = min(valid, Decimal(expected_days))
    return (Due(dates, _fen(terms.rate * counted / expected_days), f"{terms.rate} × {counted.normalize():f} ÷ {expected_days}"),)


def _fen(amount: Decimal) -> Decimal:
    return amount.quantize(FEN, ROUND_HALF_UP)


def _short(halves: int) -> str:
    return f"{(Decimal(halves) / _TWO).normalize():f}"
