"""The columns of the people's lists as a workbook (A-33): what the screen shows, masked and hidden like there (A-45, A-46)."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from central.clock import SITE_ZONE
from central.entry.model import AssignmentState
from central.entry.store import AssignmentView
from central.entry.trades import TRADES
from central.exchange import listing_book
from central.exchange.workbook import Column
from central.projects.rules import NameSource

STATE: Final = {
    AssignmentState.ASSIGNED: "待接收",
    AssignmentState.RETURNED: "已退回",
    AssignmentState.WITHDRAWN: "已撤回",
    AssignmentState.ACCEPTED_BY_SUB: "分包已接收",
    AssignmentState.CONFIRMED: "已进场",
    AssignmentState.ENDED: "已结束",
}

COLUMNS: Final[tuple[Column[AssignmentView], ...]] = (
    Column("编号", lambda row: row.assignment.id, 10),
    Column("姓名", lambda row: row.worker),
    Column("证件号码", lambda row: row.id_masked, 22, text=True),
    Column("手机号码", lambda row: row.phone_masked, 16, text=True),
    Column("项目", lambda row: f"〔报建〕{row.project}" if row.name_source is NameSource.REGISTRATION else row.project, 40),
    Column("用人单位", lambda row: row.employer, 28),
    Column("用工单位", lambda row: row.using_unit, 28),
    Column("层级", lambda row: row.level, 8),
    Column("班组", lambda row: row.team, 18),
    Column("工种", lambda row: TRADES[row.assignment.main_trade]),
    Column("状态", lambda row: STATE[row.assignment.state]),
    Column("进场时间", lambda row: row.assignment.entry_time.astimezone(SITE_ZONE) if row.assignment.entry_time else None, 18),
    Column("结束时间", lambda row: row.assignment.ended_at.astimezone(SITE_ZONE) if row.assignment.ended_at else None, 18),
    Column("等待", lambda row: row.waiting_for, 28),
)


def every(page: Callable[[int, int], list[AssignmentView]]) -> Iterator[AssignmentView]:
    """All rows of a list, fetched page by page: `page(after, limit)` gives one row more than `limit` when another page follows."""
    return listing_book.every(lambda after: page(after, listing_book.BATCH), lambda row: row.assignment.id)
