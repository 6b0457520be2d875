"""One SQLite file, `edge.db`, that gate, kiosk and sync open each for itself: WAL, `synchronous=FULL`, one writer at a time.

A damaged file is set aside, never deleted, and the box begins a new epoch; the other processes notice that the file they hold is no
longer the one in the box's home and open it again (`StoreReplaced`).
"""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import sqlite_utils

from edge.errors import StoreDamaged, StoreError, StoreFull, StoreReplaced
from edge.store import file
from edge.store.faults import faults
from edge.store.migrations import migrations
from edge.store.reserve import Reserve
from edge.sync import wire

Value = str | int | float | bytes | None


class Store:
    """An open `edge.db`, one per thread. What writes in this package opens a transaction of its own, or joins the one around it."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self.db = sqlite_utils.Database(connection)
        self.reserve = Reserve(path.parent)
        self._file = file.identity(path)
        self._connection = connection
        self._forget = False

    @classmethod
    def open(cls, home: Path) -> Store:
        """Opens the store in a box's home and brings its tables up to date. Raises `StoreError`."""
        path = home / "edge.db"
        with faults(), file.door(home):
            aside = file.make_ready(path)
            store = cls(path, file.connect(path))
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
        """All or nothing, and on the disk when it ends. Within a transaction that is open already: all or nothing of its own part,
        on the disk when the outer one ends. Raises `StoreError`."""
        if self.in_transaction:
            with faults(), self.db.atomic():
                yield self
            return
        self._check_file()
        self.reserve.release_if_scarce()
        try:
            with faults():
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
        if self._forget:
            self.forget_deleted()

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
        with faults():
            return self._connection.execute(sql, values).rowcount

    def rows(self, sql: str, *values: Value) -> list[tuple[Value, ...]]:
        """What a query finds. Raises `StoreError`."""
        with faults():
            return self._connection.execute(sql, values).fetchall()

    def row(self, sql: str, *values: Value) -> tuple[Value, ...] | None:
        """The first of what a query finds. Raises `StoreError`."""
        found = self.rows(sql, *values)
        return found[0] if found else None

    def write_all(self, sql: str, many: Sequence[Sequence[Value]]) -> None:
        """One writing statement with many sets of values, inside a transaction. Raises `StoreError`."""
        with faults():
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
        """Empties the write-ahead log, so that what was deleted (and overwritten: `secure_delete`) is gone from there too; within a
        transaction, after it. Best effort."""
        self._forget = self.in_transaction
        if not self._forget:
            with contextlib.suppress(StoreError):
                self.rows("PRAGMA wal_checkpoint(TRUNCATE)")

    def _check_file(self) -> None:
        if file.identity(self.path) != self._file:
            raise StoreReplaced(self.path.name)

    def close(self) -> None:
        """Closes the file."""
        self.db.close()


def _number(found: tuple[Value, ...] | None) -> int:
    if found is None or not isinstance(found[0], int):
        raise StoreDamaged("a number is missing")
    return found[0]
