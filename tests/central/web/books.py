"""Workbooks as tests read them."""

from __future__ import annotations

from io import BytesIO

import httpx
from openpyxl import load_workbook


def rows(answer: httpx.Response) -> list[dict[str, object]]:
    """The rows of the first sheet, by the titles of its columns."""
    assert answer.status_code == 200, answer.text
    head, *found = load_workbook(BytesIO(answer.content)).worksheets[0].iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in found]


def column(answer: httpx.Response, title: str) -> list[object]:
    """One column of it, downwards."""
    return [row[title] for row in rows(answer)]
