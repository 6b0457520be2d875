"""被拒记录 as a workbook (A-33): what the list shows, under its conditions and in its order, masked like there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sqlalchemy.orm import Session

from central.access import Access, Function
from central.attendance import refusals
from central.attendance.refusals import Refused, Wanted
from central.clock import SITE_ZONE
from central.exchange import listing_book
from central.exchange.workbook import Column
from central.messaging import box_words

TITLE: Final = "被拒记录"
EXPORTED: Final = "refusals.exported"
"""The deed's name in the audit."""
UNKNOWN: Final = "闸机不认识"
_WAYS: Final = {"01": "进", "02": "出"}

COLUMNS: Final[tuple[Column[Refused], ...]] = (
    Column("时间", lambda row: row.at.astimezone(SITE_ZONE), 20),
    Column("门禁", lambda row: row.gate, 20),
    Column("通道", lambda row: row.lane, 10, text=True),
    Column("方向", lambda row: _WAYS.get(row.direction, ""), 8),
    Column("方式", lambda row: box_words.of_method(row.method).zh),
    Column("原因", lambda row: box_words.of_reason(row.reason).zh, 24),
    Column("怎么办", lambda row: box_words.of_reason(row.reason).do_zh, 30),
    Column("做过的检查", lambda row: "、".join(box_words.of_check(code, passed=False).zh for code in row.checks), 40),
    Column("人脸相似度", lambda row: None if row.score is None else row.score / 1000, 12),
    Column("人员", lambda row: row.name or UNKNOWN),
    Column("证件号码", lambda row: row.id_masked, 22, text=True),
    Column("用人单位", lambda row: row.employer, 28),
    Column("班组", lambda row: row.team, 18),
)


def every(session: Session, access: Access, project_id: int, wanted: Wanted, sort: str) -> Iterator[Refused]:
    """All rows of the list, fetched page by page. Raises what `refusals.page` raises, and 403 without the function to export."""
    access.require(Function.EXPORT)
    return listing_book.every(
        lambda after: refusals.page(session, access, project_id, wanted, sort, after=after, limit=listing_book.BATCH), lambda row: row.id
    )
