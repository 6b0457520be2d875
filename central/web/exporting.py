"""Any list of the portal as a workbook (A-33): the columns that the page shows, under the conditions of its address, noted in the audit."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from fastapi.responses import Response
from sqlalchemy.orm import Session

from central import audit
from central.access import Access
from central.clock import SITE_ZONE
from central.exchange import workbook
from central.exchange.workbook import Column, Value
from central.web.pages import Portal
from central.web.texts import Texts

Row = TypeVar("Row")
BATCH: Final = 500
"""Rows that an export fetches at a time."""


def columns(
    t: Texts, cells: Mapping[str, Callable[[Row], Value]], *, text: Collection[str] = (), wide: Collection[str] = ()
) -> tuple[Column[Row], ...]:
    """The page's columns under their own titles: key (its title is the text `col_KEY`) -> what stands there of a row.

    `text` names those whose digits must stay (numbers of documents, phones, codes), `wide` those with names and sentences.
    """
    return tuple(Column(t(f"col_{key}"), value, 30 if key in wide else 16, text=key in text) for key, value in cells.items())


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
    portal: Portal,
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
    at = portal.clock.now().astimezone(SITE_ZONE)
    with portal.database.reading() as session:
        file = workbook.workbook(rows(session), columns, title, notes=(f"导出时间 {at:%Y-%m-%d %H:%M}",))
    if action:
        with portal.database.writing() as session:
            audit.record(session, access, action, of)
    return workbook.answer(file, f"{title}-{at:%Y%m%d}")
