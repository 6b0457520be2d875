"""The wage basis of a month (工资发放依据): what was agreed times what was worked, each amount with its dates. We export, we do not pay.

Together with the month's sheet it stands in the place of the two ledgers (二本台账): nobody uploads them any more (A-59).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from central.access import Access, Function, Role
from central.attendance import published
from central.attendance.papers import FrozenMonth
from central.attendance.published import Difference
from central.attendance.sheet import Line, Wanted
from central.attendance.wages import Basis, PaidDay, Terms, WageMode, basis
from central.bulk import chunks
from central.clock import Clock
from central.entry.model import Assignment
from central.people.model import WageTerms

_DAY: Final = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Supplement:
    """What changed since the month was published, to be paid or set off beside it: the published basis stays as it is.

    `dates` are those that differ, `approved` those of them that rest on a correction; `days` and `amount` (CNY, None where the amounts
    are masked or cannot be said) are what the month would be now less what was published.
    """

    dates: tuple[dt.date, ...]
    approved: tuple[dt.date, ...]
    days: Decimal
    amount: Decimal | None


@dataclass(frozen=True, slots=True)
class WageLine:
    """A worker's wage basis. `basis` is None where no wage items are registered (old records), or where the amounts are not this
    principal's to see: `masked` (A-61)."""

    line: Line
    mode: WageMode | None
    basis: Basis | None
    masked: bool
    supplement: Supplement | None = None


@dataclass(frozen=True, slots=True)
class WagePage:
    """Some lines and one more, and whether they rest on the published month."""

    lines: Sequence[WageLine]
    frozen: FrozenMonth | None
    pending: int


def page(session: Session, clock: Clock, access: Access, project_id: int, wanted: Wanted, *, after: int = 0, limit: int = 50) -> WagePage:
    """A-15 to A-19, A-61: from the published lines where the month is frozen. The employer sees its own workers' amounts; the other
    parties see days and kinds, and compare amounts where A-61 lets them."""
    access.require(Function.VIEW_WAGES)
    found = published.page(session, clock, access, project_id, wanted, after=after, limit=limit)
    terms = terms_of(session, [line.assignment_id for line in found.sheet.lines])
    changed = {one.assignment_id: one for one in found.differences}
    lines = [_line(access, line, terms.get(line.assignment_id), wanted.month) for line in found.sheet.lines]
    lines = [_supplemented(one, changed.get(one.line.assignment_id), terms, wanted.month) for one in lines]
    return WagePage(lines, found.frozen, found.sheet.pending)


def terms_of(session: Session, assignment_ids: Collection[int]) -> dict[int, Terms]:
    """What was agreed, by assignment; none where no wage items are registered."""
    found: dict[int, Terms] = {}
    for some in chunks(sorted(assignment_ids)):
        wanted = (
            select(Assignment.id, WageTerms.wage_type, WageTerms.basic_wage, WageTerms.performance_dates)
            .join(WageTerms, WageTerms.employment_id == Assignment.employment_id)
            .where(Assignment.id.in_(some))
        )
        for id_, kind, rate, dates in session.execute(wanted):
            found[id_] = Terms(WageMode(kind.value), rate, tuple(dt.date.fromisoformat(date) for date in dates.split(",") if date))
    return found


def paid_days(line: Line, month: dt.date) -> list[PaidDay]:
    """The dates of a line that count, each with its half days."""
    return [PaidDay(month + n * _DAY, cell.halves) for n, cell in enumerate(line.cells) if cell.halves]


def _line(access: Access, line: Line, terms: Terms | None, month: dt.date) -> WageLine:
    if terms is None:
        return WageLine(line, None, None, masked=False)
    is_own = access.role is Role.EMPLOYER and access.company_id == line.employer_id
    if not is_own:
        return WageLine(line, terms.mode, None, masked=True)
    return WageLine(line, terms.mode, basis(terms, paid_days(line, month), line.expected, month), masked=False)


def _supplemented(told: WageLine, changed: Difference | None, terms: Mapping[int, Terms], month: dt.date) -> WageLine:
    if changed is None or changed.now is None:
        return told
    amount = None
    if told.basis is not None and told.basis.amount is not None:
        now = basis(terms[told.line.assignment_id], paid_days(changed.now, month), changed.now.expected, month).amount
        amount = now - told.basis.amount if now is not None else None
    dates, approved = (tuple(month + (day - 1) * _DAY for day in days) for days in (changed.dates, changed.supplements))
    return replace(told, supplement=Supplement(dates, approved, changed.now.days - told.line.days, amount))
