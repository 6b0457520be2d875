"""Lists come in pages: an opaque cursor says where the next one begins, and stays right while rows are added."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any, Final, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from central.errors import Problem

Row = TypeVar("Row")
Out = TypeVar("Out", bound=BaseModel)
DAY: Final = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
"""The pattern of a date in a key."""
_MARK: Final = b"after:"
_KEY_MARK: Final = b"behind:"

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
    number = _opened(cursor, _MARK)
    if not number.isdigit() or len(number) > 18:
        raise Problem("CURSOR_INVALID", 422, "cursor")
    return int(number)


def cursor_after(row: int) -> str:
    """The cursor of the page that begins after this row id."""
    return _closed(_MARK + str(row).encode())


def behind_key(cursor: str | None, *columns: str) -> tuple[str, ...] | None:
    """The key that a page begins behind, where rows have no id but a key of codes and dates; each of `columns` is a pattern of one.

    None for the first page. Raises `Problem` 422 CURSOR_INVALID.
    """
    if cursor is None:
        return None
    found = re.fullmatch("/".join(f"({column})" for column in columns).encode(), _opened(cursor, _KEY_MARK))
    if found is None:
        raise Problem("CURSOR_INVALID", 422, "cursor")
    return tuple(part.decode() for part in found.groups())


def day_of(part: str) -> dt.date:
    """A date of `behind_key` by `DAY`. Raises `Problem` 422 CURSOR_INVALID."""
    try:
        return dt.date.fromisoformat(part)
    except ValueError as error:
        raise Problem("CURSOR_INVALID", 422, "cursor") from error


def sorted_by(columns: Iterable[str]) -> Any:
    """What a list's parameter `sort` may say: a key of its `Order`, with a minus the other way round; nothing is the list's own order."""
    keys = list(columns)
    said = f"排序列，前加减号为倒序 / a column, with a minus the other way round: {', '.join(keys)}"
    return Query(pattern=f"^(-?({'|'.join(keys)}))?$", max_length=40, description=said, examples=[f"-{keys[0]}"])


def page(rows: Sequence[Row], limit: int, row_id: Callable[[Row], int], shown: Callable[[Row], Out]) -> Page[Out]:
    """A page of at most `limit` rows out of up to `limit + 1`."""
    kept = rows[:limit]
    more = cursor_after(row_id(kept[-1])) if len(rows) > limit else None
    return Page[Out](items=[shown(row) for row in kept], next_cursor=more)


def keyed(rows: Sequence[Row], limit: int, key: Callable[[Row], Sequence[str]], shown: Callable[[Row], Out]) -> Page[Out]:
    """A page of at most `limit` rows out of up to `limit + 1`, where rows have a key instead of an id (`behind_key`)."""
    kept = rows[:limit]
    more = _closed(_KEY_MARK + "/".join(key(kept[-1])).encode()) if len(rows) > limit else None
    return Page[Out](items=[shown(row) for row in kept], next_cursor=more)


def _opened(cursor: str, mark: bytes) -> bytes:
    try:
        plain = base64.urlsafe_b64decode(cursor.encode() + b"=" * (-len(cursor) % 4))
    except (binascii.Error, ValueError) as error:
        raise Problem("CURSOR_INVALID", 422, "cursor") from error
    if not plain.startswith(mark):
        raise Problem("CURSOR_INVALID", 422, "cursor")
    return plain.removeprefix(mark)


def _closed(plain: bytes) -> str:
    return base64.urlsafe_b64encode(plain).decode().rstrip("=")
