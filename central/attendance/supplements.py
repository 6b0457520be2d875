"""补充: a correction that comes after a month was frozen. What was published stays as it is; the correction stands beside it, marked as a
supplement, asked for by one and approved by another like any other.

It may come while the month is public, and afterwards for what an upheld objection says (docs/adr/0016-late-corrections.md).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from central.attendance.pairing import DayRules
from central.attendance.papers import Correction, CorrectionState, FrozenMonth, Objection
from central.bulk import chunks
from central.errors import Problem, declare

declare(
    {
        "MONTH_CLOSED": (
            "该月已定稿，公示期已过：只有已采纳异议所指的日期可以补卡，作为补充。请先由工人提出异议或向总包实名制管理员说明。",
            "The month is frozen and its public time over: only what an upheld objection says can still be corrected, as a supplement.",
        ),
    }
)


def month_of(session: Session, project_id: int, month: dt.date) -> FrozenMonth | None:
    """The frozen month that a correction of one of its dates would supplement; None where it is not frozen."""
    return session.scalar(select(FrozenMonth).where(FrozenMonth.project_id == project_id, FrozenMonth.month == month))


def still_possible(session: Session, frozen: FrozenMonth, assignment_id: int, date: dt.date, today: dt.date) -> None:
    """Whether a published line can still be supplemented on that date. Raises `Problem` 409 MONTH_CLOSED."""
    if today <= frozen.objections_until:
        return
    upheld = select(Objection.id).where(
        Objection.month_id == frozen.id,
        Objection.assignment_id == assignment_id,
        Objection.accepted.is_(True),
        or_(Objection.work_date.is_(None), Objection.work_date == date),
    )
    if session.scalar(upheld.limit(1)) is None:
        raise Problem("MONTH_CLOSED", 409, "at")


def days_of(session: Session, rules: DayRules, month_id: int, assignment_ids: Sequence[int]) -> dict[int, tuple[int, ...]]:
    """By assignment: the days of the month with an approved supplement. One query for a page."""
    found: dict[int, set[int]] = defaultdict(set)
    approved = Correction.supplements_id == month_id, Correction.state == CorrectionState.APPROVED
    for some in chunks(assignment_ids):
        wanted = select(Correction.assignment_id, Correction.at).where(*approved, Correction.assignment_id.in_(some))
        for id_, at in session.execute(wanted):
            found[id_].add(rules.date_of(at).day)
    return {id_: tuple(sorted(days)) for id_, days in found.items()}
