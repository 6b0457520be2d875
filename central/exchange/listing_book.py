"""Any list taken away as a workbook, whatever the door (A-33): every row of it, the time on a sheet of its own, the deed in the audit."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final, TypeVar

from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import audit
from central.access import Access
from central.centre import Centre
from central.clock import SITE_ZONE
from central.exchange import workbook
from central.exchange.workbook import Column

Row = TypeVar("Row")
BATCH: Final = 500
"""Rows that an export fetches at a time."""
ANSWERS: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {workbook.MEDIA_TYPE: {}}, "description": "工作簿 / the workbook"}}
"""What a route of the API that gives a workbook declares."""


def every(page: Callable[[int], Sequence[Row]], key: Callable[[Row], int]) -> Iterator[Row]:
    """Every row of a list that pages by cursor: `page(after)` gives `BATCH` rows and one more if there is one; `key` is a row's cursor."""
    after = 0
    while rows := page(after):
        yield from rows[:BATCH]
        if len(rows) <= BATCH:
            return
        after = key(rows[BATCH - 1])


def every_counted(page: Callable[[int], Sequence[Row]]) -> Iterator[Row]:
    """Every row of a list that is counted: `page(offset)` gives up to `BATCH` rows."""
    offset = 0
    while rows := page(offset):
        yield from rows
        if len(rows) < BATCH:
            return
        offset += BATCH


def book(
    centre: Centre,
    access: Access,
    rows: Callable[[Session], Iterable[Row]],
    columns: Sequence[Column[Row]],
    title: str,
    *,
    action: str = "",
    of: str = "",
) -> Response:
    """The workbook as a download. `action` and `of` stand in the audit: what was exported, of whom (nothing where the caller noted it).

    Whether this principal may look stands in what gives the rows; where more is asked than to look, the caller has asked it.
    """
    at = centre.clock.now().astimezone(SITE_ZONE)
    with centre.database.reading() as session:
        file = workbook.workbook(rows(session), columns, title, notes=(f"导出时间 {at:%Y-%m-%d %H:%M}",))
    if action:
        with centre.database.writing() as session:
            audit.record(session, access, action, of)
    return workbook.answer(file, f"{title}-{at:%Y%m%d}")
