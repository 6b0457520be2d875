"""The monthly sheet as an Excel workbook to print and sign: A4 landscape, head and foot as on paper (domain.md, Attendance 2), a line a
worker with a place for the signature, the head repeated on every page."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from tempfile import SpooledTemporaryFile
from typing import Any, Final

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.properties import PageSetupProperties

from central.attendance.sheet import Line
from central.entry.trades import TRADES
from central.exchange.workbook import IN_MEMORY, neutral

_LEGEND: Final = "√ 出勤  ◐ 半天  △ 缺卡  × 缺勤  停 停工  休 休息  ／ 未进场  手 含补卡"
_THIN: Final = Side(style="thin", color="888888")
_FRAME: Final = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CENTRE: Final = Alignment(horizontal="center", vertical="center", wrap_text=True)
_BEFORE: Final = ("序号", "姓名", "证件号码", "工种")
_AFTER: Final = ("出勤天数", "总工时", "备注", "工人签字")
_HEAD_ROWS: Final = 4


@dataclass(frozen=True, slots=True)
class Head:
    """What stands above and below the lines. `published_on` is empty before the month is published."""

    project: str
    reg_no: str
    using_unit: str
    employer: str
    team: str
    leader: str
    month: dt.date
    profile: str
    published_on: str = ""


def workbook(parts: Iterable[tuple[Head, Sequence[Line]]]) -> SpooledTemporaryFile[bytes]:
    """A sheet for each part (a team of an employer); at its beginning; close it when done."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for number, (head, lines) in enumerate(parts, 1):
        _sheet(book.create_sheet(f"{number}"), head, lines)
    if not book.worksheets:
        book.create_sheet("空")
    file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  the caller closes it
    book.save(file)
    file.seek(0)
    return file


def _sheet(sheet: Any, head: Head, lines: Sequence[Line]) -> None:
    dates = max((len(line.cells) for line in lines), default=31)
    columns = [*_BEFORE, *(str(n) for n in range(1, dates + 1)), *_AFTER]
    _title(sheet, head, len(columns))
    for place, title in enumerate(columns, 1):
        _put(sheet, _HEAD_ROWS, place, title).font = Font(bold=True, size=8)
    for number, line in enumerate(lines, 1):
        _line(sheet, number, line)
    _foot(sheet, _HEAD_ROWS + len(lines) + 1, head, len(columns))
    _page(sheet, dates)


def _title(sheet: Any, head: Head, width: int) -> None:
    texts = (
        f"{head.month:%Y} 年 {head.month.month} 月建筑工人考勤表",
        f"工程名称：{head.project}（报建编号 {head.reg_no}）    用工单位：{head.using_unit}    用人单位：{head.employer}",
        f"班组：{head.team}    班组长：{head.leader}    有效考勤规则：{head.profile}    {_LEGEND}",
    )
    for row, text in enumerate(texts, 1):
        cell = sheet.cell(row, 1, neutral(text))
        cell.font = Font(bold=row == 1, size=14 if row == 1 else 9)
        cell.alignment = Alignment(horizontal="center" if row == 1 else "left")
        sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)


def _line(sheet: Any, number: int, line: Line) -> None:
    row = _HEAD_ROWS + number
    before = (number, line.name, line.id_masked, TRADES.get(line.trade, line.trade))
    cells = tuple(cell.marks for cell in line.cells)
    remark = "；".join(
        text
        for text, holds in ((f"缺卡 {line.missing_punches} 天", line.missing_punches), (f"补卡 {line.manual_days} 天", line.manual_days))
        if holds
    )
    after = (line.days, (Decimal(line.seconds) / 3600).quantize(Decimal("0.1")), remark, "")
    for place, value in enumerate((*before, *cells, *after), 1):
        _put(sheet, row, place, neutral(value) if isinstance(value, str) else value)


def _put(sheet: Any, row: int, place: int, value: Any) -> Any:
    cell = sheet.cell(row, place, value)
    cell.border, cell.alignment, cell.font = _FRAME, _CENTRE, Font(size=8)
    return cell


def _foot(sheet: Any, row: int, head: Head, width: int) -> None:
    text = f"制表：            班组长：            项目审核：            公示日期：{head.published_on}"
    sheet.cell(row, 1, text).font = Font(size=9)
    sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=width)


def _page(sheet: Any, dates: int) -> None:
    widths = [4, 8, 16, 8, *([2.8] * dates), 6, 6, 9, 10]
    for place, width in enumerate(widths, 1):
        sheet.column_dimensions[get_column_letter(place)].width = width
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", sheet.PAPERSIZE_A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
    sheet.print_title_rows = f"1:{_HEAD_ROWS}"
    sheet.page_margins.left = sheet.page_margins.right = 0.3
    sheet.oddFooter.center.text = "第 &P 页 共 &N 页"
    sheet.freeze_panes = sheet.cell(_HEAD_ROWS + 1, len(_BEFORE) + 1)
