"""Wages of published months: a record for each worker's line, told once nobody can object to it any more.

The queue holds no amount and no card: both are read at the moment of sending, the days and hours as they were published, the amount by the
wage basis (A-16 to A-18). A month cannot be changed at the platform, therefore a line is told after the time for objections; one to which
an objection was accepted, or attendance supplemented, is not what the worker is owed, and waits for somebody.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from central.attendance import wage_sheet
from central.attendance.papers import Correction, CorrectionState, FrozenMonth, FrozenRow, Objection
from central.attendance.sheet import Line
from central.attendance.wages import basis
from central.bulk import insert_missing
from central.clock import Clock, today
from central.entry.model import Assignment
from central.errors import declare
from central.people import sealed
from central.people.model import WageTerms, Worker
from central.platform import rules
from central.platform.book import Book, Scope, behind
from central.platform.canonical import Document, Payroll, Team
from central.platform.model import PlatformChannel, PlatformUpload, UploadKind
from central.platform.rules import LaterError, UntoldError
from central.secrets import CentreSecrets

_HOUR_S: Final = 3600
_HUNDREDTH: Final = Decimal("0.01")
_AGAIN: Final = dt.timedelta(days=1)
declare(
    {
        "PLATFORM_PAY_UNKNOWN": (
            "该工人没有工资项目，或该月没有应出勤日，无法计算金额。请补登工资项目后点“重试”，或在平台上人工填报后点“跳过”。",
            "No amount can be said (no wage items, or no expected days): add the items and try again, or enter it there and skip it.",
        ),
        "PLATFORM_PAY_DISPUTED": (
            "该月公示后有异议被采纳或有补充出勤，公示数据不再是应付依据。请在平台上人工填报，然后点“跳过”。",
            "An objection was accepted or attendance supplemented, so this month is not what is due: enter it by hand, then skip it.",
        ),
    }
)


@dataclass(frozen=True)
class Payee:
    """Whose pay it is."""

    team: Team
    document: Document
    worker: Worker
    assignment: Assignment


def enter_months(session: Session, channel: PlatformChannel, now: dt.datetime, scope: Scope) -> None:
    """Enters the lines of the project's published months, from that of the channel's first date on, as far as they are not entered."""
    book = Book(session, channel.project_id, now, scope)
    wanted = select(FrozenMonth).where(FrozenMonth.project_id == channel.project_id, FrozenMonth.month >= channel.since.replace(day=1))
    for frozen in session.scalars(wanted.order_by(FrozenMonth.month)).all():
        lines = select(FrozenRow.assignment_id).where(FrozenRow.month_id == frozen.id).order_by(FrozenRow.assignment_id)
        workers = book.records_of(UploadKind.WORKER, session.scalars(lines).all())
        rows = [behind(worker, UploadKind.PAYROLL, f"{frozen.month:%Y-%m}/{id_}", now) for id_, worker in workers.items()]
        insert_missing(session, PlatformUpload, rows)


def read(session: Session, keys: CentreSecrets, clock: Clock, upload: PlatformUpload, payee: Payee) -> Payroll | None:
    """What is told of a worker's month; None where nothing is due. Raises `LaterError`, `UntoldError`."""
    month = dt.date.fromisoformat(f"{upload.key.partition('/')[0]}-01")
    of = FrozenMonth
    frozen = session.scalars(select(of).where(of.project_id == upload.project_id, of.month == month)).one()
    rules.not_before(rules.pay_day(month, frozen.objections_until), today(clock))
    _is_undisputed(session, clock, frozen, payee.assignment.id)
    packed = session.get_one(FrozenRow, (frozen.id, payee.assignment.id)).told
    line = msgspec.msgpack.decode(packed, type=Line)
    amount = _due(session, payee.assignment, line, month)
    if not amount:
        return None
    terms = session.get_one(WageTerms, payee.assignment.employment_id)
    return Payroll(
        team=payee.team,
        document=payee.document,
        key=upload.key,
        month=month,
        days=line.days,
        hours=(Decimal(line.seconds) / _HOUR_S).quantize(_HUNDREDTH, ROUND_HALF_UP),
        due=amount,
        bank=terms.bank_code,
        bank_name=terms.bank_name,
        card=keys.open(terms.card_sealed, sealed.context(payee.worker.id_index)).decode(),
    )


def _is_undisputed(session: Session, clock: Clock, frozen: FrozenMonth, assignment_id: int) -> None:
    of = Objection
    said = session.scalars(select(of.accepted).where(of.month_id == frozen.id, of.assignment_id == assignment_id)).all()
    if None in said:
        raise LaterError(clock.now() + _AGAIN)
    late = Correction.supplements_id == frozen.id, Correction.assignment_id == assignment_id, Correction.state == CorrectionState.APPROVED
    if True in said or session.scalar(select(Correction.id).where(*late).limit(1)) is not None:
        raise UntoldError("PLATFORM_PAY_DISPUTED")


def _due(session: Session, row: Assignment, line: Line, month: dt.date) -> Decimal:
    """A-16 to A-18: the amount as the wage sheet shows it."""
    terms = wage_sheet.terms_of(session, [row.id]).get(row.id)
    amount = basis(terms, wage_sheet.paid_days(line, month), line.expected, month).amount if terms else None
    if amount is None:
        raise UntoldError("PLATFORM_PAY_UNKNOWN")
    return amount
