"""Any list as an Excel workbook (A-33): written row by row, so that memory does not grow with the list.

    file = workbook(rows, [Column("姓名", lambda w: w.name), Column("证件号码", lambda w: w.id_masked, text=True)], title="工人")

`rows` may be any iterable, also one that pages through the database. What is masked or hidden on the screen is masked or hidden by the
rows that the caller gives: this module shows what it is given. Texts that a spreadsheet would take for a formula (= + - @, tab, carriage
return) are neutralised; `text` columns (ID, card and phone numbers) are text cells, so that no digit is lost.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import Any, Final, Generic, TypeVar
from urllib.parse import quote

from fastapi.responses import Response, StreamingResponse
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from central.clock import SITE_ZONE

Row = TypeVar("Row")
Value = str | int | float | Decimal | bool | dt.date | dt.datetime | None

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
MAX_ROWS: Final = 1_000_000
"""What a sheet takes; more rows go on a second sheet."""
IN_MEMORY: Final = 4 << 20
"""Bytes of a finished workbook that stay in memory; more go to a temporary file."""
_CHUNK: Final = 64 << 10
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001  full-width ones count too
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_HEAD_FONT: Final = Font(bold=True)
_HEAD_FILL: Final = PatternFill("solid", fgColor="E8EEF4")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """A column: its title, what it shows of a row, its width in characters, and whether it must stay text."""

    title: str
    value: Callable[[Row], Value]
    width: int = 14
    text: bool = False


def workbook(
    rows: Iterable[Row], columns: Sequence[Column[Row]], title: str = "Sheet1", notes: Sequence[str] = ()
) -> SpooledTemporaryFile[bytes]:
    """The finished workbook, at its beginning; close it when done. `notes` stand on a sheet of their own (filter, time, who exported)."""
    book = Workbook(write_only=True)
    sheet: Any = None
    for number, row in enumerate(rows):
        if number % (MAX_ROWS - 1) == 0:
            sheet = _sheet(book, title, columns, number // (MAX_ROWS - 1))
        sheet.append([_cell(sheet, column, column.value(row)) for column in columns])
    if sheet is None:
        _sheet(book, title, columns, 0)
    if notes:
        about = book.create_sheet("说明")
        for note in notes:
            about.append([neutral(note)])
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the caller closes it
    book.save(file)
    file.seek(0)
    return file


def streamed(file: SpooledTemporaryFile[bytes]) -> Iterator[bytes]:
    """A file's bytes, and then it is closed."""
    try:
        while piece := file.read(_CHUNK):
            yield piece
    finally:
        file.close()


def answer(file: SpooledTemporaryFile[bytes], name: str) -> Response:
    """The workbook as a download called `name` (without its ending)."""
    disposition = f"attachment; filename=\"export.xlsx\"; filename*=UTF-8''{quote(name + '.xlsx')}"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return StreamingResponse(streamed(file), media_type=MEDIA_TYPE, headers=headers)


def neutral(text: str) -> str:
    """A-33: a text that no spreadsheet takes for a formula, and that XML can hold."""
    clean = _CONTROL.sub("", text)
    return f"'{clean}" if clean.startswith(_FORMULA) else clean


def _sheet(book: Workbook, title: str, columns: Sequence[Column[Any]], number: int) -> Any:
    sheet = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", title)[:25] + (f" {number + 1}" if number else ""))
    sheet.freeze_panes = "A2"
    for position, column in enumerate(columns, 1):
        sheet.column_dimensions[get_column_letter(position)].width = column.width
    head = []
    for column in columns:
        cell = WriteOnlyCell(sheet, value=neutral(column.title))
        cell.font, cell.fill = _HEAD_FONT, _HEAD_FILL
        head.append(cell)
    sheet.append(head)
    return sheet


def _cell(sheet: Any, column: Column[Any], value: Value) -> Any:
    """A plain value where it can be one: cells with a format cost ten times as much."""
    if isinstance(value, dt.datetime):
        return value.astimezone(SITE_ZONE).replace(tzinfo=None, microsecond=0)
    if value is None or isinstance(value, bool | dt.date):
        return value
    if not column.text and isinstance(value, int | float | Decimal):
        return value
    text = neutral(str(value))
    if not column.text:
        return text
    cell = WriteOnlyCell(sheet, value=text)
    cell.number_format, cell.data_type = "@", "s"
    return cell
