"""The workbook that employers fill in (A-62): a sheet with titles and lists to choose from, a sheet that explains every column."""

from __future__ import annotations

from collections.abc import Mapping
from tempfile import SpooledTemporaryFile
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from central.exchange.fields import FIELDS, SHEET, Field
from central.exchange.workbook import IN_MEMORY

_ROWS = 5000
_LISTS = "字典"


def template(banks: Mapping[str, str]) -> SpooledTemporaryFile[bytes]:
    """The empty workbook with today's list of banks (code to name)."""
    book = Workbook()
    sheet: Any = book.active
    sheet.title = SHEET
    sheet.freeze_panes = "B2"
    lists = book.create_sheet(_LISTS)
    lists.sheet_state = "hidden"
    for position, one in enumerate(FIELDS, 1):
        _column(sheet, position, one)
        words = list(banks.values()) if one.name == "bank_code" else list(one.words)
        if words:
            _choices(sheet, lists, position, words)
    notes = book.create_sheet("填写说明")
    notes.append(["列", "是否必填", "说明"])
    for one in FIELDS:
        notes.append([one.title, "必填" if one.is_required else "选填", one.note])
    notes.append(["", "", "不要合并单元格，不要使用公式；证件号码和卡号保持文本格式。导入后先预览，确认后才保存。"])
    for letter, width in (("A", 18), ("B", 10), ("C", 60)):
        notes.column_dimensions[letter].width = width
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the caller closes it
    book.save(file)
    file.seek(0)
    return file


def _column(sheet: Any, position: int, one: Field) -> None:
    letter = get_column_letter(position)
    cell = sheet.cell(1, position, one.title)
    cell.font = Font(bold=True, color="9C0006" if one.is_required else "1F2937")
    cell.fill = PatternFill("solid", fgColor="E8EEF4")
    sheet.column_dimensions[letter].width = one.width
    if one.is_text:
        sheet.column_dimensions[letter].number_format = "@"
        for row in range(2, 202):
            sheet.cell(row, position).number_format = "@"


def _choices(sheet: Any, lists: Any, position: int, words: list[str]) -> None:
    letter = get_column_letter(position)
    for row, word in enumerate(words, 1):
        lists.cell(row, position, word)
    choice = DataValidation("list", formula1=f"={_LISTS}!${letter}$1:${letter}${len(words)}", allow_blank=True)
    choice.error, choice.errorTitle, choice.showErrorMessage = "请从清单中选择", "不在清单中", True
    sheet.add_data_validation(choice)
    choice.add(f"{letter}2:{letter}{_ROWS}")
