"""The rows that were refused, as they were typed, in the template's own layout: bad cells coloured, each with what to do (A-62)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter

from central.errors import TEXTS, Problem
from central.exchange.fields import FIELDS, SHEET, Field
from central.exchange.workbook import IN_MEMORY, neutral

_BAD: Final = PatternFill("solid", fgColor="FFC7CE")
_HEAD: Final = PatternFill("solid", fgColor="E8EEF4")
_WHY: Final = "原因"


def errors_book(rows: Iterable[tuple[int, dict[str, str], str]]) -> SpooledTemporaryFile[bytes]:
    """`rows` are (number in the sheet, texts, problems as JSON); the file is at its beginning, close it when done.

    Mended, the same file can be taken in again: the column of reasons is not read.
    """
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(SHEET)
    sheet.freeze_panes = "B2"
    for position, one in enumerate(FIELDS, 1):
        sheet.column_dimensions[get_column_letter(position)].width = one.width
    sheet.column_dimensions[get_column_letter(len(FIELDS) + 1)].width = 60
    sheet.append([_head(sheet, title) for title in (*(one.title for one in FIELDS), _WHY)])
    for number, texts, problems in rows:
        wrong: dict[str, list[str]] = {}
        for name, code in json.loads(problems):
            wrong.setdefault(name, []).append(code)
        cells = [_cell(sheet, one, texts.get(one.name, ""), wrong.get(one.name, [])) for one in FIELDS]
        titles = {one.name: one.title for one in FIELDS}
        why = "；".join(f"{titles.get(name, name)}：{explain(code).rstrip('。')}" for name, codes in wrong.items() for code in codes)
        sheet.append([*cells, neutral(f"第 {number} 行 {why}")])
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the caller closes it
    book.save(file)
    file.seek(0)
    return file


def explain(code: str) -> str:
    """A code's Chinese text; a row does not keep who employs somebody (A-30)."""
    return Problem(code, 422, employer="其他单位").text.zh if code in TEXTS else code


def _head(sheet: Any, title: str) -> Any:
    cell = WriteOnlyCell(sheet, value=title)
    cell.font, cell.fill = Font(bold=True), _HEAD
    return cell


def _cell(sheet: Any, one: Field, text: str, codes: list[str]) -> Any:
    word = next((word for word, code in one.words.items() if code == text), text)
    cell = WriteOnlyCell(sheet, value=neutral(word))
    cell.number_format, cell.data_type = "@", "s"
    if codes:
        cell.fill = _BAD
        cell.comment = Comment("\n".join(f"{code} {explain(code)}" for code in codes), "工门 Gongmen")
    return cell
