"""SQLite's errors as the box's own."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from typing import Final

from edge.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreUnwritable


def primary(error: sqlite3.Error) -> int:
    """SQLite's primary result code, 0 where the error is not SQLite's."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


_BY_CODE: Final[dict[int, type[StoreError]]] = {
    sqlite3.SQLITE_FULL: StoreFull,
    sqlite3.SQLITE_CORRUPT: StoreDamaged,
    sqlite3.SQLITE_NOTADB: StoreDamaged,
    sqlite3.SQLITE_BUSY: StoreBusy,
    sqlite3.SQLITE_LOCKED: StoreBusy,
    sqlite3.SQLITE_IOERR: StoreUnwritable,
    sqlite3.SQLITE_READONLY: StoreUnwritable,
    sqlite3.SQLITE_CANTOPEN: StoreUnwritable,
}


@contextlib.contextmanager
def faults() -> Iterator[None]:
    """SQLite's errors as ours. A programming error (wrong SQL, a broken constraint) is not one of them and passes."""
    try:
        yield
    except sqlite3.Error as error:
        kind = _BY_CODE.get(primary(error))
        if kind is None:
            raise
        raise kind(getattr(error, "sqlite_errorname", type(error).__name__)) from error
