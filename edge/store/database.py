"""One SQLite file, `edge.db`, that gate, kiosk and sync open each for itself: WAL, `synchronous=FULL`, one writer at a time.

A damaged file is set aside, never deleted, and the box begins a new epoch; the other processes notice that the file they hold is no
longer the one in the box's home and open it again (`StoreReplaced`).
"""

from __future__ import annotations

import contextlib
import fcntl
import secrets
import sqlite3
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import sqlite_utils

from edge.errors import StoreBusy, StoreDamaged, StoreError, StoreFull, StoreReplaced, StoreUnwritable
from edge.store.migrations import migrations
from edge.store.reserve import Reserve
from edge.sync import wire

BUSY_S: Final = 10.0
"""Longer than the longest transaction: applying a roster of thousands."""
Value = str | int | float | bytes | None

_checked: set[tuple[int, int]] = set()
"""The files (device, inode) that this process has checked: the check reads the whole file, so only a process' first opening makes it."""


class Store:
    """An open `edge.db`, one per thread. What writes in this package opens a transaction of its own, or joins the one around it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.db = sqlite_utils.Database(connection)
        self.reserve = Reserve(path.parent)
        self._file = _identity(path)
        self._connection = connection

    @classmethod
    def open(cls, home: Path) -> Store:
        """Opens the store in a box's home and brings its tables up to date. Raises `StoreError`."""
        home.mkdir(mode=0o700, parents=True, exist_ok=True)
        path = home / "edge.db"
        with _door(home), _faults():
            aside = _set_aside_if_damaged(path)
            path.touch(mode=0o600)
            store = cls(path, _connect(path))
            try:
                store._prepare(aside)
            except BaseException:
                store.close()
                raise
        store.reserve.keep()
        return store

    def _prepare(self, aside: Path | None) -> None:
        self.db.execute("PRAGMA journal_mode = WAL")
        migrations.apply(self.db)
        with self.transaction():
            self.execute("INSERT OR IGNORE INTO head VALUES (1, ?, 0, ?, 0)", secrets.token_hex(4), wire.GENESIS)
            if aside:
                self.set_meta("set_aside", aside.name)

    @contextlib.contextmanager
    def transaction(self) -> Iterator[Store]:
        """All or nothing, and on the disk when it ends. Joins a transaction that is open already. Raises `StoreError`."""
        if self.in_transaction:
            yield self
            return
        self._check_file()
        self.reserve.release_if_scarce()
        try:
            with _faults():
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self
                except BaseException:
                    self._roll_back()
                    raise
                self._commit()
        except StoreFull as full:
            if self.reserve.release():
                raise StoreFull("reserve released") from full
            raise

    def _commit(self) -> None:
        try:
            self._connection.execute("COMMIT")
        except sqlite3.Error:
            self._roll_back()
            raise

    def _roll_back(self) -> None:
        with contextlib.suppress(sqlite3.Error):  # a full disk has rolled back by itself; what counts is the error before this
            self._connection.rollback()

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction of this store is open."""
        return self._connection.in_transaction

    def execute(self, sql: str, *values: Value) -> int:
        """Runs one writing statement inside a transaction; the number of rows it touched. Raises `StoreError`."""
        with _faults():
            return self._connection.execute(sql, values).rowcount

    def rows(self, sql: str, *values: Value) -> list[tuple[Value, ...]]:
        """What a query finds. Raises `StoreError`."""
        with _faults():
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Value) -> tuple[Value, ...] | None:
        """The first of what a query finds. Raises `StoreError`."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def write_all(self, sql: str, many: Sequence[Sequence[Value]]) -> None:
        """One writing statement with many sets of values, inside a transaction. Raises `StoreError`."""
        with _faults():
            self._connection.executemany(sql, many)

    def data_version(self) -> int:
        """A number that changes when another connection has committed. Cheap. Raises `StoreReplaced`."""
        self._check_file()
        found = self.row("PRAGMA data_version")
        return _number(found)

    def meta(self, key: str) -> Value:
        """A single remembered value, None if there is none."""
        found = self.row("SELECT value FROM meta WHERE key = ?", key)
        return found[0] if found else None

    def set_meta(self, key: str, value: Value) -> None:
        """Remembers a single value; None forgets it."""
        with self.transaction():
            if value is None:
                self.execute("DELETE FROM meta WHERE key = ?", key)
            else:
                self.execute("INSERT INTO meta VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", key, value)

    def forget_deleted(self) -> None:
        """Empties the write-ahead log, so that what was deleted (and overwritten: `secure_delete`) is gone from there too. Best effort."""
        with contextlib.suppress(StoreError):
            self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def _check_file(self) -> None:
        if _identity(self.path) != self._file:
            raise StoreReplaced(self.path.name)

    def close(self) -> None:
        """Closes the file."""
        self.db.close()


def _number(found: tuple[Value, ...] | None) -> int:
    if found is None or not isinstance(found[0], int):
        raise StoreDamaged("a number is missing")
    return found[0]


def _connect(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None)
    for pragma in ("synchronous = FULL", "foreign_keys = ON", "secure_delete = ON"):
        connection.execute(f"PRAGMA {pragma}")
    return connection


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        stat = path.stat()
    except FileNotFoundError:
        return None
    return stat.st_dev, stat.st_ino


@contextlib.contextmanager
def _door(home: Path) -> Iterator[None]:
    """One process at a time checks, sets aside, creates and migrates."""
    with (home / "edge.lock").open("wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _set_aside_if_damaged(path: Path) -> Path | None:
    identity = _identity(path)
    if identity is None or identity in _checked:
        return None
    if _is_well(path):
        _checked.add(identity)
        return None
    aside = path.with_name(f"{path.name}.damaged-{time.strftime('%Y%m%dT%H%M%SZ', time.gmtime())}-{secrets.token_hex(2)}")
    for suffix in ("", "-wal", "-shm"):
        with contextlib.suppress(FileNotFoundError):
            Path(f"{path}{suffix}").replace(f"{aside}{suffix}")
    return aside


def _is_well(path: Path) -> bool:
    with contextlib.closing(_connect(path)) as connection:
        try:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
        except sqlite3.DatabaseError as error:
            if _primary(error) in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                return False
            raise


def _primary(error: sqlite3.Error) -> int:
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
def _faults() -> Iterator[None]:
    """SQLite's errors as ours. A programming error (wrong SQL, a broken constraint) is not one of them and passes."""
    try:
        yield
    except sqlite3.Error as error:
        kind = _BY_CODE.get(_primary(error))
        if kind is None:
            raise
        raise kind(getattr(error, "sqlite_errorname", type(error).__name__)) from error
