"""Lists come in pages: an opaque cursor says where the next one begins, and stays right while rows are added."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Final, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from central.errors import Problem

Row = TypeVar("Row")
Out = TypeVar("Out", bound=BaseModel)
_MARK: Final = b"after:"

Cursor = Annotated[str | None, Query(max_length=100, description="上一页返回的 next_cursor / next_cursor of the page before")]
Limit = Annotated[int, Query(ge=1, le=200, description="每页条数 / rows in a page")]


class Page(BaseModel, Generic[Out]):
    """Some rows, and where the next page begins; `next_cursor` is null on the last one."""

    items: list[Out]
    next_cursor: str | None = Field(default=None, examples=["YWZ0ZXI6NDI"])


def after(cursor: str | None) -> int:
    """The row id that a page begins after. Raises `Problem` 422 CURSOR_INVALID for what `page` never gave out."""
    if cursor is None:
        return 0
    try:
        plain = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError) as error:
        raise Problem("CURSOR_INVALID", 422, "cursor") from error
    number = plain.removeprefix(_MARK)
    if not plain.startswith(_MARK) or not number.isdigit() or len(number) > 18:
        raise Problem("CURSOR_INVALID", 422, "cursor")
    return int(number)


def cursor_after(row: int) -> str:
    """The cursor of the page that begins after this row id."""
    return base64.urlsafe_b64encode(_MARK + str(row).encode()).decode().rstrip("=")


def part(rows: Sequence[Row], cursor: str | None, limit: int, shown: Callable[[Row], Out]) -> Page[Out]:
    """A page of a short list that is read as a whole and whose rows have no id: its cursor counts the rows before it."""
    first = after(cursor)
    kept = rows[first : first + limit]
    more = cursor_after(first + limit) if len(rows) > first + limit else None
    return Page[Out](items=[shown(row) for row in kept], next_cursor=more)


def page(rows: Sequence[Row], limit: int, row_id: Callable[[Row], int], shown: Callable[[Row], Out]) -> Page[Out]:
    """A page of at most `limit` rows out of up to `limit + 1`."""
    kept = rows[:limit]
    more = cursor_after(row_id(kept[-1])) if len(rows) > limit else None
    return Page[Out](items=[shown(row) for row in kept], next_cursor=more)
