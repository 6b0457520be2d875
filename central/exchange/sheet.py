"""Reading a workbook that came from outside (A-62): refused before it can do harm, then row by row as plain texts.

What makes a whole file unusable is a `Problem` 422: WORKBOOK_TYPE, WORKBOOK_TOO_LARGE, WORKBOOK_MACROS, WORKBOOK_MERGED,
WORKBOOK_WRONG_SHEET, WORKBOOK_EMPTY, WORKBOOK_TOO_MANY_ROWS. What is wrong with a cell is that cell's: CELL_FORMULA, CELL_ERROR,
CELL_LOST_DIGITS.
"""

from __future__ import annotations

import datetime as dt
import io
import itertools
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any, Final, TypeVar

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter

from central.errors import Problem
from central.exchange.fields import BY_TITLE, FIELDS, Field

Found = TypeVar("Found")

LARGEST: Final = 10 << 20
MOST_ROWS: Final = 20_000
_MOST_BYTES: Final = 256 << 20
_MOST_STRINGS: Final = 64 << 20
_MOST_PARTS: Final = 500
_DENSEST: Final = 400
_MOST_BLANK: Final = 50_000
_LONGEST: Final = 200
_EXACT: Final = 10**15
_HEAD_ROWS: Final = 5
_CHUNK: Final = 1 << 20
_MERGED: Final = b"<mergeCell "


@dataclass(frozen=True)
class SheetRow:
    """A row: its number in the sheet, the texts by field, what is wrong with cells by themselves: (field, code)."""

    number: int
    texts: dict[str, str]
    wrong: list[tuple[str, str]]


@dataclass(frozen=True)
class Layout:
    """Where the columns are: the field of each position, and after which row the data begins."""

    columns: dict[int, Field]
    head_row: int

    def letter(self, name: str) -> str:
        """The column's letter as the spreadsheet shows it; empty where the file has no such column."""
        return next((get_column_letter(place + 1) for place, one in self.columns.items() if one.name == name), "")


def open_sheet(content: bytes, most_rows: int = MOST_ROWS) -> tuple[Layout, Iterator[SheetRow]]:
    """The layout and the rows that hold anything, one after another. Raises `Problem`, also while rows are read."""
    inspect(content)
    book = _readable(lambda: load_workbook(io.BytesIO(content), read_only=True, data_only=False, keep_links=False))
    missing: list[str] = []
    for sheet in book.worksheets:
        layout, missing_here = _readable(partial(_layout, sheet))
        if layout is not None:
            return layout, _rows(sheet, layout, most_rows)
        missing = missing_here if not missing or len(missing_here) < len(missing) else missing
    raise Problem("WORKBOOK_WRONG_SHEET", 422, "file", missing="、".join(missing[:5]))


def inspect(content: bytes) -> None:
    """The container: an honest xlsx of bearable size, without macros and merged cells."""
    if len(content) > LARGEST:
        raise Problem("WORKBOOK_TOO_LARGE", 422, "file", limit_mb=LARGEST >> 20)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as container:
            parts = container.infolist()
            _sizes(parts)
            names = {part.filename for part in parts}
            if "[Content_Types].xml" not in names or not any(name.startswith("xl/worksheets/") for name in names):
                raise Problem("WORKBOOK_TYPE", 422, "file")
            if any(name.lower().endswith("vbaproject.bin") for name in names):
                raise Problem("WORKBOOK_MACROS", 422, "file")
            for part in parts:
                if part.filename.startswith("xl/worksheets/") and part.filename.endswith(".xml"):
                    _refuse_merged(container, part)
    except (zipfile.BadZipFile, OSError, NotImplementedError, RuntimeError, EOFError) as error:
        raise Problem("WORKBOOK_TYPE", 422, "file") from error


def _sizes(parts: list[zipfile.ZipInfo]) -> None:
    total = sum(part.file_size for part in parts)
    dense = any(part.file_size > _CHUNK and part.file_size > _DENSEST * max(part.compress_size, 1) for part in parts)
    strings = any(part.filename.endswith("sharedStrings.xml") and part.file_size > _MOST_STRINGS for part in parts)
    if len(parts) > _MOST_PARTS or total > _MOST_BYTES or dense or strings:
        raise Problem("WORKBOOK_TOO_LARGE", 422, "file", limit_mb=LARGEST >> 20)


def _refuse_merged(container: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    tail = b""
    with container.open(part) as stream:
        while piece := stream.read(_CHUNK):
            if _MERGED in tail + piece:
                raise Problem("WORKBOOK_MERGED", 422, "file")
            tail = piece[-len(_MERGED) :]


def _layout(sheet: Any) -> tuple[Layout | None, list[str]]:
    """Where this sheet's titles are; else which required ones it lacks."""
    required = {one.title for one in FIELDS if one.is_required}
    lacking = sorted(required)
    for number, row in enumerate(sheet.iter_rows(min_row=1, max_row=_HEAD_ROWS, max_col=100, values_only=True), 1):
        titles = [_title(value) for value in row]
        columns = {place: BY_TITLE[title] for place, title in enumerate(titles) if title in BY_TITLE}
        if len({one.name for one in columns.values()}) == len(columns) and required <= {one.title for one in columns.values()}:
            return Layout(columns, number), []
        lacking = min(lacking, sorted(required - set(titles)), key=len)
    return None, lacking


def _readable(read: Callable[[], Found]) -> Found:
    """What a step of reading gives; a sheet that is no sheet is WORKBOOK_TYPE."""
    try:
        return read()
    except (KeyError, ValueError, TypeError, IndexError, OSError, zipfile.BadZipFile, SyntaxError, EOFError, zlib.error) as error:
        raise Problem("WORKBOOK_TYPE", 422, "file") from error


def _title(value: Any) -> str:
    return re.sub(r"[\s*:]", "", unicodedata.normalize("NFKC", value)) if isinstance(value, str) else ""


def _rows(sheet: Any, layout: Layout, most_rows: int) -> Iterator[SheetRow]:
    blank = count = 0
    last = max(layout.columns) + 1
    lines = iter(sheet.iter_rows(min_row=layout.head_row + 1, max_col=last))
    for number in itertools.count(layout.head_row + 1):
        cells = _readable(lambda: next(lines, None))
        if cells is None:
            break
        row = _row(number, cells, layout)
        if not any(row.texts.values()) and not row.wrong:
            blank += 1
            if blank > _MOST_BLANK:
                return
            continue
        blank, count = 0, count + 1
        if count > most_rows:
            raise Problem("WORKBOOK_TOO_MANY_ROWS", 422, "file", limit=most_rows)
        yield row
    if not count:
        raise Problem("WORKBOOK_EMPTY", 422, "file")


def _row(number: int, cells: Any, layout: Layout) -> SheetRow:
    texts: dict[str, str] = {}
    wrong: list[tuple[str, str]] = []
    for place, one in layout.columns.items():
        cell = cells[place] if place < len(cells) else None
        value = getattr(cell, "value", None)
        if value is None:
            continue
        kind = getattr(cell, "data_type", "")
        if kind == "f" or (isinstance(value, str) and value.startswith("=")):
            wrong.append((one.name, "CELL_FORMULA"))
            continue
        if kind == "e":
            wrong.append((one.name, "CELL_ERROR"))
            continue
        text = plain(value, one)
        if one.is_text and isinstance(value, int | float) and abs(value) >= _EXACT:
            wrong.append((one.name, "CELL_LOST_DIGITS"))
        if len(text) > _LONGEST:
            wrong.append((one.name, "TEXT_TOO_LONG"))
        texts[one.name] = text
    return SheetRow(number, texts, wrong)


def plain(value: Any, one: Field) -> str:
    """A cell as text: dates as ISO, whole numbers without a point, full-width characters narrow, words as their codes."""
    if isinstance(value, dt.datetime | dt.date):
        return (value.date() if isinstance(value, dt.datetime) else value).isoformat()
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else format(Decimal(repr(value)).normalize(), "f")
    text = unicodedata.normalize("NFKC", str(value)).replace("\u200b", "").replace("\ufeff", "").strip()
    if text.startswith("'"):
        text = text[1:]
    text = re.sub(r"[\x00-\x1f\x7f]+", " ", text)
    return one.words.get(text, text)
